"""
``run.jsonl``: the truth about a run, of which every report is a function.

A header, one line per case, a footer with the counts; `run.schema.json` beside this module describes them. Lines are
flushed as they come; a file without its footer, or with a case twice, is not a run and is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from graphcancel.case import Case
from graphcancel.errors import RunError
from graphcancel.reading import RECORDED, read_within
from graphcancel.record import Record
from graphcancel.run import FORMAT, Line, Part, Run, in_order
from graphcancel.schema import misfit, schema_at
from graphcancel.strays import strays
from graphcancel.verdict import Verdict

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

NAME: Final = "run.jsonl"
SCHEMA: Final = Path(__file__).with_name("run.schema.json")
"""What each kind of line looks like, as JSON Schema."""


def record_line(record: Record, *, gating: bool, origin: str) -> dict[str, Any]:
    """The line of one case with *observed*, *curl* and *lag_s* where there are any."""
    case = record.case
    verdict = record.verdict
    clauses = []
    for item in verdict.findings:
        line: dict[str, Any] = {
            "clause": item.clause,
            "held": item.held,
            "documented": item.documented,
            "received": item.received,
        }
        if item.reason:
            line["reason"] = item.reason
        if item.late_s is not None:
            line["late_s"] = item.late_s
        clauses.append(line)
    found: dict[str, Any] = {
        "kind": "case",
        **case.coordinates(),
        "gating": gating,
        "verdict": verdict.name,
        "reason": verdict.reason,
        "clauses": clauses,
        "exchanges": list(record.calls),
        "origin": origin,
    }
    if verdict.observed:
        found["observed"] = dict(verdict.observed)
    if record.curl:
        found["curl"] = record.curl
    if record.lag_s is not None:
        found["lag_s"] = record.lag_s
    if record.generated:
        found["generated"] = dict(record.generated)
    return found


def error_record(case: Case, reason: str) -> Record:
    """The record of a case that ended in a fault of our own."""
    return Record(case, Verdict("error", (), reason))


def folder_name(target: str) -> str:
    """*target* as a name for a file or folder."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", target)


class RunFile:
    """
    Writes ``runs/<UTC time>-<target>/run.jsonl``.

    Args:
        folder: Where run folders lie; created.

    Attributes:
        header: The first line, as written.
        footer: The last line, as written; empty before.

    Raises:
        RunError: The folder cannot be written.
    """

    def __init__(self, folder: Path, target: str, header: Mapping[str, Any]) -> None:
        started = dt.datetime.now(dt.UTC)
        name = f"{started.strftime('%Y%m%dT%H%M%SZ')}-{folder_name(target)}"
        try:
            self.folder = _fresh(folder, name)
            self._file: TextIO = (self.folder / NAME).open("x", encoding="utf-8")
        except OSError as error:
            raise RunError(f"{folder}: cannot be written ({error.strerror}); name another folder with --runs") from None
        self._written: list[Mapping[str, Any]] = []
        self.footer: dict[str, Any] = {}
        self.header = {"kind": "header", "format": FORMAT, "started": started.isoformat(timespec="seconds"), **header}
        self._write(self.header)

    def case(self, line: Mapping[str, Any]) -> None:
        """Append one case."""
        self._written.append(line)
        self._write(line)

    def close(self, footer: Mapping[str, Any]) -> None:
        """Append the footer: only now the file is a run."""
        ended = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self.footer = {"kind": "footer", "ended": ended, "counts": counted(self._written), **footer}
        self._write(self.footer)
        self._file.close()

    def abandon(self) -> None:
        """Leave the file without a footer: what was interrupted is no run."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def write_run(folder: Path, name: str, lines: Iterable[Line]) -> Path:
    """
    Write a whole run below *folder* and return its own folder, ``<UTC time>-<name>``: all of it is there, or none.

    Raises:
        RunError: The folder cannot be written, or *lines* are no run.
    """
    beside = folder / f".{name}.{os.getpid()}"
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        beside.mkdir(parents=True)
        try:
            (beside / NAME).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
            read_run(beside)
            return _moved(beside, folder, f"{stamp}-{folder_name(name)}")
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise RunError(f"{folder}: cannot be written ({error.strerror}); name another folder with --out") from None


def _moved(beside: Path, folder: Path, name: str) -> Path:
    """Give what lies *beside* the first free name of those that begin with *name*."""
    path = _fresh(folder, name)
    # An empty folder gives way to another in one step.
    return beside.replace(path)


def _fresh(folder: Path, name: str) -> Path:
    for number in range(1, 1000):
        path = folder / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return path
    raise OSError(0, "a thousand runs in one second")


def read_run(path: Path) -> Run:
    """
    The run at *path* (the folder or the file).

    Raises:
        RunError: Cut off, doubled or no run at all; the message names the line and the defect.
    """
    file = path / NAME if path.is_dir() else path
    lines = list(_lines(file))
    if not lines or lines[0].get("kind") != "header":
        raise RunError(f"{file}: has no header: not the record of a run")
    _check_format(lines[0], file)
    if lines[-1].get("kind") != "footer":
        raise RunError(f"{file}: has no footer: the run did not end, or the file is cut off; run it again")
    for number, line in enumerate(lines[1:-1], 2):
        if line.get("kind") != "case":
            raise RunError(f"{file}: doubled: line {number} is a second {_kind(line)}; keep one run in one file")
    for number, line in enumerate(lines, 1):
        _check_shape(line, file, number)
    header, *cases, footer = lines
    _check_parts(lines, file)
    twice = [key for key, count in Counter((line.get("part", 0), line["id"]) for line in cases).items() if count > 1]
    if twice:
        raise RunError(f"{file}: doubled: {twice[0][1]} stands in it twice; take the run as it was written")
    if footer["counts"] != counted(cases):
        raise RunError(f"{file}: truncated: the footer counts other cases than the file holds; run it again")
    for number, fault in strays(lines):
        raise RunError(f"{file}: line {number}: {fault}; take the run as it was written")
    return run_of_lines(header, cases, footer)


def run_of_lines(header: Line, cases: Sequence[Line], footer: Line) -> Run:
    """The run these lines tell, each part with its own."""
    if "parts" not in header:
        return Run(header, (Part(header, in_order(cases, header["plan"]), footer),), footer)
    parts = tuple(
        Part(head, in_order((line for line in cases if line["part"] == number), head["plan"]), foot)
        for number, (head, foot) in enumerate(zip(header["parts"], footer["parts"], strict=True))
    )
    return Run(header, parts, footer)


def counted(cases: Iterable[Line]) -> dict[str, int]:
    """How many cases there are, and of each verdict."""
    counts = Counter(str(line["verdict"]) for line in cases)
    return {"cases": sum(counts.values()), **dict(sorted(counts.items()))}


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = read_within(file, RECORDED)
    except OSError as error:
        raise RunError(f"{file}: cannot be read ({error.strerror}); name a run folder") from None
    if text and not text.endswith(b"\n"):
        raise RunError(f"{file}: cut off: its last line does not end; run it again")
    for number, line in enumerate(text.split(b"\n")[:-1], 1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise RunError(f"{file}: line {number} is no JSON; take the run as it was written") from None
        if not isinstance(value, dict):
            raise RunError(f"{file}: line {number} is no JSON object; take the run as it was written")
        yield value


def _kind(line: Line) -> str:
    kind = line.get("kind")
    return kind if kind in ("header", "footer") else "line of no known kind"


def _check_format(header: Line, file: Path) -> None:
    found = header.get("format")
    if found != FORMAT:
        other = f"another version of the suite (format {found})" if isinstance(found, int) else "something else"
        raise RunError(f"{file}: written by {other}; this version reads format {FORMAT}: run it again")


def _check_parts(lines: Sequence[Line], file: Path) -> None:
    header, *cases, footer = lines
    parts = len(header.get("parts", ()))
    if parts != len(footer.get("parts", ())):
        raise RunError(f"{file}: truncated: header and footer tell of different parts; merge the runs again")
    for number, line in enumerate(cases, 2):
        if ("part" in line) != (parts > 0) or not 0 <= line.get("part", 0) < max(1, parts):
            raise RunError(f"{file}: line {number}: part: there is no such part; merge the runs again")


@cache
def _schema(kind: str) -> Draft202012Validator:
    return schema_at(SCHEMA, kind)


def _check_shape(line: Line, file: Path, number: int) -> None:
    kind = str(line["kind"])
    merged = "-merged" if kind != "case" and "parts" in line else ""
    fault = misfit(line, _schema(kind + merged))
    if fault:
        raise RunError(f"{file}: line {number}: {fault} (run.schema.json)")
