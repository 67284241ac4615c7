"""The table of rules and the code that follows it agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import graphmock
from graphmock.rules import RULES, obeys

SOURCE = Path(graphmock.__file__).parent
EVIDENCE = re.compile(r"(page|metadata|observed|reported):\S.*|assumed")


def referenced():
    """Collect the rules that code names, in ``refuse(…)`` and ``obeys(…)``."""
    found = set()
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"refuse", "obeys"}:
                found.update(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    return found


def test_every_rule_has_code_and_all_code_a_rule():
    assert referenced() == {rule.id for rule in RULES}


def test_ids_are_unique_and_evidence_is_of_a_known_kind():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert EVIDENCE.fullmatch(rule.evidence), rule
        assert rule.says


def test_an_unknown_rule_cannot_be_followed():
    with pytest.raises(KeyError):
        obeys("no.such.rule")


def test_refusals_are_refusals():
    for rule in RULES:
        assert rule.refusal is None or 400 <= rule.refusal.status < 500


def test_the_package_stands_alone():
    for path in SOURCE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) graphcancel", text, re.MULTILINE), path
        assert "contracts/" not in text
