"""
A run as it would be: every story told against a service in memory, before a single one is told to the target.

Nothing here says how many requests a case takes or which clause needs which mailbox. The suite itself is run, against
a service that does what the pages say (`graphcancel.ideal`), but answers every read as the target did when it was asked
beforehand, and refuses to write where a token is known to lack the scope. So what would be inconclusive, and what would
be sent, written and mailed, is told by the code that will do it, and stays true when that code changes.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from graphcancel.actions import action_of
from graphcancel.auth import SignIn
from graphcancel.batching import PATH as BATCH
from graphcancel.case import Case
from graphcancel.contract import Contract
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.fence import Fence
from graphcancel.ground import CONFIRMATION
from graphcancel.ideal import Answer, Service, mailbox_path, owner_in
from graphcancel.ledger import Unwritten
from graphcancel.marks import new_run
from graphcancel.record import Record
from graphcancel.scopes import lacks, needed
from graphcancel.session import open_session
from graphcancel.target import PAGES, WAITING, Target
from graphcancel.targetfile import Description, Patience

_ACCESS_DENIED: Final[Answer] = (403, {"error": {"code": "ErrorAccessDenied", "message": "access is denied"}})
_AT_ONCE: Final = Patience(effect_s=0.0, invite_s=0.0)
_MISSES: Final = 3
_UNSERVED: Final[Answer] = (400, {"error": {"code": "notServed", "message": "no such route or property"}})

# What a refusal nobody documents a number for is taken to be answered.
_REFUSED: Final = {
    "no-token": 401,
    "garbage-token": 401,
    "expired-token": 401,
    "read-only": 403,
    "organizers-path": 403,
    "unknown-id": 404,
    "text-plain": 415,
} | dict.fromkeys(("verb-get", "verb-put", "verb-patch", "verb-delete"), 405)
# Observations nobody has an expectation for, and that a service checking its input refuses.
_MALFORMED: Final = frozenset({"unknown-property", "wrong-type", "no-content-type"})

Key = tuple[str, str | None, str]
"""Root, actor and path: what a read is remembered by, once with its query and once without."""


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What the target showed when it was asked beforehand.

    Attributes:
        answers: The answer to each read.
        batchless: Root and actor for which no ``$batch`` is served, to the status that said so.
    """

    answers: Mapping[Key, Response] = field(default_factory=dict)
    batchless: Mapping[tuple[str, str | None], int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What is sent: requests, waiting and further pages aside, writes among them, and mails by mailbox.
    """

    requests: int = 0
    writes: int = 0
    mails: Mapping[str, int] = field(default_factory=dict)

    def __sub__(self, other: Cost) -> Cost:
        """What was sent since *other*."""
        mails = Counter(self.mails)
        mails.subtract(other.mails)
        return Cost(self.requests - other.requests, self.writes - other.writes, dict(+mails))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """
    A run as foreseen.

    Attributes:
        records: What would be judged, inconclusive cases with their reason.
        costs: What each case would cost.
        beginning: What the first contact costs; *ending* the last look and clearing away.
        needs: Actor and the scopes any one of which is needed, to the cases that need it; None for the run as such.
        left: What could not be cleared away, in words.
    """

    records: Sequence[Record]
    costs: Mapping[str, Cost]
    beginning: Cost
    ending: Cost
    total: Cost
    needs: Mapping[tuple[str, frozenset[str]], Sequence[Case]]
    left: Sequence[str]


def rehearse(
    description: Description, contracts: Sequence[Contract], cases: Sequence[Case], sign_in: SignIn, seen: Seen
) -> Rehearsal:
    """Tell every story of *cases*, in the order of a run, and clear away; nothing is sent."""
    service = Service(dict(_staff(seen)))
    now = dt.datetime.now(dt.UTC)
    by_id = {contract.id: contract for contract in contracts}
    session = open_session(
        replace(description, patience=_AT_ONCE),
        contracts,
        new_run(now),
        now.isoformat(timespec="seconds"),
        secrets.token_hex(8),
        sign_in=_Signed(description, sign_in),
        door=partial(_Imagined, service, by_id, seen),
    )
    target = session.target
    if not isinstance(target, _Imagined):
        raise TypeError("a rehearsal must not reach the network")
    # A confirmation of an appointment nobody promises: it is not waited for.
    for _ in range(_MISSES):
        session.stage.arrival.missed([CONFIRMATION])
    records, costs = [], {}
    beginning = reached = target.cost()
    for case in sorted(cases, key=lambda case: case.turn):
        target.case = case
        records.append(_through(session.stories.tell(case)))
        costs[case.id] = target.cost() - reached
        reached = target.cost()
    target.case = None
    session.stage.booked |= any(case.family == "bookings" for case in cases)
    _, left = session.finish(look=True)
    session.close()
    total = target.cost()
    return Rehearsal(records, costs, beginning, total - reached, total, target.needs, left)


def _staff(seen: Seen) -> Iterator[tuple[str, str]]:
    """Id and mailbox of everybody on a staff the target showed."""
    for (_, _, path), answer in seen.answers.items():
        items = answer.object().get("value") if path.partition("?")[0].endswith("/staffMembers") else None
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict):
                yield str(item.get("id")), str(item.get("emailAddress")).lower()


def _through(story: Generator[float, None, Record]) -> Record:
    while True:
        try:
            next(story)
        except StopIteration as ended:
            record: Record = ended.value
            return record


class _Signed(SignIn):
    """Who is signed in, as it was found: nobody is asked again."""

    def __init__(self, description: Description, found: SignIn) -> None:
        super().__init__(description)
        names = description.actors
        self._tokens = {name: found.token(name) for name in names}
        self._troubles = {name: found.trouble(name) for name in names}
        self._granted = {name: found.granted(name) for name in names}

    def token(self, name: str) -> str | None:
        """The token it had."""
        return self._tokens.get(name)

    def trouble(self, name: str) -> str | None:
        """What was wrong."""
        return self._troubles.get(name)

    def granted(self, name: str) -> frozenset[str] | None:
        """What it was granted."""
        return self._granted.get(name)


class _Imagined(Target):
    """
    A target that is only thought of: no request leaves the process.

    Attributes:
        case: Whose story is being told.
    """

    def __init__(
        self,
        service: Service,
        contracts: Mapping[str, Contract],
        seen: Seen,
        description: Description,
        fence: Fence,
        sign_in: SignIn,
    ) -> None:
        super().__init__(description, fence, sign_in)
        self.ledger = Unwritten()
        self.case: Case | None = None
        self.needs: dict[tuple[str, frozenset[str]], list[Case]] = {}
        self._service = service
        self._contracts = contracts
        self._seen = seen

    def cost(self) -> Cost:
        """What was sent so far."""
        counts = self.counts
        requests = counts["requests"] - counts[WAITING] - counts[PAGES]
        return Cost(requests, counts["writes"], dict(self._service.mails))

    def _exchange(self, request: Request, headers: Mapping[str, str]) -> Exchange:
        del headers
        status, body = self._answered(request)
        payload = b"" if body is None else json.dumps(body).encode()
        # It all happened long ago: nobody waits for what an effect might still bring.
        return Exchange(request, Response(status, {}, payload), 0.0, 0.0)

    def _answered(self, request: Request) -> Answer:
        if request.path == BATCH:
            unserved = self._seen.batchless.get((request.root, request.actor))
            if unserved is not None:
                return unserved, None
            parts = json.loads(request.payload or b"{}")["requests"]
            return 200, {"responses": [self._part(request, part) for part in parts]}
        body = None if request.pattern or not request.payload else json.loads(request.payload)
        return self._one(request, request.method, request.path, body)

    def _part(self, outer: Request, part: Mapping[str, Any]) -> dict[str, Any]:
        status, body = self._one(outer, part["method"], part["url"], part.get("body"))
        return {"id": part["id"], "status": status, "body": body}

    def _one(self, request: Request, method: str, path: str, body: Any) -> Answer:
        # Only calls under test carry the pattern of their path.
        if request.pattern:
            return self._called(request, path)
        need = needed(method, path)
        self._note(request.actor, need)
        owner, rest = owner_in(path)
        refusal = self._refusal(request, method, owner, path)
        if refusal:
            return refusal
        if method != "GET" and lacks(request.actor, self.sign_in.granted(request.actor or ""), need):
            return _ACCESS_DENIED
        return self._service.answer(method, self._place(owner, request.actor), rest, body)

    def _refusal(self, request: Request, method: str, owner: str, path: str) -> Answer | None:
        """
        What the target itself answered: to this very read, or by refusing to show what it would be read from.
        """
        bare = path.partition("?")[0]
        kept = self._seen.answers.get((request.root, request.actor, path)) if method == "GET" else None
        what = "/mailFolders/inbox/messages" if "/messages" in bare[len(owner) :] else "/calendarView"
        shown = self._seen.answers.get((request.root, request.actor, owner + what))
        if shown and bare != owner and not isinstance(shown.object().get("value"), list):
            kept = kept or shown
        elif bare == owner + what:
            kept = None
        return (kept.status, kept.json()) if kept else None

    def _place(self, owner: str, actor: str | None) -> str:
        """The mailbox *owner* names, or *owner* itself where it is a group or business."""
        described = self.description.actors.get(actor or "")
        if owner == "/me":
            return ((described.user if described else None) or "").lower()
        named = {mailbox_path(mailbox): mailbox for mailbox in self.description.writable}
        return named.get(owner, owner)

    def _called(self, request: Request, path: str) -> Answer:
        """The answer to the call under test, and its effect."""
        case = self.case
        if case is None:
            return _ACCESS_DENIED
        followed = self._followed(case)
        if followed is None:
            return _UNSERVED
        # Only a garbage or expired token is sent in place of the actor's own.
        status = 401 if request.token else self._expected(case, followed)
        if not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
            answer = self._contracts[case.contract].answer(actor=case.actor)
            sentence = answer.message if answer else None
            return status, {"error": {"code": "refused", "message": sentence or "refused"}}
        self._note(request.actor, needed("POST", path, acts=True))
        action = action_of(self._contracts[case.root_of].action)
        return action.carry_out(self._service, path, _text(request)) or (status, None)

    def _expected(self, case: Case, followed: Contract) -> int:
        """The status the pages give, or what is on record where they give none."""
        success = followed.success
        accepted = (success.status if success else None) or 200
        if case.expects == "accepted":
            return accepted
        if case.expects == "refused":
            return case.documented_status or _REFUSED.get(case.circumstance or "", 400)
        observation = self._contracts[case.contract].observations.get(case.observation or "")
        recorded = str(observation.expected)[:3] if observation else ""
        if recorded.isdecimal() and case.circumstance != "second-cancel":
            return int(recorded)
        return 400 if case.observation in _MALFORMED else accepted

    def _followed(self, case: Case) -> Contract | None:
        """
        The page the target is taken to follow in *case*; None where that has no such route or property.

        That is the case's own, where it is current or has a root of its own; else the current one of its action and
        version, if there is one: a service follows one page at a time.
        """
        own = self._contracts[case.root_of]
        pages = [
            page
            for page in self._contracts.values()
            if (page.action, page.version, page.standing) == (own.action, own.version, "current")
        ]
        if own.standing == "current" or own.id in self.description.roots or not pages:
            return own
        shapes = {item.name.lower() for item in own.properties if item.shape == case.body}
        for page in pages:
            routes = {_bare(route.template) for route in page.routes}
            if _bare(case.route.template) in routes and shapes <= {item.name.lower() for item in page.properties}:
                return page
        return None

    def _note(self, actor: str | None, need: frozenset[str]) -> None:
        if actor and need:
            cases = self.needs.setdefault((actor, need), [])
            if self.case and self.case not in cases[-1:]:
                cases.append(self.case)


def _bare(template: str) -> str:
    """A route without the names of its placeholders and the casing of its words, which a service does not mind."""
    return re.sub(r"{[^}]*}", "{}", template.lower())


def _text(request: Request) -> str | None:
    """The text a call carries; None for none, empty for one that is empty."""
    try:
        body = json.loads(request.payload or b"null")
    except ValueError:
        return None
    if isinstance(body, dict) and "requests" in body:
        body = body["requests"][0].get("body")
    texts = [value for value in body.values() if isinstance(value, str)] if isinstance(body, dict) else []
    return texts[0] if texts else None
