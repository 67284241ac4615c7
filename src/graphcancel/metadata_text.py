"""
Drift against published metadata in words, and how far its reading is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from graphcancel.difference import Difference
from graphcancel.metadata_drift import Compared, MetadataDrift
from graphcancel.printing import printable
from graphcancel.standing_text import plural
from graphcancel.streamed import Tell

_SHOWN: Final = 5


@contextmanager
def reading(path: Path) -> Iterator[Tell]:
    """Show on a terminal how much of *path* is read, which may be more than once; elsewhere nothing."""
    size = 0
    with suppress(OSError):
        size = path.stat().st_size
    console = Console(stderr=True)
    columns = (TextColumn("reading"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=size)
        yield lambda read: progress.update(task, completed=read)


def told_of_metadata(drift: MetadataDrift) -> Iterator[str]:
    """*drift* for a terminal, line by line; what the file holds may be meant for the terminal."""
    yield from map(printable, _told(drift))


def _told(drift: MetadataDrift) -> Iterator[str]:
    yield f"{drift.place}: {drift.format}, {drift.version}"
    for note in drift.notes:
        yield f"note: {note}"
    for compared in drift.contracts:
        yield ""
        yield from _told_of_contract(compared)
    moved = [difference for each in drift.contracts for difference in each.differences if difference.moved]
    yield ""
    yield f"{plural(len(moved), 'fact')} moved" if moved else "nothing moved"


def _told_of_contract(compared: Compared) -> Iterator[str]:
    there = f"{compared.found} of {plural(compared.routes, 'route')} in the file"
    yield f"{compared.contract} ({compared.standing}): {there}"
    moved = [difference for difference in compared.differences if difference.moved]
    disputed = [difference for difference in compared.differences if not difference.moved]
    unlisted = [difference for difference in disputed if _unlisted(difference)]
    if moved:
        yield "  moved:"
        yield from (f"    {_line(difference)}" for difference in moved)
    if disputed:
        yield "  disputed between page and file, which is no drift:"
        yield from (f"    {_line(difference)}" for difference in disputed if not _unlisted(difference))
        yield from (f"    {line}" for line in _told_of_unlisted(unlisted))


def _unlisted(difference: Difference) -> bool:
    """Whether it is a route of the file that the page does not list."""
    return difference.kind == "route" and not difference.documented


def _told_of_unlisted(unlisted: Sequence[Difference]) -> Iterator[str]:
    if not unlisted:
        return
    yield f"{plural(len(unlisted), 'route')} of the file that the page does not list:"
    yield from (f"  {difference.found} ({difference.place})" for difference in unlisted[:_SHOWN])
    if len(unlisted) > _SHOWN:
        yield f"  and {len(unlisted) - _SHOWN} more; --json lists them"


def _line(difference: Difference) -> str:
    if difference.kind == "route":
        there = difference.found.startswith("POST ")
        said = f"in the file in another case, {difference.found}" if there else "not in the file"
        why = f" ({difference.place})" if there else f": {difference.found}" if difference.found else ""
        return f"route {difference.documented}: {said}{why}"
    about = f"{difference.kind} {difference.about}".rstrip()
    documented, found = difference.documented or "nothing", difference.found or "nothing"
    return f"{about}: {documented} on the page, {found} in the file ({difference.place})"
