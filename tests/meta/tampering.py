"""
Ways in which a cassette and what the suite sends come apart, each as a function on the cassette's table.

Each returns whether it applies: a case without a body has none to drop.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from graphcancel import cassette

Table = dict[str, Any]
Operator = Callable[[Table], bool]
REQUESTS: dict[str, Operator] = {}
ALIKE: dict[str, Operator] = {}
ORDERS: dict[str, Operator] = {}
ANSWERS: dict[str, Operator] = {}
HEADS: dict[str, Operator] = {}


def kind(table: dict[str, Operator]) -> Callable[[Operator], Operator]:
    """Note an operator in *table* under its name."""

    def noted(operator: Operator) -> Operator:
        table[operator.__name__.replace("_", "-")] = operator
        return operator

    return noted


def reseal(table: Table) -> str:
    """*table* as text with its seals made anew, as by somebody who edits on purpose."""
    interactions = tuple(
        cassette._interaction({name: value for name, value in one.items() if name != "sealed"})
        for one in table["interactions"]
    )
    made = cassette.Cassette(
        table["origin"], interactions, table.get("knew", {}), case=table["case"], took=tuple(table.get("took", ()))
    )
    return cassette.printable(cassette._written(made))


def place_of_call(table: Table) -> int:
    """Where the call under test is: the last to a URL that says so, else the last batch that holds one, else the first."""
    requests = [one["request"] for one in table["interactions"]]
    alone = [number for number, one in enumerate(requests) if "cancel" in one["uri"].lower()]
    batched = [number for number, one in enumerate(requests) if "/cancel" in (one["body"] or "").lower()]
    return (alone or batched or [0])[-1]


def call(table: Table) -> Table:
    """The request under test."""
    return table["interactions"][place_of_call(table)]["request"]


def answer(table: Table) -> Table:
    """The answer to the call under test."""
    return table["interactions"][place_of_call(table)]["response"]


def _with_body(table: Table) -> Table | None:
    """The request under test, else the last before it whose JSON says something: an object, no batch of bare reads."""
    for one in reversed(table["interactions"][: place_of_call(table) + 1]):
        try:
            body = json.loads(one["request"]["body"] or "null")
        except ValueError:
            continue
        if isinstance(body, dict) and any("body" in part for part in body.get("requests", [{"body": body}])):
            return one["request"]
    return None


def _edit_body(table: Table, edit: Callable[[Table], bool]) -> bool:
    request = _with_body(table)
    if request is None:
        return False
    body = json.loads(request["body"])
    applies = edit(body)
    request["body"] = json.dumps(body, ensure_ascii=False)
    return applies


def _spell_body(table: Table, spell: Callable[[str], str]) -> bool:
    request = _with_body(table)
    if request is None:
        return False
    before = request["body"]
    request["body"] = spell(before)
    return request["body"] != before


def _own(body: Table) -> Table:
    """Of a batch the body of the call under test, else the first there is; *body* itself where it is no batch."""
    parts = [part for part in body.get("requests", []) if "body" in part]
    calls = [part for part in parts if part["url"].endswith("/cancel")]
    return (calls or parts or [{"body": body}])[0]["body"]


def _inmost(body: Table) -> Table:
    """The object that holds the first text of what *body* says, which is no header of a batch."""
    for value in _own(body).values():
        if isinstance(value, dict) and value:
            return _inmost(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return _inmost(value[0])
    return _own(body)


def _other_letter(text: str) -> str:
    middle = len(text) // 2
    return text[:middle] + ("x" if text[middle] != "x" else "y") + text[middle + 1 :]


# -- what is asked -------------------------------------------------------------------------------------------------


@kind(REQUESTS)
def method(table: Table) -> bool:
    request = call(table)
    request["method"] = "PUT" if request["method"] == "POST" else "POST"
    return True


@kind(REQUESTS)
def method_case(table: Table) -> bool:
    call(table)["method"] = call(table)["method"].lower()
    return True


def _edit_path(table: Table, edit: Callable[[str], str]) -> bool:
    request = call(table)
    parts = urlsplit(request["uri"])
    head, _, last = parts.path.rpartition("/")
    request["uri"] = parts._replace(path=f"{head}/{edit(last)}").geturl()
    return edit(last) != last


@kind(REQUESTS)
def path_segment(table: Table) -> bool:
    return _edit_path(table, lambda last: last + "s")


@kind(REQUESTS)
def path_case(table: Table) -> bool:
    return _edit_path(table, str.swapcase)


@kind(REQUESTS)
def path_slash(table: Table) -> bool:
    return _edit_path(table, lambda last: last + "/")


@kind(REQUESTS)
def path_escape(table: Table) -> bool:
    return _edit_path(table, lambda last: f"%{ord(last[0]):02X}{last[1:]}")


@kind(REQUESTS)
def host(table: Table) -> bool:
    request = call(table)
    request["uri"] = request["uri"].replace("https://graph.", "https://graph2.", 1)
    return True


@kind(REQUESTS)
def scheme(table: Table) -> bool:
    request = call(table)
    request["uri"] = request["uri"].replace("https:", "http:", 1)
    return True


@kind(REQUESTS)
def tab_in_uri(table: Table) -> bool:
    request = call(table)
    request["uri"] = request["uri"][:12] + "\t" + request["uri"][12:]
    return True


@kind(REQUESTS)
def fragment(table: Table) -> bool:
    call(table)["uri"] += "#x"
    return True


@kind(REQUESTS)
def query_added(table: Table) -> bool:
    call(table)["uri"] += "?x=1"
    return True


@kind(REQUESTS)
def query_mark(table: Table) -> bool:
    call(table)["uri"] += "?"
    return True


def _edit_query(table: Table, edit: Callable[[str], str]) -> bool:
    """Edit the first query of a request's own, else the first one inside a batch."""
    requests = [one["request"] for one in table["interactions"]]
    for request in requests:
        uri, mark, query = request["uri"].partition("?")
        if mark and edit(query) != query:
            request["uri"] = f"{uri}?{edit(query)}"
            return True
    for request in requests:
        body = json.loads(request["body"]) if "$batch" in request["uri"] else {}
        for part in body.get("requests", []):
            path, mark, query = part["url"].partition("?")
            if mark and edit(query) != query:
                part["url"] = f"{path}?{edit(query)}"
                request["body"] = json.dumps(body, ensure_ascii=False)
                return True
    return False


@kind(REQUESTS)
def query(table: Table) -> bool:
    return _edit_query(table, lambda query: query[:-1] + ("0" if query[-1] != "0" else "1"))


@kind(REQUESTS)
def query_order(table: Table) -> bool:
    return _edit_query(table, lambda query: "&".join(reversed(query.split("&"))))


@kind(REQUESTS)
def query_name_case(table: Table) -> bool:
    return _edit_query(table, lambda query: query[:3].swapcase() + query[3:])


@kind(REQUESTS)
def property_case(table: Table) -> bool:
    def edit(body: Table) -> bool:
        inner = _inmost(body)
        for name in list(inner):
            inner[name[0].swapcase() + name[1:]] = inner.pop(name)
        return bool(inner)

    return _edit_body(table, edit)


@kind(REQUESTS)
def comment_text(table: Table) -> bool:
    def edit(body: Table) -> bool:
        inner = _inmost(body)
        for name, value in inner.items():
            if isinstance(value, str):
                inner[name] = value + "."
                return True
        return False

    return _edit_body(table, edit)


@kind(REQUESTS)
def number_for_text(table: Table) -> bool:
    def edit(body: Table) -> bool:
        inner = _inmost(body)
        for name, value in inner.items():
            inner[name] = 1 if isinstance(value, str) else "1"
            return True
        return False

    return _edit_body(table, edit)


@kind(REQUESTS)
def added_key(table: Table) -> bool:
    return _edit_body(table, lambda body: not body.update(added=None))


@kind(REQUESTS)
def doubled_key(table: Table) -> bool:
    def spell(body: str) -> str:
        pairs = list(json.loads(body).items())
        first = dict(pairs[:1])
        return json.dumps(first, ensure_ascii=False)[:-1] + ", " + body[1:] if pairs else body

    return _spell_body(table, spell)


@kind(REQUESTS)
def dropped_body(table: Table) -> bool:
    request = call(table)
    had, request["body"] = request["body"], None
    return had is not None


@kind(REQUESTS)
def emptied_body(table: Table) -> bool:
    request = call(table)
    had, request["body"] = request["body"], ""
    return had != ""


@kind(REQUESTS)
def letter_of_asked_body(table: Table) -> bool:
    request = call(table)
    if not request["body"]:
        return False
    request["body"] = _other_letter(request["body"])
    return True


@kind(REQUESTS)
def dropped_header_asked(table: Table) -> bool:
    headers = call(table)["headers"]
    return bool(headers) and bool(headers.popitem())


@kind(REQUESTS)
def added_header_asked(table: Table) -> bool:
    call(table)["headers"]["prefer"] = ["x"]
    return True


@kind(REQUESTS)
def header_value_case(table: Table) -> bool:
    headers = call(table)["headers"]
    for name, (value,) in headers.items():
        headers[name] = [value.swapcase()]
        return True
    return False


@kind(REQUESTS)
def other_token(table: Table) -> bool:
    headers = call(table)["headers"]
    had = "authorization" in headers
    headers["authorization"] = ["Bearer somebody-token"]
    return had


# -- what is the same to JSON --------------------------------------------------------------------------------------


@kind(ALIKE)
def blanks_in_body(table: Table) -> bool:
    return _spell_body(table, lambda body: body.replace("{", "{ ", 1))


@kind(ALIKE)
def order_of_keys(table: Table) -> bool:
    return _spell_body(table, lambda body: json.dumps(_turned(json.loads(body)), ensure_ascii=False))


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(inner) for name, inner in reversed(value.items())}
    return [_turned(inner) for inner in value] if isinstance(value, list) else value


@kind(ALIKE)
def escapes_in_body(table: Table) -> bool:
    return _spell_body(table, lambda body: body.replace("e", "\\u0065"))


# -- which interactions there are ----------------------------------------------------------------------------------


def _copied(one: Table) -> Table:
    copied: Table = json.loads(json.dumps(one))
    return copied


@kind(ORDERS)
def extra_first(table: Table) -> bool:
    table["interactions"].insert(0, _copied(table["interactions"][-1]))
    return True


@kind(ORDERS)
def extra_last(table: Table) -> bool:
    table["interactions"].append(_copied(table["interactions"][0]))
    return True


@kind(ORDERS)
def doubled(table: Table) -> bool:
    place = place_of_call(table)
    table["interactions"].insert(place, _copied(table["interactions"][place]))
    return True


@kind(ORDERS)
def missing_first(table: Table) -> bool:
    del table["interactions"][0]
    return True


@kind(ORDERS)
def missing_call(table: Table) -> bool:
    del table["interactions"][place_of_call(table)]
    return True


@kind(ORDERS)
def missing_last(table: Table) -> bool:
    del table["interactions"][-1]
    return True


@kind(ORDERS)
def none_left(table: Table) -> bool:
    table["interactions"].clear()
    return True


@kind(ORDERS)
def reordered(table: Table) -> bool:
    interactions, place = table["interactions"], place_of_call(table)
    if len(interactions) < 2:
        return False
    other = place - 1 if place else 1
    interactions[place], interactions[other] = interactions[other], interactions[place]
    return True


@kind(ORDERS)
def ends_exchanged(table: Table) -> bool:
    interactions = table["interactions"]
    interactions[0], interactions[-1] = interactions[-1], interactions[0]
    return len(interactions) > 1


# -- what was answered ---------------------------------------------------------------------------------------------


@kind(ANSWERS)
def status(table: Table) -> bool:
    code = answer(table)["status"]["code"]
    answer(table)["status"]["code"] = 200 if code >= 400 else 400
    return True


@kind(ANSWERS)
def next_status(table: Table) -> bool:
    answer(table)["status"]["code"] += 1
    return True


@kind(ANSWERS)
def status_message(table: Table) -> bool:
    answer(table)["status"]["message"] += "!"
    return True


@kind(ANSWERS)
def sentence(table: Table) -> bool:
    body = answer(table)["body"]
    try:
        said = json.loads(body["string"])
        said["error"]["message"] = said["error"]["message"].rstrip(".") + " indeed."
    except (ValueError, LookupError, TypeError):
        return False
    body["string"] = json.dumps(said)
    return True


@kind(ANSWERS)
def letter_of_answered_body(table: Table) -> bool:
    for one in table["interactions"][place_of_call(table) :]:
        body = one["response"]["body"]
        if body["string"]:
            body["string"] = _other_letter(body["string"])
            return True
    return False


@kind(ANSWERS)
def body_where_none_was(table: Table) -> bool:
    body = answer(table)["body"]
    had, body["string"] = body["string"], body["string"] or "{}"
    return not had


@kind(ANSWERS)
def blank_after_body(table: Table) -> bool:
    answer(table)["body"]["string"] += " "
    return True


@kind(ANSWERS)
def dropped_header_answered(table: Table) -> bool:
    headers = answer(table)["headers"]
    return bool(headers) and bool(headers.popitem())


@kind(ANSWERS)
def changed_header_answered(table: Table) -> bool:
    headers = answer(table)["headers"]
    for name, (value,) in headers.items():
        headers[name] = [value + "0"]
        return True
    return False


@kind(ANSWERS)
def added_header_answered(table: Table) -> bool:
    answer(table)["headers"]["retry-after"] = ["1"]
    return True


# -- the rest ------------------------------------------------------------------------------------------------------


@kind(HEADS)
def knew(table: Table) -> bool:
    table["knew"] = {"effects": {"longest": 30.0}}
    return True


@kind(HEADS)
def took(table: Table) -> bool:
    table["took"] = [0, 5]
    return len(table["interactions"]) > 1


@kind(HEADS)
def origin(table: Table) -> bool:
    table["origin"] = "service"
    return True


@kind(HEADS)
def case(table: Table) -> bool:
    table["case"] = table["case"].upper()
    return True


@kind(HEADS)
def version(table: Table) -> bool:
    table["version"] = 2
    return True


@kind(HEADS)
def unknown_key(table: Table) -> bool:
    table["interactions"][0]["response"]["body"]["base64_string"] = "e30="
    return True


@kind(HEADS)
def without_seal(table: Table) -> bool:
    del table["interactions"][place_of_call(table)]["sealed"]
    return True


@kind(HEADS)
def without_any_seal(table: Table) -> bool:
    for one in table["interactions"]:
        del one["sealed"]
    del table["sealed"]
    return True


@kind(HEADS)
def other_leaves(table: Table) -> bool:
    for one in table["interactions"]:
        if one["sealed"]["leaves"]:
            one["sealed"]["leaves"] = "0" * len(one["sealed"]["leaves"])
            return True
    return False


@kind(HEADS)
def numbers_exchanged(table: Table) -> bool:
    sealed = [one["sealed"] for one in table["interactions"]]
    sealed[0]["number"], sealed[-1]["number"] = sealed[-1]["number"], sealed[0]["number"]
    return len(sealed) > 1
