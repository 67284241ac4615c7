"""
Includes: the text of another file in a directive's place, where that file is at hand.

A file is taken from the folder of includes alone: a directive that leads out of it, by its path or by a link in the
file system, is not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from graphcancel.document_blocks import Block, Include, Notes, shorten
from graphcancel.document_markdown import blocks_of
from graphcancel.document_text import decode, front_matter, read_bytes
from graphcancel.errors import DocumentError

FOLDER: Final = "includes"
DEPTH: Final = 4
"""How far an include may include others."""
MOST: Final = 40
"""Files one page may include, each as often as it names it."""


@dataclass(slots=True)
class Includes:
    """
    Where a page's includes are.

    Attributes:
        folder: The folder that holds them; None for the one its directives lead to from where the page lies.
        page: The folder the page lies in; None for one from standard input.
    """

    folder: Path | None
    page: Path | None
    notes: Notes
    _open: list[tuple[Path, Path]] = field(
        default_factory=list, init=False
    )  # a file being read, and the folder it may not leave
    _count: int = field(default=0, init=False)

    def resolved(self, blocks: list[Block]) -> Iterator[Block]:
        """*blocks* with those of the includes in the place of their directives."""
        for block in blocks:
            if isinstance(block, Include):
                yield from self._blocks(block)
            else:
                yield block

    def _blocks(self, include: Include) -> Iterator[Block]:
        shown = shorten(include.target)
        found = self._path(include.target)
        if found is None:
            self.notes.remark(include.line, f"the include {shown} is not at hand; name its folder with --includes")
            return
        self._count += 1
        again = any(found[0] == path for path, _ in self._open)
        if again or len(self._open) >= DEPTH or self._count > MOST:
            reason = "includes itself" if again else "goes too far"
            self.notes.remark(include.line, f"the include {shown} is not read: it {reason}")
            return
        try:
            keys, text = front_matter(decode(read_bytes(found[0]), shown), shown)
            if keys is None:
                self.notes.remark(include.line, f"the front matter of the include {shown} is no YAML")
            blocks = blocks_of(text, shown, self.notes, borrowed=include.line)
        except DocumentError as error:
            self.notes.remark(include.line, f"the include is not read: {error}")
            return
        self._open.append(found)
        yield from self.resolved(blocks)
        self._open.pop()

    def _path(self, target: str) -> tuple[Path, Path] | None:
        """The file a directive names and the folder it is in; None where it is not there, or outside that folder."""
        parts = PurePosixPath(unquote(target).replace("\\", "/")).parts
        last = len(parts) - parts[::-1].index(FOLDER) if FOLDER in parts else 0
        above, below = parts[:last], parts[last:]
        beside = None
        if self._open:
            beside, root = (self._open[-1][0].parent, self._open[-1][1])
        elif self.folder is not None:
            root = self.folder
        elif self.page is not None and all(part == ".." for part in above[:-1]):
            root = self.page.joinpath(*above)
        else:
            return None
        if above:
            return _inside(root.joinpath(*below), root)
        return _inside(beside.joinpath(*below), root) if beside else None


def _inside(path: Path, folder: Path) -> tuple[Path, Path] | None:
    try:
        found, root = path.resolve(strict=True), folder.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    return (found, root) if found.is_file() and found.is_relative_to(root) else None
