"""
A mutant in place of what is imported already: functions are what they were and do what the mutant's do.

Whoever has imported a function, or keeps it in a table, has the mutant then, and nothing is imported anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mutants import Mutant, done_by

Swaps = list[tuple[FunctionType, CodeType]]


def swaps_of(mutant: Mutant, module: ModuleType, source: str) -> Swaps | None:
    """
    Each function of *module*, made of *source*, with the code it has in *mutant*.

    None where that is not all: what stands outside of functions is carried out once, when a module is imported.
    """
    old, new = (compile(text, "mutant", "exec", dont_inherit=True) for text in (source, mutant.source))
    found: Swaps = []
    pairs = [(old, new, module.__dict__)]
    while pairs:
        before, after, names = pairs.pop()
        if done_by(before, inner=False) != done_by(after, inner=False):
            return None
        for one, other in zip(_within(before), _within(after), strict=True):
            if done_by(one) == done_by(other):
                continue
            thing = names.get(one.co_name)
            thing = thing.fget if isinstance(thing, property) else getattr(thing, "__func__", thing)
            if isinstance(thing, type):
                pairs.append((one, other, dict(thing.__dict__)))
            elif isinstance(thing, FunctionType) and len(one.co_freevars) == len(other.co_freevars):
                found.append((thing, other))
            else:
                return None
    return found


def _within(code: CodeType) -> Iterator[Any]:
    return (one for one in code.co_consts if isinstance(one, CodeType))


def swap(swaps: Swaps) -> None:
    """Let each function do what its new code says."""
    for function, code in swaps:
        function.__code__ = code
