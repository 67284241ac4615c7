"""
Whether a target is ready for a run, found out without changing anything in it.

`examine` asks the target by reads alone, rehearses the run on what it answered, and gives one object with the keys of
``graphcancel doctor --json``; what a person reads is a function of that (`graphcancel.doctor_text`).
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphcancel.actors import ACTORS
from graphcancel.appointments import BOOKED_WITHIN
from graphcancel.auth import SignIn
from graphcancel.case import Case
from graphcancel.contract import Contract
from graphcancel.errors import TargetError
from graphcancel.leftovers import Leftover, Search, find
from graphcancel.marks import Mark, new_run
from graphcancel.readiness import Place, Thing, Witness, places, probe, things
from graphcancel.record import Record
from graphcancel.rehearsal import Rehearsal, rehearse
from graphcancel.remedies import remedy, remedy_for_refusal
from graphcancel.report import gaps
from graphcancel.run import Part, told_of_plan
from graphcancel.runfile import record_line
from graphcancel.scene import WEEK_WINDOW, stamp
from graphcancel.scopes import KNOWN, granted_in_exchange, lacks
from graphcancel.session import Session, open_session, version_roots
from graphcancel.suite import Suite
from graphcancel.targetfile import Description
from graphcancel.waivers import waiver

READY: Final = 0
INCOMPLETE: Final = 10
RESIDUE: Final = 12
_SKEW_S: Final = 300
_ALIKE: Final = re.compile(r"^\d+ set-ups in a row failed alike: ")
_UNAUTHORIZED: Final = 401

KEYS: Final = ("target", "cloud", "actors", "mailboxes", "resources", "clock", "leftovers", "cases", "plan", "exit")
"""What the object of ``--json`` holds, in this order."""

Report = dict[str, Any]


def examine(description: Description, contracts: Sequence[Contract], cases: Sequence[Case], sign_in: SignIn) -> Report:
    """
    Everything ``graphcancel doctor`` says of a target, for a run of *cases*.

    Raises:
        TargetError: No answer, nobody can sign in, or what answers is not Graph.
    """
    now = dt.datetime.now(dt.UTC)
    session = open_session(
        description,
        contracts,
        new_run(now),
        now.isoformat(timespec="seconds"),
        secrets.token_hex(16),
        sign_in=sign_in,
        door=Witness,
    )
    try:
        return _report(session, contracts, cases, now)
    finally:
        session.close()


def _report(session: Session, contracts: Sequence[Contract], cases: Sequence[Case], now: dt.datetime) -> Report:
    target, stage = session.target, session.stage
    if not isinstance(target, Witness):
        raise TypeError("a doctor must not write")
    description = target.description
    main = f"{description.base_url}/v1.0"
    for root in dict.fromkeys([main, *(f"{description.root(case.root_of)}/{case.version}" for case in cases)]):
        probe(stage, root)
    _check_answers(target)
    found_places, found_things = places(stage, target, main), things(stage, target, main)
    seen = target.seen()
    blind: list[str] = []
    left = [item for root in version_roots(description, contracts) for item in find(stage, root, _anything(now), blind)]
    rehearsal = rehearse(description, contracts, cases, target.sign_in, seen)
    report: Report = {
        "target": description.name,
        "cloud": description.cloud,
        "actors": [_actor(target, rehearsal, name) for name in ACTORS if name in description.actors],
        "mailboxes": [_mailbox(description, place) for place in found_places],
        "resources": [_thing(thing) for thing in found_things],
        "clock": _clock(target.skew_s),
        "leftovers": _leftovers(description, left, now),
        "cases": _cases(description, contracts, cases, rehearsal, blind),
        "plan": _plan(target, rehearsal),
    }
    return report | {"exit": _exit(report)}


def _check_answers(target: Witness) -> None:
    """
    See that what answers is Graph at all.

    Raises:
        TargetError: No read was answered with an object, and not because of who asked.
    """
    answers = list(target.seen().answers.values())
    name = target.description.name
    if any(answer.ok and answer.object() for answer in answers):
        return
    if answers and all(answer.status == _UNAUTHORIZED for answer in answers):
        raise TargetError(f"{name}: every read was answered 401: the target takes none of the tokens; sign in again")
    if any(answer.error for answer in answers):
        return
    shown = Counter(f"{answer.status}{'' if answer.object() else ' without JSON'}" for answer in answers)
    what = shown.most_common(1)[0][0] if shown else "no answer"
    raise TargetError(
        f"{name}: {target.description.base_url} does not answer as Graph does ({what}); check base_url, and whether a "
        "proxy or a sign-in page stands before it"
    )


def role(description: Description, mailbox: str) -> str:
    """What *mailbox* is called where its address must not be shown."""
    for name in ("organizer", "attendee"):
        actor = description.actors.get(name)
        if actor and (actor.user or "").lower() == mailbox:
            return name
    if mailbox in description.writable:
        return f"writable {description.writable.index(mailbox) + 1}"
    return mailbox if mailbox in {"group", "booking business"} else "others"


def _actor(target: Witness, rehearsal: Rehearsal, name: str) -> Report:
    sign_in = target.sign_in
    granted = sign_in.granted(name)
    missing = [
        {"any_of": sorted(need), "cases": len(cases), "example": cases[0].id if cases else None}
        for (actor, need), cases in rehearsal.needs.items()
        if actor == name and lacks(name, granted, need)
    ]
    warning = None
    if name == "reader" and granted is not None and "Calendars.ReadWrite" in granted:
        warning = "it carries Calendars.ReadWrite; its cases need a token that may only read"
    if granted_in_exchange(name, granted):
        warning = "its token names no permission for mailboxes; taken to be granted in Exchange, where none would show"
    return {
        "actor": name,
        "flow": target.description.actors[name].flow,
        "token": sign_in.token(name) is not None,
        "trouble": sign_in.trouble(name),
        "granted": None if granted is None else sorted(granted & KNOWN),
        "unlisted": len((granted or frozenset()) - KNOWN),
        "missing": missing,
        "warning": warning,
    }


def _mailbox(description: Description, place: Place) -> Report:
    wrong = place.calendar or place.inbox
    status = int(wrong.rsplit(" ", 1)[-1]) if wrong and wrong.rsplit(" ", 1)[-1].isdecimal() else None
    advice = remedy_for_refusal(status, place.code) if place.actor else remedy(str(place.calendar))
    return {
        "mailbox": role(description, place.mailbox),
        "reader": place.actor,
        "calendar": place.calendar or "readable",
        "inbox": place.inbox or "readable",
        "remedy": advice if wrong else None,
    }


def _thing(thing: Thing) -> Report:
    advice = remedy(thing.reason) if thing.reason and thing.state != "waived" else None
    return {
        "resource": thing.name,
        "state": thing.state,
        "people": thing.people,
        "reason": thing.reason,
        "remedy": advice,
    }


def _clock(skew_s: float | None) -> Report:
    off = skew_s is not None and abs(skew_s) > _SKEW_S
    return {
        "skew_s": None if skew_s is None else round(skew_s),
        "remedy": "set this machine's clock by a time server: tokens and lists by time go by it" if off else None,
    }


def _anything(now: dt.datetime) -> Search:
    """Whatever bears a mark of any run, wherever a run may have put it in the last weeks."""
    month = stamp(now - dt.timedelta(days=35))
    return Search(
        wanted=lambda _: True,
        windows=(WEEK_WINDOW, (month, stamp(now + dt.timedelta(days=1)))),
        group=True,
        booked=(month, stamp(now + dt.timedelta(days=BOOKED_WITHIN + 1))),
    )


def _leftovers(description: Description, left: Sequence[Leftover], now: dt.datetime) -> list[Report]:
    marks: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for item in {item.deletion.path: item for item in left}.values():
        if item.mark:
            marks[item.what, role(description, item.where)].append(item.mark)
    return [
        {
            "kind": kind,
            "mailbox": place,
            "number": len(found),
            "oldest_hours": round((now - min(mark.started for mark in found)).total_seconds() / 3600, 1),
            "runs": sorted({mark.whole_run for mark in found}),
        }
        for (kind, place), found in marks.items()
    ]


def _cases(
    description: Description,
    contracts: Sequence[Contract],
    cases: Sequence[Case],
    rehearsal: Rehearsal,
    blind: Sequence[str],
) -> Report:
    suite = Suite(tuple(contracts), tuple(cases), description, "")
    lines = [
        record_line(record, gating=suite.gating(record.case), origin=description.origin) for record in rehearsal.records
    ]
    groups: dict[str, list[Case]] = defaultdict(list)
    waived: dict[str, bool] = {}
    for record in rehearsal.records:
        if record.verdict.name == "inconclusive":
            reason = _ALIKE.sub("", str(record.verdict.reason))
            groups[reason].append(record.case)
            waived[reason] = waived.get(reason, True) and _is_waived(description, record)
    open_ = gaps(Part({"plan": told_of_plan(cases), "waived": description.waived}, tuple(lines)))
    return {
        "selected": len(cases),
        "would_run": len(cases) - sum(len(found) for found in groups.values()),
        "inconclusive": [
            {
                "reason": reason,
                "cases": len(found),
                "example": found[0].id,
                "remedy": remedy(reason),
                "waived": waived[reason],
            }
            for reason, found in sorted(groups.items(), key=lambda item: -len(item[1]))
        ],
        "gaps": len(open_),
        "uncleared": list(dict.fromkeys([*rehearsal.left, *blind])),
        "foreseen_exit": RESIDUE if rehearsal.left or blind else INCOMPLETE if open_ else READY,
    }


def _is_waived(description: Description, record: Record) -> bool:
    """Whether everything of a case that would not be judged is left unjudged on purpose."""
    unjudged = [item.clause for item in record.verdict.findings if item.held is None]
    return all(waiver(description.waived, record.case.family, clause) for clause in unjudged or [""])


def _plan(target: Witness, rehearsal: Rehearsal) -> Report:
    total = rehearsal.total
    mails: Counter[str] = Counter()
    for mailbox, number in total.mails.items():
        mails[role(target.description, mailbox)] += number
    return {
        "requests": total.requests,
        "writes": total.writes,
        "mails": mails.total(),
        "mails_by_mailbox": dict(sorted(mails.items())),
        "latency_ms": round(target.latency_s * 1000, 1),
        "minutes": round(total.requests * target.latency_s / 60, 1),
    }


def _exit(report: Mapping[str, Any]) -> Report:
    cases = report["cases"]
    open_ = sum(item["cases"] for item in cases["inconclusive"] if not item["waived"])
    left = sum(item["number"] for item in report["leftovers"])
    if left:
        return {"status": RESIDUE, "words": f"not ready: {_plural(left, 'object')} of an earlier run lie in the target"}
    if open_:
        words = f"not wholly ready: {open_} of {cases['selected']} cases would be inconclusive"
        return {"status": INCOMPLETE, "words": words}
    if cases["uncleared"]:
        return {"status": INCOMPLETE, "words": "not wholly ready: what a run makes could not all be cleared away"}
    return {"status": READY, "words": f"ready: {_plural(cases['would_run'], 'case')} would run"}


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
