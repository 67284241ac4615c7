"""
Operators of our own, as cosmic-ray wants them: each gives the places in a node it can change, and changes one of them.
"""

from __future__ import annotations

import re
from typing import Final

import parso
from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import IfStmt
from parso.tree import BaseNode, NodeOrLeaf

_OPENING: Final = re.compile(r"[A-Za-z]*(?:'''|\"\"\"|'|\")")

Span = tuple[tuple[int, int], tuple[int, int]]


def _span(node: NodeOrLeaf) -> Span:
    return node.start_pos, node.end_pos


class Operand(Operator):
    """Leaves out one operand of ``and`` or ``or``."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each operand."""
        return [_span(child) for child in node.children[::2]] if node.type in {"and_test", "or_test"} else []

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Leave it out, with the word beside it."""
        first = max(0, 2 * index - 1)
        del node.children[first : first + 2]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("if a and b: pass", "if b: pass"), Example("if a and b: pass", "if a: pass", occurrence=1)


class Condition(Operator):
    """Negates the condition of an ``elif`` or in a comprehension, which cosmic-ray leaves alone."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each such condition."""
        return [_span(node.children[place]) for place in self._places(node)]

    @staticmethod
    def _places(node: NodeOrLeaf) -> list[int]:
        if isinstance(node, IfStmt):
            return [number + 1 for number, child in enumerate(node.children) if child == "elif"]
        return [1] if node.type == "comp_if" else []

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Negate it as a whole."""
        place = self._places(node)[index]
        node.children[place] = parso.parse(f" not ({node.children[place].get_code().strip()})")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("[x for x in y if x]", "[x for x in y if not (x)]"), Example(
            "if a:\n    pass\nelif b:\n    pass\n", "if a:\n    pass\nelif not (b):\n    pass\n"
        )


class Entry(Operator):
    """Leaves out an entry of a table or a set."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each entry, unless there is but one."""
        return [(node.children[begin].start_pos, node.children[end - 1].end_pos) for begin, end in _items(node)]

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Leave it out, with the comma behind it or, at the end, the one before it."""
        begin, end = _items(node)[index]
        last = end >= len(node.children)
        del node.children[begin - last : end + 1 - last]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("{1, 2}", "{2}"), Example("{1: 2, 3: 4}", "{1: 2}", occurrence=1)


def _items(node: NodeOrLeaf) -> list[tuple[int, int]]:
    """Where in its children each entry begins and ends; nothing for a comprehension or a single one."""
    if node.type != "dictorsetmaker" or node.children[-1].type in {"sync_comp_for", "comp_for"}:
        return []
    commas = [number for number, child in enumerate(node.children) if child == ","]
    ends = [*commas, len(node.children)]
    pairs = zip([0, *(comma + 1 for comma in commas)], ends, strict=True)
    found = [(begin, end) for begin, end in pairs if begin < end]
    return found if len(found) > 1 else []


class Text(Operator):
    """Says something else in a text; docstrings and types say nothing to a program."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each text, and each piece of one with gaps."""
        says = node.type in {"string", "fstring_string"} and not self._says_nothing(node)
        return [_span(node)] if says else []

    @staticmethod
    def _says_nothing(node: NodeOrLeaf) -> bool:
        above = node.parent
        if above is None or above.type == "simple_stmt":
            return True
        if above.type == "dictorsetmaker" and (node.get_next_leaf() == ":" or ":" not in above.children):
            return True  # to leave out the entry says as much
        while above is not None:
            if above.type == "trailer" and above.children[0] == "[" and above.get_previous_leaf().value == "Literal":
                return True
            above = above.parent
        return False

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """Put something into it."""
        del index
        quoted = _OPENING.match(node.value) if node.type == "string" else None
        begin = quoted.end() if quoted else 0
        node.value = f"{node.value[:begin]}XX{node.value[begin:]}"
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("x = 'a'", "x = 'XXa'"), Example("x = f'{y} a'", "x = f'{y}XX a'")


class Named(Operator):
    """Leaves out an argument given by its name; those of a decorator say how a class is built."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each such argument."""
        return [_span(node.children[place]) for place in self._places(node)]

    @staticmethod
    def _places(node: NodeOrLeaf) -> list[int]:
        if node.type not in {"arglist", "trailer"} or (node.parent is not None and node.parent.type == "decorator"):
            return []
        return [
            number
            for number, child in enumerate(node.children)
            if child.type == "argument" and len(child.children) > 1 and child.children[1] == "="
        ]

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Leave it out, with a comma."""
        place = self._places(node)[index]
        del node.children[place]
        if node.type == "arglist":
            del node.children[max(0, place - 1)]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("f(1, a=2)", "f(1)"), Example("f(a=2)", "f()")


class Statement(Operator):
    """Does nothing in place of a call, a yield, a jump, a raise or an assignment without a type."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """The statement, where it is one of these."""
        return [_span(node)] if node.type == "simple_stmt" and self._does(node.children[0]) else []

    @staticmethod
    def _does(said: NodeOrLeaf) -> bool:
        if said.type == "expr_stmt":
            return said.children[0].type == "atom_expr" or said.children[1].type == "operator"
        return said.type in {"atom_expr", "yield_expr", "raise_stmt"} or (
            said.type == "keyword" and said.value in {"continue", "break", "return"}
        )

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Put ``pass`` there."""
        del index
        first = node.get_first_leaf()
        return parso.parse(f"{first.prefix}pass\n")

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("f()\n", "pass\n"), Example("x += 1\n", "pass\n")


class Membership(Operator):
    """``not in`` for ``in`` and the other way round."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each of the two in a comparison; the ``in`` of a loop compares nothing."""
        return [_span(node.children[place]) for place in self._places(node)]

    @staticmethod
    def _places(node: NodeOrLeaf) -> list[int]:
        if node.type != "comparison":
            return []
        return [number for number, child in enumerate(node.children) if child.get_code().split()[-1] == "in"]

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Put the other there."""
        place = self._places(node)[index]
        other = " not in" if node.children[place] == "in" else " in"
        node.children[place] = parso.parse(other)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("x = a in b", "x = a not in b"), Example("x = a not in b", "x = a in b")


class Quantifier(Operator):
    """``all`` for ``any`` and the other way round."""

    _OTHER: Final = {"any": "all", "all": "any"}

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """Each call of one of them."""
        following = node.get_next_sibling() if node.type == "name" and node.value in self._OTHER else None
        called = following is not None and following.type == "trailer" and following.children[0] == "("
        return [_span(node)] if called else []

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """Put the other there."""
        del index
        node.value = self._OTHER[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return Example("x = any(y)", "x = all(y)"), Example("x = all(y)", "x = any(y)")


class Returned(Operator):
    """Returns None in place of whatever else is not false already."""

    def mutation_positions(self, node: NodeOrLeaf) -> list[Span]:
        """What is returned."""
        says = node.type == "return_stmt" and node.children[1].get_code().strip() not in {"None", "False"}
        return [_span(node)] if says else []

    def mutate(self, node: BaseNode, index: int) -> NodeOrLeaf:
        """Put None there."""
        del index
        node.children[1] = parso.parse(" None")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("def f():\n    return f(1)\n", "def f():\n    return None\n"),)


OWN = (Operand, Condition, Entry, Text, Named, Statement, Membership, Quantifier, Returned)
