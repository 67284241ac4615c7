"""
What lies in a recording's folder, against what it lists and what the suite knows.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from graphcancel.cassette import SUFFIX
from graphcancel.errors import CassetteError
from graphcancel.onfile import named, shortened
from graphcancel.recording import FILE, Recording


def strays(recording: Recording) -> list[Path]:
    """
    Cassettes on file that the recording does not list, those half written included.

    Raises:
        CassetteError: Something is a link: what it leads to belongs to nobody here.
    """
    listed = {recording.place(name) for name in recording.cases}
    found = []
    for path in _files(recording.folder):
        if path.is_symlink():
            raise CassetteError(
                f"{named(path)}: is a link; a recording has files of its own, so put a file in its place or remove it"
            )
        if SUFFIX in path.name.lower() and path not in listed:
            found.append(path)
    return sorted(found)


def _files(folder: Path) -> Iterator[Path]:
    """Every file below *folder* and every link; no link is followed."""
    for where, folders, files in os.walk(folder):
        yield from (Path(where, name) for name in files)
        yield from (path for path in (Path(where, name) for name in folders) if _odd(path))


def _odd(folder: Path) -> bool:
    return folder.is_symlink() or SUFFIX in folder.name.lower()


def check_files(recording: Recording, known: Collection[str]) -> None:
    """
    See that what is listed is known, and what is on file is listed.

    Args:
        known: Ids of the cases the contracts ask for.

    Raises:
        CassetteError: One is not; it is named, with what to do.
    """
    file = named(recording.folder / FILE)
    unknown = sorted(set(recording.cases) - set(known))
    if unknown:
        raise CassetteError(
            f"{file}: cases: {_first([shortened(name) for name in unknown])} no case of this suite; remove "
            f"{named(recording.place(unknown[0]))} and record any case anew ({recording.anew} -k …), which takes it "
            "off the list"
        )
    left = strays(recording)
    if left:
        raise CassetteError(
            f"{_first([named(path) for path in left])} not listed in {file}; remove it, or record its case "
            f"anew ({recording.anew})"
        )


def _first(names: Sequence[str]) -> str:
    rest = len(names) - 1
    return f"{names[0]} is" if not rest else f"{names[0]} and {rest} more are"


def unlisted(recording: Recording, cases: Iterable[tuple[str, str]]) -> list[str]:
    """
    Ids of cases the recording should hold and does not list: others of a contract it claims to hold wholly.

    Args:
        cases: Id and contract of every case the contracts ask for.
    """
    listed = set(recording.cases)
    return [name for name, contract in cases if contract in recording.complete and name not in listed]
