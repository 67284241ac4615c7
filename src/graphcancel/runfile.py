"""
``run.jsonl``: the truth about a run, of which every report is a function.

A header, one line per case, a footer with the counts. Lines are flushed as they come; a file without its footer, or
with a case twice, is not a run and is refused.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from graphcancel.case import Case
from graphcancel.errors import RunError
from graphcancel.story import Record
from graphcancel.verdict import Verdict

FORMAT = 1


def record_line(record: Record, *, gating: bool, origin: str) -> dict[str, Any]:
    """The line of one case with the extra keys *late_s*, *observed* and *curl*."""
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

    Raises:
        RunError: The folder cannot be written.
    """

    def __init__(self, folder: Path, target: str, header: Mapping[str, Any]) -> None:
        started = dt.datetime.now(dt.UTC)
        name = f"{started.strftime('%Y%m%dT%H%M%SZ')}-{folder_name(target)}"
        try:
            self.folder = _fresh(folder, name)
            self._file: TextIO = (self.folder / "run.jsonl").open("x", encoding="utf-8")
        except OSError as error:
            raise RunError(f"{folder}: cannot be written ({error.strerror}); name another folder with --runs") from None
        self._counts: Counter[str] = Counter()
        self.header = {"kind": "header", "format": FORMAT, "started": started.isoformat(timespec="seconds"), **header}
        self._write(self.header)

    def case(self, line: Mapping[str, Any]) -> None:
        """Append one case."""
        self._counts[str(line["verdict"])] += 1
        self._write(line)

    def close(self, footer: Mapping[str, Any]) -> None:
        """Append the footer: only now the file is a run."""
        ended = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        counts = {"cases": sum(self._counts.values()), **dict(sorted(self._counts.items()))}
        self._write({"kind": "footer", "ended": ended, "counts": counts, **footer})
        self._file.close()

    def abandon(self) -> None:
        """Leave the file without a footer: what was interrupted is no run."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _fresh(folder: Path, name: str) -> Path:
    for number in range(1, 1000):
        path = folder / (name if number == 1 else f"{name}-{number}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        return path
    raise OSError(0, "a thousand runs in one second")


def read_run(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """
    Header, case lines and footer of the run at *path* (the folder or the file).

    Raises:
        RunError: Truncated, doubled or no run at all; the message names the defect.
    """
    file = path / "run.jsonl" if path.is_dir() else path
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    except OSError as error:
        raise RunError(f"{file}: cannot be read ({error.strerror}); name a run folder") from None
    except ValueError:
        raise RunError(f"{file}: a line is no JSON: the run was cut off while writing; run it again") from None
    if not lines or not isinstance(lines[0], dict) or lines[0].get("kind") != "header":
        raise RunError(f"{file}: has no header: not the record of a run")
    if not isinstance(lines[-1], dict) or lines[-1].get("kind") != "footer":
        raise RunError(f"{file}: has no footer: the run did not end; run it again")
    cases = lines[1:-1]
    if not all(isinstance(line, dict) and isinstance(line.get("id", ""), str) for line in cases):
        raise RunError(f"{file}: a line is not that of a case: its id is no text; run it again")
    ids = Counter(line["id"] for line in cases if "id" in line)
    doubled = [name for name, count in ids.items() if count > 1]
    if doubled or any(line.get("kind") != "case" for line in cases):
        raise RunError(f"{file}: doubled: {doubled[0] if doubled else 'a header or footer'} stands in it twice")
    if _counted(lines[-1]) != len(cases):
        raise RunError(f"{file}: truncated: the footer counts other cases than the file holds")
    return lines[0], cases, lines[-1]


def _counted(footer: Mapping[str, Any]) -> object:
    counts = footer.get("counts")
    return counts.get("cases") if isinstance(counts, dict) else None
