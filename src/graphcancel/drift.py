"""
Drift: what a page claims now that its contract does not, and the other way round.

Both sides are facts (`graphcancel.facts`), so the order of tables, the wording of prose and the way a line is broken
cannot matter. One changed claim is one difference:

    what goes with a thing    a property's type comes and goes with the property; it is told by itself only where the
                              property is there before and after, under whatever name
    what is renamed           is told as changed, not as gone and new: of what went and what came of one kind, those two
                              that are more alike than either is to any other, or the only two, if all else is the same
    an empty body             that only a 204 says goes with the 204
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, get_args

from graphcancel.claims import parted
from graphcancel.difference import Change, Difference
from graphcancel.facts import OWNERS, Fact, Kind

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Every kind, in the order in which differences are told."""

# Least likeness of two names for one to be the other renamed. Routes share most of their text.
_ALIKE: Final[Mapping[Kind, float]] = {
    "route": 0.8,
    "property": 0.6,
    "header": 0.6,
    "error": 0.6,
    "example-header": 0.6,
    "example-property": 0.6,
}
_MOST: Final = 100
"""New things of one kind among which renamed ones are looked for: the work grows with their number, not their use."""

Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class _Things:
    """The facts of one side, by key, and those that go with each thing."""

    facts: Mapping[Key, Fact]
    parts: Mapping[Key, tuple[Fact, ...]]

    def value(self, key: Key) -> str | None:
        """What is claimed under *key*, None where nothing is."""
        fact = self.facts.get(key)
        return None if fact is None else fact.value

    def belongings(self, key: Key) -> dict[Kind, str]:
        """What is claimed of the thing *key*, its name aside."""
        return {part.kind: part.value for part in self.parts.get(key, ())}


def compare_facts(
    documented: Iterable[Fact], found: Iterable[Fact], *, contract: str = "", place: str = ""
) -> tuple[Difference, ...]:
    """
    What moved from the facts of a contract to those of a source, kind by kind.

    Args:
        contract: Id of the contract, for the differences.
        place: The source as it was named; the line of the fact is added.
    """
    old, new = _things(documented), _things(found)
    renamed = dict(_renamed(old, new))
    met: set[Key] = set()
    told: list[Difference] = []

    def tell(change: Change, was: Fact | None, now: Fact | None) -> None:
        fact = was or now
        assert fact is not None  # noqa: S101 - one of the two is given
        both = was is not None and now is not None and was.about != now.about and fact.kind not in OWNERS
        line = f":{now.line}" if now is not None and now.line is not None else ""
        told.append(
            Difference(
                contract=contract,
                change=change,
                kind=fact.kind,
                about=fact.about,
                documented=_said(was, named=both) if was else "",
                found=_said(now, named=both) if now else "",
                place=f"{place}{line}",
            )
        )

    for key, fact in old.facts.items():
        owner = _owner(key, old)
        if owner and owner not in renamed and owner not in new.facts:
            continue
        about = renamed[owner][1] if owner in renamed else fact.about
        counterpart = renamed.get(key, (fact.kind, about))
        met.add(counterpart)
        now = new.facts.get(counterpart)
        if now is None:
            if not _only_by_204(fact, old, new):
                tell("removed", fact, None)
        elif now.value != fact.value or key in renamed:
            tell("changed", fact, now)
    for key, fact in new.facts.items():
        owner = _owner(key, new)
        if key in met or (owner and owner not in met) or _only_by_204(fact, new, old):
            continue
        tell("added", None, fact)
    return tuple(sorted(told, key=lambda difference: KINDS.index(difference.kind)))


def _things(facts: Iterable[Fact]) -> _Things:
    by_key = {fact.key: fact for fact in facts}
    parts: dict[Key, list[Fact]] = defaultdict(list)
    for fact in by_key.values():
        if fact.kind in OWNERS:
            parts[OWNERS[fact.kind], fact.about].append(fact)
    return _Things(by_key, {key: tuple(each) for key, each in parts.items()})


def _owner(key: Key, side: _Things) -> Key | None:
    """The thing that *key* says more of, None where it stands for itself."""
    kind, about = key
    owner = (OWNERS[kind], about) if kind in OWNERS else None
    return owner if owner in side.facts else None


def _only_by_204(fact: Fact, here: _Things, there: _Things) -> bool:
    """Whether *fact*, that a success has no body, says no more than a 204 that only *here* has."""
    if fact.kind != "body" or fact.value != "empty":
        return False
    statuses = [(side.value(("status", "")) or "").split(", ") for side in (here, there)]
    return "204" in statuses[0] and "204" not in statuses[1]


def _said(fact: Fact, *, named: bool) -> str:
    """What *fact* says, in words that are never empty; with its name, where the name is what changed."""
    value = fact.value or ("none" if fact.kind == "permission-higher" else fact.about)
    return f"{fact.about}: {value}" if named and fact.kind.startswith("example-") else value


# -- what is renamed -------------------------------------------------------------------------------------------------


def _renamed(old: _Things, new: _Things) -> Iterator[tuple[Key, Key]]:
    """Each thing that went with the one that came in its place."""
    for kind, least in _ALIKE.items():
        gone = [key for key in old.facts if key[0] == kind and key not in new.facts]
        come = [key for key in new.facts if key[0] == kind and key not in old.facts]
        if not gone or not 0 < len(come) <= _MOST:
            continue
        likeness = {
            (one, other): found
            for one in gone
            for other in come
            if (found := _likeness(one, other, old, new)) and found[0] >= least
        }
        pairs = dict(_matched(likeness))
        yield from pairs.items()
        left = [key for key in gone if key not in pairs]
        right = [key for key in come if key not in pairs.values()]
        if len(left) == len(right) == 1 and _else_the_same(left[0], right[0], old, new):
            yield left[0], right[0]


def _likeness(one: Key, other: Key, old: _Things, new: _Things) -> tuple[float, float] | None:
    """How alike two names are, letter case aside and with it; None where they cannot be one thing."""
    (name, example), (other_name, other_example) = parted(one[1]), parted(other[1])
    if example != other_example:
        return None
    # The walk from /me is no other spelling of one from a user's id.
    addressing = [side.value(("addressing", key[1])) for side, key in ((old, one), (new, other))]
    if (addressing[0] == "me") != (addressing[1] == "me"):
        return None
    folded = SequenceMatcher(None, name.casefold(), other_name.casefold(), autojunk=False)
    if folded.real_quick_ratio() < min(_ALIKE.values()):
        return None
    return folded.ratio(), SequenceMatcher(None, name, other_name, autojunk=False).ratio()


def _matched(likeness: dict[tuple[Key, Key], tuple[float, float]]) -> Iterator[tuple[Key, Key]]:
    """
    Pairs of which each half is more like the other than anything that is left, best first.

    What is like two things equally is nobody's: which of them it became cannot be told, whatever the order.
    """
    left = dict(likeness)
    while left:
        best = max(left.values())
        pairs = [pair for pair, found in left.items() if found == best]
        count = Counter(key for pair in pairs for key in pair)
        matched = [pair for pair in pairs if count[pair[0]] == count[pair[1]] == 1]
        yield from matched
        done = {key for pair in matched for key in pair} | {key for key, number in count.items() if number > 1}
        left = {pair: found for pair, found in left.items() if not done & set(pair)}


def _else_the_same(one: Key, other: Key, old: _Things, new: _Things) -> bool:
    """Whether all that is said of both, their names aside, is said and is the same."""
    if one[0] == "route" or parted(one[1])[1] != parted(other[1])[1]:
        return False
    said = {**old.belongings(one), one[0]: old.value(one)}
    says = {**new.belongings(other), other[0]: new.value(other)}
    return said == says and any(said.values())
