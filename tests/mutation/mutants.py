"""
What a mutant is, and all of one module.

The operators are cosmic-ray's, of which those are chosen that leave no doubt what else was meant, and those of our own
(`operators.OWN`) for what it does not touch.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from types import CodeType

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from operators import OWN

# Left out are those that any import would notice, and those that differ from these in nothing a test could tell.
_OF_COSMIC_RAY = """
    AddNot ReplaceUnaryOperator_Delete_Not ReplaceAndWithOr ReplaceOrWithAnd ReplaceTrueWithFalse ReplaceFalseWithTrue
    ReplaceComparisonOperator_Eq_NotEq ReplaceComparisonOperator_NotEq_Eq
    ReplaceComparisonOperator_Lt_LtE ReplaceComparisonOperator_Lt_GtE
    ReplaceComparisonOperator_LtE_Lt ReplaceComparisonOperator_LtE_Gt
    ReplaceComparisonOperator_Gt_GtE ReplaceComparisonOperator_Gt_LtE
    ReplaceComparisonOperator_GtE_Gt ReplaceComparisonOperator_GtE_Lt
    ReplaceComparisonOperator_Is_IsNot ReplaceComparisonOperator_IsNot_Is
    ReplaceBinaryOperator_Add_Sub ReplaceBinaryOperator_Sub_Add ReplaceBinaryOperator_Mul_Add ReplaceBinaryOperator_Div_Mul
    NumberReplacer ZeroIterationForLoop ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer
    """.split()


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    A module with one change.

    Attributes:
        function: The innermost function or class the change is in, with those around it; empty outside of any.
        change: The lines that go, each after ``- ``, and those that come, each after ``+ ``, white space folded.
        source: The module's whole text with the change.
    """

    module: str
    function: str
    change: tuple[str, ...]
    source: str

    @property
    def name(self) -> tuple[str, str, tuple[str, ...]]:
        """What it is known by, whatever else is edited. Where a function has a line twice, two bear one name."""
        return self.module, self.function, self.change


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of *source* that does something else, once."""
    places = dict(_places(ast.parse(source)))
    seen = {_compiled(source)}
    for operator in _operators():
        for number in range(_occurrences(operator, source)):
            altered = mutate_code(source, operator, number)
            done = _compiled(altered) if altered is not None else None
            if altered is None or done is None or done in seen:
                continue
            seen.add(done)
            line, change = _change(source, altered)
            if not change[0].startswith("- @"):  # how a class is built
                yield Mutant(module, places.get(line, ""), change, altered)


def functions_of(source: str) -> frozenset[str]:
    """Every function of *source* by the name it has in `Mutant.function`; those within another count for that one."""
    return frozenset(_functions(ast.parse(source)))


def _functions(tree: ast.Module | ast.ClassDef, above: str = "") -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield above + node.name
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{above}{node.name}.")


def _operators() -> list[Operator]:
    return [*(get_operator(f"core/{name}")() for name in _OF_COSMIC_RAY), *(operator() for operator in OWN)]


def _occurrences(operator: Operator, source: str) -> int:
    return sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(source)))


def _compiled(source: str) -> Hashable:
    """What is carried out, line numbers aside; None where *source* is no Python."""
    try:
        return done_by(compile(source, "mutant", "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return None


def done_by(code: CodeType, *, inner: bool = True) -> Hashable:
    """
    What *code* does, line numbers aside.

    Args:
        inner: Whether to look into the functions and classes made by it, or only at their names.
    """
    made = tuple(
        (done_by(one) if inner else one.co_name) if isinstance(one, CodeType) else repr(one) for one in code.co_consts
    )
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, made


def _change(source: str, altered: str) -> tuple[int, tuple[str, ...]]:
    """Which line is the first to change, from 1, and what goes and comes."""
    old, new = source.splitlines(), altered.splitlines()
    told = []
    first = 0
    for kind, begin, end, begins, ends in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            first = first or begin + 1
            told += [f"- {' '.join(line.split())}" for line in old[begin:end]]
            told += [f"+ {' '.join(line.split())}" for line in new[begins:ends]]
    return first, tuple(told)


def _places(tree: ast.AST, above: str = "") -> Iterator[tuple[int, str]]:
    """Each line within a function or a class, with its name; of what is nested, the inner name comes last."""
    for node in ast.iter_child_nodes(tree):
        name = above
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{above}.{node.name}" if above else node.name
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                yield line, name
        yield from _places(node, name)
