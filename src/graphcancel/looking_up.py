"""
Which case somebody means, and the newest run that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from graphcancel.errors import GraphCancelError, RunError
from graphcancel.run import Part, Run, told_of_contracts, told_of_disputes, told_of_plan
from graphcancel.runfile import NAME, read_run
from graphcancel.sanitise import remark

if TYPE_CHECKING:
    from graphcancel.case import Case
    from graphcancel.contract import Contract
    from graphcancel.disputes import Entry

_NEAREST: Final = 3


def meant(written: str, known: Sequence[str]) -> str:
    """
    The id of *known* that *written* means: it, a part that only it has, or the name of its test in pytest.

    Raises:
        GraphCancelError: None or several; the message names the nearest.
    """
    name = written.partition("[")[2].removesuffix("]") if "[" in written else written
    if name in known:
        return name
    found = list(dict.fromkeys(one for one in known if name.lower() in one.lower()))
    whole = [one for one in found if one.lower() == name.lower()]
    if len(found) == 1 or whole:
        return (whole or found)[0]
    if found and name:
        near = ", ".join(sorted(found, key=len)[:_NEAREST])
        raise GraphCancelError(f"{remark(name)}: part of {len(found)} case ids, such as {near}; name one")
    near = ", ".join(get_close_matches(name, known, _NEAREST, cutoff=0.0))
    raise GraphCancelError(f"{remark(name)}: no such case; nearest: {near}; see graphcancel cases")


def newest_with(case: str, folder: Path, passed_over: Callable[[str], object]) -> tuple[Path, Run] | None:
    """
    The run folder below *folder* whose run began last of those that hold *case*, with its run; None where none does.

    Args:
        passed_over: Is told why a run that has the case is none, such as one that did not end.
    """
    found = (file for file in folder.glob(f"*/{NAME}") if file.is_file())
    for file in sorted(found, key=_started, reverse=True):
        if not _mentions(file, case):
            continue
        try:
            return file.parent, read_run(file)
        except RunError as error:
            passed_over(str(error))
    return None


def before_any_run(contracts: Sequence[Contract], disputes: Sequence[Entry], cases: Sequence[Case]) -> Part:
    """What is known of *cases* where nothing was run: a part without any."""
    return Part(
        {
            "contracts": told_of_contracts(contracts),
            "disputes": told_of_disputes(disputes, contracts),
            "plan": told_of_plan(cases),
        },
        (),
    )


def _started(file: Path) -> str:
    """When the run in *file* began, empty where it does not say."""
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return str(json.loads(lines.readline())["started"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ""


def _mentions(file: Path, case: str) -> bool:
    """Whether a line of *file* is that of *case*."""
    named = f'"id": {json.dumps(case)}'
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            return any('"kind": "case"' in line[:40] and named in line for line in lines)
    except OSError:
        return False
