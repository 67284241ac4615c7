"""
A call in words: who cancelled what, where and how, as a sentence about it begins.
"""

from __future__ import annotations

import re
from typing import Final

from graphcancel.generated import GENERATED
from graphcancel.run import Line

_SOME: Final = 40

# What is cancelled, where it is no plain meeting.
_OF: Final = {
    "own-copy": "of the own copy",
    "occurrence": "of one occurrence",
    "series-master": "of a whole series",
    "exception": "of an occurrence changed by itself",
    "second-cancel": "of a meeting cancelled before",
    "no-attendees": "of an event nobody is invited to",
    "past-event": "of a past event",
    "unknown-id": "of what does not exist",
    "malformed-id": "of an id that is none",
}
_HOW: Final = {
    "organizers-path": "in the organizer's mailbox",
    "namesake": "beside a meeting of the same subject and attendees",
    "no-token": "without a token",
    "garbage-token": "with a token that is none",
    "expired-token": "with an expired token",
    "read-only": "with a token that may only read",
    "malformed-json": "with a body that is no JSON",
    "text-plain": "with a body labelled text/plain",
    "batch": "inside a $batch",
    "percent-encoded-id": "with every byte of the id percent-encoded",
    "app-only": "with an app's own token",
    "app-on-me": "with an app's own token",
    "non-ascii": "with a text that is not all ASCII",
    "300-characters": "with a text of 300 characters",
    "no-content-type": "without Content-Type",
    "qualified-segment": "by its qualified name",
    "lower-case-route": "in lower case",
}
_BODIES: Final = {
    "empty": "with {} as body",
    "absent": "without a body",
    "null": "with null for a comment",
    "blank": "with a blank comment",
    "unknown-property": "with a property nobody documents",
    "wrong-type": "with a number for a comment",
    "both-casings": "with the comment in both casings",
    "long": "with a comment of 20 000 characters",
    "html": "with a comment in HTML",
    "generated": "with what was generated",
}
_ACTORS: Final = {"app": "an app's"}
_VERB: Final = re.compile(r"verb-([a-z]+)")
_EITHER: Final = re.compile(r"([{<])id \| userPrincipalName([}>])")


def call_in_words(line: Line) -> str:
    """
    The call of a case, as *line* of ``run.jsonl`` has it: ``the organizer's cancel on /me/events/{id}/cancel``.

    A comma ends it where it ends in how the call was made.
    """
    circumstance = str(line["circumstance"] or "")
    actor = str(line["actor"])
    verb = _VERB.fullmatch(circumstance)
    deed = verb[1].upper() if verb else " ".join(filter(None, [_deed(line), _OF.get(circumstance)]))
    how = _how(circumstance, str(line["body"]))
    whose = _ACTORS.get(actor, f"the {actor}'s")
    return f"{whose} {deed} on {_route(line)}" + (f", {how}," if how else "")


def _deed(line: Line) -> str:
    """What the action is called in a path."""
    return str(line["route"]).rpartition("/")[2] or "call"


def calls_in_words(line: Line) -> str:
    """How many generated calls *line* of ``run.jsonl`` stands for, and what became of them; else empty."""
    made = line.get("generated")
    if not made:
        return ""
    told = f"{made['calls']} of {made['allotted']} calls from seed {made['seed']}: "
    told += f"{made['accepted']} accepted, {made['refused']} refused"
    if unsent := made.get("unsent"):
        told += f"; {unsent} more that came to nothing"
    if shrinking := made.get("shrinking"):
        told += f"; {shrinking} more for the smallest that shows the finding"
    if labelled := made.get("labelled"):
        told += f"; {labelled} accepted with a Content-Type, of which no page speaks"
    return told


def again(line: Line, options: str) -> str:
    """The command that tells the case of *line* again; *options* select its target."""
    if line["body"] != GENERATED:
        return f"pytest{options} -k {line['id']}"
    made = line.get("generated")
    # Of a case that was not told nobody knows how many.
    drawn = f"--generated {made['allotted']} --hypothesis-seed={made['seed']}" if made else f"--generated {_SOME}"
    return f"pytest tests/contract/test_generated.py{options} {drawn} -k {line['id']}"


def _how(circumstance: str, body: str) -> str:
    if circumstance and circumstance not in _OF and not _VERB.fullmatch(circumstance):
        return _HOW.get(circumstance, circumstance)
    return _BODIES.get(body, "")


def _route(line: Line) -> str:
    """The route as the page writes it, of the ways of naming the user the one that was used."""
    used = {"id": "id", "upn": "userPrincipalName"}.get(line["addressing"], "")
    return _EITHER.sub(rf"\g<1>{used}\g<2>", str(line["route"]))
