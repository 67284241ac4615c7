"""
The files beside ``run.jsonl``: each a function of it and of nothing else, so that it can be made again at any time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from graphcancel.errors import RunError
from graphcancel.junit import junit
from graphcancel.markdown import markdown
from graphcancel.page import page
from graphcancel.run import Run

RENDERERS: Final[Mapping[str, Callable[[Run], str]]] = {
    "report.html": page,
    "junit.xml": junit,
    "summary.md": markdown,
}


def write_reports(folder: Path, run: Run) -> list[Path]:
    """
    Write every report of *run* into *folder*; each is there whole or not at all.

    Raises:
        RunError: One cannot be written.
    """
    return [_write(folder / name, render(run)) for name, render in RENDERERS.items()]


def _write(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Half of a surrogate pair is no text, and a target may send one.
        beside.write_bytes(text.encode("utf-8", errors="replace"))
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RunError(
            f"{path}: cannot be written ({error.strerror}); run.jsonl is whole: graphcancel report {path.parent}"
        ) from None
    return path
