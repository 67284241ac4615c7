"""
What a person reads of a doctor's report: a function of the object, line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_LABEL: Final = 18
Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and whether it tells of something to be done."""

    text: str
    problem: bool = False


def lines(report: Part) -> Iterator[Line]:
    """The whole report."""
    cloud = f", cloud {report['cloud']}" if report["cloud"] else ""
    yield Line(f"target {report['target']}{cloud}; nothing was written to it")
    for title, part in (
        ("actors", _actors(report)),
        ("mailboxes", _mailboxes(report)),
        ("resources", _resources(report)),
        ("clock", _clock(report["clock"])),
        ("leftovers of earlier runs", _leftovers(report)),
        ("cases", _cases(report["cases"])),
        ("plan of a run", _plan(report["plan"])),
    ):
        yield Line("")
        yield Line(title)
        yield from part
    yield Line("")
    yield Line(f"{report['exit']['words']} (exit {report['exit']['status']})", problem=bool(report["exit"]["status"]))


def _told(label: str, text: str, remedy: str | None = None, *, problem: bool = False) -> Iterator[Line]:
    """A line under *label*, or flush with the labels where it is empty, and the remedy under its text."""
    width = _LABEL if label else 0
    yield Line(f"  {label:<{width}}{text}", problem=problem)
    if remedy:
        yield Line(f"  {'':<{width or 2}}remedy: {remedy}", problem=True)


def _actors(report: Part) -> Iterator[Line]:
    for actor in report["actors"]:
        yield from _told(actor["actor"], f"flow {actor['flow']}: {_signed(actor)}", problem=bool(actor["trouble"]))
        for item in actor["missing"]:
            where = f"{item['cases']} cases, such as {item['example']}" if item["cases"] else "the run as such"
            wanted = " or ".join(item["any_of"])
            yield from _told(" ", f"lacks {wanted}, needed by {where}", "grant one of them", problem=True)
        if actor["warning"]:
            yield from _told(" ", actor["warning"], problem=True)


def _signed(actor: Part) -> str:
    if actor["trouble"]:
        return str(actor["trouble"])
    if not actor["token"]:
        return "no token of its own; the app acts for it where a route allows"
    if actor["granted"] is None:
        return "has a token; it is not readable, so scopes are assumed"
    others = f"{actor['unlisted']} more that no request of a run needs" if actor["unlisted"] else ""
    return f"has a token for {', '.join(filter(None, [*actor['granted'], others])) or 'nothing'}"


def _mailboxes(report: Part) -> Iterator[Line]:
    for place in report["mailboxes"]:
        if place["calendar"] == place["inbox"] == "readable":
            yield from _told(place["mailbox"], f"calendar and inbox are readable by {place['reader']}")
            continue
        wrong = [f"{name} {place[name]}" for name in ("calendar", "inbox") if place[name] != "readable"]
        text = f"read by {place['reader']}: {'; '.join(wrong)}" if place["reader"] else place["calendar"]
        yield from _told(place["mailbox"], text, place["remedy"], problem=True)


def _resources(report: Part) -> Iterator[Line]:
    for thing in report["resources"]:
        if thing["state"] == "waived":
            yield from _told(thing["resource"], f"waived: {thing['reason']}")
        elif thing["state"] == "ready":
            who = "members" if thing["resource"] == "group" else "on its staff"
            people = f", {thing['people']} {who}, all in writable" if thing["people"] is not None else ""
            yield from _told(thing["resource"], f"can be used{people}")
        else:
            yield from _told(thing["resource"], thing["reason"], thing["remedy"], problem=True)


def _clock(clock: Part) -> Iterator[Line]:
    skew = clock["skew_s"]
    if skew is None:
        yield from _told("", "the target does not say what time it is")
        return
    way = "ahead of" if skew > 0 else "behind"
    text = f"the target's is {abs(skew)} s {way} this machine's" if skew else "the target's agrees with this machine's"
    yield from _told("", text, clock["remedy"], problem=bool(clock["remedy"]))


def _leftovers(report: Part) -> Iterator[Line]:
    for item in report["leftovers"]:
        runs = f"of {item['runs'][0]}" if len(item["runs"]) == 1 else f"of {len(item['runs'])} runs"
        text = f"{item['number']} × {item['kind']} {runs}, the oldest begun {item['oldest_hours']} hours ago"
        yield from _told(item["mailbox"], text, problem=True)
    if report["leftovers"]:
        yield Line("    remedy: graphcancel sweep TARGET; with --run RUN what is not a day old and has no ledger", True)
    else:
        yield from _told("", "none")


def _cases(cases: Part) -> Iterator[Line]:
    yield from _told("", f"{cases['would_run']} of {cases['selected']} would run")
    for item in cases["inconclusive"]:
        text = f"{item['cases']} inconclusive, such as {item['example']}: {item['reason']}"
        yield from _told("", text, item["remedy"], problem=not item["waived"])
    if cases["gaps"]:
        gaps = f"{cases['gaps']} pairs of gating clause and route would not be judged"
        yield from _told("", f"a run of all of them ends with 10 at best: {gaps}", problem=True)
    if cases["uncleared"]:
        left = "; ".join(cases["uncleared"])
        yield from _told("", f"a run of them would end with 12: {left}", problem=True)
    if not cases["foreseen_exit"]:
        yield from _told("", "a run of them can end with 0")


def _plan(plan: Part) -> Iterator[Line]:
    yield from _told("requests", f"{plan['requests']}, waiting and further pages of lists aside")
    yield from _told("writes", f"{plan['writes']}, those inside a batch singly")
    by = ", ".join(f"{name} {number}" for name, number in plan["mails_by_mailbox"].items())
    yield from _told("mails", f"{plan['mails']}" + (f": {by}" if by else ""))
    minutes = "less than a minute" if plan["minutes"] < 1 else f"about {plan['minutes']:.0f} minutes"
    yield from _told("time", f"{minutes} at {plan['latency_ms']} ms a request, waiting aside")
