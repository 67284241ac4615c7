"""
What was measured, as a file: `results.json`, described by `results.schema.json`.

Each bench has its own date and machine, so that one can be measured anew without the others.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.metadata
import json
import os
import platform
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema

from benches.bench import Bench, BenchError, Row
from benches.running import ROOT

RESULTS = ROOT / "benches" / "results.json"
SCHEMA = ROOT / "benches" / "results.schema.json"
FORMAT = 1
DIGITS = 4
LIBRARIES = (
    "pytest", "pytest-xdist", "pytest-recording", "vcrpy", "requests", "urllib3", "starlette", "uvicorn", "httptools",
    "PyYAML", "jsonschema", "ijson", "schemathesis", "hypothesis", "Jinja2",
)  # fmt: skip

Result = dict[str, Any]
"""One bench of the file."""


def result_of(
    bench: Bench, rounds: Sequence[Mapping[str, float]], seconds: float, *, quick: bool, against: Mapping[str, str]
) -> Result:
    """
    One bench as the file has it.

    Args:
        rounds: What each round gave.
        seconds: What all of it took.
        against: The versions of what it was measured against.
    """
    return {
        "name": bench.name,
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "quick": quick,
        "rounds": len(rounds),
        "seconds": round(seconds, 1),
        "machine": machine(),
        **({"against": dict(against)} if against else {}),
        "rows": [_row(row, [_rounded(found[row.name]) for found in rounds if row.name in found]) for row in bench.rows],
    }


def _row(row: Row, values: list[float]) -> Result:
    return {**declared(row), "values": values, "missing": None if values else row.needs or "a value"}


def declared(row: Row) -> Result:
    """The part of a row that is no measurement."""
    goal = {"most": row.most, "least": row.least}
    given = {name: value for name, value in goal.items() if value is not None}
    return {"name": row.name, "what": row.what, "unit": row.unit, "goal": given or None}


def machine() -> Result:
    """What measures: its kind and versions, never its name."""
    versions = {}
    for name in LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": versions,
    }


def read_results(path: Path) -> list[Result]:
    """
    The benches of a file, none where there is no file.

    Raises:
        BenchError: It is no such file.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.validate(content, json.loads(SCHEMA.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise BenchError(f"{path}: cannot be read ({error}); measure anew into another file") from None
    except jsonschema.ValidationError as error:
        raise BenchError(f"{path}: {error.json_path}: {error.message}; measure anew into another file") from None
    found: list[Result] = content["benches"]
    return found


def write_results(path: Path, results: Collection[Result], order: Sequence[str], *, slow: bool = False) -> None:
    """
    Write *results* in place of those of the same benches in the file; what else it has of *order* stays.

    Args:
        slow: Whether only what was not measured quickly stays.

    Raises:
        BenchError: The file that is there is no such file, or it cannot be written.
    """
    known = {one["name"]: one for one in [*read_results(path), *results]}
    benches = [known[name] for name in order if name in known and not (slow and known[name]["quick"])]
    content = {"format": FORMAT, "benches": benches}
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_whole(path: Path, text: str) -> None:
    """
    Write a file whole or not at all.

    Raises:
        BenchError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BenchError(f"{path}: cannot be written ({error.strerror}); name another file") from None


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
