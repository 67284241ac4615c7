"""
The command that makes a call again by hand: curl, in bash. No secret, address or id is in it, they are variables.

What the variables hold is told by `variables`, from the command itself, so that a run of last year can be explained.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

from graphcancel.batching import PATH as BATCH
from graphcancel.calls import FILLER, GARBAGE, MALFORMED_ID, SUBJECTS, pattern_of
from graphcancel.exchange import encode_segment
from graphcancel.vocabulary import is_literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphcancel.case import Case
    from graphcancel.exchange import Request
    from graphcancel.targetfile import Description

_PLACES: Final = {
    "event": "EVENT_ID",
    "appointment": "APPOINTMENT_ID",
    "message": "MESSAGE_ID",
    "calendar": "CALENDAR_ID",
    "calendar-group": "CALENDAR_GROUP_ID",
    "group": "GROUP_ID",
    "business": "BUSINESS_ID",
}
# Every byte of an id as %XX, as the circumstance wants it: the variable holds what needs no more than that.
_EVERY_BYTE: Final = r"""$(printf %b "${NAME//%/\\x}" | od -An -v -tx1 | tr -d '\n' | tr ' a-f' '%A-F')"""
_WORD: Final = re.compile(
    r"""\$'(?:\\.|[^'\\])*' | '[^']*' | "(?:\\.|[^"\\])*" | \\. | [ ](?P<option>-H|-d|--data-binary)[ ] | .""",
    re.DOTALL | re.VERBOSE,
)
"""What is quoted, what is escaped, where an option of the command's own begins, or any one character."""
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD"})


def curl(case: Case, request: Request, description: Description) -> str:
    """A command line for bash that sends the call of *case* again."""
    version = request.root.rsplit("/", 1)[-1]
    root = _root(request.root.rsplit("/", 1)[0], description.base_url)
    path = _path(case)
    below = BATCH.replace("$", r"\$") if request.path == BATCH else path
    parts = ["curl -i", f"-X {request.method}", f'"{root}/{version}{below}"', *_authorization(request, description)]
    parts += [f"-H {_quoted(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.payload is not None or request.method not in _WITHOUT_BODY:
        # curl labels whatever it is given to send, even nothing at all.
        parts += [] if "Content-Type" in request.headers else ["-H 'Content-Type:'"]
        parts.append(_body(request, path))
    return " ".join(parts)


def broken_up(command: str) -> list[str]:
    """*command* of `curl` as lines that a shell reads as one: its address, its headers, its body."""
    options = [(found["option"], found.start()) for found in _WORD.finditer(command) if found["option"]]
    # The headers stand on one line.
    breaks = [at for number, (name, at) in enumerate(options) if name != "-H" or "-H" not in dict(options[:number])]
    lines = [command[start:end].strip(" ") for start, end in zip([0, *breaks], [*breaks, None], strict=True)]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _path(case: Case) -> str:
    """The path of *case* with its placeholders as variables, to stand between double quotes."""
    path = pattern_of(case)
    whose = "ATTENDEE" if case.of_a_copy else "ORGANIZER"
    user = f"{whose}_ID" if case.addressing == "id" else f"GRAPH_{whose}_USER"
    for name, variable in {**_PLACES, "user": user}.items():
        value = f"${variable}"
        if name in SUBJECTS and case.circumstance == "malformed-id":
            value = MALFORMED_ID
        if name in SUBJECTS and case.generated and case.generated.id:
            value = encode_segment(case.generated.id)
        escaped = case.circumstance == "percent-encoded-id" or (case.generated and case.generated.escaped)
        if name in SUBJECTS and escaped:
            value = _EVERY_BYTE.replace("NAME", variable)
        path = path.replace("{" + name + "}", value)
    return path


def _authorization(request: Request, description: Description) -> Iterator[str]:
    if request.token == GARBAGE:
        yield f"-H 'Authorization: Bearer {GARBAGE}'"
    elif request.actor:
        actors = description.actors
        holders = (one.expired_token_env for one in actors.values() if one.expired_token == request.token)
        actor = actors.get(request.actor)
        own = (actor.token_env if actor else None) or f"GRAPH_{request.actor.upper()}_TOKEN"
        variable = own if request.token is None else next(holders, None) or "GRAPH_EXPIRED_TOKEN"
        yield f'-H "Authorization: Bearer ${variable}"'


def _body(request: Request, path: str) -> str:
    """The option for the body: the path inside a batch by variables, a long text as what makes it."""
    try:
        text = (request.payload or b"").decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        # No word of a shell holds such bytes; a file does, and bash makes one of what a command prints.
        printed = "".join(f"\\x{byte:02x}" for byte in request.payload or b"")
        return f"--data-binary @<(printf '{printed}')"
    if request.path == BATCH:
        before, _, after = text.partition(str(json.loads(text)["requests"][0]["url"]))
        return f'-d {_quoted(before)}"{path}"{_quoted(after)}'
    times = text.count(FILLER)
    if times > 1:
        before, _, after = text.partition(FILLER * times)
        filling = f"$(printf '{FILLER}%.0s' {{1..{times}}})"
        return f'-d {_quoted(before)}"{filling}"{_quoted(after)}'
    return f"-d {_quoted(text)}"


def _quoted(text: str) -> str:
    """*text* as a word of bash: what a terminal would not show as it is, by its bytes."""
    if text.isprintable():
        escaped = text.replace("'", "'\\''")
        return f"'{escaped}'"
    return f"$'{''.join(map(_escaped, text))}'"


def _escaped(character: str) -> str:
    if character in {"'", "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else "".join(f"\\x{byte:02x}" for byte in character.encode())


def _root(root: str, base: str) -> str:
    """*root* as a command line names it: by its path below *base* where all know it, else by a variable."""
    below = root.removeprefix(base)
    if root.startswith(base) and (not below or below.startswith("/")) and is_literal(below):
        return f"$GRAPH_ROOT{below}"
    return "$CONTRACT_ROOT"


# -- what the variables hold ---------------------------------------------------------------------------------------

_MEANINGS: Final = {
    "GRAPH_ROOT": "the target's root without version, such as https://graph.microsoft.com",
    "CONTRACT_ROOT": "the root the target file names for this contract, without version",
    "APPOINTMENT_ID": "id of an appointment of the business",
    "MESSAGE_ID": "id of the attendee's response in the organizer's inbox, which leads to the meeting",
    "CALENDAR_ID": "id of the calendar the meeting lies in",
    "CALENDAR_GROUP_ID": "id of the calendar group that holds that calendar",
    "GROUP_ID": "id of the group",
    "BUSINESS_ID": "id of the booking business",
    "ORGANIZER_ID": "object id of the organizer's mailbox",
    "ATTENDEE_ID": "object id of the attendee's mailbox",
    "GRAPH_ORGANIZER_USER": "userPrincipalName of the organizer",
    "GRAPH_ATTENDEE_USER": "userPrincipalName of the attendee",
}
# Which event a circumstance is about; else it is any meeting.
_EVENTS: Final = {
    "own-copy": "id of the attendee's own copy of a meeting",
    "occurrence": "id of one occurrence of a series",
    "exception": "id of an occurrence that was changed by itself",
    "series-master": "id of a series",
    "unknown-id": "id of an event that was deleted",
    "second-cancel": "id of a meeting that is cancelled already",
    "no-attendees": "id of an event nobody is invited to",
    "past-event": "id of a meeting that is over",
}
_VARIABLE: Final = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)")
_TOKEN: Final = re.compile(r"Authorization: Bearer \$([A-Za-z_][A-Za-z0-9_]*)")


def variables(line: Mapping[str, Any]) -> dict[str, str]:
    """Each variable of the command in *line*, a case as ``run.jsonl`` has it, to what it has to hold."""
    command = str(line.get("curl") or "")
    token = _TOKEN.search(command)
    found = dict.fromkeys(_VARIABLE.findall(command), "")
    for name in found:
        if name == "EVENT_ID":
            master = "/instances/" in line["route"]
            plain = _EVENTS["own-copy"] if _is_of_a_copy(line, found) else "id of a meeting"
            found[name] = _EVENTS["occurrence"] if master else _EVENTS.get(line["circumstance"], plain)
        else:
            found[name] = _MEANINGS.get(name, "")
    if line["circumstance"] == "unknown-id" and "APPOINTMENT_ID" in found:
        found["APPOINTMENT_ID"] = "id of nothing in the business"
    if token:
        expired = line["circumstance"] == "expired-token"
        found[token[1]] = "an access token that has expired" if expired else "an access token of the caller"
    return found


def _is_of_a_copy(line: Mapping[str, Any], variables: Collection[str]) -> bool:
    """Whether the call is about the attendee's own copy: it is made by or for the attendee, in that mailbox."""
    by_attendee = line["actor"] == "attendee" and line["circumstance"] != "organizers-path"
    return by_attendee or not {"ATTENDEE_ID", "GRAPH_ATTENDEE_USER"}.isdisjoint(variables)
