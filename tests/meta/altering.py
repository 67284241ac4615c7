"""
Alters what a cassette says was answered: in ways the mock must be found to differ in, and in ways that say nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphcancel.cassette import Interaction, read_cassette, write_cassette
from graphcancel.exchange import Response
from graphcancel.recording import SERVICE, Recording, read_recording, write_recording

Answer = dict[str, Any]
Change = Callable[[Answer], object]


def relabel(folder: Path, copy: Path) -> Recording:
    """A *copy* of the recording at *folder* that says it came from a service."""
    before = read_recording(folder)
    recording = replace(before, folder=copy, origin=SERVICE)
    for case in recording.cases:
        write_cassette(recording.place(case), replace(read_cassette(before.place(case)), origin=SERVICE))
    write_recording(recording, dt.date(2026, 11, 21), changed=True)
    return read_recording(copy)


def altered(recording: Recording, folder: Path, case: str, change: Callable[[list[Interaction]], object]) -> Recording:
    """Of *recording* only *case*, with its interactions changed, written and sealed in *folder*."""
    cassette = read_cassette(recording.place(case))
    interactions = list(cassette.interactions)
    change(interactions)
    found = replace(recording, folder=folder, cases=(case,))
    write_cassette(found.place(case), replace(cassette, origin=SERVICE, interactions=tuple(interactions)))
    write_recording(found, dt.date(2026, 11, 21), changed=True)
    return read_recording(folder)


def in_answer(number: int, part: str | None, change: Change) -> Callable[[list[Interaction]], None]:
    """Change the answer to request *number*, from 1, or to one *part* of it, as an object of status, headers, body."""

    def changed(interactions: list[Interaction]) -> None:
        one = interactions[number - 1]
        response = one.response
        if part is None:
            answer = {"status": response.status, "headers": dict(response.headers), "body": response.json()}
            change(answer)
            content = b"" if answer["body"] is None else json.dumps(answer["body"]).encode()
            now = Response(answer["status"], answer["headers"], content)
        else:
            whole = response.object()
            change(next(inner for inner in whole["responses"] if inner["id"] == part))
            now = replace(response, body=json.dumps(whole).encode())
        interactions[number - 1] = replace(one, response=now)

    return changed


def put(*path: Any, value: Any) -> Change:
    """Set what lies at *path* in an answer, which may be new."""
    return lambda answer: inside(answer, path).__setitem__(path[-1], value)


def drop(*path: Any) -> Change:
    """Take out what lies at *path*."""
    return lambda answer: inside(answer, path).__delitem__(path[-1])


def inside(answer: Any, path: Sequence[Any]) -> Any:
    for name in path[:-1]:
        answer = answer[name]
    return answer


def twice(answer: Answer) -> None:
    answer["body"]["value"] *= 2


# -- what says nothing ---------------------------------------------------------------------------------------------


def text(change: Callable[[str], str]) -> Callable[[list[Interaction]], None]:
    """Change the text of all bodies and of what was asked after them."""

    def changed(interactions: list[Interaction]) -> None:
        for number, one in enumerate(interactions):
            interactions[number] = replace(
                one,
                uri=change(one.uri),
                body=one.body and change(one.body),
                response=replace(one.response, body=change(one.response.body.decode()).encode()),
            )

    return changed


def other_numbers(interactions: list[Interaction]) -> None:
    """Other ids for all, as if the service had given some more beforehand."""
    text(lambda body: re.sub(r"(?<![\w-])id-([0-9]+)", lambda found: f"id-{100 - int(found[1])}", body))(interactions)


def other_order(interactions: list[Interaction]) -> None:
    """Lists and the answers of batches the other way round."""

    def turned(value: Any) -> Any:
        if isinstance(value, list):
            return [turned(item) for item in reversed(value)]
        return {name: turned(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    for number, one in enumerate(interactions):
        content = json.dumps(turned(one.response.json())).encode() if one.response.body else b""
        interactions[number] = replace(one, response=replace(one.response, body=content))


def late(interactions: list[Interaction]) -> None:
    """The effect of the cancel shows at the second look: the first saw what had been there before."""
    before, after = interactions[1].response, interactions[3]
    interactions.insert(3, replace(after, response=before))


def throttled(interactions: list[Interaction]) -> None:
    """The create was told to wait, in the batch and as a whole, before it was served."""
    first = interactions[0]
    refused = Response(429, {"retry-after": "1"}, b"")
    inner = {"responses": [{"id": name, "status": 429, "headers": {"Retry-After": "1"}, "body": {}} for name in "01"]}
    parted = Response(200, first.response.headers, json.dumps(inner).encode())
    interactions[:0] = [replace(first, response=refused), replace(first, response=parted)]


def in_pages(interactions: list[Interaction]) -> None:
    """A list of two items came in two pages."""
    one = interactions[1]
    whole = one.response.object()
    part = next(inner for inner in whole["responses"] if inner["id"] == "0")
    first, second = part["body"]["value"]
    link = "https://graph.example/v1.0/users/organizer%40target.example/calendarView?$skiptoken=next-1"
    part["body"] |= {"value": [first], "@odata.nextLink": link}
    page = Response(200, one.response.headers, json.dumps({"@odata.context": "…", "value": [second]}).encode())
    interactions[1] = replace(one, response=replace(one.response, body=json.dumps(whole).encode()))
    (asked,) = (part for part in json.loads(str(one.body))["requests"] if part["id"] == "0")
    headers = {"authorization": "Bearer app-token", **{name.lower(): value for name, value in asked["headers"].items()}}
    interactions.insert(2, Interaction("GET", link, headers, None, page))


def in_two_pages(place: Path, copy: Path) -> str:
    """The text of the cassette at *place* with a list in two pages; it is written to *copy*, sealed."""
    cassette = read_cassette(place)
    interactions = list(cassette.interactions)
    in_pages(interactions)
    text(lambda written: written.replace("$skiptoken=next-1", "$skiptoken=next-1&$skip=1"))(interactions)
    write_cassette(copy, replace(cassette, interactions=tuple(interactions)))
    return copy.read_text(encoding="utf-8")
