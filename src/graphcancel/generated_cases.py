"""
The generated cases: one for each addressed route of each page, and for the conventions one for each of today's pages.

A page's own case asks what the page says of an accepted call, and of the refusals it names. What holds for any refusal
is the conventions' to say, so their cases send what is to be refused, beside calls that are as documented: where those
are not accepted, a refusal says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final
from zlib import crc32

from graphcancel.case import CONVENTIONS, Case, Expectation, addressed_routes, present, route_slug
from graphcancel.cases import spoken_for
from graphcancel.contract import Contract, Route
from graphcancel.conventions import convention_slug
from graphcancel.exchange import JSON
from graphcancel.generated import GENERATED, Generated, Sort

_ENVELOPE: Final = "errors.envelope"
_WITHOUT_EFFECT: Final = "refusal.without-effect"
_AFTER_A_REFUSAL: Final = (_ENVELOPE, _WITHOUT_EFFECT)
# Of the calls of a page's own case, how many at least are not as documented: one in so many where there are few calls,
# and of each kind one in so many where there are many.
_ONE_IN_FEW: Final = 3
_ONE_IN_MANY: Final = 10
_OF_CONVENTIONS: Final = 3

# What is sent to be refused, and the conventions' clause that says so.
_REFUSED: Final[Mapping[Sort, str]] = {
    "not-json": "request.malformed",
    "mislabelled": "request.malformed",
    "no-token": "authentication.missing-token",
    "unknown-id": "errors.not-found",
    "bad-token": "authentication.invalid-token",
    "malformed-id": "request.malformed",
}
_ABOUT_IDS: Final = frozenset({"unknown-id", "malformed-id"})


@dataclass(frozen=True, slots=True)
class Kind:
    """
    Calls of one sort within a case.

    Attributes:
        expects: What clauses expect of them.
        status: The status documented for them, None where none is.
        clauses: The clauses that speak for them; of calls as documented, those that speak after a refusal.
    """

    sort: Sort
    expects: Expectation
    status: int | None
    clauses: tuple[str, ...]


def generated_cases(contracts: Sequence[Contract], cloud: str | None = None) -> tuple[Case, ...]:
    """
    List the generated cases of *contracts*, in a stable order.

    Args:
        cloud: The national cloud of the target, as for `graphcancel.cases.build_cases`.
    """
    pages = [contract for contract in contracts if contract.routes and contract.texts]
    found = [case for contract in pages for case in _of_page(contract, cloud)]
    conventions = next((contract for contract in contracts if contract.id == CONVENTIONS), None)
    if conventions:
        lenders = [contract for contract in pages if contract.standing == "current"]
        found += [case for lender in lenders for case in _of_conventions(conventions, lender)]
    return tuple(found)


def _of_page(contract: Contract, cloud: str | None) -> Iterator[Case]:
    shapes = [item.shape for item in contract.texts if item.shape] + ["empty"] * bool(contract.optional_clause)
    spoken = [name for shape in shapes for name in spoken_for(contract, shape, cloud)]
    for route, addressing in addressed_routes(contract):
        case = _case(contract, route, addressing)
        refused = [name for kind in kinds(case, contract, contract)[1:] for name in kind.clauses]
        yield replace(case, clauses=present(contract, [*spoken, *refused], cloud))


def _of_conventions(conventions: Contract, lender: Contract) -> Iterator[Case]:
    for route, addressing in addressed_routes(lender):
        case = replace(
            _case(lender, route, addressing),
            id=f"{CONVENTIONS}/{convention_slug(lender, route, addressing)}/{lender.caller}/{GENERATED}",
            contract=CONVENTIONS,
            documented_status=None,
        )
        spoken = [name for kind in kinds(case, conventions, lender) for name in kind.clauses]
        yield replace(case, clauses=present(conventions, spoken))


def _case(contract: Contract, route: Route, addressing: str) -> Case:
    success = contract.success
    return Case(
        id=f"{contract.id}/{route_slug(route, addressing)}/{contract.caller}/{GENERATED}",
        contract=contract.id,
        route=route,
        addressing=addressing,
        actor=contract.caller,
        body=GENERATED,
        circumstance=None,
        version=contract.version,
        root_of=contract.id,
        documented_status=success.status if success else None,
        clauses=(),
        expects="accepted",
        caller=contract.caller,
    )


def kinds(case: Case, contract: Contract, lender: Contract) -> list[Kind]:
    """
    What is sent in a generated *case*, calls as documented first.

    Args:
        contract: The contract whose clauses are judged.
        lender: The one whose route is called: the same, but for the conventions.
    """
    unknown = lender.answer(circumstance="unknown-id")
    by_id = any(f"{{{subject}}}" in case.route.template for subject in ("event", "appointment"))
    if case.contract != CONVENTIONS:
        # What a refused call may not do is judged by the conventions' clause, and told under the page's own.
        found = [Kind("as-documented", "accepted", case.documented_status, (_WITHOUT_EFFECT,))]
        if header := present(contract, ["request-headers.authorization"]):
            found.append(Kind("no-token", "refused", None, (*header, _WITHOUT_EFFECT)))
        if unknown:
            found.append(Kind("unknown-id", "refused", unknown.status, (unknown.clause, _WITHOUT_EFFECT)))
        return found
    after = present(contract, _AFTER_A_REFUSAL)
    found = [Kind("as-documented", "accepted", None, after)]
    for sort, clause in _REFUSED.items():
        if sort in _ABOUT_IDS and not by_id:
            continue
        own = () if sort == "unknown-id" and unknown else (clause,)  # there the page itself says what happens
        found.append(Kind(sort, "refused", None, present(contract, [*own, *_AFTER_A_REFUSAL])))
    return [*found, Kind("undocumented", "open", None, after), Kind("undocumented", "open", None, after)]


def shares(case: Case, calls: int, found: Sequence[Kind]) -> list[tuple[Kind, int]]:
    """
    How many of the *calls* of a case are of each kind.

    At least half of them are as documented. Which others come first differs from case to case, so that a few calls in
    each are many of every sort in all.
    """
    first, *others = found
    if not others:
        return [(first, calls)]
    few = min(len(others), calls // _ONE_IN_FEW)
    rest = calls // 2 if case.contract == CONVENTIONS else max(few, len(others) * (calls // _ONE_IN_MANY))
    refused = [kind for kind in others if kind.expects == "refused"]
    open_ones = [kind for kind in others if kind.expects != "refused"]
    turn = crc32(case.id.encode()) % len(refused)
    # One that must be refused comes first, for what may be accepted need not show anything.
    order = [refused[turn], *open_ones[:1], *refused[turn + 1 :], *refused[:turn], *open_ones[1:]]
    numbers = [0] * len(order)
    for number in range(rest):
        numbers[number % len(order)] += 1
    counts: dict[Kind, int] = {first: calls - rest}
    for kind, number in zip(order, numbers, strict=True):
        counts[kind] = counts.get(kind, 0) + number
    return [(kind, number) for kind, number in counts.items() if number]


def spread(calls: int, cases: Sequence[Case]) -> dict[str, int]:
    """
    How many of *calls* each of *cases* gets, by its id, as even as can be; a case that gets none is not in it.

    The conventions' cases, fewer than the pages' and with more to try, count as several. One call shows nothing there:
    it would be one as documented. So where there are too few calls for two in each, fewer of these cases get any.
    """
    pages = [case for case in cases if case.contract != CONVENTIONS]
    if calls * _OF_CONVENTIONS < 2 * (len(pages) + _OF_CONVENTIONS * (len(cases) - len(pages))):
        cases = pages or cases[: max(1, calls // 2)]
    weights = [_OF_CONVENTIONS if case.contract == CONVENTIONS else 1 for case in cases]
    ends = [total * calls // sum(weights) for total in accumulate(weights)]
    return {case.id: share for case, end, start in zip(cases, ends, [0, *ends], strict=False) if (share := end - start)}


def one_call(case: Case, contract: Contract, kind: Kind, drawn: Generated, cloud: str | None) -> Case:
    """
    *case* as the one call that was *drawn* for it, with the clauses that speak for that call.

    Args:
        contract: The contract of *case*.
    """
    accepted: tuple[str, ...] = kind.clauses[:1] if kind.expects == "refused" else ()
    if kind.sort == "as-documented" and case.contract != CONVENTIONS:
        accepted = _as_sent(contract, drawn, cloud)
    drawn = replace(drawn, accepted=accepted, refused=_if_refused(contract, kind, drawn))
    return replace(
        case,
        body=drawn.shape,
        clauses=present(contract, [*accepted, *drawn.refused], cloud),
        expects=kind.expects,
        documented_status=kind.status,
        generated=drawn,
    )


def _as_sent(contract: Contract, drawn: Generated, cloud: str | None) -> tuple[str, ...]:
    """What speaks for an accepted call as documented, less what its text cannot show."""
    has_text = drawn.shape == "empty" or drawn.text is not None
    spoken = spoken_for(contract, drawn.shape, cloud, text=has_text)
    return tuple(name for name in spoken if not (drawn.blank and _is_of_others(name)))


def _if_refused(contract: Contract, kind: Kind, drawn: Generated) -> tuple[str, ...]:
    """
    What speaks for a refused call. Which texts and headers are legal no page says, so to refuse one is no finding; that
    the property may be left out some do say.
    """
    plain = drawn.shape == "empty" and drawn.headers == (("Content-Type", JSON),)
    if kind.sort == "as-documented" and plain and contract.optional_clause:
        return (contract.optional_clause,)
    return kind.clauses


def _is_of_others(clause: str) -> bool:
    """Whether *clause* says whom a call reaches besides its caller: whom a blank comment reaches, no page says."""
    return clause.startswith("effect.") and clause.endswith(("-told", "-copies"))
