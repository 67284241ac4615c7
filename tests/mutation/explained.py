"""
Survivors held against those somebody has explained.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from mutants import Mutant

Name = tuple[str, str, tuple[str, ...]]
"""Module, function and change, as `Mutant.name` has them."""

_KEYS = {"module": str, "function": str, "change": list, "reason": str, "times": int}


class BadExplanation(Exception):
    """The file says something that explains nothing; the text says where."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What survived against what is explained.

    Attributes:
        unexplained: Who survived and is not in the file, or more often than there.
        stale: Who is in the file and did not survive, or not so often, or is no mutant any more.
    """

    explained: Counter[Name]
    unexplained: Counter[Name]
    stale: Counter[Name]


def read(path: Path) -> Counter[Name]:
    """
    The mutants *path* explains, each with how many there are of that name.

    Raises:
        BadExplanation: An entry lacks something or has it in another form.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    except tomllib.TOMLDecodeError as error:
        raise BadExplanation(f"{path.name}: {error}; correct it") from None
    found: Counter[Name] = Counter()
    for number, entry in enumerate(entries, 1):
        given = {"times": 1, **entry}
        for key in given.keys() | _KEYS.keys():
            if key not in _KEYS or not isinstance(given.get(key), _KEYS[key]):
                raise BadExplanation(f"{path.name}: survivor {number}: {key}: missing, unknown or of another type")
        if not given["reason"].strip() or given["times"] < 1:
            raise BadExplanation(f"{path.name}: survivor {number}: says no reason, or less than one time")
        found[given["module"], given["function"], tuple(map(str, given["change"]))] += given["times"]
    return found


def compare(survivors: Iterable[Mutant], explained: Counter[Name], modules: Collection[str]) -> Comparison:
    """Hold *survivors* of *modules* against *explained*; of other modules nothing is known."""
    survived = Counter(mutant.name for mutant in survivors)
    known = Counter({name: times for name, times in explained.items() if name[0] in modules})
    return Comparison(survived & known, survived - known, known - survived)


def as_entry(name: Name, times: int) -> str:
    """An entry for the file, but for its reason."""
    module, function, change = name
    lines = ["[[survivor]]", f'module = "{module}"', f'function = "{function}"', "change = ["]
    # JSON's texts are TOML's, too.
    lines += [f"  {json.dumps(line, ensure_ascii=False)}," for line in change]
    return "\n".join([*lines, "]", *([f"times = {times}"] if times > 1 else []), 'reason = ""', ""])
