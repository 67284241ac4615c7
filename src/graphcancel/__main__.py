"""
The console script: what pytest cannot do.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from graphcancel.auth import SignIn, ask_on_stderr
from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.choice import cases_of, select
from graphcancel.contract import Contract, load_contracts
from graphcancel.doctor import examine
from graphcancel.doctor_text import lines
from graphcancel.ending import EXIT_RESIDUE
from graphcancel.errors import GraphCancelError, fault
from graphcancel.layers import Found
from graphcancel.marks import is_run, new_run
from graphcancel.onfile import from_here
from graphcancel.proof import Result, holds, table, verdict
from graphcancel.prove import Proof, catalogue
from graphcancel.prove import select as subjects_of
from graphcancel.report import rendered
from graphcancel.scanning import Scanned, scan, told
from graphcancel.session import open_stage, version_roots
from graphcancel.sweeping import Swept, assign, look, note_cleared, search_for, sweep_up, told_after, told_of
from graphcancel.targetfile import Description, read_target

OVERVIEW = """\
examples:
  pytest                                                the suite against the bundled mock
  graphcancel doctor targets/contoso.toml               is the tenant ready
  pytest --target=targets/contoso.toml                  the suite against it
  graphcancel sweep targets/contoso.toml                remove what a killed run left
  graphcancel prove                                     does the suite find faults
"""
EXAMPLES = """\
examples:
  graphcancel cases                                     every case, one id a line
  graphcancel cases --contract event-cancel.v1.0        those of one page
  graphcancel cases --json | jq -r '.[].route' | sort -u
"""
EXAMINING = """\
examples:
  graphcancel doctor targets/contoso.toml               would a whole run judge everything, and what would it send
  graphcancel doctor targets/contoso.toml -k "event-cancel.v1.0 and not groups"
  graphcancel doctor targets/contoso.toml --json | jq .cases.inconclusive

The exit status is 0 if every case would run and nothing of an earlier run is left, 12 if something is, 10 if some cases
would be inconclusive, and 4 if the target file is wrong, nobody can sign in or nothing answers.
"""
PROVING = """\
examples:
  graphcancel prove                                     every fault, variation and constant answer of the mock
  graphcancel prove --fault no-mail --vary page-by-one  these two
  graphcancel prove -j 4 --fresh                        four at a time, nothing taken over from the last proof

The exit status is 0 if every fault is found, at least 95 % of them by the clause they break, no variation is taken for
a fault, and no server that always answers the same is believed; else 1.
"""

SWEEPING = """\
examples:
  graphcancel sweep targets/contoso.toml                what killed runs left, by the ledgers below runs/
  graphcancel sweep targets/contoso.toml --dry-run      only say what would go
  graphcancel sweep targets/contoso.toml --run gc6b01f6c3ee67f4    what this run left, ledger or not

Without a ledger, what bears the mark of a run goes when it is older than 24 hours; a run still going is left alone.
The exit status is 0 if nothing is left, 12 if something is (after --dry-run: if something would go), 4 for bad input.
"""

CHECKING = """\
examples:
  graphcancel sanitise-check cassettes                  every file below a folder
  graphcancel sanitise-check runs/latest.har junit.xml  whatever the format, binary and packed files too
  graphcancel sanitise-check --json . | jq -r '.[].file' | sort -u
  git ls-files -z | xargs -0 graphcancel sanitise-check what would be published, and nothing else

Each finding is one line: file, line, column, the encodings it lies under, and what it is; never the thing itself.
The exit status is 0 if nothing was found, 1 if something was or a file could not be looked through, 4 for bad input.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    The exit status is 0, 1 for a proof that fails, for a secret that is found and for a fault of our own, 2 for bad
    usage, 4 for bad input, and 10 or 12 for a target that is not ready.
    """
    arguments = command_line().parse_args(argv)
    try:
        commands = {"cases": _cases, "doctor": _doctor, "prove": _prove, "sanitise-check": _check, "sweep": _sweep}
        return commands[arguments.command](arguments)
    except GraphCancelError as error:
        print(f"graphcancel: {error}", file=sys.stderr)
        return 4
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("graphcancel: interrupted; what is done is kept", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - Python would show its words, and in them what a target sent
        print(f"graphcancel: {fault(error)}", file=sys.stderr, end="")
        return 1


def command_line() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(
        prog="graphcancel",
        description="Contract tests of the Microsoft Graph cancel actions. pytest runs them: see pytest --help.",
        epilog=OVERVIEW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listing = commands.add_parser(
        "cases",
        help="list the cases without running them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    listing.add_argument("--json", action="store_true", help="a JSON list of objects instead of one id a line")
    listing.add_argument("--contract", action="append", default=[], metavar="ID", help="only this contract; repeatable")
    listing.add_argument("--target", metavar="FILE", help="gates, cloud and contracts of this target file or URL")
    listing.add_argument("--contracts", metavar="DIR", type=Path, default=None, help="folder of the contract files")
    examining = commands.add_parser(
        "doctor",
        help="say whether a target is ready for a run, without writing to it",
        epilog=EXAMINING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    examining.add_argument("target", metavar="TARGET", help="a target file (….toml) or a base URL")
    examining.add_argument("--json", action="store_true", help="one JSON object instead of text")
    examining.add_argument("--contract", action="append", default=[], metavar="ID", help="only its cases; repeatable")
    examining.add_argument("-k", dest="pattern", default="", metavar="EXPRESSION", help="only cases whose id holds it")
    proving = commands.add_parser(
        "prove",
        help="run the suite against planted faults and legitimate differences, and say what it finds",
        epilog=PROVING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    proving.add_argument("--fault", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    proving.add_argument("--vary", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    proving.add_argument(
        "-j",
        "--jobs",
        type=_jobs,
        default=None,
        metavar="N",
        help="runs at a time (default: twice the cores, since much of a run is waiting)",
    )
    proving.add_argument("--whole", action="store_true", help="every case against every service, not a choice")
    proving.add_argument("--fresh", action="store_true", help="take nothing over from an earlier proof")
    proving.add_argument("--out", type=Path, default=None, metavar="DIR", help="where to write (default: ROOT/proof)")
    checking = commands.add_parser(
        "sanitise-check",
        help="look through files for anything secret or personal, and say where it stands without showing it",
        epilog=CHECKING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    checking.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, or a folder with all below it; links are not followed"
    )
    checking.add_argument("--json", action="store_true", help="a JSON list of objects instead of one finding a line")
    sweeping = commands.add_parser(
        "sweep",
        help="remove what killed runs left in a target",
        epilog=SWEEPING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sweeping.add_argument("target", metavar="TARGET", help="a target file or a base URL, as for pytest --target")
    sweeping.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
    sweeping.add_argument("--run", type=_run, default=None, metavar="ID", help="only what this run left, at any age")
    sweeping.add_argument("--runs", type=Path, default=None, metavar="DIR", help="the run folders (default: ROOT/runs)")
    return parser


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


def _prove(arguments: argparse.Namespace) -> int:
    # What a CI system sends first; as an interrupt it stops the runs and keeps what is done.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = _folder()
    root = folder.resolve().parent
    subjects = subjects_of(catalogue(), arguments.fault, arguments.vary)
    out = arguments.out.resolve() if arguments.out else root / "proof"
    proof = Proof(root, out, build_cases(load_contracts(folder)), whole=arguments.whole)
    if arguments.fresh:
        proof.forget()
    known = proof.done(subjects)
    left = [subject for subject in subjects if subject.name not in known]
    jobs = arguments.jobs or 2 * (os.cpu_count() or 1)
    started = time.monotonic()
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("proving", total=len(subjects), completed=len(known))

        def tell(result: Result) -> None:
            progress.update(task, advance=1, description=f"proving ({result.name}: {result.outcome})")

        fresh = proof.run(left, jobs, tell) if left else []
    found = {**known, **{result.name: result for result in fresh}}
    results = [found[subject.name] for subject in subjects]
    seconds = time.monotonic() - started
    written = proof.write(results, seconds, jobs)
    terminal = Console()
    color = terminal.is_terminal and not os.environ.get("NO_COLOR")
    print(rendered(table(results), terminal.width if terminal.is_terminal else 160, color=color))
    print("\n" + "\n".join(verdict(results)))
    again = f", {len(known)} taken over from the last proof" if known else ""
    good = holds(results)
    print(
        f"the proof {'holds' if good else 'FAILS'}: {seconds:.0f} s, {jobs} runs at a time{again}; {from_here(written)}"
    )
    return 0 if good else 1


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
            swept = Swept()
            swept.left = look(stage, roots, search, swept.blind)
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
        print(told(scanned, found))
    return 1 if found else 0


def _jobs(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _run(text: str) -> str:
    if not is_run(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no run's id, such as gc6b01f6c3ee67f4: see run.jsonl, key run")
    return text


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
