"""
One run's connection to one target: fence, target, stage and stories put together, and the first contact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from graphcancel.auth import SignIn
from graphcancel.clearing import sweep
from graphcancel.contract import Contract
from graphcancel.errors import TargetError
from graphcancel.exchange import Exchange, encode_segment, json_request
from graphcancel.fence import Fence
from graphcancel.looks import Lookout
from graphcancel.record import Record
from graphcancel.sanitise import Sanitiser
from graphcancel.scene import server_time
from graphcancel.stage import Stage
from graphcancel.story import Stories
from graphcancel.target import Target, connectable
from graphcancel.targetfile import Description
from graphcancel.waiting import Waiting

Door = Callable[[Description, Fence, SignIn], Target]

_FORBIDDEN: Final = 403
_STAND_IN: Final = '"STANDIN"'
_WIDE: Final = 64
_NARROW: Final = 16


@dataclass(slots=True)
class Session:
    """
    A run in progress.

    Attributes:
        contact: What the first contact learnt: object ids by mailbox, the target's clock; handed to workers.
    """

    target: Target
    stage: Stage
    stories: Stories
    contracts: Sequence[Contract]
    contact: Mapping[str, Any]

    def width(self) -> int:
        """How many stories may be open at once: few where every open one lengthens the looks of the others."""
        return _NARROW if self.stage.lookout.reads_whole_inboxes else _WIDE

    def finish(self, *, look: bool) -> tuple[list[Record], list[str]]:
        """
        Look once more at what was refused, then remove everything this run made.

        Args:
            look: False after an interruption: then only clearing up is left to do.

        Returns:
            The records that turned to a finding, and what is left behind, in words.
        """
        turned = self.stories.last_look() if look else []
        roots = version_roots(self.target.description, self.contracts)
        return turned, self.target.clock.drive(sweep(self.stage, self.stories.scenes, roots))

    def close(self) -> None:
        """Close the connections."""
        self.target.close()


def version_roots(description: Description, contracts: Sequence[Contract]) -> list[str]:
    """One version root per server: editions of one server share what they hold."""
    found: dict[str, str] = {}
    for contract in contracts:
        root = description.root(contract.id)
        version = "v1.0" if contract.version == "both" else contract.version
        found.setdefault(urlsplit(root).netloc if root.startswith(description.base_url) else root, f"{root}/{version}")
    return list(found.values())


def open_stage(
    description: Description,
    contracts: Sequence[Contract],
    run: str,
    started: str,
    contact: Mapping[str, Any] | None = None,
    *,
    sign_in: SignIn | None = None,
    door: Door = Target,
) -> tuple[Stage, Mapping[str, Any]]:
    """
    Connect to *description* and make the first contact, unless *contact* says what that learnt already.

    Raises:
        TargetError: The target gives no answer at all.
    """
    roots = {description.base_url, *(description.root(contract.id) for contract in contracts)}
    deeds = {contract.deed for contract in contracts if contract.routes}
    fence = Fence(roots, description.writable, deeds=deeds)
    target = door(description, fence, sign_in or SignIn(description))
    stage = Stage(target, Lookout(target), Waiting(), run, started)
    if contact is None:
        contact = _first_contact(stage)
    stage.since = contact["since"]
    for mailbox, identity in contact["users"].items():
        stage.users[mailbox] = identity
        fence.admit_user(identity, mailbox)
    return stage, contact


def open_session(
    description: Description,
    contracts: Sequence[Contract],
    run: str,
    started: str,
    key: str,
    contact: Mapping[str, Any] | None = None,
    *,
    sign_in: SignIn | None = None,
    door: Door = Target,
) -> Session:
    """
    Connect to *description*.

    Args:
        key: Secret of the run, written nowhere: pseudonyms depend on it.
        contact: What another process of the run has learnt already; None makes the first contact.
        sign_in: Gives the actors' tokens; by default nobody is asked to sign in by device code.
        door: Makes the way to the target; another one listens, or leads to a target that is only thought of.

    Raises:
        TargetError: The target gives no answer at all.
    """
    stage, contact = open_stage(description, contracts, run, started, contact, sign_in=sign_in, door=door)
    target = stage.target
    stories = Stories(
        target, stage, {contract.id: contract for contract in contracts}, _sanitiser(stage, contracts, key)
    )
    return Session(target, stage, stories, contracts, contact)


def _first_contact(stage: Stage) -> dict[str, Any]:
    """
    Ask who the actors are; the only thing a run cannot do without is an answer.

    Raises:
        TargetError: No answer, nobody has a token, or a token is somebody else's.
    """
    target = stage.target
    description = target.description
    if not any(target.has(name) for name in description.actors):
        why = "; ".join(target.sign_in.troubles()) or "no actor has a flow that gives a token; add one"
        raise TargetError(f"{description.name}: nobody can sign in: {why}")
    root = f"{description.base_url}/v1.0"
    users: dict[str, str] = {}
    since = None
    stand_in = False
    for name in ("organizer", "attendee", "reader"):
        actor = description.actors.get(name)
        caller = name if target.has(name) else "app"
        if not actor or not actor.user or not target.has(caller) or (name == "reader" and caller == "app"):
            continue
        path = f"/users/{encode_segment(actor.user.lower())}"
        exchange = connectable(target, json_request("GET", root, "/me" if caller == name else path, caller))
        since = since or server_time(exchange, target.clock)
        stand_in = stand_in or _is_stand_in(exchange)
        if caller == name and not _is_own(exchange, description, actor.name) and name != "reader":
            exchange = connectable(target, json_request("GET", root, path, name))
        identity = exchange.response.object().get("id") if exchange.response and exchange.accepted else None
        if isinstance(identity, str) and identity:
            users[actor.user.lower()] = identity
    # The other mailboxes' ids are needed only where a page link names one by it: no answer is no obstacle.
    for mailbox in description.writable:
        reader = stage.reader(mailbox)
        if mailbox in users or not reader:
            continue
        exchange = target.send(json_request("GET", root, f"/users/{encode_segment(mailbox)}", reader))
        identity = exchange.response.object().get("id") if exchange.response and exchange.accepted else None
        if isinstance(identity, str) and identity:
            users[mailbox] = identity
    return {"users": users, "since": since, "stand_in": stand_in}


def _is_stand_in(exchange: Exchange) -> bool:
    """Whether what answered says of itself that it is the mock: where it runs is said in every answer of a service."""
    headers = exchange.response.headers if exchange.response else {}
    return _STAND_IN in headers.get("x-ms-ags-diagnostic", "")


def _is_own(me: Exchange, description: Description, name: str) -> bool:
    """
    Whether *me*, what actor *name* is to the target, tells that this is the mailbox described.

    Raises:
        TargetError: It tells of another mailbox, or may not be read: the run could write outside writable.
    """
    if me.status == _FORBIDDEN and me.response and me.response.error and name != "reader":
        raise TargetError(
            f"{description.name}: actors.{name}: whose token it is cannot be told, and nothing may be written to "
            "another mailbox than its user's; grant User.Read"
        )
    told = me.response.object() if me.response and me.accepted else {}
    addresses = {value.lower() for key in ("userPrincipalName", "mail") if isinstance(value := told.get(key), str)}
    if addresses and (description.actors[name].user or "").lower() not in addresses:
        raise TargetError(
            f"{description.name}: actors.{name}: its token is that of another mailbox than its user; "
            "give the token of that mailbox, or sign in as its owner"
        )
    return bool(addresses)


def sentences(contracts: Sequence[Contract]) -> list[str]:
    """What the contracts say and quote: texts that harm nobody."""
    return [
        text
        for contract in contracts
        for text in (
            *(answer.message for answer in contract.answers if answer.message),
            *(clause.says for clause in contract.clauses.values()),
        )
    ]


def _sanitiser(stage: Stage, contracts: Sequence[Contract], key: str) -> Sanitiser:
    known = {address: name for name, actor in stage.target.description.actors.items() if (address := actor.user)}
    known |= dict.fromkeys(stage.users.values(), "user")
    return Sanitiser(key, sentences(contracts), known)
