"""A call that went as documented, as a check is given it, and each part of it by which another call may differ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from graphcancel.batching import batch_of
from graphcancel.cases import build_cases
from graphcancel.contract import load_contracts
from graphcancel.envelope import envelope_check
from graphcancel.evidence import Evidence, Finding
from graphcancel.exchange import Exchange, Request, Response
from graphcancel.sanitise import Sanitiser
from graphcancel.sight import Entry, Look, Message, Unseen
from graphcancel.verdict import judge

CONTRACTS = {contract.id: contract for contract in load_contracts(Path(__file__).parents[2] / "contracts")}
CASES = {case.id: case for case in build_cases(tuple(CONTRACTS.values()))}
PAGE = CONTRACTS["event-cancel.v1.0"]
SENTENCE = PAGE.answer(actor="attendee").message
MARK = "gc01x0a"
COMMENT = f"Contract check {MARK}: this meeting is called off."
ADA, BOB = "ada@contoso.example", "bob@contoso.example"
SEEN = "a look at calendarView was answered 503"
BLIND = Unseen(SEEN)
ORGANIZERS = "event-cancel.v1.0/me.events/organizer/pascal"
OWN_COPY = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"
CONVENTION = "graph-conventions/v1.0.me.events/organizer/pascal/no-token"
OCCURRENCE = "event-cancel.v1.0/me.events/organizer/pascal/occurrence"
NAMESAKE = "event-cancel.v1.0/me.events/organizer/pascal/namesake"
BOOKING = "bookingappointment-cancel.v1.0/solutions.bookingBusinesses.appointments/organizer/message"
BATCH = "graph-conventions/v1.0.me.events/organizer/pascal/batch"
NOT_ACCEPTED = "the call was not accepted, so there is no effect to expect"
NO_MAILBOX = "the target has no other writable mailbox to invite"
AS_SENT = f"the text as sent, {len(COMMENT)} characters"


def entry(identity: str, *, cancelled: bool = False, uid: str | None = None) -> Entry:
    return Entry(identity, f"Contract test {MARK}", cancelled, None, uid=uid)


def mail(identity: str = "m2", *, kind: str | None = "meetingCancelled", subject: str = MARK, text: str = COMMENT):
    return Message(identity, subject, kind, text)


MEETING, DECOY, COPY = entry("meeting"), entry("decoy"), entry("copy")
DONE = entry("copy", cancelled=True)
BEFORE = Look(0.0, ((MEETING, DECOY),), True, dict.fromkeys((ADA, BOB), ((COPY,),)), {ADA: (), BOB: ()})
AFTER = Look(1.0, ((DECOY,),), False, dict.fromkeys((ADA, BOB), ((DONE,),)), dict.fromkeys((ADA, BOB), (mail(),)))
UNCHANGED = replace(BEFORE, at=1.0)
STANDING = {"after": UNCHANGED}
WITHOUT = {"after": None}
TWICE = (mail(), mail("m3"))


def before(**parts) -> dict:
    return {"before": replace(BEFORE, **parts)}


def after(**parts) -> dict:
    return {"after": replace(AFTER, **parts)}


def answered(status: int | None, body: object = b"", actor: str = "organizer") -> dict:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("POST", "https://graph.example/v1.0", "/me/events/1/cancel", actor)
    if status is None:
        return {"exchange": Exchange(request, None, 0.0, 0.0, "connection refused")}
    return {"exchange": Exchange(request, Response(status, {}, payload), 0.0, 0.0)}


def refusal(status: int = 400, message: object = SENTENCE, code: object = "ErrorInvalidRequest") -> dict:
    return answered(status, {"error": {"code": code, "message": message}})


REFUSED = refusal()
KEPT = {**REFUSED, "after": UNCHANGED}


def evidence(case: str = ORGANIZERS, **parts) -> Evidence:
    found = CASES[case]
    values = {
        "case": found,
        "contract": CONTRACTS[found.contract],
        "action": CONTRACTS[found.root_of].action,
        **answered(202),
        "before": BEFORE,
        "after": AFTER,
        "gap": None,
        "meeting": "meeting",
        "decoy": "decoy",
        "scope": "meeting",
        "comment": COMMENT,
        "marker": MARK,
        "attendees": (ADA, BOB),
        "customer": None,
        "envelope": envelope_check(CONTRACTS["graph-conventions"]),
        "sanitiser": Sanitiser("run", [SENTENCE]),
    }
    return Evidence(**(values | parts))


def one(clause: str, case: str = ORGANIZERS, **parts) -> Finding:
    return judge(evidence(case, **parts), [clause])[0]


def found_and_expected(clause, case, parts, held, documented, received, reason, pending) -> tuple[Finding, Finding]:
    """
    What is found where *parts* differ, and what should be, to the letter.

    Args:
        documented: None for the clause's own words.
        received: None for whatever is said to have been.
    """
    given = evidence(case, **parts)
    found = one(clause, case, **parts)
    expected = documented or given.contract.clauses[clause].says
    shown = found.received if received is None else received
    return found, Finding(clause, held, expected, shown, reason, pending=pending)


def ids(table: list) -> list[str]:
    """Name each row by its clause, which comes first in it, and its place."""
    return [f"{row[0]}-{number}" for number, row in enumerate(table)]


# -- one occurrence of a series ---------------------------------------------------------------------------------------

SERIES = tuple((entry(f"o{number}"),) for number in range(3))
ONE_GONE = (SERIES[0], (), SERIES[2])
COPIES = tuple((entry(f"c{number}"),) for number in range(3))
SERIES_BEFORE = replace(BEFORE, own=SERIES, copies=dict.fromkeys((ADA, BOB), COPIES))
SERIES_AFTER = replace(
    AFTER,
    own=ONE_GONE,
    found=True,
    copies=dict.fromkeys((ADA, BOB), (COPIES[0], (entry("c1", cancelled=True),), COPIES[2])),
)


def series(**parts) -> dict:
    return {
        "scope": "occurrence",
        "meeting": "master",
        "decoy": None,
        "before": SERIES_BEFORE,
        "after": replace(SERIES_AFTER, **parts),
    }


# -- a namesake beside it ---------------------------------------------------------------------------------------------

OURS, THEIRS = entry("copy", uid="m"), entry("other", uid="d")
STRUCK = entry("copy", uid="m", cancelled=True)
BOTH = dict.fromkeys((ADA, BOB), ((OURS, THEIRS),))
BESIDE = replace(BEFORE, own=((entry("meeting", uid="m"), entry("decoy", uid="d")),), copies=BOTH)


def left(*copies: Entry, **parts) -> dict:
    """What is left after the call: the decoy, and *copies* at each attendee."""
    found = {"own": ((entry("decoy", uid="d"),),), "copies": dict.fromkeys((ADA, BOB), (copies,))}
    return {"before": BESIDE, "after": replace(AFTER, **(found | parts))}


# -- a booking --------------------------------------------------------------------------------------------------------

LETTER = Message("b2", "Your booking", None, f"Hello, {COMMENT}")
BOOKED = replace(BEFORE, own=((MEETING,),), copies={})
CALLED_OFF = replace(AFTER, own=((),), copies={}, mail={ADA: (LETTER,), BOB: (LETTER,)})


def booking(**parts) -> dict:
    return {
        "decoy": None,
        "customer": (ADA, (BOB,)),
        "before": BOOKED,
        **answered(204),
        "after": replace(CALLED_OFF, **parts),
    }


# -- a call in a batch ------------------------------------------------------------------------------------------------


def batch(outer: int, inner: object, identity: object = "0", *others: dict) -> dict:
    return batched(outer, {"responses": [*others, {"id": identity, "status": inner}]})


def batched(status: int, body: object) -> dict:
    sent = batch_of([Request("POST", "https://graph.example/v1.0", "/me/events/1/cancel", "organizer")])
    response = answered(status, body)["exchange"].response
    return {"exchange": Exchange(sent, response, 0.0, 0.0)}
