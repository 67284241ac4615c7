"""graphcancel sanitise-check: one line a finding, exit codes, JSON; and everything the project ships is clean."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from planting import ADDRESS, TOKEN, letters

from graphcancel import __main__ as command
from graphcancel import encodings
from graphcancel.__main__ import main
from graphcancel.layers import Found
from graphcancel.scanning import Scanned, scan

ROOT = Path(__file__).parents[2]

# Files of tests whose subject is what looks secret, why, and how often each rule finds something in them: anything more
# is no part of the excuse. Nothing that is installed or recorded may ever stand here.
ABOUT_SECRETS = {
    "tests/meta/test_killed_runs.py": ("a mark that is cut short", {"random characters": 1}),
    "tests/mock/test_hostile_queries.py": ("a $skiptoken of nobody's", {"value under a secret's name": 1}),
    "tests/mock/test_sign_in_refused.py": ("wrong passwords and codes, and that no answer repeats them", {"value under a secret's name": 2}),
    "tests/unit/planting.py": ("heads and lengths of what is planted", {"IP address": 2, "address of an online meeting": 1, "authorization header": 1, "cookie": 1, "credentials of a request": 2, "diagnostics of the service": 3, "person's name": 1, "value under a secret's name": 6}),
    "tests/unit/replacing.py": ("the id of a group that no cassette may hold", {"GUID": 1}),
    "tests/unit/small_authority.py": ("an authority that gives out a code to type in", {"value under a secret's name": 1}),
    "tests/unit/test_actors.py": ("secrets written into a target file are refused and not repeated", {"password in a URL": 1, "value under a secret's name": 4}),
    "tests/unit/test_auth.py": ("secrets that no message may show", {"value under a secret's name": 2}),
    "tests/unit/test_connecting.py": ("a secret that no failure may show", {"value under a secret's name": 1}),
    "tests/unit/test_exchange.py": ("secrets that no exchange may show", {"value under a secret's name": 1}),
    "tests/unit/test_ledger.py": ("an id that no ledger may show", {"Exchange id": 1}),
    "tests/unit/test_plugin.py": ("a token that no output may show", {"value under a secret's name": 1}),
    "tests/unit/test_pseudonyms.py": ("what no cassette may hold, planted in answers", {"GUID": 2, "IP address": 1, "mail address": 1, "telephone number": 1}),
    "tests/unit/test_read_alike.py": ("people in an answer whose reading must not change", {"person's name": 2}),
    "tests/unit/test_refusals.py": ("a secret that an authority repeats", {"value under a secret's name": 2}),
    "tests/unit/test_sanitise.py": ("what must not pass", {"GUID": 1, "IP address": 2, "somebody's home folder": 1, "tenant's host": 2, "value under a secret's name": 1}),
    "tests/unit/test_scanning.py": ("what looks secret and is not", {"IP address": 1, "mail address": 1, "value under a secret's name": 2}),
    "tests/unit/test_targetfile.py": ("secrets in URLs are refused and not repeated", {"password in a URL": 5, "value under a secret's name": 3}),
}  # fmt: skip


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in a folder of one clean and one unclean file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clean.json").write_text('{"subject": "Contract test"}')
    (tmp_path / "unclean.log").write_text(f"first\nmail from {ADDRESS} with {TOKEN}\n")
    return tmp_path


def test_what_is_clean_ends_with_0(here, capsys):
    assert main(["sanitise-check", "clean.json"]) == 0
    assert capsys.readouterr() == ("checked 1 file, nothing found\n", "")


def test_what_is_found_is_a_line_each_a_count_and_1(here, capsys):
    assert main(["sanitise-check", "."]) == 1

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "unclean.log:2:11: mail address",
        f"unclean.log:2:{11 + len(ADDRESS) + 6}: JSON web token",
        "checked 2 files, 2 findings",
    ]
    assert err == ""


def test_each_finding_is_a_line_before_the_next_is_looked_for(here, capsys, monkeypatch):
    lines = []

    def found(paths, scanned, after_each):
        for number in range(3):
            lines.append(capsys.readouterr().out)
            yield Found("file", number, 1, "mail address")
            after_each()

    monkeypatch.setattr(command, "scan", found)

    assert main(["sanitise-check", "."]) == 1
    assert lines == ["", "file:0:1: mail address\n", "file:1:1: mail address\n"]


def test_a_fault_of_our_own_in_one_file_leaves_the_findings_in_others(here, capsys, monkeypatch):
    real = encodings.runs
    monkeypatch.setattr(encodings, "runs", lambda text: real(None if "Contract" in text else text))

    assert main(["sanitise-check", "."]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "clean.json: not scanned: a fault of our own (TypeError)",
        "unclean.log:2:11: mail address",
        f"unclean.log:2:{11 + len(ADDRESS) + 6}: JSON web token",
        "checked 2 files, 2 findings, 1 file not scanned to the end",
    ]


def test_progress_is_told_after_every_file(here):
    counts = []
    scanned = Scanned()

    list(scan(["clean.json", "clean.json", "unclean.log"], scanned, lambda: counts.append(scanned.files)))

    assert counts == [1, 2, 3]


def test_for_machines_it_is_a_list(here, capsys):
    assert main(["sanitise-check", "--json", "clean.json", "unclean.log"]) == 1

    found = json.loads(capsys.readouterr().out)
    assert found[0] == {"file": "unclean.log", "line": 2, "column": 11, "rule": "mail address", "within": []}
    assert [set(one) for one in found] == [set(found[0])] * 2
    assert main(["sanitise-check", "--json", "clean.json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_could_not_be_looked_through_is_never_clean(here, capsys):
    (here / "broken.gz").write_bytes(b"\x1f\x8b\x08" + bytes(20))

    assert main(["sanitise-check", "broken.gz"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "broken.gz: not scanned: damaged gzip",
        "checked 1 file, nothing found, 1 file not scanned to the end",
    ]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("gone", "gone: no such file or directory"),
        ("link", "link: is a symbolic link"),
        (f"gone-{ADDRESS}/x", "[…]/x: no such file or directory"),
        ("x" * 5000, ": file name too long"),
    ],
)
def test_bad_input_is_one_line_and_4(here, capsys, path, line):
    (here / "link").symlink_to("clean.json")

    assert main(["sanitise-check", "unclean.log", path]) == 4

    out, err = capsys.readouterr()
    assert out == ""
    assert line in err
    assert err.startswith("graphcancel: ")
    assert err.count("\n") == 1
    assert ADDRESS not in err


def test_it_wants_a_path(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["sanitise-check"])

    assert caught.value.code == 2
    assert "PATH" in capsys.readouterr().err


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        main(["sanitise-check", "--help"])

    assert "graphcancel sanitise-check cassettes" in capsys.readouterr().out


def test_links_within_a_folder_are_counted(here, capsys):
    (here / "unclean.log").unlink()
    (here / "link").symlink_to("clean.json")

    assert main(["sanitise-check", "."]) == 0
    assert capsys.readouterr().out == "checked 1 file, nothing found, 1 symbolic link not followed\n"


def test_a_reader_that_leaves_is_no_trouble(here):
    (here / "many.txt").write_text("\n".join(letters(40, seed) for seed in range(900)))
    program = f"{sys.executable} -m graphcancel sanitise-check . | head -n 1"

    ended = subprocess.run(program, shell=True, cwd=here, capture_output=True, text=True, check=False)  # noqa: S602 - a shell makes the pipe

    assert ended.stdout == "many.txt:1:1: random characters\n"
    assert ended.stderr == ""


# -- what the project ships -------------------------------------------------------------------------------------------


def shipped() -> list[str]:
    """Every file of the project: those git knows, else those of the tree that nobody made on the way."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - whichever git is used here
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    folders = "src contracts cassettes deviations docs targets tests benches .github .ci".split()
    below = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [
        path.relative_to(ROOT).as_posix()
        for path in [*ROOT.glob("*.*"), *below]
        if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts)
    ]


@pytest.fixture(scope="module")
def findings() -> dict[str, list[Found]]:
    """What is found in each file of the project that is not clean."""
    names = shipped()
    assert {"README.md", "src/graphcancel/scanning.py", "contracts/schema.json", "cassettes/README.md"} <= set(names)
    found: dict[str, list[Found]] = {}
    for one in scan([str(ROOT / name) for name in names], Scanned()):
        found.setdefault(Path(one.file).relative_to(ROOT).as_posix(), []).append(one)
    return found


def test_nothing_secret_is_shipped(findings):
    assert {name: list(map(str, found)) for name, found in findings.items() if name not in ABOUT_SECRETS} == {}


def test_an_exception_is_a_test_and_is_needed_as_often_as_it_says(findings):
    """What is excused in a file excuses nothing else in it."""
    found = {name: dict(Counter(one.rule for one in findings.get(name, []))) for name in ABOUT_SECRETS}
    anew = [f'"{name}": ("{ABOUT_SECRETS[name][0]}", {json.dumps(found[name], sort_keys=True)}),' for name in found]

    assert all(name.startswith("tests/") and all(excuse) for name, excuse in ABOUT_SECRETS.items())
    assert found == {name: rules for name, (_, rules) in ABOUT_SECRETS.items()}, "\n".join(["made anew:", *anew])


def test_no_file_holds_a_web_token_or_key(findings):
    """Not even an excused one: those that tests need are put together when they run."""
    rules = {one.rule for found in findings.values() for one in found}

    assert rules & {"JSON web token", "private key", "refresh token", "compact token", "client secret"} == set()
