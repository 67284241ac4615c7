"""
The commands of the documents parse, and those that need no service run.
"""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.mark.expression import Expression
from documented import DOCUMENTS, README, ROOT, TOKENS, cases, contracts, fences

from graphcancel import __main__ as graphcancel_cli
from graphcancel import compare, prove, selection, subjects
from graphcancel.case import Case
from graphcancel.runfile import read_run
from graphmock import __main__ as graphmock_cli
from graphmock import faults

PAGES = ROOT / "tests" / "unit" / "pages"
PROGRAMS = ("pytest", "graphcancel", "graphmock", "tox")


class Example(NamedTuple):
    """A command line of a document, split; *place* is file and line."""

    place: str
    program: str
    arguments: tuple[str, ...]
    environ: dict[str, str]


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


@pytest.fixture
def tokens(monkeypatch) -> None:
    for name, value in TOKENS.items():
        monkeypatch.setenv(name, value)


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
        if marked(case) and by_name.evaluate(lambda name, **_: name.lower() in case.id.lower())  # noqa: B023 - called within the turn
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
