"""
Under what two runs were made: the suite, the target, and what the pages said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphcancel.changes import Found, Item, Pair, drawn, others_drawn
from graphcancel.run import Line, Part
from graphcancel.standing_text import known_deviation, plural

_OF_A_PAGE: Final = ("standing", "version", "edition", "revision", "sha256", "url", "page", "action")
_EVIDENCE: Final = {
    "mock": "the bundled mock",
    "live": "the target itself",
    "recording:mock": "a recording of the bundled mock",
    "recording:service": "a recording of the service",
    "recording:server": "a recording of a server that is none of Microsoft's",
}
_OF_A_CLAUSE: Final = ("says", "heading", "cloud", "untestable")


def differing(pair: Pair) -> Found:
    """What else differs: kind of evidence, target, suite, contracts, gates, waivers, known deviations."""
    then, now = pair.before.header, pair.after.header
    if then["target"] != now["target"]:
        yield "target", _turned("target", then["target"], now["target"])
    if _evidence(then) != _evidence(now):
        yield "origin", _turned("evidence", _evidence(then), _evidence(now))
    for name, words in (("suite", "version of the suite"), ("python", "Python"), ("cloud", "cloud")):
        if then[name] != now[name]:
            yield "made", _turned(words, then[name], now[name])
    yield from _recordings(then, now)
    yield from _lists("made", "findings fail the run", then["gates"], now["gates"])
    yield from _tables("made", "waived", then["waived"], now["waived"])
    yield from _tables("made", "known deviation", *(_known(part) for part in (pair.before, pair.after)))
    others = [(drawn(before), drawn(after)) for before, after in pair.common if others_drawn(before, after)]
    if others:
        cases = f"in {plural(len(others), 'case')}, of which only verdicts and broken clauses are compared"
        yield "made", _turned(f"other generated calls {cases}", *others[0])
    yield from _contracts(pair)


def _evidence(header: Line) -> str:
    """Who answered, in words; a root of Microsoft's is told from any other server."""
    return "Microsoft's service" if header["service"] and header["origin"] == "live" else _EVIDENCE[header["origin"]]


def _turned(what: str, before: object, after: object) -> Item:
    old, new = (None if value is None else str(value) for value in (before, after))
    return Item(f"{what}: {old or 'none'} → {new or 'none'}", None, None, old, new)


def _recordings(then: Line, now: Line) -> Found:
    """Another recording is other evidence, though of the same kind."""
    old, new = (header.get("recording", {}).get("recorded") for header in (then, now))
    if old and new and old != new:
        yield "made", _turned("recorded", old, new)


def _lists(kind: str, what: str, then: list[str], now: list[str]) -> Found:
    for name in then:
        if name not in now:
            yield kind, Item(f"{what}: no longer {name}", None, None, name, None)
    for name in now:
        if name not in then:
            yield kind, Item(f"{what}: now {name}", None, None, None, name)


def _tables(kind: str, what: str, then: Mapping[str, str], now: Mapping[str, str]) -> Found:
    for name in dict.fromkeys([*then, *now]):
        if then.get(name) != now.get(name):
            yield kind, _turned(f"{what} {name}", then.get(name), now.get(name))


def _known(part: Part) -> dict[str, str]:
    """The known deviations by what they cover, with all that is said of them."""
    return {f"{entry['case']} {entry['clause']}": known_deviation(entry) for entry in part.header["deviations"]}


# -- the pages -----------------------------------------------------------------------------------------------------


def _contracts(pair: Pair) -> Found:
    then, now = pair.before.contracts, pair.after.contracts
    for name in dict.fromkeys([*then, *now]):
        if name not in now:
            yield "contracts", Item(f"{name}: no contract of this run any more", None, None, name, None)
        elif name not in then:
            yield "contracts", Item(f"{name}: a new contract", None, None, None, name)
        else:
            for text, before, after in _page(then[name], now[name]):
                yield "contracts", Item(f"{name}: {text}", None, None, before, after)


def _page(then: Line, now: Line) -> Iterator[tuple[str, str | None, str | None]]:
    for key in _OF_A_PAGE:
        if then[key] != now[key]:
            yield f"{key}: {then[key] or 'none'} → {now[key] or 'none'}", then[key], now[key]
    old, new = ([f"{route['route']} ({route['addressing']})" for route in page["routes"]] for page in (then, now))
    yield from ((f"route gone: {route}", route, None) for route in old if route not in new)
    yield from ((f"new route: {route}", None, route) for route in new if route not in old)
    for clause in dict.fromkeys([*then["clauses"], *now["clauses"]]):
        yield from _clause(clause, then["clauses"].get(clause), now["clauses"].get(clause))


def _clause(name: str, then: Any, now: Any) -> Iterator[tuple[str, str | None, str | None]]:
    if then is None:
        yield f"new clause {name}: {now['says']}", None, now["says"]
    elif now is None:
        yield f"clause gone: {name}: {then['says']}", then["says"], None
    else:
        for key in _OF_A_CLAUSE:
            if then[key] != now[key]:
                yield f"{name}, {key}: {then[key] or 'none'} → {now[key] or 'none'}", then[key], now[key]
