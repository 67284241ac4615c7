"""
The console script: what pytest cannot do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from graphcancel.auth import SignIn, ask_on_stderr
from graphcancel.case import Case
from graphcancel.choice import cases_of, select
from graphcancel.command_line import command_line
from graphcancel.compare import EXIT_MOVED, compare, of_target
from graphcancel.comparison_text import as_json, told
from graphcancel.contract import Contract, load_contracts
from graphcancel.csdl_stream import read_csdl
from graphcancel.disputes import load_disputes
from graphcancel.doctor import examine
from graphcancel.doctor_text import lines
from graphcancel.documents import read_page
from graphcancel.drafting import drafted
from graphcancel.drift_text import as_json as drift_as_json
from graphcancel.drift_text import told as told_of_drift
from graphcancel.ending import EXIT_RESIDUE, ending
from graphcancel.errors import DriftError, GraphCancelError, fault
from graphcancel.explaining import explained
from graphcancel.facts_text import told_of as told_of_page
from graphcancel.generated_cases import generated_cases
from graphcancel.layers import Found
from graphcancel.looking_up import before_any_run, meant, newest_with
from graphcancel.markdown import since
from graphcancel.marks import new_run
from graphcancel.matching import Held, contract_of, hold
from graphcancel.merge import lines_of, merge
from graphcancel.metadata_drift import compare_metadata
from graphcancel.metadata_text import reading, told_of_metadata
from graphcancel.onfile import from_here
from graphcancel.openapi_stream import read_openapi
from graphcancel.proving import prove
from graphcancel.reports import write_reports
from graphcancel.run import Line
from graphcancel.runfile import read_run, write_run
from graphcancel.scanning import Scanned, scan
from graphcancel.scanning import told as told_of_scan
from graphcancel.session import open_stage, version_roots
from graphcancel.standing_text import plural
from graphcancel.sweeping import assign, note_cleared, rehearse, search_for, sweep_up, told_after, told_of
from graphcancel.targetfile import Description, read_target

FORMATS: Final[Mapping[str, Callable[[Line], Iterator[str]]]] = {"text": told, "markdown": since, "json": as_json}
"""How a comparison is told, line by line."""

_BAD: Final = 4
"""The exit status of bad input."""

_Made = TypeVar("_Made")


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    The exit status is 0, 1 for a proof that fails, for a secret that is found and for a fault of our own, 2 for bad
    usage, 4 for bad input, 10 or 12 for a target that is not ready, 15 where something moved between two runs or away
    from a contract, and what a merged run ends with.
    """
    arguments = command_line().parse_args(argv)
    try:
        commands = {
            "cases": _cases,
            "compare": _compare,
            "doctor": _doctor,
            "drift": _drift,
            "explain": _explain,
            "merge": _merge,
            "prove": lambda given: prove(given, _folder()),
            "read": _read,
            "report": _report,
            "sanitise-check": _check,
            "sweep": _sweep,
        }
        return commands[arguments.command](arguments)
    except GraphCancelError as error:
        print(f"graphcancel: {error}", file=sys.stderr)
        return _BAD
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("graphcancel: interrupted; what is done is kept", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - Python would show its words, and in them what a target sent
        print(f"graphcancel: {fault(error)}", file=sys.stderr, end="")
        return 1


def _cases(arguments: argparse.Namespace) -> int:
    described = read_target(arguments.target, secrets=False) if arguments.target not in {None, "mock"} else None
    contracts, cases = cases_of(arguments.contracts or _folder(), described)
    chosen = select(cases, contracts, arguments.contract)
    if arguments.json:
        standing = {contract.id: contract for contract in contracts}
        json.dump([_described(case, standing, described) for case in chosen], sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        for case in chosen:
            print(case.id)
        print(f"{len(chosen)} cases", file=sys.stderr)
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    if arguments.target == "mock":
        raise GraphCancelError(
            "mock is started by pytest alone; graphmock serve --write-target DIR, and name DIR/target.toml here"
        )
    described = read_target(arguments.target)
    contracts, cases = cases_of(_folder(), described)
    chosen = select(cases, contracts, arguments.contract, arguments.pattern)
    sign_in = SignIn(described, ask=ask_on_stderr)
    report = examine(described, contracts, chosen, sign_in)
    for note in [*described.notes, *sign_in.notes]:
        print(f"graphcancel: {note}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for line in lines(report):
            console.print(Text(line.text, style="yellow" if line.problem else ""))
    return int(report["exit"]["status"])


def _explain(arguments: argparse.Namespace) -> int:
    place = arguments.run
    if place:
        parts = read_run(place).parts
        case = meant(arguments.case, [planned["id"] for part in parts for planned in part.plan])
    else:
        folder = _folder()
        contracts, cases = cases_of(folder, None)
        cases += generated_cases(contracts)
        case = meant(arguments.case, [case.id for case in cases])
        runs = arguments.runs or folder.resolve().parent / "runs"
        found = newest_with(case, runs, lambda why: print(f"graphcancel: passed over {why}", file=sys.stderr))
        disputes = load_disputes(folder / "disputes.yaml")
        place, parts = (found[0], found[1].parts) if found else (None, (before_any_run(contracts, disputes, cases),))
    console = Console(highlight=False, soft_wrap=True)
    planned = [part for part in parts if any(planned["id"] == case for planned in part.plan)]
    # A merged run may hold it several times, and be told of it by parts that left it out.
    for number, part in enumerate([part for part in planned if case in part.by_id] or planned[:1]):
        if number:
            console.print()
        for line in explained(part, case, str(from_here(place)) if place else None):
            console.print(Text(line.text, style=line.style))
    return 0


def _read(arguments: argparse.Namespace) -> int:
    many = len(arguments.pages) > 1
    if arguments.as_contract:
        if many:
            number = len(arguments.pages)
            raise DriftError(f"read --as-contract: {number} pages make as many contracts; name one page at a time")
        page = read_page(arguments.pages[0], arguments.includes)
        print(drafted(page, (arguments.contracts or _folder()) / "schema.json"), end="")
        return 0
    pages = _of_each(arguments.pages, lambda path: read_page(path, arguments.includes))
    status = 0 if len(pages) == len(arguments.pages) else _BAD
    if arguments.json:
        found = [asdict(page) for page in pages]
        if found:
            print(json.dumps(found if many else found[0], indent=1, ensure_ascii=False))
        return status
    console = Console(highlight=False, soft_wrap=True)
    for number, page in enumerate(pages):
        if number:
            console.print()
        # What reads a pipe finds a fact on one line.
        for line in told_of_page(page, console.width if console.is_terminal else sys.maxsize):
            console.print(Text(line.text, style=line.style))
    return status


def _of_each(pages: Sequence[Path], made: Callable[[Path], _Made]) -> list[_Made]:
    """What is *made* of each of *pages*; where that fails, a line on stderr, so that one page hides no other."""
    found = []
    for page in pages:
        try:
            found.append(made(page))
        except GraphCancelError as error:
            print(f"graphcancel: {error}", file=sys.stderr)
    return found


def _report(arguments: argparse.Namespace) -> int:
    for path in arguments.runs:
        run = read_run(path)
        for written in write_reports(path if path.is_dir() else path.parent, run):
            print(from_here(written))
    return 0


def _sweep(arguments: argparse.Namespace) -> int:
    if arguments.target == "mock":
        raise GraphCancelError("sweep mock: the built-in mock ends with its run; name a target file or a URL")
    folder = _folder()
    described = read_target(arguments.target)
    contracts, _ = cases_of(folder, described)
    now = dt.datetime.now(dt.UTC)
    stage, _ = open_stage(described, contracts, new_run(now), now.isoformat(timespec="seconds"))
    with ExitStack() as held:
        held.callback(stage.target.close)
        assignment = assign(stage, arguments.runs or folder.resolve().parent / "runs", arguments.run, held)
        told = stage.since and dt.datetime.fromisoformat(stage.since) - now
        search = search_for(assignment, now, told or dt.timedelta())
        roots = version_roots(described, contracts)
        for text in told_of(assignment, described.name, stage.target.sign_in.troubles()):
            print(text)
        if arguments.dry_run:
            swept = rehearse(stage, roots, search)
        else:
            swept = sweep_up(stage, roots, search, assignment.last, tell=partial(print, file=sys.stderr))
        if swept.clean and not arguments.dry_run:
            note_cleared(assignment)
    for text in told_after(swept, dry_run=arguments.dry_run, complaints=assignment.complaints):
        print(text)
    return 0 if swept.clean and not assignment.complaints else EXIT_RESIDUE


def _check(arguments: argparse.Namespace) -> int:
    scanned = Scanned()
    found: list[Found] = []
    # Lines are as long as they are: what a terminal breaks it puts together again when it is copied.
    errors = Console(stderr=True, soft_wrap=True)
    # A console that is no terminal shows no progress, and nothing of it stays. Findings go above it if they are shown
    # there too, but what is written to a file is left to go there.
    both = sys.stdout.isatty()
    with Progress(console=errors, transient=True, disable=not errors.is_terminal, redirect_stdout=both) as progress:
        task = progress.add_task("looking", total=None)

        def tell() -> None:
            progress.update(task, description=f"looking: {scanned.files} files, {len(found)} findings")

        for finding in scan(arguments.paths, scanned, tell):
            found.append(finding)
            if not arguments.json:
                print(finding, flush=True)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in found], indent=1, ensure_ascii=False))
    else:
        print(told_of_scan(scanned, found))
    return 1 if found else 0


def _compare(arguments: argparse.Namespace) -> int:
    before, after = read_run(arguments.before), read_run(arguments.after)
    if len(after.parts) == 1:
        before = of_target(before, after.target, arguments.before)
    found = compare(before, after)
    # Silence is the answer to no change, in every form.
    for text in FORMATS[arguments.format](found.as_json()) if found.changes else ():
        print(text)
    return EXIT_MOVED if found.moved else 0


def _drift(arguments: argparse.Namespace) -> int:
    published = arguments.csdl or arguments.openapi
    if bool(arguments.pages) == bool(published):
        found = "both pages and metadata" if published else "nothing to hold against the contracts"
        raise DriftError(f"drift: {found}; name pages, or one file with --openapi or --csdl")
    if arguments.version and not published:
        raise DriftError("drift --version: says what metadata describes; of pages, name the contract with --contract")
    contracts = load_contracts(arguments.contracts or _folder(), arguments.contract)
    return _drift_of_metadata(arguments, contracts) if published else _drift_of_pages(arguments, contracts)


def _drift_of_pages(arguments: argparse.Namespace, contracts: Sequence[Contract]) -> int:
    def held_against_its_own(path: Path) -> Held:
        page = read_page(path, arguments.includes)
        return hold(page, contract_of(page, contracts, named=len(arguments.contract) == 1), contracts)

    helds = _of_each([Path(page) for page in arguments.pages], held_against_its_own)
    if arguments.json and helds:
        print(json.dumps(drift_as_json(helds), indent=1, ensure_ascii=False))
    else:
        for held in helds:
            for line in told_of_drift(held):
                print(line)
    if len(helds) < len(arguments.pages):
        return _BAD
    return EXIT_MOVED if any(held.moved for held in helds) else 0


def _drift_of_metadata(arguments: argparse.Namespace, contracts: Sequence[Contract]) -> int:
    path, read = (arguments.csdl, read_csdl) if arguments.csdl else (arguments.openapi, read_openapi)
    templates = {route.template for contract in contracts for route in contract.routes}
    if not templates:
        raise DriftError(f"{contracts[0].id}: lists no route, so metadata says nothing of it; name another contract")
    with reading(path) as tell:
        metadata = read(path, templates, tell)
    drift = compare_metadata(metadata, contracts, arguments.version, chosen=bool(arguments.contract))
    if arguments.json:
        print(json.dumps(drift.as_json(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(told_of_metadata(drift)))
    return EXIT_MOVED if drift.moved else 0


def _merge(arguments: argparse.Namespace) -> int:
    runs = [(str(path), read_run(path)) for path in arguments.runs]
    merged = merge(runs, expected=arguments.expect, partial=arguments.partial)
    folder = write_run(arguments.out or _folder().resolve().parent / "runs", "merged", lines_of(merged))
    write_reports(folder, merged)
    print(from_here(folder))
    number = len(merged.parts)
    told_of_it = f"{plural(number, 'target')}, {plural(merged.footer['counts']['cases'], 'case')}"
    partial = ", partial" if merged.partial else ""
    print(f"{plural(len(runs), 'run')} merged: {told_of_it}{partial}: {ending(merged.exits)}", file=sys.stderr)
    return int(merged.footer["exit"])


def _described(case: Case, contracts: dict[str, Contract], described: Description | None) -> dict[str, Any]:
    gates = described.gates if described else None
    current = contracts[case.contract].standing == "current"
    return {
        **case.coordinates(),
        "documented_status": case.documented_status,
        "clauses": list(case.clauses),
        "gating": current if gates is None else case.contract in gates,
    }


def _folder() -> Path:
    """The project's contracts: beside the installed source, else in the working directory."""
    beside = Path(__file__).resolve().parents[2] / "contracts"
    return beside if beside.is_dir() else Path("contracts")


if __name__ == "__main__":
    sys.exit(main())
