"""
Answers that are judged the same and are not the same: status, error code, headers, the shape of a body, how long an
effect took; and calls that the suite itself sends otherwise.

What differs from run to run by its nature is put aside: the ids of requests and runs, the stand-ins of objects, how
long a call took. Of the calls of a case the last is looked at: one told to wait is made again, as often as it takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from graphcancel.changes import Found, Item, Pair, drawn
from graphcancel.marks import STAMP
from graphcancel.run import Line
from graphcancel.sanitise import CUT

_OWN: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|\{[\w-]+\}")
"""What is an object's or a request's own: ids, and stand-ins of them."""
_CALLS: Final = re.compile(r"\bin \d+ calls?(?:, not examined in \d+)?")
"""In how many generated calls something was so: by itself that says nothing of the target."""
_LEAST_S: Final = 2.0
_FACTOR: Final = 2.0
_HIDDEN: Final = "…"
# When a service asks to be left alone is the moment's business.
_PASSING: Final = frozenset({"retry-after"})


# -- what was answered ---------------------------------------------------------------------------------------------


def drifted(pair: Pair) -> Found:
    """Each answer that is another one, though no clause is judged otherwise for it."""
    for before, after in pair.alike:
        told = list(_findings(before, after))
        # Which of the generated calls is shown depends on what was answered.
        if before["exchanges"] and after["exchanges"] and (not drawn(after) or not list(_sent_to(before, after))):
            told += _answer(before["exchanges"][-1], after["exchanges"][-1], said=" ".join(text for text, _, _ in told))
        for text, then, now in told:
            yield "answered", Item(text, after["id"], None, then, now)
    yield from _lags(pair)


Told = tuple[str, str | None, str | None]
"""What differs in words, and shortly what it was and is."""


def _findings(before: Line, after: Line) -> Iterator[Told]:
    """What clauses judged alike received, and what was seen where none speaks."""
    then = {item["clause"]: item for item in before["clauses"]}
    for item in after["clauses"]:
        old = then.get(item["clause"])
        if old and old["held"] is item["held"] is not None and _plain(old["received"]) != _plain(item["received"]):
            yield _moved(item["clause"], old["received"], item["received"])
    old, new = (line.get("observed", {}).get("received") for line in (before, after))
    if old and new and _plain(old) != _plain(new):
        yield _moved("where no clause speaks", old, new)


def _answer(before: Line, after: Line, said: str) -> Iterator[Told]:
    """
    How one answer differs from another; only its status where that does, since the rest then follows.

    Args:
        said: What is told already; a status or an error code that stands in it is not told again.
    """
    if before["status"] != after["status"] or before.get("failure") != after.get("failure"):
        old, new = (str(one["status"] or one.get("failure", "no answer")) for one in (before, after))
        if new not in said:
            yield _moved("answered", old, new)
        return
    then, now = before["response"], after["response"]
    if then is None or now is None:
        return
    old_shape, new_shape = _shape(then["body"]), _shape(now["body"])
    whole = old_shape is not None and new_shape is not None
    old_code, new_code = _code(then["body"]), _code(now["body"])
    if whole and old_code != new_code and str(new_code) not in said:
        yield _moved("error code", old_code, new_code)
    for name in sorted({*then["headers"], *now["headers"]} - _PASSING):
        old_value, new_value = (_plain(one["headers"].get(name)) for one in (then, now))
        if old_value != new_value:
            yield _moved(f"header {name}", old_value, new_value)
    if old_shape is not None and new_shape is not None and old_shape != new_shape:
        lost, gained = sorted(old_shape - new_shape), sorted(new_shape - old_shape)
        yield _moved("body", *(", ".join(names) or None for names in (lost, gained)))


def _moved(what: str, before: str | None, after: str | None) -> Told:
    return f"{what}: {before or 'nothing'} → {after or 'nothing'}", before, after


def _plain(text: str | None) -> str | None:
    """*text* without what is a run's own."""
    return None if text is None else _CALLS.sub(_HIDDEN, _OWN.sub(_HIDDEN, STAMP.sub(_HIDDEN, text)))


def _code(body: str) -> str | None:
    try:
        code = json.loads(body)["error"]["code"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return None
    return str(code)


def _shape(body: str) -> frozenset[str] | None:
    """The properties of *body*, each with those above it; None where it is cut off, so that nobody knows."""
    if not body:
        return frozenset({"nothing"})
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None if body.endswith(CUT) else frozenset({"text that is no JSON"})
    return frozenset(_paths(value, "")) or frozenset({"an empty value"})


def _paths(value: Any, above: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            path = f"{above}.{name}" if above else name
            yield path
            yield from _paths(inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{above}[]")


# -- how long it took ----------------------------------------------------------------------------------------------


def _lags(pair: Pair) -> Found:
    """The cases whose effects took much longer or much shorter, one item each way."""
    ways: tuple[tuple[str, Callable[[float, float], bool]], ...] = (
        ("longer", lambda then, now: now > then),
        ("shorter", lambda then, now: now < then),
    )
    lags = [
        (before["lag_s"], after["lag_s"], after["id"])
        for before, after in pair.common
        if "lag_s" in before and "lag_s" in after
    ]
    for word, goes in ways:
        found = [(then, now, case) for then, now, case in lags if goes(then, now) and _far(then, now)]
        if found:
            then, now, case = max(found, key=lambda one: abs(one[1] - one[0]))
            text = f"{word} in {len(found)} of {len(lags)} cases, most in {case}: {then:g} s → {now:g} s"
            yield "lag", Item(text, None, None, f"{then:g} s", f"{now:g} s")


def _far(then: float, now: float) -> bool:
    low, high = sorted((then, now))
    return high - low > _LEAST_S and high > low * _FACTOR


# -- what was sent -------------------------------------------------------------------------------------------------


def sent_otherwise(pair: Pair) -> Found:
    """Each call that is another one: that is the suite's doing, but where which of the generated ones is shown."""
    for before, after in pair.common:
        if before["exchanges"] and after["exchanges"] and not drawn(before) and not drawn(after):
            for text, old, new in _sent_to(before, after):
                yield "sent", Item(text, after["id"], None, old, new)


def _sent_to(before: Line, after: Line) -> Iterator[Told]:
    """How the last call of a case differs from the one before."""
    then, now = (_sent(line["exchanges"][-1]) for line in (before, after))
    for name in [*then, *(name for name in now if name not in then)]:
        if then.get(name) != now.get(name):
            yield _moved(name, then.get(name), now.get(name))


def _sent(call: Line) -> dict[str, str | None]:
    """What was sent, part by part, without what is a run's own."""
    request = call["request"]
    parts = {"method": call["method"], "address": call["url"], "body": request["body"]}
    headers = {f"header {name}": value for name, value in sorted(request["headers"].items())}
    return {name: _plain(value) for name, value in (parts | headers).items()}
