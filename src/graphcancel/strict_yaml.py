"""
Strict YAML: the first gate a contract file passes.

Every key stands once and is text, no alias lies inside its own anchor, and every value is one JSON has as well. What
YAML would lose or reinterpret on the way is refused, with the line and the remedy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from graphcancel.errors import ContractError
from graphcancel.reading import WRITTEN, text_within

if TYPE_CHECKING:
    from pathlib import Path

# libyaml reads the files in a tenth of the time; where PyYAML lacks it, slow is better than not.
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
YAML: Final = "tag:yaml.org,2002:"
# What JSON has as well. A date, a set or a Python object is text somebody forgot to quote, or mischief.
TAGS: Final = frozenset(YAML + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "merge"))
LIMIT: Final = 20_000
"""Nodes a file may have once its aliases are followed: more is a mistake, and would take minutes to validate."""

DEPTH: Final = 64
"""Levels a file may nest. libyaml builds its tree by recursion and takes the process down with it."""


class UnparsedError(ContractError):
    """A text that is no YAML, whatever it was meant to hold; anything else is refused for what it holds."""


def read_yaml(path: Path) -> Any:
    """
    Read the YAML file *path*, refusing what would be lost on the way: a key given twice, a key that is no text.

    Raises:
        ContractError: The file cannot be read as such.
    """
    try:
        text = text_within(path, WRITTEN)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        msg = f"{label(path)}: cannot be read ({reason}); restore it"
        raise ContractError(msg) from None
    return parse_yaml(text, label(path))


def parse_yaml(text: str, place: str, made_by: Any = LOADER) -> Any:
    """
    Read *text*, with what messages call its *place*, as `read_yaml` reads a file.

    Args:
        made_by: The loader of PyYAML; one that takes every value for text lets a date pass.

    Raises:
        UnparsedError: The text is no YAML.
        ContractError: It holds what it must not.
    """
    loader = made_by(text)
    try:
        _refuse_depth(text, place)
        node = loader.get_single_node()
        if node is None:
            msg = f"{place}: holds nothing; restore it"
            raise ContractError(msg)
        _survey(node, place, {}, set())
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        msg = f"{place}: {where}: {error.problem or error.context}; correct the YAML"
        raise UnparsedError(msg) from None
    except (yaml.YAMLError, ValueError, OverflowError, LookupError) as error:
        msg = f"{place}: {' '.join(str(error).split())[:120]}; correct the YAML"
        raise UnparsedError(msg) from None
    finally:
        loader.dispose()


def _refuse_depth(text: str, place: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            msg = f"{place}: nested more than {DEPTH} levels deep; correct the YAML"
            raise ContractError(msg)


def _survey(node: yaml.Node, place: str, sizes: dict[int, int], open_: set[int]) -> int:
    """Refuse what YAML permits and a contract must not have; returns the node's size with aliases followed."""
    key = id(node)
    if key in sizes:
        return sizes[key]
    line = node.start_mark.line + 1
    if key in open_:
        msg = f"{place}: line {line}: an alias inside its own anchor; write the inner one out"
        raise ContractError(msg)
    if node.tag not in TAGS:
        msg = f"{place}: line {line}: found a value of type {node.tag.removeprefix(YAML)}; put it in quotes"
        raise ContractError(msg)
    open_.add(key)
    size = 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            _refuse_key(name, seen, place)
            size += 1 + _survey(value, place, sizes, open_)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_survey(item, place, sizes, open_) for item in node.value)
    if size > LIMIT:
        msg = f"{place}: line {line}: more than {LIMIT} values once aliases are followed; write fewer aliases"
        raise ContractError(msg)
    open_.discard(key)
    sizes[key] = size
    return size


def _refuse_key(key: yaml.Node, seen: set[str], place: str) -> None:
    where = f"{place}: line {key.start_mark.line + 1}"
    if key.tag not in {f"{YAML}str", f"{YAML}merge"}:
        shown = key.value if isinstance(key, yaml.ScalarNode) else "made of a list or mapping"
        msg = f"{where}: key {shown} is not text; put it in quotes"
        raise ContractError(msg)
    if key.value in seen:
        msg = f"{where}: key {key.value!r} a second time; remove one of them"
        raise ContractError(msg)
    seen.add(key.value)


def label(path: Path) -> str:
    """How messages name the file *path*: with its folder."""
    return f"{path.parent.name}/{path.name}"
