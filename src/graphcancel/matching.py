"""
Holding a page against a contract, and which one that is where nobody says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graphcancel.claims import facts_of
from graphcancel.difference import Difference
from graphcancel.drift import compare_facts
from graphcancel.errors import DriftError

if TYPE_CHECKING:
    from graphcancel.contract import Contract
    from graphcancel.facts import Page

CURRENT: Final = "current"
_ACTION: Final = re.compile(r"\s*\w+\s*:\s*\w+\s*")
"""A title that names an action, such as `event: cancel`."""


@dataclass(frozen=True, slots=True)
class Held:
    """
    A page held against a contract, and what moved.

    Attributes:
        current: The page held against the current contract of the same action and version, where *contract* is not
            current; None where there is no such contract.
    """

    page: Page
    contract: Contract
    differences: tuple[Difference, ...]
    current: Held | None = None

    @property
    def same_bytes(self) -> bool:
        """Whether the contract was made from this very text."""
        return self.page.sha256 == self.contract.sha256

    @property
    def moved(self) -> bool:
        """Whether the page drifted."""
        return self.number > 0

    @property
    def number(self) -> int:
        """How many facts moved."""
        return sum(difference.moved for difference in self.differences)


def hold(page: Page, contract: Contract, among: Iterable[Contract] = ()) -> Held:
    """
    Compare *page* with *contract*, fact by fact.

    Args:
        among: Where to look for the current contract of the same action and version.
    """
    found = compare_facts(facts_of(contract), page.facts, contract=contract.id, place=page.place)
    return Held(page, contract, found, _held_against_current(page, contract, among))


def _held_against_current(page: Page, contract: Contract, among: Iterable[Contract]) -> Held | None:
    """The closest one, should there be several; None where *contract* is current itself."""
    if contract.standing == CURRENT:
        return None
    rivals = [
        hold(page, each)
        for each in among
        if (each.action, each.version, each.standing) == (contract.action, contract.version, CURRENT)
    ]
    return min(rivals, key=lambda held: held.number, default=None)


def contract_of(page: Page, contracts: Iterable[Contract], *, named: bool = False) -> Contract:
    """
    The one of *contracts* that *page* is an edition of.

    It is the one made from these very bytes; else, of those of its action and version, the one that has most facts in
    common with it, whatever its standing; among several that have as many, the current one.

    Args:
        named: Whether somebody said that it is the only one of *contracts*.

    Raises:
        DriftError: None of them, or several alike; the message names the ids to choose from.
    """
    known = [contract for contract in contracts if contract.routes]
    if not known:
        raise DriftError(f"{page.place}: no contract with routes to hold it against; name one by --contract")
    if named:
        return known[0]
    same = [contract for contract in known if contract.sha256 == page.sha256]
    if same:
        return _current_first(same)[0]
    of_action = _of_action(page, known)
    if not of_action:
        what = repr(page.title) if page.title else "this page"
        raise DriftError(f"{page.place}: no contract is about {what}; {_choose(known)}")
    of_version = [contract for contract in of_action if page.version in {None, contract.version}]
    if not of_version:
        raise DriftError(f"{page.place}: no contract of this action is about {page.version}; {_choose(of_action)}")
    facts = set(page.facts)
    common = {contract.id: len(facts & set(facts_of(contract))) for contract in of_version}
    most = max(common.values())
    closest = [contract for contract in of_version if common[contract.id] == most]
    if most:
        closest = _current_first(closest)
    # A segment such as cancel ends the routes of many an action; a title names one.
    if len(closest) == 1 and (most or _titled(closest[0], page)):
        return closest[0]
    why = "as close to one contract as to another" if most else "no contract has a fact in common with it"
    raise DriftError(f"{page.place}: {why}; {_choose(closest)}")


def _current_first(alike: list[Contract]) -> list[Contract]:
    """Those of *alike* that are current, if any is: an old page is no match for the one that replaced it."""
    return [contract for contract in alike if contract.standing == CURRENT] or alike


def _of_action(page: Page, known: Sequence[Contract]) -> list[Contract]:
    """Those of the action that the title names; where it names none, those whose routes end in the same segment."""
    ends = {fact.about.rpartition("/")[2] for fact in page.facts if fact.kind == "route"}
    titled = [contract for contract in known if _titled(contract, page)]
    if titled or _ACTION.fullmatch(page.title or ""):
        return titled
    return [contract for contract in known if contract.deed in ends]


def _titled(contract: Contract, page: Page) -> bool:
    """Whether the page's title is that of the contract's, or names its action: `event: cancel` is `event-cancel`."""
    title = (page.title or "").casefold()
    return title == contract.page.casefold() or re.sub(r"\W+", "-", title).strip("-") == contract.action


def _choose(contracts: Sequence[Contract]) -> str:
    return f"name one by --contract: {', '.join(contract.id for contract in contracts)}"
