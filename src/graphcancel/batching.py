"""
What a ``$batch`` looks like, going out and coming back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphcancel.exchange import Exchange, Request, Response, json_request

PATH: Final = "/$batch"

_STATUS: Final = re.compile(r"[1-9][0-9]{2}")


def batch_of(items: Sequence[Request]) -> Request:
    """The one request that carries *items*, which share root and actor."""
    parts = []
    for number, item in enumerate(items):
        part: dict[str, Any] = {"id": str(number), "method": item.method, "url": item.path}
        if item.headers:
            part["headers"] = dict(item.headers)
        if item.payload is not None:
            part["body"] = json.loads(item.payload)
        parts.append(part)
    return json_request("POST", items[0].root, PATH, items[0].actor, {"requests": parts})


def answers_in(outer: Exchange, items: Sequence[Request]) -> list[Exchange] | None:
    """The exchange of each of *items*, or None where the answer is none to a batch."""
    responses = inner_responses(outer.response)
    if responses is None:
        return None
    answers = []
    for number, item in enumerate(items):
        response = responses.get(str(number))
        failure = None if response else "the batch held no answer to it"
        answers.append(Exchange(item, response, outer.seconds, outer.ended, failure))
    return answers


def inner_responses(response: Response | None) -> dict[str, Response] | None:
    """The answers inside a batch's answer by their ids, those that can be read; None where there is no such list."""
    found = response.object().get("responses") if response else None
    if not isinstance(found, list):
        return None
    read = {str(answer.get("id")): _inner(answer) for answer in found if isinstance(answer, dict)}
    return {name: inner for name, inner in read.items() if inner}


def ids_in(batch: Request) -> list[str]:
    """The ids of the requests that *batch* carries."""
    return [part["id"] for part in json.loads(batch.payload or b'{"requests": []}')["requests"]]


def only_reads(request: Request) -> bool:
    """Whether sending *request* twice is sending it once: it reads, or is a batch of nothing but reads."""
    if request.method == "GET":
        return True
    if not request.path.endswith(PATH) or request.payload is None:
        return False
    return all(part["method"] == "GET" for part in json.loads(request.payload)["requests"])


def writes_in(request: Request) -> int:
    """How many requests of *request* do not read: itself, or those inside where it is a batch."""
    if request.method == "GET":
        return 0
    if not request.path.endswith(PATH) or request.payload is None:
        return 1
    return sum(1 for part in json.loads(request.payload)["requests"] if part["method"] != "GET")


def _inner(answer: Mapping[str, Any]) -> Response | None:
    status = answer.get("status")
    if isinstance(status, str) and _STATUS.fullmatch(status):
        status = int(status)
    if not isinstance(status, int):
        return None
    headers = answer.get("headers")
    names = {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
    body = answer.get("body")
    return Response(status, names, b"" if body is None else json.dumps(body).encode())
