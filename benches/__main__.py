"""
The one command: runs benches, shows what they measured against the goals, and keeps it.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from benches.bench import BenchError, Scale
from benches.catalogue import BENCHES
from benches.measuring import measured
from benches.results import RESULTS, Result, read_results, write_results
from benches.table import missed, place_table, table

MISSED, INTERRUPTED, NOT_MEASURED = 1, 2, 4
LONGEST = 200
ORDER = [bench.name for bench in BENCHES]


def command_line() -> argparse.ArgumentParser:
    """The options, and in the epilog every bench with its minutes."""
    minutes = sum(bench.minutes for bench in BENCHES)
    listed = "".join(f"  {bench.name:14}{bench.minutes:5.1f}  {bench.rows[0].what}\n" for bench in BENCHES)
    parser = argparse.ArgumentParser(
        prog="python -m benches",
        description="What the suite and the mock cost, against their goals.",
        epilog=f"benches, minutes on two cores ({minutes:.0f} in all), and the first thing each measures:\n{listed}\n"
        f"exit status: 0 all goals met, {MISSED} one is missed, {INTERRUPTED} interrupted or bad usage, "
        f"{NOT_MEASURED} something could not be measured",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=ORDER, help="only this bench; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="little of everything, once: to see that it works")
    parser.add_argument("--rounds", metavar="N", type=_rounds, help="rounds of each bench, in place of its own number")
    parser.add_argument("--prism", metavar="PATH", help="Prism's command (default: prism on PATH, if it is there)")
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the results there; benches it has already are replaced"
    )
    parser.add_argument("--publish", action="store_true", help="keep the results as those of docs/benchmarks.md")
    parser.add_argument("--table", action="store_true", help="measure nothing; make the table of docs/benchmarks.md")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is told in its help."""
    parser = command_line()
    options = parser.parse_args(argv)
    if options.publish and options.json:
        parser.error("--publish writes benches/results.json; leave --json out")
    if options.publish and options.quick:
        parser.error("--publish keeps numbers that people rely on; leave --quick out")
    try:
        if options.table:
            place_table(read_results(RESULTS))
            return 0
        return _measure(options)
    except BenchError as error:
        print(f"benches: {error}", file=sys.stderr)
        return NOT_MEASURED
    except KeyboardInterrupt:
        print("benches: interrupted; what was measured is kept", file=sys.stderr)
        return INTERRUPTED


def _measure(options: argparse.Namespace) -> int:
    prism = shutil.which(options.prism or "prism")
    if options.prism and prism is None:
        raise BenchError(f"--prism {options.prism}: is no command; install Prism, or leave --prism out")
    kept = RESULTS if options.publish else options.json
    if kept:
        # What cannot be added to is better known now than in twenty minutes.
        write_results(kept, [], ORDER, slow=options.publish)
    if options.publish:
        place_table(read_results(RESULTS))
    results: list[Result] = []
    troubles = []
    with tempfile.TemporaryDirectory(prefix="benches-") as folder:
        scale = Scale(Path(folder), quick=options.quick, prism=prism)
        for bench in BENCHES:
            if options.only and bench.name not in options.only:
                continue
            try:
                results.append(measured(bench, scale, options.rounds, _tell))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must take nothing from the other benches
                troubles.append(f"benches: {bench.name}: {_said(error)}")
                _tell(troubles[-1])
                continue
            if kept:
                write_results(kept, results[-1:], ORDER)
            if options.publish:
                place_table(read_results(RESULTS))
    print(table(results))
    for trouble in troubles:
        print(trouble, file=sys.stderr)
    if troubles:
        return NOT_MEASURED
    return MISSED if any(missed(result) for result in results) else 0


def _said(error: Exception) -> str:
    """An error of one line; where nobody foresaw it, with its kind and the place in our code."""
    if isinstance(error, BenchError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    what = " ".join(str(error).split())[:LONGEST]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}: {what or 'it says no more'}"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _rounds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("one round at least")
    return number


if __name__ == "__main__":
    # Ended from outside, what was started is ended and cleared away as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
