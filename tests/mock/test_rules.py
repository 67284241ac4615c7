"""The table of rules and the code that follows it agree."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import graphmock
from graphmock.rules import RULES, obeys

SOURCE = Path(graphmock.__file__).parent
EVIDENCE = re.compile(r"(page|metadata|observed|reported|cassette):\S.*|assumed")
CASSETTES = Path(__file__).parents[2] / "cassettes"


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


def recorded_from_a_service(folder):
    """Ids of the cases whose cassettes below *folder* a service answered; a recording of the mock is no evidence."""
    found = set()
    for file in folder.glob("*/recording.json"):
        recording = json.loads(file.read_text(encoding="utf-8"))
        places = {case: file.parent / f"{case}.yaml" for case in recording["cases"]}
        if recording["origin"]["kind"] == "service":
            found |= {case for case, place in places.items() if place.is_file() and origin(place) == "service"}
    return found


def origin(cassette):
    return json.loads(cassette.read_text(encoding="utf-8"))["origin"]


def test_a_cassette_is_evidence_only_where_a_service_answered():
    cited = {rule.evidence.partition(":")[2] for rule in RULES if rule.evidence.startswith("cassette:")}

    assert cited <= recorded_from_a_service(CASSETTES)


@pytest.mark.parametrize(
    ("kind", "own", "listed", "found"),
    [
        ("service", "service", "a/case", {"a/case"}),
        ("mock", "mock", "a/case", set()),
        ("service", "mock", "a/case", set()),
        ("service", "service", "another/case", set()),
    ],
    ids=["a service's", "the mock's", "a cassette of the mock's", "none on file"],
)
def test_which_cassettes_a_service_answered(tmp_path, kind, own, listed, found):
    (tmp_path / "contoso" / "a").mkdir(parents=True)
    (tmp_path / "contoso" / "a" / "case.yaml").write_text(json.dumps({"origin": own}), encoding="utf-8")
    recording = {"origin": {"kind": kind}, "cases": [listed]}
    (tmp_path / "contoso" / "recording.json").write_text(json.dumps(recording), encoding="utf-8")

    assert recorded_from_a_service(tmp_path) == found


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
