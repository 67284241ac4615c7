"""
One case: a call to make and the clauses it can judge.

    case = contract × addressed route × actor × body shape [× circumstance]

It knows no target: the same cases run everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from graphcancel.contract import Contract, Route
from graphcancel.generated import GENERATED, Generated

Expectation = Literal["accepted", "refused", "open"]

CONVENTIONS: Final = "graph-conventions"
TEXTS: Final = ("non-ascii", "300-characters")
"""Circumstances in which only the comment's text differs."""
OF_A_USER: Final = frozenset({"permissions.delegated-work", "permissions.scope"})
"""Clauses that an app's token cannot show where it stands in for an organizer without one."""


@dataclass(frozen=True, slots=True)
class Case:
    """
    One call to make and the clauses it can judge.

    Attributes:
        id: A path, unique ignoring case, legal as a file name: the pytest parameter, the cassette, the report row.
        route: The route as its page writes it; what is altered is the circumstance.
        addressing: me, id or upn.
        version: The API version it is called under.
        root_of: Contract whose Graph root is called: the one the route was borrowed from.
        caller: The actor whose call the page says succeeds.
        documented_status: What the page answers this call with, None where it names no number.
        expects: What the clauses expect; ``open`` where none speaks.
        observation: Name of the expectation on record where no clause speaks.
        generated: Of one call of a generated case, what of it was drawn.
    """

    id: str
    contract: str
    route: Route
    addressing: str
    actor: str
    body: str
    circumstance: str | None
    version: str
    root_of: str
    documented_status: int | None
    clauses: tuple[str, ...]
    expects: Expectation
    observation: str | None = None
    caller: str = "organizer"
    generated: Generated | None = None

    @property
    def path(self) -> str:
        """The route as its page writes it, without the verb."""
        return self.route.written.split(" ", 1)[-1]

    def coordinates(self) -> dict[str, str | None]:
        """What tells this case from others, as files and listings name it."""
        return {
            "id": self.id,
            "contract": self.contract,
            "route": self.path,
            "addressing": self.addressing,
            "actor": self.actor,
            "body": self.body,
            "circumstance": self.circumstance,
        }

    @property
    def turn(self) -> int:
        """
        Which cases run first: bookings, then what shows the target's lags, then refusals, whose absence of effect is
        judged by those lags.

        The rest comes last: while it runs, an effect of the last refusal has the time to show before the last look.
        After it the generated ones, whose calls are made one at a time.
        """
        if self.kind == "generated":
            return 4
        if self.family == "bookings":
            return 0
        return 1 if self.kind == "shape" else {"refused": 2, "accepted": 3, "open": 3}[self.expects]

    @property
    def kind(self) -> str:
        """shape, rule, convention, observation or generated: which part of the suite asks for it."""
        if GENERATED in {self.body, self.generated and GENERATED}:
            return "generated"
        if self.expects == "open":
            return "observation"
        if self.contract == CONVENTIONS:
            return "convention"
        plain = self.actor == self.caller and self.circumstance in {None, *TEXTS}
        return "shape" if plain else "rule"

    @property
    def deed(self) -> str:
        """What the action is called in a path: `cancel`."""
        return self.route.template.rpartition("/")[2]

    @property
    def of_a_copy(self) -> bool:
        """Whether the call names the attendee's own copy of the meeting, in the attendee's mailbox."""
        return self.circumstance == "own-copy" or self.caller == "attendee"

    @property
    def family(self) -> str:
        """me, users, groups or bookings: which mailbox or calendar the route starts from."""
        return family(self.route)


def family(route: Route) -> str:
    """Which part of the API *route* belongs to; pages that write ``joinedGroups`` still mean a group."""
    if "bookingBusinesses" in route.template:
        return "bookings"
    if "{group}" in route.template:
        return "groups"
    return "users" if route.template.startswith("/users/") else "me"


def route_slug(route: Route, addressing: str) -> str:
    """The route as the second part of a case id: its literal segments, the users' addressing named."""
    literals = [part for part in route.template.strip("/").split("/")[:-1] if not part.startswith("{")]
    if literals[0] == "users":
        literals[0] = f"users-{addressing}"
    return ".".join(literals)


def addressed_routes(contract: Contract) -> Iterator[tuple[Route, str]]:
    """Each route with each way of naming its user."""
    for route in contract.routes:
        for addressing in route.addressings:
            yield route, addressing


def example_shape(contract: Contract) -> str:
    """The body shape the page's own example has: what every rule is called with. No text among them: `empty`."""
    shapes = [item.shape for item in contract.texts if item.shape]
    return "pascal" if "pascal" in shapes else next(iter(shapes), "empty")


def examinable(contract: Contract, clause: str, cloud: str | None = None) -> bool:
    """Whether the contract carries *clause* and a case can test it, for a target in *cloud*."""
    found = contract.clauses.get(clause)
    return bool(found and not found.untestable and found.cloud in {None, cloud})


def present(contract: Contract, spoken: Sequence[str | None], cloud: str | None = None) -> tuple[str, ...]:
    """Those of *spoken* that the contract carries and a case can test, each once, in order."""
    return tuple(dict.fromkeys(name for name in spoken if name and examinable(contract, name, cloud)))
