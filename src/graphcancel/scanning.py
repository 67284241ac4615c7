"""
Looking through files and folders for anything secret or personal; what cannot be looked through is said.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graphcancel.errors import ScanError
from graphcancel.layers import NOT_SCANNED, Found, rule_broken_by, scan_bytes, shown

LARGEST: Final = 32 << 20
"""Bytes of a file that is looked through."""


@dataclass
class Scanned:
    """What has been looked through so far: how many files, and links that were not followed."""

    files: int = 0
    links: int = 0


def scan(paths: Iterable[str], scanned: Scanned, after_each: Callable[[], None] = lambda: None) -> Iterator[Found]:
    """
    Look through *paths*, files and folders, and tell every finding; *scanned* keeps count.

    Args:
        after_each: Called when a file has been looked through, whatever was found.

    Raises:
        ScanError: A path is not there, cannot be read, or is a link. Nothing was looked through then.
    """
    given = [_checked(path) for path in paths]
    for path in given:
        named: set[Path] = set()
        for file, name in _files(path, scanned):
            yield from _named(file, path, named)
            yield from _scanned(file, name)
            scanned.files += isinstance(name, str)
            after_each()


def told(scanned: Scanned, found: Sequence[Found]) -> str:
    """The last line for a person: how much was looked through, what came of it."""
    missed = len({finding.file for finding in found if finding.rule.startswith(NOT_SCANNED)})
    secret = sum(not finding.rule.startswith(NOT_SCANNED) for finding in found)
    parts = [
        f"checked {_counted(scanned.files, 'file')}",
        f"{_counted(secret, 'finding')}" if secret else "nothing found",
    ]
    if missed:
        parts.append(f"{_counted(missed, 'file')} not scanned to the end")
    if scanned.links:
        parts.append(f"{_counted(scanned.links, 'symbolic link')} not followed")
    return ", ".join(parts)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _checked(given: str) -> Path:
    path = Path(given)
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise ScanError(f"{shown(given)}: is a symbolic link; name what it leads to")
        if stat.S_ISDIR(mode):
            os.scandir(path).close()
        elif stat.S_ISREG(mode):
            path.open("rb").close()
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise ScanError(
            f"{shown(given)}: {why[:1].lower()}{why[1:]}; name files and folders that can be read"
        ) from None
    except ValueError:
        raise ScanError(f"{shown(given)}: no path; name files and folders that can be read") from None
    return path


def _files(path: Path, scanned: Scanned) -> Iterator[tuple[Path, str | Found]]:
    """Each file at or below *path*, with its name for the report, or why there is none."""
    if not path.is_dir():
        yield path, shown(str(path))
        return
    troubles: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=troubles.append):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        scanned.links += len(links)
        folders[:] = sorted(set(folders) - set(links))
        for name in sorted(names):
            file = Path(folder) / name
            if file.is_symlink():
                scanned.links += 1
            else:
                yield file, shown(str(file))
        for trouble in troubles:
            where = str(trouble.filename)
            yield Path(where), Found(shown(where), None, None, NOT_SCANNED + "the folder cannot be read")
        troubles.clear()


def _named(file: Path, given: Path, named: set[Path]) -> Iterator[Found]:
    """Findings in the names from *given* down to *file*, except those *named* already."""
    for path in (*reversed(file.parents), file):
        if path.is_relative_to(given) and path not in named:
            named.add(path)
            rule = rule_broken_by(path.name)
            if rule:
                yield Found(shown(str(path)), None, None, rule, ("its name",))


def _scanned(file: Path, name: str | Found) -> Iterator[Found]:
    if isinstance(name, Found):
        yield name
        return
    try:
        # Without waiting: a pipe put in the file's place since would never open.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as opened:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield _not_scanned(name, "a pipe, a socket or a device")
                return
            data = opened.read(LARGEST + 1)
    except OSError as error:
        yield _not_scanned(
            name, "a pipe, a socket or a device" if _is_special(file) else (error.strerror or "unreadable")
        )
        return
    if len(data) > LARGEST:
        yield _not_scanned(name, f"larger than {LARGEST >> 20} MiB")
        return
    yield from scan_bytes(data, name)


def _is_special(file: Path) -> bool:
    try:
        return not stat.S_ISREG(file.lstat().st_mode)
    except OSError:
        return False


def _not_scanned(file: str, why: str) -> Found:
    return Found(file, None, None, NOT_SCANNED + why)
