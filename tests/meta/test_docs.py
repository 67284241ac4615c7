"""
The documents tell the truth: commands parse, files exist, tables equal what they describe. No server is started.
"""

from __future__ import annotations

import configparser
import dataclasses
import datetime as dt
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from _pytest.mark.expression import Expression
from benches import __main__ as benches_cli

from graphcancel import __main__ as graphcancel_cli
from graphcancel import (
    actors,
    changes,
    compare,
    deviations,
    doctor,
    document_includes,
    document_text,
    drift_text,
    ending,
    facts,
    matching,
    proof,
    prove,
    proving,
    run,
    runfile,
    selection,
    subjects,
    targetfile,
    tokenfile,
    waivers,
)
from graphcancel.case import Case, addressed_routes
from graphcancel.cases import build_cases
from graphcancel.contract import Contract, load_contracts
from graphcancel.evidence import Finding
from graphcancel.facts import Fact, Page
from graphcancel.record import Record
from graphcancel.runfile import read_run
from graphcancel.suite import Suite
from graphcancel.verdict import Verdict
from graphmock import __main__ as graphmock_cli
from graphmock import editions, faults, rules

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = ROOT / "tests" / "unit" / "pages"
OTHERS = [ROOT / folder / "README.md" for folder in ("cassettes", "deviations")]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), *OTHERS]
PROGRAMS = ("pytest", "graphcancel", "graphmock", "tox")
OPTION = re.compile(r"--[a-z][a-z-]*")
PLACES = re.compile(
    r"(?:src|contracts|tests|docs|cassettes|deviations|benches)(?:/[\w.-]+)*/?|[\w.-]+\.(?:toml|py|ini)"
)
# Files that others write.
WRITTEN = {"target.toml", "parity.toml", "src/graphcancel/declining.py"}
TOKENS = dict.fromkeys(
    (
        "GRAPH_ORGANIZER_TOKEN", "GRAPH_ATTENDEE_TOKEN", "GRAPH_APP_TOKEN", "GRAPH_READER_TOKEN", "GRAPH_EXPIRED_TOKEN",
    ),
    "a-token",
)  # fmt: skip


class Example(NamedTuple):
    """A command line of a document, split; *place* is file and line."""

    place: str
    program: str
    arguments: tuple[str, ...]
    environ: dict[str, str]


def fences(path: Path, *languages: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line within fenced blocks of *languages*."""
    language = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            language = line[3:].strip() if language is None else None
        elif language in languages:
            yield number, line


def commands(text: str) -> Iterator[list[str]]:
    """Split a shell line at ``&&``, ``;``, ``|`` and ``&``, comments dropped."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word in {"&&", ";", "|", "&", "||"}:
            yield words
            words = []
        else:
            words.append(word)
    yield words


def example(place: str, words: list[str]) -> Example | None:
    """The command of *words*, if it is one of ours."""
    environ = {}
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0], re.DOTALL):
        name, _, value = words[0].partition("=")
        environ[name] = value
        words = words[1:]
    program = words[0].removeprefix(".venv/bin/").removeprefix(".venv\\Scripts\\") if words else ""
    return Example(place, program, tuple(words[1:]), environ) if program in PROGRAMS else None


def examples() -> Iterator[Example]:
    """Every command of ours in the documents: lines of shell blocks, and code within sentences."""
    for path in DOCUMENTS:
        name = path.relative_to(ROOT)
        found = [(number, line) for number, line in fences(path, "sh") if line.strip()]
        text = path.read_text(encoding="utf-8")
        prose = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL)
        for number, line in enumerate(prose.splitlines(), 1):
            found += [(number, code) for code in re.findall(r"`([^`]+)`", line) if code.split()[1:] and code[0] != "`"]
        for number, line in found:
            if "…" in line or "\\" in line or line.startswith("see again"):
                continue
            for words in commands(line):
                given = example(f"{name}:{number}", words)
                if given:
                    yield given


EXAMPLES = list(examples())


def of(program: str) -> list[object]:
    """The examples of one program, as parameters."""
    found = [item for item in EXAMPLES if item.program == program]
    return [pytest.param(item, id=f"{item.place}-{number}") for number, item in enumerate(found)]


def table(path: Path, *heads: str) -> list[tuple[str, ...]]:
    """Rows of the only table in *path* whose head is *heads*."""
    found = tables(path, *heads)
    assert len(found) == 1, f"{path.name}: {len(found)} tables headed {' | '.join(heads)}"
    return found[0]


def tables(path: Path, *heads: str) -> list[list[tuple[str, ...]]]:
    """All tables in *path* whose head is *heads*."""
    lines = path.read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(lines):
        if line.startswith("|") and cells(line) == heads and lines[number + 1].startswith("|--"):
            rows = []
            for row in lines[number + 2 :]:
                if not row.startswith("|"):
                    break
                rows.append(cells(row))
            found.append(rows)
    return found


def cells(line: str) -> tuple[str, ...]:
    """The cells of one line of a table."""
    return tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def codes(rows: list[tuple[str, ...]]) -> list[str]:
    """The first column, its code marks dropped."""
    return [row[0].strip("`") for row in rows]


@cache
def contracts() -> tuple[Contract, ...]:
    return load_contracts(ROOT / "contracts")


@cache
def cases() -> tuple[Case, ...]:
    return build_cases(contracts())


@pytest.fixture(scope="module")
def target_file(tmp_path_factory) -> Path:
    """The target file of docs/running.md, written out."""
    path = tmp_path_factory.mktemp("targets") / "contoso.toml"
    path.write_text("\n".join(line for _, line in fences(DOCS / "running.md", "toml")), encoding="utf-8")
    return path


@pytest.fixture
def tokens(monkeypatch) -> None:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)


# -- commands ---------------------------------------------------------------------------------------------------------


def test_every_program_has_examples() -> None:
    assert {item.program for item in EXAMPLES} == set(PROGRAMS)


@pytest.mark.parametrize("given", of("pytest"))
def test_a_pytest_example_parses(given: Example, pytestconfig: pytest.Config) -> None:
    known, unknown = pytestconfig._parser.parse_known_and_unknown_args(list(given.arguments))

    assert unknown == []
    for argument in known.file_or_dir:
        assert (ROOT / argument.partition("::")[0]).exists(), argument
        if "::" in argument:
            assert argument.partition("[")[2].removesuffix("]") in {case.id for case in cases()}, argument
    assert selected(known.keyword, known.markexpr), "it selects no case"


def selected(keyword: str, mark: str) -> list[Case]:
    """The cases whose id or coordinates an example's ``-k`` and ``-m`` choose."""
    by_name = Expression.compile(keyword or "/")
    by_mark = Expression.compile(mark) if mark else None

    standings = {contract.id: contract.standing for contract in contracts()}
    models = selection.exemplars(cases())

    def bears(case: Case, name: str, **wanted: object) -> bool:
        if name == "cases":
            return selection.selects(wanted, case)
        assert name in {"exemplar", *selection.STANDINGS}, name
        return case.id in models if name == "exemplar" else standings[case.contract] == name

    def marked(case: Case) -> bool:
        return by_mark is None or by_mark.evaluate(partial(bears, case))

    return [
        case
        for case in cases()
        if by_name.evaluate(lambda name, **_: name.lower() in case.id.lower()) and marked(case)  # noqa: B023
    ]


@pytest.fixture(scope="session")
def made_run(tmp_path_factory) -> Path:
    """The folder of a run of some cases."""
    folder = tmp_path_factory.mktemp("runs")
    chosen = ["--target=replay", "-k", "event-cancel.v1.0/me.events", f"--runs={folder}", "-p", "no:cacheprovider"]
    subprocess.run([sys.executable, "-m", "pytest", "-q", *chosen], cwd=ROOT, check=True, capture_output=True)
    return next(folder.iterdir())


def page_of(name: str) -> str:
    """A documentation page by its file's name, as short as one can be."""
    resource, _, action = name.partition("-")
    resource = {"bookingappointment": "bookingAppointment"}.get(resource, resource)
    line = f"/me/{resource}s/{{id}}/{action}"
    blocks = (
        f"# {resource}: {action}",
        f"## HTTP request\n```http\nPOST {line}\n```",
        "## Response\nIf successful, it returns `202 Accepted`.",
        f"## Example\n### Request\n```http\nPOST https://graph.microsoft.com/v1.0{line}\n\n{{}}\n```",
    )
    return "\n\n".join(blocks) + "\n"


@pytest.mark.parametrize("given", of("graphcancel"))
def test_a_graphcancel_example_runs(
    given: Example, target_file, tokens, made_run, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(ROOT)
    for name in (name for name in given.arguments if name.startswith(("runs/", "RUN"))):
        # A run folder an example names is one of somebody's; here it is the same for all.
        monkeypatch.chdir(tmp_path)
        shutil.copytree(made_run, tmp_path / name, dirs_exist_ok=True)
    arguments = [re.sub(r"(--target=).*\.toml$", rf"\g<1>{target_file}", argument) for argument in given.arguments]
    if arguments[0] == "prove":  # minutes; what it does is shown elsewhere
        parsed = graphcancel_cli.command_line().parse_args(arguments)
        named = [[name for name in names if name != "NAME"] for names in (parsed.fault, parsed.vary)]
        assert subjects.select(prove.catalogue(), *named)
        return

    if arguments[0] in {"compare", "merge"}:  # of one run nothing changed, and there is nothing to merge
        graphcancel_cli.command_line().parse_args(arguments if len(arguments) > 1 else [*arguments, "A", "B"])
        assert all(read_run(Path(name)).parts for name in arguments if name.startswith("runs/"))
        return

    if arguments[0] == "read":  # pages are not part of this repository: one of our own is read in their place
        shutil.copytree(PAGES, tmp_path, dirs_exist_ok=True)
        monkeypatch.chdir(tmp_path)
        arguments = [re.sub(r"^\S+\.md$|^PAGE$", "api/current.md", argument) for argument in arguments]
        arguments = arguments if len(arguments) > 1 else [*arguments, "api/current.md"]
        arguments += ["--contracts", str(ROOT / "contracts")] if "--as-contract" in arguments else []

    if arguments[0] in {"doctor", "sweep"}:  # needs a target that answers; what they say is shown elsewhere
        target = graphcancel_cli.command_line().parse_args(arguments).target
        assert target in {"TARGET", "targets/contoso.toml", "targets/contoso.local.toml"}
        return

    if arguments[0] == "drift":
        monkeypatch.chdir(tmp_path)
        check_drift(arguments)
        return

    if arguments[0] == "explain" and arguments[1:] in ([], ["CASE"]):  # the command's name, and no more
        return

    if "cassettes/contoso" in arguments:  # a recording nobody has made yet
        return

    if (
        arguments[0] == "sanitise-check"
    ):  # half a minute for all cassettes, which tests/unit looks through; here for one
        shipped = min((ROOT / "cassettes" / "mock").rglob("*.yaml"))
        arguments = [str(shipped) if argument == "cassettes" else argument for argument in arguments]

    assert graphcancel_cli.main(arguments) == 0
    assert capsys.readouterr().out.strip()


def check_drift(arguments: list[str]) -> None:
    """Compare small pages of the names given; metadata is somebody else's, so of it only the names are looked at."""
    if {"--openapi", "--csdl"} & set(arguments):
        parsed = graphcancel_cli.command_line().parse_args(arguments)
        named = {path.name for path in (parsed.openapi, parsed.csdl) if path}
        assert named <= {"openapi.yaml", "v1.0-Prod.csdl", "metadata.xml", "FILE"}
        return
    for name in (name for name in arguments if name.endswith(".md")):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(page_of(Path(name).stem), encoding="utf-8")
    if arguments[1:] and "PAGE" not in arguments:  # a page of a few lines lacks most of what its contract has
        assert graphcancel_cli.main(arguments) == compare.EXIT_MOVED


@pytest.mark.parametrize("given", of("graphmock"))
def test_a_graphmock_example_parses(given: Example) -> None:
    check_mock(list(given.arguments))


@pytest.mark.parametrize(
    "options", [pytest.param(item.environ["GRAPHMOCK_OPTIONS"], id=item.place) for item in EXAMPLES if item.environ]
)
def test_options_handed_to_the_mock_are_real(options: str) -> None:
    check_mock(["serve", *options.split()])


def check_mock(arguments: list[str]) -> None:
    """Parse *arguments* as graphmock does, names of faults included."""
    parsed = graphmock_cli._parser().parse_args(arguments)
    if parsed.command == "serve":
        faults.chosen(parsed.fault, parsed.vary)


@pytest.mark.parametrize("given", of("tox"))
def test_a_tox_example_names_an_environment(given: Example) -> None:
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(ROOT / "tox.ini")
    sections = {name.removeprefix("testenv:") for name in ini.sections() if name.startswith("testenv:")}
    listed = {name for name in re.split(r"[\s,]+", ini.get("tox", "env_list", fallback="")) if name}

    assert given.arguments[0] == "run"
    named = given.arguments[given.arguments.index("-e") + 1].split(",") if "-e" in given.arguments else sorted(listed)
    assert named
    assert set(named) <= sections | listed


def test_the_first_line_that_names_tox_runs_the_main_job() -> None:
    first = next(line for line in README.read_text(encoding="utf-8").splitlines() if "tox" in line)

    assert first.endswith("tox run -e mock")


# -- options, variables, exit codes -----------------------------------------------------------------------------------


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
    real = set(OPTION.findall(capsys.readouterr().out)) - {"--help"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[1])) == real


def test_the_options_and_the_object_of_graphcancel_doctor_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["doctor", "--help"])
    usage = capsys.readouterr().out.partition("examples:")[0]
    parts = table(DOCS / "running.md", "part", "what it holds")

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[2])) == {*OPTION.findall(usage), "-k"} - {
        "--help"
    }
    assert [name for row in parts for name in re.findall(r"`(\w+)`", row[0])] == list(doctor.KEYS)


def test_the_options_of_graphcancel_explain_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["explain", "--help"])
    real = set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[3])) == real


def test_the_options_of_graphcancel_sweep_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["sweep", "--help"])
    real = set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help", "--target"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[4])) == real


@pytest.mark.parametrize(("command", "number"), [("compare", 6), ("merge", 7)])
def test_the_options_of_graphcancel_compare_and_merge_are_those_documented(command: str, number: int, capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main([command, "--help"])
    real = set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help"}

    assert set(codes(tables(DOCS / "running.md", "option", "meaning")[number])) == real


def test_the_options_and_the_object_of_graphcancel_read_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.command_line().parse_args(["read", "--help"])
    usage = capsys.readouterr().out.partition("examples:")[0]
    page = DOCS / "reading-pages.md"

    assert set(codes(table(page, "option", "meaning"))) == set(OPTION.findall(usage)) - {"--help"}
    assert codes(table(page, "key", "meaning")) == [field.name for field in dataclasses.fields(facts.Page)]
    kinds = [name for row in table(page, "where", "facts", "about") for name in re.findall(r"`([\w-]+)`", row[1])]
    assert sorted(kinds) == sorted(get_args(facts.Kind))


def test_the_bounds_of_a_page_are_those_documented() -> None:
    text = (DOCS / "reading-pages.md").read_text(encoding="utf-8")

    for bound in (document_text.SIZE, document_text.LINES, document_text.LONGEST, document_text.BRACKETS):
        assert f"{bound:,} " in text
    assert f"at most {document_includes.DEPTH}\ndeep and {document_includes.MOST} in all" in text


def test_the_kinds_of_change_are_those_documented() -> None:
    moving, told = tables(DOCS / "comparing.md", "kind", "what it says")

    assert codes(moving) == list(changes.MOVING)
    assert codes(told) == [kind for kind in changes.TOLD if kind not in changes.MOVING]


def test_the_options_of_graphcancel_drift_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["drift", "--help"])
    real = set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help"}
    named = {name for row in table(DOCS / "drift.md", "option", "meaning") for name in OPTION.findall(row[0])}

    assert named == real


@pytest.mark.parametrize("page", ["writing-a-contract.md", "new-contract.md", "proving.md"])
def test_a_fault_is_a_line_where_the_documentation_says(page) -> None:
    (named,) = re.findall(r"a line in one of\s+`(src/graphmock/[\w*]+\.py)`", (DOCS / page).read_text("utf-8"))
    lines = "".join(table.read_text("utf-8") for table in ROOT.glob(named))

    assert [fault.name for fault in faults.FAULTS if f'"{fault.name}"' not in lines] == []


def test_the_json_of_drift_is_as_documented() -> None:
    contract = contracts()[0]
    page = Page("page.md", None, None, "markdown", (Fact("status", "", "200"),), (), "")
    found = drift_text.as_json([matching.hold(page, contract)])

    differences, pages = tables(DOCS / "drift.md", "key", "meaning")

    assert codes(differences) == list(found["differences"][0])
    assert codes(pages) == list(found["pages"][0])


def test_the_options_of_graphcancel_prove_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphcancel_cli.main(["prove", "--help"])
    real = set(OPTION.findall(capsys.readouterr().out.partition("examples:")[0])) - {"--help"}

    assert set(codes(table(DOCS / "proving.md", "option", "meaning"))) == real


def test_the_keys_of_a_proof_are_those_documented() -> None:
    """`proof.json`, and one result in it."""
    result = proof.Result("name", "fault", "clause", "killed", 1.0, 1)
    written = [*proving.Proven((), (result,)).as_json(), "whole", "workers", "seconds"]
    text = (DOCS / "proving.md").read_text(encoding="utf-8")

    rows = table(DOCS / "proving.md", "key", "meaning")
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row[0])) == sorted(written)
    listed = re.search(r"the keys are (.*?)\.\n\n", text, re.DOTALL)
    assert listed
    assert sorted(re.findall(r"`(\w+)`", listed[1])) == sorted(proof.as_json(result))


def test_the_options_of_graphmock_serve_are_those_documented(capsys) -> None:
    with pytest.raises(SystemExit):
        graphmock_cli._parser().parse_args(["serve", "--help"])
    usage = capsys.readouterr().out.partition("examples:")[0]

    assert set(codes(table(DOCS / "mock.md", "option", "meaning"))) == set(OPTION.findall(usage)) - {"--help"}


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


# -- target files -----------------------------------------------------------------------------------------------------


def test_the_target_file_of_the_documents_is_accepted(target_file) -> None:
    described = targetfile.read_target(str(target_file), TOKENS)

    assert set(described.actors) == set(actors.ACTORS)
    assert described.gates is None
    assert described.waived


def test_the_keys_of_a_target_file_are_those_documented() -> None:
    top, actor = tables(DOCS / "running.md", "key", "meaning")

    assert set(codes(top)) == set(targetfile._KEYS)
    assert set(codes(actor)) == set(actors.ACTOR_KEYS)
    words = " ".join(row[1] for row in top)
    assert all(f"`{name}`" in words for name in (*targetfile._RESOURCES, *targetfile.PATIENCE, *targetfile.CLOUDS))


def test_each_flow_is_documented_with_whom_it_is_for_and_what_it_needs() -> None:
    rows = table(DOCS / "running.md", "flow", "for", "needs", "good for")

    assert codes(rows) == list(actors.FLOWS)
    for flow, whom, needs, _ in rows:
        name = flow.strip("`")
        whose = "`app`" if name in actors.APP_ONLY else "people" if name in actors.DELEGATED | {"none"} else "all"
        assert whom == whose
        required, optional = actors._NEEDS[name]
        named = set(re.findall(r"`([a-z_]+)`", needs))
        assert set(required) - {"user"} <= named <= {*required, *optional}


def test_the_variable_of_the_token_cache_is_documented() -> None:
    assert f"`{tokenfile.VARIABLE}`" in (DOCS / "running.md").read_text(encoding="utf-8")


# -- contracts, cases, verdicts ---------------------------------------------------------------------------------------


def expected_row(contract: Contract) -> tuple[str, ...]:
    """The README's row of *contract*."""
    own = [case for case in cases() if case.contract == contract.id]
    observed = sum(1 for case in own if case.kind == "observation")
    verdicts = [f"{len(own) - observed} pass", *([f"{observed} observed"] if observed else [])]
    success = contract.answer(actor="organizer")
    return (
        f"[{contract.id}](contracts/{contract.id}.yaml)",
        f"{contract.page}, {contract.edition}",
        contract.standing,
        str(len(contract.routes) or "–"),
        str(len(list(addressed_routes(contract))) or "–"),
        str(success.status if success else "–"),
        str(len(own)),
        ", ".join(verdicts),
    )


def test_the_readmes_table_equals_the_contracts() -> None:
    heads = ("contract", "page", "standing", "routes", "addressed", "success", "cases", "verdict on the mock")
    rows = [expected_row(contract) for contract in contracts()]

    assert table(README, *heads) == rows, "it should read:\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def test_the_readmes_output_counts_the_cases_there_are() -> None:
    shown = "\n".join(line for _, line in fences(README, "text"))
    observed = sum(1 for case in cases() if case.kind == "observation")

    assert f"{len(contracts())} contracts, {len(cases())} cases" in shown
    assert f"(exit 0): {len(cases()) - observed} pass, {observed} observed;" in shown


def test_the_readme_counts_the_mocks_assumptions() -> None:
    assumed = sum(1 for rule in rules.RULES if rule.evidence == "assumed")

    words = " ".join(README.read_text(encoding="utf-8").split())

    assert f"{assumed} of its {len(rules.RULES)} rules rest on nobody's word" in words


def test_the_keys_of_a_run_are_those_documented(target_file, tmp_path) -> None:
    known = deviations.Deviation("known.toml", 1, "*", "*", "why", "who", dt.date.max)
    finding = Finding("response.status", False, "202", "", "no answer", late_s=1.0)
    verdict = Verdict("fail", (finding,), "no answer", {"observation": "absent"})
    described = targetfile.read_target(str(target_file), TOKENS)
    suite = Suite(contracts(), cases(), described, "", (known,), started="2026-01-01T00:00:00+00:00")
    suite.runfile = runfile.RunFile(tmp_path, "target", suite.header())
    line = suite.line(Record(cases()[0], verdict, (), "curl", 0.5))
    suite.runfile.case(line)
    suite.lines = {line["id"]: line}
    suite.conclude(0)
    header, case, footer = map(json.loads, (suite.runfile.folder / "run.jsonl").read_text("utf-8").splitlines())

    documented = [set(codes(rows)) for rows in tables(DOCS / "verdicts.md", "key", "meaning")]

    assert [set(header), set(case), set(case["clauses"][0]), set(footer)] == documented
    text = (DOCS / "verdicts.md").read_text(encoding="utf-8")
    for name in (*header["deviations"][0], *case["clauses"][0]["deviation"], *footer["deviations"][0]):
        assert f"`{name}`" in text, name
    assert all(f"`{state}`" in text for state in get_args(deviations.State))


def test_the_keys_of_a_deviation_are_those_documented() -> None:
    readme = ROOT / "deviations" / "README.md"
    keys = [line.partition("=")[0].strip() for _, line in fences(readme, "toml") if "=" in line]

    assert keys == list(deviations.KEYS)


def test_what_can_be_waived_is_documented() -> None:
    text = (DOCS / "running.md").read_text(encoding="utf-8").partition("**Waivers.**")[2].partition("\n\n")[0]

    assert set(re.findall(r"`([a-z_]+)`", text)) == set(waivers.FAMILIES)


def test_the_verdicts_are_those_documented() -> None:
    assert set(codes(table(DOCS / "verdicts.md", "verdict", "when", "in pytest"))) == set(run.VERDICTS)


def test_the_outcomes_of_a_proof_are_those_documented() -> None:
    shown = {cells[0] for cells in table(DOCS / "proving.md", "outcome", "of a", "meaning")}
    outcomes = (
        proof.KILLED, proof.OTHERWISE, proof.SURVIVED, proof.QUIET, proof.ALARM, proof.BLIND, proof.NOT_FOOLED,
        proof.FOOLED, proof.NO_VERDICT,
    )  # fmt: skip

    assert shown == set(outcomes)


def test_the_mocks_editions_are_those_documented() -> None:
    assert set(codes(table(DOCS / "mock.md", "edition", "differs in"))) == set(editions.EDITIONS)


# -- files and modules ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    named = [code for code in re.findall(r"`([^`\n]+)`", text) if PLACES.fullmatch(code) and code not in WRITTEN]

    assert [link for link in links if not (path.parent / link).exists()] == []
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_headings_meet_one(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _, anchor = link.partition("#")
        meant = path.parent / file if file else path
        headings = re.findall(r"^#+ (.*)$", meant.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("package", "heads"), [
    ("graphcancel", ("module", "what it is")),
    ("graphmock", ("modules", "what they are")),
])  # fmt: skip
def test_the_modules_of_the_architecture_are_the_real_ones(package: str, heads: tuple[str, str]) -> None:
    named = [name for row in table(ROOT / "ARCHITECTURE.md", *heads) for name in re.findall(r"`(\w+)`", row[0])]

    assert sorted(named) == sorted(
        path.stem for path in (ROOT / "src" / package).glob("*.py") if path.stem != "__init__"
    )


def test_every_page_of_docs_is_reached_from_the_readme() -> None:
    text = README.read_text(encoding="utf-8")

    assert [path.name for path in DOCS.glob("*.md") if f"](docs/{path.name})" not in text] == []
