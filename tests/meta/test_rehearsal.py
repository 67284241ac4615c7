"""
A rehearsal foresees a run: the same verdicts for the same reasons, the same requests, writes and mails, case by case.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from harness import ROOT, mock

from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.contract import Contract, load_contracts
from graphcancel.ledger import Ledger
from graphcancel.marks import new_run
from graphcancel.overlap import Overlap
from graphcancel.readiness import Witness, probe
from graphcancel.record import Record
from graphcancel.rehearsal import Cost, Rehearsal, rehearse
from graphcancel.session import Session, open_session
from graphcancel.target import PAGES, WAITING
from graphcancel.targetfile import Description

ALIKE = re.compile(r"^\d+ set-ups in a row failed alike: ")
NOW = dt.datetime.now(dt.UTC)
RUN = (new_run(NOW), NOW.isoformat(timespec="seconds"), "key")


def without(*names: str) -> Callable[[Description], Description]:
    """Leave actors out."""
    return lambda d: replace(d, actors={name: actor for name, actor in d.actors.items() if name not in names})


def tokenless(*names: str, reader: bool = True) -> Callable[[Description], Description]:
    """Actors with a mailbox and no token."""
    return lambda d: replace(
        d,
        actors={
            name: replace(actor, flow="none", token=None) if name in names else actor
            for name, actor in d.actors.items()
            if reader or name != "reader"
        },
    )


def having(*resources: str) -> Callable[[Description], Description]:
    """No resources but these."""
    return lambda d: replace(d, resources={name: d.resources[name] for name in resources})


LESSER: dict[str, tuple[Callable[[Description], Description], tuple[str, ...]]] = {
    "no reader": (without("reader"), ()),
    "no app": (without("app"), ()),
    "app only": (tokenless("organizer", "attendee", reader=False), ()),
    "no group": (having("booking_business", "booking_service"), ()),
    "no bookings": (having("group"), ()),
    "no service": (having("group", "booking_business"), ()),
    "no expired token": (
        lambda d: replace(d, actors={name: replace(actor, expired_token=None) for name, actor in d.actors.items()}),
        (),
    ),
    "attendee without token": (tokenless("attendee"), ()),
    "organizer alone": (
        lambda d: replace(without("app", "attendee", "reader")(d), resources={}, writable=d.writable[:1]),
        (),
    ),
    "waived": (lambda d: replace(d, waived={"group": "none here", "booking_business": "no licence"}), ()),
    "tokens lacking Mail.*": (lambda d: d, ("--vary", "no-mail-permission")),
    "stranger in the group": (lambda d: d, ("--vary", "stranger-in-group")),
    "stranger on the staff": (lambda d: d, ("--vary", "stranger-on-staff")),
    "organizer not in the group": (lambda d: d, ("--vary", "organizer-not-in-group")),
    "attendee's mailbox disabled": (lambda d: d, ("--vary", "mailbox-disabled")),
    "app kept out of a mailbox": (lambda d: d, ("--vary", "app-policy")),
    "no licence for bookings": (lambda d: d, ("--vary", "no-bookings-licence")),
    "no $batch": (lambda d: d, ("--vary", "no-batch")),
    "one item a page": (lambda d: d, ("--vary", "page-by-one")),
    "throttled": (lambda d: d, ("--vary", "throttled")),
}


def mails(description: Description) -> Counter[str]:
    """How many mails the mock counts, by mailbox."""
    with urllib.request.urlopen(f"{description.base_url}/_mock/counts") as answer:
        return Counter(json.load(answer)["mails"])


def cost(session: Session) -> Cost:
    """What *session* sent so far, waiting aside."""
    counts = session.target.counts
    requests = counts["requests"] - counts[WAITING] - counts[PAGES]
    return Cost(requests, counts["writes"], dict(mails(session.target.description)))


def run(
    description: Description, contracts: Sequence[Contract], cases: Sequence[Case]
) -> tuple[dict[str, Record], dict[str, Cost], Cost, Cost]:
    """Run *cases*: their records, what each cost, what the end cost, and the whole."""
    session = open_session(description, contracts, *RUN)
    folder = tempfile.TemporaryDirectory()
    session.target.ledger = Ledger(Path(folder.name), *RUN[:2], description)
    costs: dict[str, Cost] = {}

    def tell(case: Case) -> Iterator[float]:
        story, requests, writes, sent = session.stories.tell(case), 0, 0, Counter[str]()
        while True:
            before = cost(session)
            try:
                due = next(story)
            except StopIteration as ended:
                return ended.value
            finally:
                step = cost(session) - before
                requests, writes = requests + step.requests, writes + step.writes
                sent.update(step.mails)
                costs[case.id] = Cost(requests, writes, dict(+sent))
            yield due

    overlap = Overlap(tell, session.width)
    order = sorted(cases, key=lambda case: case.turn)
    records = {case.id: overlap.record(case, order[number + 1 :]) for number, case in enumerate(order)}
    session.stage.booked |= any(case.family == "bookings" for case in cases)
    reached = cost(session)
    session.finish(look=True)
    total = cost(session)
    session.close()
    session.target.ledger.close(cleared=True)
    folder.cleanup()
    return records, costs, total - reached, total


def rehearsed(description: Description, contracts: Sequence[Contract], cases: Sequence[Case]) -> Rehearsal:
    """Probe the target and rehearse a run of *cases*."""
    session = open_session(description, contracts, *RUN, door=Witness)
    for root in dict.fromkeys(f"{description.root(case.root_of)}/{case.version}" for case in cases):
        probe(session.stage, root)
    found = rehearse(description, contracts, cases, SignIn(description), session.target.seen())
    session.close()
    return found


def told(record: Record) -> tuple[str, str]:
    """Verdict and reason; that others failed alike before depends on the order."""
    return record.verdict.name, ALIKE.sub("", str(record.verdict.reason))


def sample(cases: Sequence[Case]) -> list[Case]:
    """One case of each kind of story: family, caller, circumstance, and the routes that lead through a message."""
    found: dict[tuple[object, ...], Case] = {}
    for case in cases:
        walk = "{message}" in case.route.template, "{calendar}" in case.route.template, case.expects
        found.setdefault((case.family, case.actor, case.circumstance, walk), case)
    return list(found.values())


def compare(description: Description, cases: Sequence[Case]) -> tuple[Rehearsal, dict[str, Record]]:
    """Hold a rehearsal against a run."""
    contracts = load_contracts(ROOT / "contracts")
    foreseen = rehearsed(description, contracts, cases)
    records, costs, ending, total = run(description, contracts, cases)

    assert {record.case.id: told(record) for record in foreseen.records} == {
        name: told(record) for name, record in records.items()
    }
    assert foreseen.costs == costs
    assert foreseen.ending == ending
    assert foreseen.total == total
    return foreseen, records


@pytest.mark.parametrize("editions", [True, False])
def test_a_whole_run_is_foreseen(editions, cases, tmp_path):
    """
    Every case of every page: each at the edition that behaves as it says, or all at the one that follows current pages.
    """
    with mock(tmp_path) as description:
        foreseen, records = compare(description if editions else replace(description, roots={}), cases)

    assert len(foreseen.records) == len(records) == len(cases)
    assert not [name for name, record in records.items() if record.verdict.name == "inconclusive"]
    assert foreseen.total.requests > 3000
    assert not foreseen.left


@pytest.mark.parametrize("lesser", list(LESSER))
def test_a_run_against_a_lesser_target_is_foreseen(lesser, cases, tmp_path):
    """
    Where an actor, a resource or a permission is missing, exactly the cases that need it are inconclusive.
    """
    changed, options = LESSER[lesser]
    with mock(Path(tmp_path), *options) as description:
        foreseen, _ = compare(changed(description), sample(cases))

    found = {record.case.id for record in foreseen.records if record.verdict.name == "inconclusive"}
    lacks_nothing = lesser in {"one item a page", "throttled"}
    assert bool(found) is not lacks_nothing


def test_nothing_is_sent_by_a_rehearsal(cases, contracts, tmp_path):
    """
    The probes are all the target gets to see.
    """
    with mock(tmp_path) as description:
        session = open_session(description, contracts, *RUN, door=Witness)
        probe(session.stage, f"{description.base_url}/v1.0")
        before = session.target.counts["requests"]
        rehearse(description, contracts, cases[:50], SignIn(description), session.target.seen())
        with urllib.request.urlopen(f"{description.base_url}/_mock/counts") as answer:
            served = json.load(answer)["requests"]
        session.close()

    assert served == before
