"""
Alters the judging code in one place at a time and asks its tests whether they notice.

Ends with 0 if at most one mutant in twenty survives, each that does is explained in ``survivors.toml`` and each function
has a mutant, with 1 if not, and with 2 where nothing could be asked.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from explained import BadExplanation, Comparison, as_entry, compare, read
from mutants import Mutant, functions_of, mutants_of
from running import ENDING, Outcome, end, passes, run_all

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "src" / "graphcancel"
MOST = 0.05
"""The share of all mutants that may survive; of a run over some modules it is not asked."""

Counts = dict[str, Counter[str]]
"""By module, how many mutants came to what."""


def main() -> int:
    """Run the command and return its exit status."""
    sys.path.insert(0, str(PACKAGE.parent))  # these sources, whatever is installed
    modules: dict[str, list[str]] = tomllib.loads((HERE / "judging.toml").read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="tests/mutation", description="Alter the judging code, ask its tests.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="only these, for example: seen; all by default")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at a time")
    parser.add_argument("--out", type=Path, default=ROOT / "mutation", help="where results.json goes")
    options = parser.parse_args()
    chosen = options.modules or list(modules)
    if unknown := [name for name in chosen if name not in modules]:
        return _cannot(f"{', '.join(unknown)}: not in judging.toml; there are {', '.join(modules)}")
    if options.processes < 1:
        return _cannot("--processes: give 1 or more")
    try:
        explained = read(HERE / "survivors.toml")
    except BadExplanation as error:
        return _cannot(str(error))
    if gone := sorted({name[0] for name in explained} - modules.keys()):
        return _cannot(f"survivors.toml: {', '.join(gone)}: no module of judging.toml; remove what explains it")
    for number in ENDING:
        signal.signal(number, end)
    begun = time.monotonic()
    counts: Counts = {}
    survivors: list[Mutant] = []
    unaltered: list[str] = []
    for name in chosen:
        tests = [ROOT / "tests" / "unit" / file for file in modules[name]]
        counts[name] = Counter()
        if why := _ask(name, tests, options.processes, counts[name], survivors, unaltered):
            return _cannot(why)
    found = compare(survivors, explained, chosen)
    share = len(survivors) / max(1, sum(tally.total() for tally in counts.values()))
    print(_table(counts, found))
    _tell(found, unaltered, share)
    whole = set(chosen) == modules.keys()
    # The share is one of all modules; in a small one a single survivor is many.
    few = share <= MOST or not whole
    holds = few and not found.unexplained and not found.stale and not unaltered
    seconds = round(time.monotonic() - begun)
    asked = "check" if whole else f"check in {', '.join(chosen)}, and no other was asked,"
    print(f"{'every' if holds else 'not every'} {asked} earns its place: {seconds} s")
    told = {"holds": holds, "whole": whole, "share": share, "seconds": seconds, "unaltered": unaltered}
    _write(options.out, {**told, **_as_json(counts, found)})
    return 0 if holds else 1


def _cannot(why: str) -> int:
    print(f"mutation: {why}", file=sys.stderr)
    return 2


def _ask(
    name: str,
    tests: Sequence[Path],
    processes: int,
    tally: Counter[str],
    survivors: list[Mutant],
    unaltered: list[str],
) -> str | None:
    """Count what becomes of the mutants of one module; gives why that could not be asked, None where it was."""
    path = PACKAGE / f"{name}.py"
    source = path.read_text(encoding="utf-8")
    begun = time.monotonic()
    if not passes(tests):
        return f"{', '.join(test.name for test in tests)}: fails as it is; run it by pytest"
    # Under a limit that also a busy machine keeps.
    limit = 30 + 10 * (time.monotonic() - begun)

    controls = {"survived": source, "killed": "raise RuntimeError\n"}
    for expected, text in controls.items():
        outcomes: list[Outcome] = []
        one = [Mutant(name, "", (), text)]
        run_all(one, tests, PACKAGE, processes=1, limit_s=limit, told=lambda _, what, to=outcomes: to.append(what))
        if outcomes != [expected]:
            return f"{name}: its tests do not tell the module as it is from one that cannot be imported"

    altered: set[str] = set()

    def told(mutant: Mutant, outcome: Outcome) -> None:
        tally[outcome] += 1
        altered.add(mutant.function)
        if outcome == "survived":
            survivors.append(mutant)

    run_all(mutants_of(name, source), tests, PACKAGE, processes=processes, limit_s=limit, told=told)
    unaltered += [
        f"{name}.{function}"
        for function in sorted(functions_of(source))
        if not any(f"{place}.".startswith(f"{function}.") for place in altered)
    ]
    print(f"{name}: {tally.total()} mutants, {tally['survived']} survived", file=sys.stderr)
    return None


def _table(counts: Counts, found: Comparison) -> str:
    explained = Counter[str]()
    for (module, _, _), times in found.explained.items():
        explained[module] += times
    lines = [f"{'module':12}  {'mutants':>7}  {'killed':>7}  {'survived':>8}  {'explained':>9}"]
    for name, tally in counts.items():
        killed = tally["killed"] + tally["timed out"]
        lines.append(f"{name:12}  {tally.total():7}  {killed:7}  {tally['survived']:8}  {explained[name]:9}")
    return "\n".join(lines)


def _tell(found: Comparison, unaltered: Sequence[str], share: float) -> None:
    for name, times in found.unexplained.items():
        print(f"\nsurvived, and nobody says why; write a test, or into survivors.toml:\n{as_entry(name, times)}")
    for name in found.stale:
        print(f"\nexplained, and does not survive, or is no mutant any more; remove it:\n{as_entry(name, 1)}")
    for name in unaltered:
        print(f"\nno mutant alters {name}, so nobody knows what would notice; write an operator that does")
    print(f"{share:.1%} survived; at most {MOST:.0%} of all modules' may")


def _as_json(counts: Counts, found: Comparison) -> dict[str, Any]:
    def listed(names: Mapping[Any, int]) -> list[dict[str, Any]]:
        return [
            {"module": module, "function": function, "change": change, "times": times}
            for (module, function, change), times in names.items()
        ]

    outcomes = ("killed", "timed out", "survived")
    return {
        "modules": {name: {outcome: tally[outcome] for outcome in outcomes} for name, tally in counts.items()},
        "explained": listed(found.explained),
        "unexplained": listed(found.unexplained),
        "stale": listed(found.stale),
    }


def _write(folder: Path, found: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / "results.json.new"
    beside.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(folder / "results.json")


if __name__ == "__main__":
    sys.exit(main())
