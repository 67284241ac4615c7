"""
The words of ``report.html`` that come from no run: its verdict in a sentence, where evidence comes from, the glossary.

They are for somebody who has read nothing else of this project.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from graphcancel.ending import EXIT_RESIDUE, EXIT_STALE, EXIT_UNJUDGED, ending
from graphcancel.run import Line, Part, weight
from graphcancel.standing_text import plural

_HOUR: Final = 3600
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Sign:
    """How a state is shown: never by its colour alone."""

    symbol: str
    word: str
    look: str


SIGNS: Final = {
    "pass": Sign("✓", "pass", "held"),
    "fail": Sign("✗", "fail", "failed"),
    "known": Sign("≈", "known", "known"),
    "lax": Sign("✗", "fail, does not count", "lax"),
    "observed": Sign("○", "observed", "observed"),
    "inconclusive": Sign("?", "inconclusive", "open"),
    "error": Sign("!", "error", "failed"),
}
"""Of a case: its verdict; where it is a ``fail`` that does not fail the run, why."""


def sign_of(line: Line) -> Sign:
    """How the verdict of a case is shown."""
    return SIGNS[weight(line) if line["verdict"] == "fail" else line["verdict"]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a run says, in short.

    Attributes:
        sentence: For a person.
        ending: The same as every exit code that applies.
        sign: How it is shown.
        asides: What the sentence leaves out and a reader has to know beside it.
    """

    sentence: str
    ending: str
    sign: Sign
    asides: tuple[str, ...]


def verdict(parts: Sequence[Part], exits: Sequence[int]) -> Verdict:
    """The verdict of *parts* together, which ended with *exits*."""
    lines = [line for part in parts for line in part.cases]
    weights = _weights(lines)
    lax, known = weights["lax"], weights["known"]
    unsure = sum(1 for line in lines if line["verdict"] == "inconclusive")
    asides = []
    if lax:
        asides.append(
            f"{plural(lax, 'case')} {_differ(lax)} from a page whose findings do not count towards the verdict (a "
            "draft, a superseded page or one the target leaves out); what it is stands below all the same."
        )
    if known:
        asides.append(
            f"{plural(known, 'case')} {_differ(known)} in a way that is known and agreed on, see known deviations."
        )
    if unsure:
        asides.append(f"{plural(unsure, 'case')} could not be judged, or not in full, see what was not tested.")
    return Verdict(_sentence(parts, lines, exits[0]), ending(exits), _ending_sign(exits[0]), tuple(asides))


def _weights(lines: Iterable[Line]) -> Counter[str]:
    """How many cases differ, by what that weighs."""
    return Counter(weight(line) for line in lines if line["verdict"] == "fail")


def _differ(number: int) -> str:
    return "differs" if number == 1 else "differ"


def _ending_sign(code: int) -> Sign:
    if code == 0:
        return Sign("✓", "holds", "held")
    return Sign("✗", "does not hold", "failed") if code == 1 else Sign("?", "not shown to hold", "open")


def _sentence(parts: Sequence[Part], lines: Sequence[Line], code: int) -> str:
    judged = sum(1 for line in lines if line["gating"] and any(item["held"] is not None for item in line["clauses"]))
    planned = sum(len(part.plan) for part in parts)
    ran = len(lines)
    scope = f", in a run of {ran} of {plural(planned, 'case')}" if any(part.partial for part in parts) else ""
    unjudged = sum(part.footer["unjudged"] for part in parts)
    pairs = f"{plural(unjudged, 'pair')} of a documented statement and a route that count{'s' * (unjudged == 1)}"
    those = "the 1 case that was judged and counts" if judged == 1 else f"all {judged} cases that were judged and count"
    known = ", but for what is known" if _weights(lines)["known"] else ""
    told = {
        0: f"It holds: in {those}, the target did what the documentation says{known}{scope}.",
        1: _findings(lines, scope),
        2: f"Interrupted: the run was stopped after {ran} of {plural(planned, 'case')} and vouches for no others.",
        3: f"Internal error: the test engine broke after {plural(ran, 'case')}; what follows may be incomplete.",
        4: f"Bad input: the run could not be made as it was asked for; {plural(ran, 'case')} ran.",
        5: f"Nothing judged: no case that counts could be judged, so this run says nothing about the target{scope}.",
        EXIT_UNJUDGED: "Incomplete: nothing that counts was seen to differ from the documentation, but "
        f"{pairs} could not be judged at all.",
        EXIT_STALE: "Stale deviations: no finding fails the run, but the list of known deviations is out of date, "
        f"and that does{scope}.",
        EXIT_RESIDUE: "Residue left: no finding fails the run, but something the run made is still in the target, "
        f"and that does{scope}.",
    }
    return told.get(code, f"Ended by the test engine after {ran} of {plural(planned, 'case')}.")


def _findings(lines: Iterable[Line], scope: str) -> str:
    lines = list(lines)
    differ = _weights(lines)["fail"]
    broken = sum(1 for line in lines if line["verdict"] == "error")
    parts = []
    if differ:
        parts.append(f"in {differ} of {plural(len(lines), 'case')} the target did other than the documentation says")
    if broken:
        parts.append(f"the suite itself failed in {plural(broken, 'case')}")
    return f"It does not hold: {' and '.join(parts) or 'a test failed that is no case'}{scope}."


@dataclass(frozen=True, slots=True)
class Source:
    """Where the answers come from: *label* on a badge, *claim* where nobody can miss it, and what follows from it."""

    label: str
    claim: str
    so: str
    real: bool


_NOT_THE_SERVICE: Final = "Nothing in this report was answered by Microsoft's service."


def source(part: Part) -> Source:
    """Where the answers of *part* come from."""
    origin, cloud = part.header["origin"], part.header["cloud"]
    recording = part.header.get("recording") or {}
    made = f"on {recording.get('recorded', 'a day unknown')}, from {recording.get('software', 'software unknown')}"
    if origin == "mock":
        return Source(
            "mock",
            _NOT_THE_SERVICE,
            "The answers come from the mock, a program of this project that imitates the service. The run shows that "
            "the tests work. It does not show what the service does.",
            real=False,
        )
    if origin == "recording:mock":
        return Source(
            "recording of the mock",
            _NOT_THE_SERVICE,
            f"The answers were read from a file. They were recorded {made}: the mock, a program of this project that "
            "imitates the service. The run shows that the tests work. It does not show what the service does.",
            real=False,
        )
    if origin == "recording:server":
        return Source(
            "recording of another server",
            _NOT_THE_SERVICE,
            f"The answers were read from a file. They were recorded {made}, a server that is none of Microsoft's.",
            real=False,
        )
    if origin == "recording:service":
        return Source(
            "recording of the service",
            "Nothing was called during this run: the answers were read from a file.",
            f"They were recorded from the service {made}. The report says what the service did then, not what it "
            "does today.",
            real=False,
        )
    if not part.header["service"]:
        named = f"The target is described as one in the cloud “{cloud}”, but is" if cloud else "It is"
        return Source(
            "a server, called live",
            "The answers come from the server under test, which was not called at an address that Microsoft publishes.",
            f"{named} reached by an address of its own. Whether it is Microsoft's service, a gateway before it or an "
            "imitation, the run cannot tell.",
            real=False,
        )
    return Source(
        f"live service, cloud {cloud}" if cloud else "live service",
        "The answers come from the service itself, called during this run.",
        "Every call went to the address that Microsoft publishes for "
        f"{f'the cloud “{cloud}”' if cloud else 'one of its clouds'}.",
        real=True,
    )


def when(moment: str) -> str:
    """A moment of a run as a person reads it: ``2026-11-22 05:24:53 UTC``."""
    return moment.replace("T", " ").removesuffix("+00:00") + " UTC"


def duration(start: str, end: str) -> str:
    """How long it was from one moment to another, in words."""
    seconds = round((dt.datetime.fromisoformat(end) - dt.datetime.fromisoformat(start)).total_seconds())
    hours, rest = divmod(seconds, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    given = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in given if number) or "less than a second"


GLOSSARY: Final = (
    ("actor", "Who makes a call: the organizer of a meeting, an attendee, an app without a user, or a reader."),
    ("addressing", "How a route names its user: me, by id, or by upn (user principal name, a sign-in name)."),
    (
        "body shape",
        (
            "The form of the body that was sent: empty ({}), absent (no body), null, or the comment under one of "
            "the names it has: camel (comment), pascal (Comment), kommentar (Kommentar), message (cancellationMessage)."
        ),
    ),
    ("case", "One call under test: a contract, a route, an actor and a body, sometimes with a circumstance."),
    ("circumstance", "What is special about a case: no token, an unknown id, one occurrence of a series, and so on."),
    ("clause", "One statement of a documentation page that can be true or false of an answer or of its effects."),
    ("contract", "One documentation page in one edition, written down as clauses and routes."),
    ("counts, gates", "A contract gates, or counts, where a finding against it fails the run."),
    (
        "D, O, R, U",
        (
            "How sure something is: D documented by Microsoft, O observed in published traffic, R reported by "
            "somebody, U unknown and a guess."
        ),
    ),
    ("dispute", "A fact on which two pages, or a page and its own example, say different things: each is a reading."),
    (
        "exit",
        (
            "The number the run ended with: 0 holds, 1 does not hold, 2 interrupted, 3 internal error, 4 bad input, "
            "5 nothing judged, 10 incomplete, 11 known deviations out of date, 12 something was left in the target."
        ),
    ),
    ("finding", "A clause that does not hold in a case: documented one thing, received another."),
    ("held, failed, untested", "Of a clause in a case: it was examined and is true; and is false; was not examined."),
    (
        "known deviation",
        "A finding that was met before and is accepted until a day, with an owner who answers for it.",
    ),
    ("late", "An effect that came after the usual time. It still holds."),
    ("mock", "A program of this project that imitates the service."),
    ("observation", "A call about which no page says anything. Its answer is noted, and is never a finding."),
    ("recording", "Answers kept in files, with which a run can be made without a network."),
    ("residue", "What a run made in the target and could not remove again."),
    ("route", "A documented address of the action; what stands in braces is filled in."),
    (
        "standing",
        "Of a page: current, superseded by a newer one, translated, or a draft.",
    ),
    ("target", "What was tested: a tenant of the service, another server, the mock, or a recording."),
    (
        "verdict",
        (
            "Of a case: pass, every clause held; fail, some clause failed; inconclusive, something was untested and "
            "nothing failed; observed, no clause speaks; error, the test itself broke."
        ),
    ),
    ("waived", "Left unjudged on purpose, with a reason, by whoever described the target."),
    (
        "[…], {event}, $EVENT_ID",
        "What was taken out before anything was written: ids, tokens, addresses, words that may be personal.",
    ),
)
"""Each word a reader may not know, and what it means here; by the alphabet."""
