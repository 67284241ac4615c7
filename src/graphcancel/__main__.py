"""
The console script: what pytest cannot do.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphcancel.cases import Case, build_cases
from graphcancel.contract import Contract, contract_ids, load_contracts
from graphcancel.errors import GraphCancelError
from graphcancel.targetfile import Description, check_names, read_target

EXAMPLES = """\
examples:
  graphcancel cases                                     every case, one id a line
  graphcancel cases --contract event-cancel.v1.0        those of one page
  graphcancel cases --json | jq -r '.[].route' | sort -u
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0, or 2 for bad usage and 4 for bad input."""
    parser = argparse.ArgumentParser(
        prog="graphcancel",
        description="Contract tests of the Microsoft Graph cancel actions. pytest runs them: see pytest --help.",
        epilog=EXAMPLES,
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
    arguments = parser.parse_args(argv)
    try:
        return _cases(arguments)
    except GraphCancelError as error:
        print(f"graphcancel: {error}", file=sys.stderr)
        return 4
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _cases(arguments: argparse.Namespace) -> int:
    folder = arguments.contracts or _folder()
    described = read_target(arguments.target) if arguments.target not in {None, "mock"} else None
    if described:
        check_names(described, contract_ids(folder))
    contracts = load_contracts(folder, described.contracts if described else ())
    known = {contract.id for contract in contracts}
    for name in arguments.contract:
        if name not in known:
            raise GraphCancelError(f"--contract {name}: unknown; known are {', '.join(sorted(known))}")
    cases = build_cases(contracts, described.cloud if described else None)
    chosen = [case for case in cases if not arguments.contract or case.contract in arguments.contract]
    if arguments.json:
        standing = {contract.id: contract for contract in contracts}
        json.dump([_described(case, standing, described) for case in chosen], sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        for case in chosen:
            print(case.id)
        print(f"{len(chosen)} cases", file=sys.stderr)
    return 0


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
