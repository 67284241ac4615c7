"""
The console script's commands and options.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from graphcancel.marks import is_run
from graphcancel.metadata import VERSIONS

OVERVIEW = """\
examples:
  pytest                                                the suite against the bundled mock
  graphcancel doctor targets/contoso.toml               is the tenant ready
  pytest --target=targets/contoso.toml                  the suite against it
  graphcancel explain CASE                              why did this case fail
  graphcancel sweep targets/contoso.toml                remove what a killed run left
  graphcancel compare runs/last runs/tonight            what changed since
  graphcancel drift event-cancel.md                     did the page move away from its contract
  graphcancel report runs/20261121T144219Z-mock         write the reports of a run again
  graphcancel prove                                     does the suite find faults
  graphcancel read event-cancel.md                      what does a documentation page claim
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
  graphcancel prove --table README.md                   everything, and put the counts into this document
  graphcancel prove --check README.md                   everything, and say whether its counts are still so

The exit status is 0 if every fault is found by the clause it breaks, no variation is taken for a fault, alone or with
others, no server that always answers the same is believed, and choosing cases hid none of that; else 1. It is 1 as well
if the table checked is stale.
"""

RENDERING = """\
examples:
  graphcancel report runs/20261121T144219Z-mock        report.html, junit.xml and summary.md beside run.jsonl
  graphcancel report runs/*/run.jsonl                  those of every run

The same run.jsonl gives the same bytes. The exit status is 0, and 4 for what is no whole run.
"""

SWEEPING = """\
examples:
  graphcancel sweep targets/contoso.toml                what killed runs left, by the ledgers below runs/
  graphcancel sweep targets/contoso.toml --dry-run      only say what would go
  graphcancel sweep targets/contoso.toml --run gc6b01f6c3ee67f4    what this run left, ledger or not

Without a ledger, what bears the mark of a run goes when it is older than 24 hours; a run still going is left alone.
The exit status is 0 if nothing is left, 12 if something is (after --dry-run: if something would go), 4 for bad input.
"""

EXPLAINING = """\
examples:
  graphcancel explain event-cancel.v1.0/me.events/organizer/camel    a case, from the newest run that holds it
  graphcancel explain v1.0.me.events/organizer/pascal/batch           a part of its id that no other has
  graphcancel explain CASE --run runs/20261122T021700Z-contoso        from this run

CASE may also be the test's full name in pytest. Where no run holds it, what the contracts say of it is told.
The exit status is 0, and 4 where no case or more than one is meant, or the run cannot be read.
"""
COMPARING = """\
examples:
  graphcancel compare runs/20261121T020000Z-contoso runs/20261122T020000Z-contoso
  graphcancel compare --format markdown runs/last runs/tonight >> "$GITHUB_STEP_SUMMARY"
  graphcancel compare --format json runs/last runs/tonight | jq -r '.changes[].title'

Nothing is printed where nothing changed. The exit status is 15 if a verdict moved off pass, a case vanished, a clause
is no longer asserted or a dispute is read otherwise, else 0, and 4 for bad input.
"""
MERGING = """\
examples:
  graphcancel merge runs/*-contoso runs/*-fabrikam      several targets, or parts of one, as one run
  graphcancel merge runs/* --expect contoso --expect fabrikam

The folder of the merged run is printed. The exit status is that of the merged run (0, 1, 10, 11 or 12), 4 if a run
cannot be read, a case is in two of them or in none, or an expected target is missing.
"""

DRIFTING = """\
examples:
  graphcancel drift event-cancel.md                     a page as it reads now, against its contract
  graphcancel drift event-cancel.md bookingappointment-cancel.md    several, each against its own
  graphcancel drift event-cancel.md --contract event-cancel.beta
  graphcancel drift event-cancel.md --json | jq -r '.differences[].kind'
  graphcancel drift --openapi openapi.yaml              published metadata, against each contract of its version
  graphcancel drift --csdl metadata.xml --version beta --json | jq '.differences[] | select(.moved)'

A page is held against the contract of its action and version that has most facts in common with it. The exit status
is 15 if a fact of a page moved, or a route or property of a current page is no longer so in the metadata, else 0. It is
4 if a page cannot be read or belongs to no contract or to several alike: the other pages are told all the same.
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
READING = """\
examples:
  graphcancel read event-cancel.md                      its facts with their lines, and what could not be understood
  graphcancel read api/event-*.md --includes includes   several pages, their includes from a folder
  graphcancel read --json event-cancel.md | jq -r '.facts[] | select(.kind == "route").value'
  curl -s https://docs.example/event-cancel.md | graphcancel read -
  graphcancel read event-decline.md --as-contract > contracts/event-decline.v1.0.yaml

The exit status is 0, or 4 if a page cannot be read, holds no fact of an action, or says what no contract can hold: the
other pages are told all the same.
"""


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
    explaining = commands.add_parser(
        "explain",
        help="tell one case in full: what its clauses say, what was sent, what came",
        epilog=EXPLAINING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    explaining.add_argument("case", metavar="CASE", help="a case id, a part that only one has, or a test's name")
    explaining.add_argument("--run", type=Path, default=None, metavar="RUN", help="a run folder or its run.jsonl")
    explaining.add_argument(
        "--runs", type=Path, default=None, metavar="DIR", help="the run folders (default: ROOT/runs)"
    )
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
        help="runs at a time (default: three for each core, since much of a run is waiting)",
    )
    proving.add_argument("--whole", action="store_true", help="every case against every service, not a choice")
    proving.add_argument(
        "--sample",
        type=_number,
        default=None,
        metavar="N",
        help="services that are run with every case as well (default: 6, none where services are named)",
    )
    proving.add_argument("--table", type=Path, default=None, metavar="FILE", help="put the counts into this document")
    proving.add_argument("--check", type=Path, default=None, metavar="FILE", help="fail if its counts are others")
    proving.add_argument("--fresh", action="store_true", help="take nothing over from an earlier proof")
    proving.add_argument("--out", type=Path, default=None, metavar="DIR", help="where to write (default: ROOT/proof)")
    comparing = commands.add_parser(
        "compare",
        help="say what changed from one run to another, silence included",
        epilog=COMPARING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    comparing.add_argument("before", metavar="A", type=Path, help="the earlier run: its folder or its run.jsonl")
    comparing.add_argument("after", metavar="B", type=Path, help="the later run")
    comparing.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", help="how to tell it (default: text)"
    )
    merging = commands.add_parser(
        "merge",
        help="make several runs one: of several targets, or of parts of one",
        epilog=MERGING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    merging.add_argument("runs", nargs="+", metavar="RUN", type=Path, help="a run folder or its run.jsonl")
    merging.add_argument("--out", type=Path, default=None, metavar="DIR", help="where to write (default: ROOT/runs)")
    merging.add_argument(
        "--expect", action="append", default=[], metavar="NAME", help="a target that must be among them; repeatable"
    )
    merging.add_argument("--partial", action="store_true", help="allow that planned cases are in none of the runs")
    _add_drift(commands)
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
    _add_read(commands)
    rendering = commands.add_parser(
        "report",
        help="write the reports of a run again, from its run.jsonl alone",
        epilog=RENDERING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rendering.add_argument("runs", nargs="+", metavar="RUN", type=Path, help="a run folder, or the run.jsonl in it")
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


def _jobs(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _number(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("0 for none, or more")
    return value


def _run(text: str) -> str:
    if not is_run(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no run's id, such as gc6b01f6c3ee67f4: see run.jsonl, key run")
    return text


def _add_drift(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    drifting = commands.add_parser(
        "drift",
        help="say what a documentation page or published metadata says otherwise than the contracts",
        epilog=DRIFTING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    drifting.add_argument("pages", nargs="*", metavar="PAGE", help="a page's source, or its text as rendered")
    published = drifting.add_mutually_exclusive_group()
    published.add_argument("--openapi", type=Path, metavar="FILE", help="an OpenAPI 3 file, YAML or JSON")
    published.add_argument("--csdl", type=Path, metavar="FILE", help="an OData model, the XML behind $metadata")
    drifting.add_argument(
        "--version", choices=VERSIONS, default=None, help="which version FILE describes (default: as it says)"
    )
    drifting.add_argument(
        "--contract", action="append", default=[], metavar="ID", help="only this contract; repeatable"
    )
    drifting.add_argument("--includes", type=Path, default=None, metavar="DIR", help="folder of what pages include")
    drifting.add_argument("--contracts", type=Path, default=None, metavar="DIR", help="folder of the contract files")
    drifting.add_argument("--json", action="store_true", help="one JSON object instead of text")


def _add_read(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reading = commands.add_parser(
        "read",
        help="say what a documentation page claims, fact by fact, and what in it could not be understood",
        epilog=READING,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reading.add_argument(
        "pages",
        nargs="+",
        metavar="PAGE",
        type=Path,
        help="a page's Markdown or its rendered text; - is standard input",
    )
    form = reading.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON object instead of text; a list for several pages")
    form.add_argument(
        "--as-contract", action="store_true", help="a draft of the page's contract, with TODO where a person decides"
    )
    reading.add_argument(
        "--contracts", type=Path, default=None, metavar="DIR", help="folder of the contract files, for --as-contract"
    )
    reading.add_argument(
        "--includes", type=Path, default=None, metavar="DIR", help="the folder of the pages' includes (default: beside)"
    )
