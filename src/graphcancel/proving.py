"""
The command that proves the suite: what is run against what, in which order, and what is said of it at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress

from graphcancel.cases import build_cases
from graphcancel.combining import combine, paired, pairs
from graphcancel.contract import load_contracts
from graphcancel.errors import GraphCancelError
from graphcancel.onfile import from_here, write_whole
from graphcancel.proof import Result, as_json, differing, holds, summary
from graphcancel.proof_text import table, verdict
from graphcancel.prove import Errand, Proof, catalogue
from graphcancel.published import AGAIN, publish, published
from graphcancel.published import rendered as table_of
from graphcancel.redundancy import Weight, weigh
from graphcancel.sampling import by_lot, drawn
from graphcancel.subjects import VARIATION, Subject, select
from graphcancel.tabulated import rendered

DRAWN: Final = 6
"""How many subjects are run with every case as well, in a proof of everything."""

_WIDTH: Final = 160


@dataclass(frozen=True, slots=True)
class Proven:
    """
    What a proof came to.

    Attributes:
        subjects: The whole catalogue, combinations included.
        results: Those of the subjects asked for.
        drawn: Results of every case, for the subjects drawn.
        settling: Results of every kind of case, for the faults that show which clauses are needed.
    """

    subjects: tuple[Subject, ...]
    results: tuple[Result, ...]
    drawn: tuple[Result, ...] = ()
    settling: tuple[Result, ...] = ()

    @property
    def sampled(self) -> tuple[Result, ...]:
        """All that was run with more cases beside the proof itself."""
        return (*self.drawn, *self.settling)

    @property
    def weights(self) -> list[Weight]:
        """What each clause is good for."""
        return weigh(self.subjects, self.results, self.sampled)

    @property
    def good(self) -> bool:
        """Whether the proof holds."""
        return holds(self.results, self.sampled)

    def as_json(self) -> dict[str, Any]:
        """All of it for a machine, but for how long the whole took."""
        ran = {result.name for result in self.results}
        together = paired(subject for subject in self.subjects if subject.name in ran)
        weights = self.weights
        return {
            "holds": self.good,
            "summary": summary(self.results),
            "pairs": {
                "together": len(together),
                "possible": len(pairs([subject for subject in self.subjects if subject.kind == VARIATION])),
            },
            "combinations": {subject.name: list(subject.members) for subject in self.subjects if subject.members},
            "redundant": {weight.clause: list(weight.stand_ins) for weight in weights if weight.redundant},
            "needed": {weight.clause: weight.needed_by for weight in weights if weight.needed_by},
            "unsettled": {weight.clause: list(weight.unsettled) for weight in weights if weight.unsettled},
            "results": [as_json(result) for result in self.results],
            "sampled": [
                {**as_json(result), "differences": texts} for result, texts in differing(self.results, self.sampled)
            ],
        }


def prove(arguments: argparse.Namespace, folder: Path) -> int:
    """
    Prove what *arguments* ask for, say what it came to, and return the exit status.

    Args:
        folder: The contracts, in the project's folder.
    """
    # What a CI system sends first; as an interrupt it stops the runs and keeps what is done.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _refuse(arguments)
    root = folder.resolve().parent
    known = catalogue()
    everything = (*known, *combine(known))
    subjects = select(everything, arguments.fault, arguments.vary)
    contracts = load_contracts(folder)
    proof = Proof(root, arguments.out.resolve() if arguments.out else root / "proof", build_cases(contracts))
    if arguments.fresh:
        proof.forget()
    jobs = arguments.jobs or 3 * (os.cpu_count() or 1)
    started = time.monotonic()
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("proving", total=0)
        taken = 0

        def tell(errand: Errand, result: Result) -> None:
            progress.update(task, advance=1, description=f"proving ({errand.subject.name}: {result.outcome})")

        def run(errands: Sequence[Errand]) -> dict[Errand, Result]:
            nonlocal taken
            done = proof.done(errands)
            taken += len(done)
            progress.update(task, total=(progress.tasks[0].total or 0) + len(errands), advance=len(done))
            left = [errand for errand in errands if errand not in done]
            return {**done, **(proof.run(left, jobs, tell) if left else {})}

        proven = _proven(everything, subjects, arguments, proof.state, run)
    seconds = time.monotonic() - started
    place = proof.out / "proof.json"
    numbers = {"whole": arguments.whole, "workers": jobs, "seconds": round(seconds, 1)}
    write_whole(place, json.dumps({**proven.as_json(), **numbers}, indent=1) + "\n")
    _print(proven)
    again = f", {taken} taken over from the last proof" if taken else ""
    state = "holds" if proven.good else "FAILS"
    print(f"the proof {state}: {seconds:.0f} s, {jobs} runs at a time{again}; {from_here(place)}")
    fits = True
    if arguments.table or arguments.check:
        text = table_of(everything, contracts, proven.results, proven.drawn, proven.weights)
        fits = _publish(text, arguments.table if proven.good else None, arguments.check)
    return 0 if proven.good and fits else 1


def _refuse(arguments: argparse.Namespace) -> None:
    """
    Refuse to publish what is not the proof of everything, before it takes its time.

    Raises:
        GraphCancelError: What is published would not be what the next proof finds, or there is no place for it.
    """
    narrowed = [*(["--fault"] if arguments.fault else []), *(["--vary"] if arguments.vary else [])]
    narrowed += [*(["--whole"] if arguments.whole else []), *(["--sample"] if arguments.sample is not None else [])]
    for option, path in (("--table", arguments.table), ("--check", arguments.check)):
        if path and narrowed:
            raise GraphCancelError(f"{option}: publishes the proof of everything; leave out {narrowed[0]}")
        if path:
            published(path)


def _proven(
    everything: tuple[Subject, ...],
    subjects: Sequence[Subject],
    arguments: argparse.Namespace,
    state: str,
    run: Callable[[Sequence[Errand]], dict[Errand, Result]],
) -> Proven:
    """Run *subjects*, some of them with every case as well, and then what settles which clauses are needed."""
    named = bool(arguments.fault or arguments.vary)
    number = arguments.sample if arguments.sample is not None else 0 if named else DRAWN
    first = [Errand(subject, whole=arguments.whole) for subject in subjects]
    also = [] if arguments.whole else [Errand(subject, whole=True) for subject in drawn(subjects, state, number)]
    found = run([*first, *also])
    proven = Proven(everything, tuple(found[errand] for errand in first), tuple(found[errand] for errand in also))
    known = {subject.name: subject for subject in subjects}
    while number and (names := _telling(proven, state)):
        settled = run([Errand(known[name], wide=True) for name in names])
        proven = Proven(everything, proven.results, proven.drawn, (*proven.settling, *settled.values()))
    return proven


def _telling(proven: Proven, state: str) -> list[str]:
    """
    Of each clause of which it is open whether it is needed, faults whose runs with more cases may tell.

    One at first, and each time one more than before: few clauses are left then, and the rounds follow each other.
    """
    ran = {result.name for result in proven.settling}
    names = []
    for weight in proven.weights:
        left = [name for name in weight.unsettled if name not in ran]
        tried = sum(1 for result in proven.settling if result.breaks == weight.clause)
        names += by_lot(left, state)[: 1 + tried]
    return names


def _print(proven: Proven) -> None:
    terminal = Console()
    color = terminal.is_terminal and not os.environ.get("NO_COLOR")
    shown = table(proven.results, proven.sampled)
    print(rendered(shown, terminal.width if terminal.is_terminal else _WIDTH, color=color))
    print("\n" + "\n".join(verdict(proven.subjects, proven.results, proven.sampled, proven.weights)))


def _publish(text: str, place: Path | None, checked: Path | None) -> bool:
    """Write the table *text* to *place*, and say whether it is what stands in *checked*."""
    if place:
        publish(place, text)
        print(f"its table: {from_here(place)}")
    if checked and published(checked)[0] != text:
        print(
            f"graphcancel: {checked}: its table is not what was found; make it anew: {AGAIN} {checked}", file=sys.stderr
        )
        return False
    return True
