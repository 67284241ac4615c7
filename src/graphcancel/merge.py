"""
Several runs made one: those of one target are joined to one part, those of several stand side by side.

What was judged is taken over line by line. How it ends is concluded anew from all of it, as a run does: a clause that
one run left open another may have judged. Whatever would let something be missed, or be counted twice, is refused.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphcancel.conclusion import conclude
from graphcancel.ending import EXIT_RESIDUE, EXIT_STALE, EXIT_UNJUDGED, together
from graphcancel.errors import RunError
from graphcancel.report import not_run
from graphcancel.run import FORMAT, Line, Part, Run, in_order
from graphcancel.runfile import counted
from graphcancel.standing_text import plural

_SUMMED: Final = ("requests", "writes", "waiting", "pages", "removed")
_COUNTED: Final = ("created", "mails")
_ALIKE: Final = ("suite", "origin", "service", "cloud", "waived", "deviations", "recording")
_NAMED: Final = 3
# What the whole decides anew; 5 is pytest's for nothing judged.
_CONCLUDED: Final = frozenset({5, EXIT_UNJUDGED, EXIT_STALE, EXIT_RESIDUE})


class Piece(NamedTuple):
    """A part with the *place* of the run it comes from, as the user named it."""

    place: str
    part: Part


def merge(runs: Iterable[tuple[str, Run]], *, expected: Sequence[str] = (), partial: bool = False) -> Run:
    """
    *runs*, each with the place it was read from, as one.

    Args:
        expected: Targets that must be among them.
        partial: Whether planned cases may be missing; then what is merged says that it is partial.

    Raises:
        RunError: They are no whole, or something is in them twice; the message names it.
    """
    pieces = [Piece(place, _bare(part)) for place, run in runs for part in run.parts]
    _check_runs(pieces)
    targets: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        targets[piece.part.target].append(piece)
    absent = [name for name in expected if name not in targets]
    if absent:
        raise RunError(f"missing: target {', '.join(absent)}; merge a run of it too, or take --expect away")
    parts = [_joined(target, of_target, partial=partial) for target, of_target in targets.items()]
    return _side_by_side(parts)


def lines_of(run: Run) -> Iterator[Line]:
    """The lines of *run* as its file has them."""
    yield run.header
    for part in run.parts:
        yield from part.cases
    yield run.footer


def _bare(part: Part) -> Part:
    """*part* without what makes a file of it, and without its own comparison."""
    header = {key: value for key, value in part.header.items() if key not in {"kind", "format"}}
    footer = {key: value for key, value in part.footer.items() if key not in {"kind", "compared"}}
    return Part(header, part.cases, footer)


def _side_by_side(parts: Sequence[Part]) -> Run:
    numbered = tuple(
        Part(part.header, tuple({**line, "part": number} for line in part.cases), part.footer)
        for number, part in enumerate(parts)
    )
    exits = together(code for part in parts for code in (part.footer["exit"], *part.footer["also"]))
    header = {
        "kind": "header",
        "format": FORMAT,
        "started": min(part.header["started"] for part in parts),
        **{name: _together(part.header[name] for part in parts) for name in ("suite", "python")},
        "target": ", ".join(part.target for part in parts),
        "parts": [part.header for part in parts],
    }
    footer = {
        "kind": "footer",
        "ended": max(part.footer["ended"] for part in parts),
        "counts": counted(line for part in parts for line in part.cases),
        "exit": exits[0],
        "also": list(exits[1:]),
        "parts": [part.footer for part in parts],
    }
    return Run(header, numbered, footer)


def _together(values: Iterable[str]) -> str:
    """Each of *values* once; what several were joined of before is taken apart first."""
    return ", ".join(dict.fromkeys(one for value in values for one in value.split(", ")))


# -- what is refused -----------------------------------------------------------------------------------------------


def _ids(part: Part) -> list[str]:
    """The runs *part* was joined from."""
    return part.header.get("runs") or [part.header["run"]]


def _check_runs(pieces: Sequence[Piece]) -> None:
    if not pieces:
        raise RunError("nothing to merge; name the runs")
    known: dict[str, str] = {}
    for piece in pieces:
        for name in _ids(piece.part):
            if name in known:
                raise RunError(f"{piece.place}: the same run as {known[name]} ({name}); merge each run once")
        known |= dict.fromkeys(_ids(piece.part), piece.place)


def _check_alike(target: str, pieces: Sequence[Piece]) -> None:
    """Refuse runs of one target that were not made under the same conditions."""
    first, *others = pieces
    for other in others:
        for name in _ALIKE:
            if first.part.header.get(name) != other.part.header.get(name):
                raise RunError(
                    f"{other.place}: another {name} than {first.place}, for the same target {target}; "
                    "run both alike, or give one target another name"
                )
        for name in ("contracts", "disputes", "gates", "plan"):
            odd = _odd(name, [piece.part for piece in pieces if piece is not other], other.part)
            if odd:
                raise RunError(
                    f"{other.place}: {odd} is told otherwise than in another run of target {target} ({name}); "
                    "run both with the same suite and contracts"
                )


def _odd(name: str, known: Sequence[Part], part: Part) -> str | None:
    """What *part* and one of those *known* both have, and have differently."""
    mine = _by_name(name, part)
    for other in known:
        theirs = _by_name(name, other)
        odd = next((key for key, value in mine.items() if key in theirs and theirs[key] != value), None)
        if odd:
            return odd
    return None


def _by_name(name: str, part: Part) -> Mapping[str, Any]:
    if name == "contracts":
        return part.contracts
    if name == "gates":
        return {contract: contract in part.header["gates"] for contract in part.contracts}
    if name == "disputes":
        # Which readings there are depends on the contracts of a run.
        return {one["id"]: (one["told_apart_by"], one["settled"]) for one in part.header["disputes"]}
    return {planned["id"]: planned for planned in part.plan}


def _check_cases(target: str, pieces: Sequence[Piece], plan: Sequence[Line], *, partial: bool) -> None:
    """Refuse cases that are in two runs, and planned ones that are in none."""
    places: dict[str, str] = {}
    for piece in pieces:
        for line in piece.part.cases:
            if line["id"] in places:
                raise RunError(
                    f"{piece.place}: doubled: {line['id']} of target {target} is in {places[line['id']]} too; "
                    "select each case in one run only"
                )
        places |= dict.fromkeys(piece.part.by_id, piece.place)
    missing = Counter(planned["contract"] for planned in plan if planned["id"] not in places)
    if missing and not partial:
        named = ", ".join([*missing][:_NAMED]) + (", …" if len(missing) > _NAMED else "")
        raise RunError(
            f"missing: {plural(missing.total(), 'case')} of target {target} ({named}); "
            "merge the runs that have them too, or pass --partial"
        )


# -- joining the runs of one target --------------------------------------------------------------------------------


def _joined(target: str, pieces: Sequence[Piece], *, partial: bool) -> Part:
    """The runs of *target* as one part."""
    _check_alike(target, pieces)
    parts = [piece.part for piece in pieces]
    plan = list({item["id"]: item for part in parts for item in part.plan}.values())
    _check_cases(target, pieces, plan, partial=partial)
    if len(parts) == 1:
        return parts[0]
    lines = in_order((line for part in parts for line in part.cases), plan)
    header = _header(parts, plan, whole=len(lines) == len(plan))
    return Part(header, lines, _footer(parts, Part(header, lines)))


def _header(parts: Sequence[Part], plan: list[Line], *, whole: bool) -> dict[str, Any]:
    headers = [part.header for part in parts]
    options = dict.fromkeys(option for header in headers for option in header["selection"])
    return {
        **headers[0],
        "started": min(header["started"] for header in headers),
        "python": _together(header["python"] for header in headers),
        "runs": [name for part in parts for name in _ids(part)],
        "selection": [] if whole else list(options),
        "contracts": {name: told for part in parts for name, told in part.contracts.items()},
        "disputes": _disputes(line for header in headers for line in header["disputes"]),
        "gates": sorted({name for header in headers for name in header["gates"]}),
        "cases": len(plan),
        "plan": plan,
    }


def _disputes(told: Iterable[Line]) -> list[dict[str, Any]]:
    """Each dispute once, with the readings of all contracts."""
    found: dict[str, dict[str, Any]] = {}
    readings: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for dispute in told:
        found.setdefault(dispute["id"], dict(dispute))
        for reading in dispute["readings"]:
            clauses = readings[dispute["id"]].setdefault(reading["value"], [])
            clauses += [clause for clause in reading["clauses"] if clause not in clauses]
    for name, dispute in found.items():
        dispute["readings"] = [{"value": value, "clauses": clauses} for value, clauses in readings[name].items()]
    return list(found.values())


def _footer(parts: Sequence[Part], joined: Part) -> dict[str, Any]:
    footers = [part.footer for part in parts]
    residue = "; ".join(dict.fromkeys(footer["residue"] for footer in footers if footer["residue"]))
    partial = len(joined.cases) < len(joined.plan)
    latest = max(part.header["started"] for part in parts)
    found = conclude(joined, dt.datetime.fromisoformat(latest).date(), partial=partial, residue=bool(residue))
    exits = together([*found.exits, *_kept(footers)])
    return {
        "ended": max(footer["ended"] for footer in footers),
        "counts": counted(joined.cases),
        "partial": partial,
        "selected": _selected(parts, joined),
        **{name: sum(footer[name] for footer in footers) for name in _SUMMED},
        **{name: _summed(footer[name] for footer in footers) for name in _COUNTED},
        "residue": residue or None,
        **found.as_json(),
        "exit": exits[0],
        "also": list(exits[1:]),
    }


def _selected(parts: Iterable[Part], joined: Part) -> int:
    """How many cases were asked for: those that ran, and of the others as many as some run did not reach."""
    unreached = sum(not_run(part)[1] for part in parts)
    return min(len(joined.cases) + unreached, len(joined.plan))


def _kept(footers: Iterable[Line]) -> Collection[int]:
    """The exit codes of the runs that no look at their lines gives: those of other tests, and of pytest's plugins."""
    return {code for footer in footers for code in (footer["exit"], *footer["also"])} - _CONCLUDED


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
