"""
Which targets a night has: from what the repository's variables name to one job each.

Reads ``NIGHTLY_TARGETS`` (a JSON list of target files), ``NIGHTLY_TARGET`` (one file) and ``TARGET`` (the one of them
that a person has asked for). Prints ``targets=`` and a JSON list of objects with the keys ``target`` (the file),
``label`` (a name for jobs and artifacts), ``name`` (the target's own, as its runs have it) and ``environment``.

Nothing is installed yet where this runs, so it knows Python's own library alone; the suite reads the files once more.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


class Refused(Exception):  # noqa: N818 - its text is all there is to say
    """The night cannot be planned; the text says what to change, and names no mailbox."""


def named(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """
    Each target file with its environment.

    Raises:
        Refused: The variables do not name target files.
    """
    listed, single, asked = (environ.get(key, "").strip() for key in ("NIGHTLY_TARGETS", "NIGHTLY_TARGET", "TARGET"))
    if not listed:
        if not (asked or single):
            raise Refused("NIGHTLY_TARGETS is not set; set it to a JSON list of target files")
        return [(asked or single, "nightly")]
    try:
        files = json.loads(listed)
    except ValueError:
        files = None
    if not isinstance(files, list) or not files or not all(isinstance(file, str) and file for file in files):
        raise Refused('NIGHTLY_TARGETS is no JSON list of target files; write ["targets/one.toml", "targets/two.toml"]')
    if asked and asked not in files:
        raise Refused(f"{asked} is not among NIGHTLY_TARGETS; add it there, or ask for one of {', '.join(files)}")
    return [(file, f"nightly-{label(file)}") for file in files if asked in {"", file}]


def label(file: str) -> str:
    """The file's name as a part of the names of jobs, artifacts and environments."""
    return re.sub(r"[^A-Za-z0-9]+", "-", Path(file).stem).strip("-") or "target"


def read(file: str) -> Mapping[str, Any]:
    """
    The target file's table.

    Raises:
        Refused: It is not there, not in the repository, or no TOML.
    """
    path = Path(file)
    if path.is_absolute() or ".." in path.parts or file.startswith("-"):
        raise Refused(f"{file}: does not lie in the repository; name a committed target file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{file}: cannot be read ({error.strerror}); name a committed target file") from None
    except ValueError:
        raise Refused(f"{file}: is no TOML; graphcancel doctor says where") from None


def mailboxes(table: Mapping[str, Any]) -> set[str]:
    """The mailboxes a run may touch."""
    writable = table.get("writable")
    return {str(address).casefold() for address in writable} if isinstance(writable, list) else set()


def planned(targets: Sequence[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """
    One job for each of *targets*.

    Raises:
        Refused: Two would be told apart by nothing, or would look at each other's mail.
    """
    tables = {file: read(file) for file, _ in targets}
    for one, other in itertools.combinations([file for file, _ in targets], 2):
        if label(one).casefold() == label(other).casefold():
            raise Refused(f"NIGHTLY_TARGETS: {one} and {other} have one name; rename one of the files")
        if mailboxes(tables[one]) & mailboxes(tables[other]):
            raise Refused(f"{one} and {other} share a mailbox, and run at the same time; give each its own")
    for file, environment in targets:
        name = str(tables[file].get("name", Path(file).stem))
        yield {"target": file, "label": label(file), "name": name, "environment": environment}


def main() -> int:
    """Print the night's jobs, or what is wrong as GitHub shows errors."""
    try:
        jobs = list(planned(named(os.environ)))
    except Refused as refused:
        print(f"::error title=nightly::{' '.join(str(refused).split())}", file=sys.stderr)
        return 4
    print(f"targets={json.dumps(jobs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
