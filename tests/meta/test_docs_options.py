"""
The options, markers, variables and exit codes of the documents are the real ones.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest
from benches import __main__ as benches_cli
from documented import DOCS, DOCUMENTS, README, ROOT, codes, table, tables

from graphcancel import __main__ as graphcancel_cli
from graphcancel import doctor, ending, facts, selection, targetfile
from graphmock import __main__ as graphmock_cli

OPTION = re.compile(r"--[a-z][a-z-]*")


def options_of(parse, command: str, capsys) -> set[str]:
    """What the help of *command* offers, but for itself; options in its examples are others' as well."""
    with pytest.raises(SystemExit):
        parse([command, "--help"])
    return set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help"}


def test_the_suites_options_are_those_documented(pytestconfig: pytest.Config) -> None:
    group = next(group for group in pytestconfig._parser._groups if group.name == "graphcancel")

    documented = codes(tables(DOCS / "running.md", "option", "meaning")[0])

    assert sorted(documented) == sorted(name for option in group.options for name in option.names())


def test_the_markers_are_those_documented(pytestconfig: pytest.Config) -> None:
    rows = table(DOCS / "running.md", "marker", "cases")
    declared = {re.split(r"[(:]", line)[0] for line in pytestconfig.getini("markers")}
    named = [name for row in rows for name in re.findall(r"`(\w+)", row[0])]

    assert named == ["cases", *selection.STANDINGS, "exemplar"]
    assert set(named) <= declared


def test_the_options_of_graphcancel_cases_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["cases", "--help"])
    # Of this command the examples have no options but its own.
    real = set(OPTION.findall(capsys.readouterr().out)) - {"--help"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[1])) == real


def test_the_options_and_the_object_of_graphcancel_doctor_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "doctor", capsys)
    parts = table(DOCS / "running.md", "part", "what it holds")

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[2])) == real | {"-k"}
    assert [name for row in parts for name in re.findall(r"`(\w+)`", row[0])] == list(doctor.KEYS)


def test_the_options_of_graphcancel_explain_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "explain", capsys)

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[3])) == real


def test_the_options_of_graphcancel_sweep_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "sweep", capsys) - {"--target"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[4])) == real


@pytest.mark.parametrize(("command", "number"), [("compare", 6), ("merge", 7)])
def test_the_options_of_graphcancel_compare_and_merge_are_those_documented(command: str, number: int, capsys) -> None:
    real = options_of(graphcancel_cli.main, command, capsys)

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[number])) == real


def test_the_options_and_the_object_of_graphcancel_read_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "read", capsys)
    page = DOCS / "reading-pages.md"

    assert set(codes(table(page, "option", "meaning"))) == real
    assert codes(table(page, "key", "meaning")) == [field.name for field in dataclasses.fields(facts.Page)]
    kinds = [name for row in table(page, "where", "facts", "about") for name in re.findall(r"`([\w-]+)`", row[1])]
    assert sorted(kinds) == sorted(get_args(facts.Kind))


def test_the_options_of_graphcancel_drift_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "drift", capsys)
    named = {name for row in table(DOCS / "drift.md", "option", "meaning") for name in OPTION.findall(row[0])}

    assert named == real


def test_the_options_of_graphcancel_prove_are_those_documented(capsys) -> None:
    real = options_of(graphcancel_cli.main, "prove", capsys)

    assert set(codes(table(DOCS / "proving.md", "option", "meaning"))) == real


def test_the_options_of_graphmock_serve_are_those_documented(capsys) -> None:
    real = options_of(graphmock_cli._parser().parse_args, "serve", capsys)

    assert set(codes(table(DOCS / "mock.md", "option", "meaning"))) == real


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_an_option_that_is_none(path: Path, pytestconfig: pytest.Config, capsys) -> None:
    real = set(pytestconfig._parser.optparser._option_string_actions) | {"--write-target"}
    real |= set(OPTION.findall(benches_cli.command_line().format_help()))
    asked = [
        (graphmock_cli._parser(), "serve"),
        *(
            (graphcancel_cli.command_line(), name)
            for name in ("cases", "compare", "doctor", "drift", "merge", "prove", "read", "report", "sweep")
        ),
    ]
    for parser, command in asked:
        with pytest.raises(SystemExit):
            parser.parse_args([command, "--help"])
    real |= set(OPTION.findall(capsys.readouterr().out))
    code = re.findall(r"`([^`\n]+)`", path.read_text(encoding="utf-8"))

    assert {name for text in code for name in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)} <= real


@pytest.mark.parametrize("path", [README, DOCS / "running.md"], ids=lambda path: path.name)
def test_exit_codes_are_those_of_pytest_and_our_own(path: Path) -> None:
    own = [value for name, value in vars(ending).items() if name.startswith("EXIT_")]
    # pytest's 6 needs --max-warnings, which a suite that turns warnings to errors has no use for.
    of_pytest = [int(code) for code in pytest.ExitCode if code.name != "MAX_WARNINGS_ERROR"]

    assert [int(code) for code in codes(table(path, "code", "meaning"))] == sorted([*of_pytest, *own])


def test_the_variables_of_a_url_are_those_documented() -> None:
    rows = table(README, "variable", "read by", "meaning")
    named = [row[0].strip("`") for row in rows if "URL" in row[1]]
    environ = {name: "a-token" if name.endswith("TOKEN") else f"{name.lower()}@contoso.example" for name in named}

    described = targetfile.read_target("https://graph.microsoft.com", environ)

    assert set(described.actors) == {"organizer", "attendee", "app"}
    assert len(described.writable) == 2
    for row in rows:
        name = row[0].strip("`")
        if "required" not in row[2]:
            continue
        with pytest.raises(targetfile.TargetError, match=name):
            targetfile.read_target("https://graph.microsoft.com", {key: environ[key] for key in environ if key != name})


@pytest.mark.parametrize(
    ("name", "place"), [("GRAPHMOCK_OPTIONS", "conftest.py"), ("GRAPH_PAGES", "tests/unit/test_contracts_on_file.py")]
)
def test_other_variables_are_read_somewhere(name: str, place: str) -> None:
    assert name in codes(table(README, "variable", "read by", "meaning"))
    assert name in (ROOT / place).read_text(encoding="utf-8")
