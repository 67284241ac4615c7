"""What the unit tests share: the contracts on file, their cases, and a target whose answers are written in the test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from looked_at import POINT, serve
from swept import BASE, NOW

from graphcancel.actors import Actor
from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.cases import build_cases
from graphcancel.clock import Clock
from graphcancel.contract import Contract, load_contracts
from graphcancel.disputes import load_disputes
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.marks import new_run
from graphcancel.run import Part, told_of_contracts, told_of_disputes, told_of_plan
from graphcancel.sight import Viewpoint
from graphcancel.stage import Stage
from graphcancel.targetfile import Description, Patience
from graphcancel.throttling import Throttling
from graphcancel.waiting import Waiting

FOLDER = Path(__file__).parents[2] / "contracts"
ROOT = "https://graph.example/v1.0"
ORGANIZER, ATTENDEE, SECOND = "organizer@contoso.example", "attendee@contoso.example", "second@contoso.example"


@pytest.fixture(scope="session")
def contracts() -> tuple[Contract, ...]:
    """All contracts on file."""
    return load_contracts(FOLDER)


@pytest.fixture(scope="session")
def by_id(contracts) -> dict[str, Contract]:
    """The contracts by id."""
    return {contract.id: contract for contract in contracts}


@pytest.fixture(scope="session")
def all_cases(contracts) -> tuple[Case, ...]:
    """Every case of every contract, for a target in no cloud."""
    return build_cases(contracts)


@pytest.fixture(scope="session")
def part(contracts, all_cases) -> Callable[..., Part]:
    """Make a run of lines: all contracts and cases are told in its header, unless others are given."""
    entries = load_disputes(FOLDER / "disputes.yaml")
    told = {"contracts": told_of_contracts(contracts), "disputes": told_of_disputes(entries, contracts)}
    everything = told_of_plan(all_cases)

    def made(lines: Sequence[dict] = (), cases: Sequence[Case] | None = None, **header: object) -> Part:
        plan = everything if cases is None else told_of_plan(cases)
        return Part({"target": "contoso", "waived": {}, **told, "plan": plan, **header}, tuple(lines))

    return made


@pytest.fixture(scope="session")
def named(all_cases) -> Callable[[str], Case]:
    """Find a case by its id."""
    found = {item.id: item for item in all_cases}
    return found.__getitem__


def describe(**changes) -> Description:
    """Describe a target with all four actors."""
    actors = {
        "organizer": Actor("organizer", ORGANIZER, "token", "token-o", None, "GRAPH_ORGANIZER_TOKEN"),
        "attendee": Actor("attendee", ATTENDEE, "token", "token-a", "token-old", "GRAPH_ATTENDEE_TOKEN"),
        "app": Actor("app", None, "token", "token-p", None, "GRAPH_APP_TOKEN"),
        "reader": Actor("reader", ORGANIZER, "token", "token-r", None, "GRAPH_READER_TOKEN"),
    }
    values = {
        "name": "contoso",
        "origin": "live",
        "cloud": None,
        "base_url": "https://graph.example",
        "ca_bundle": None,
        "actors": actors,
        "writable": (ORGANIZER, ATTENDEE, SECOND),
    }
    return Description(**(values | changes))


@pytest.fixture(name="describe", scope="session")
def describe_fixture() -> Callable[..., Description]:
    """Hand out `describe`."""
    return describe


@dataclass
class Script:
    """
    A target that answers as told: *answer* maps a request to status and JSON body, or to None for no answer.
    """

    answer: Callable[[Request], tuple[int, object] | None]
    description: Description = field(default_factory=describe)
    sent: list[Request] = field(default_factory=list)
    fence: Fence | None = None
    ledger: object = None
    clock: Clock = field(default_factory=Clock)
    throttling: Throttling = field(default_factory=lambda: Throttling(Clock()))
    counts: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def booking(self, purpose: str | None) -> Iterator[None]:
        """Book nothing."""
        yield

    def send(self, request: Request, *, purpose: str = "arrange") -> Exchange:
        """Answer one request."""
        del purpose
        if self.fence:
            self.fence.check(request)
        self.sent.append(request)
        found = self.answer(request)
        if found is None:
            return Exchange(request, None, 0.0, 0.0, "connection refused")
        status, body = found
        payload = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Exchange(request, Response(status, {}, payload), 0.0, 0.0)

    def send_all(self, items: Sequence[Request]) -> list[Exchange]:
        """Answer each of several."""
        return [self.send(item) for item in items]

    @property
    def sign_in(self) -> SignIn:
        """Hand out the tokens described."""
        return SignIn(self.description)

    def has(self, actor: str) -> bool:
        """Whether *actor* has a token."""
        return self.sign_in.token(actor) is not None


@pytest.fixture
def script() -> type[Script]:
    """Hand out `Script`."""
    return Script


@pytest.fixture
def look(script):
    """Take one look at a target that answers as told."""

    def take(point: Viewpoint = POINT, **parts):
        return Lookout(script(serve(**parts))).look(point)

    return take


@pytest.fixture
def staged(script, describe):
    """A stage on a target that answers from a function of the path."""

    def build(answer, **changes) -> Stage:
        target = script(answer, describe(patience=Patience(0.05, 0.05, 1.0), **changes))
        target.fence = Fence([BASE], target.description.writable)
        return Stage(target, Lookout(target), Waiting(), new_run(NOW), NOW.isoformat())

    return build
