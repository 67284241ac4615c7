"""`graphcancel drift` as somebody at a terminal, or a job at night, meets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from page_writer import CURRENT, DRAFT, written

from graphcancel.__main__ import main
from graphcancel.claims import facts_of
from graphcancel.contract import load_contracts
from graphcancel.difference import Difference

CONTRACTS = {contract.id: contract for contract in load_contracts(Path(__file__).parents[2] / "contracts")}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that says what the contract says."""
    path = tmp_path / "event-cancel.md"
    path.write_text(written(facts_of(CONTRACTS["event-cancel.v1.0"]), CURRENT), "utf-8")
    return path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_page_that_did_not_move(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", str(page)]) == 0

    out = capsys.readouterr().out
    assert out == (
        f"{page}: held against event-cancel.v1.0 (current, contracts/event-cancel.v1.0.yaml): the text changed, but no fact moved\n"
    )


def test_each_fact_that_moved_is_told_with_both_places(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(page, "| comment |", "| reason |")
    edit(page, "POST /me/events/{id}/cancel\n", "")
    line = next(n for n, text in enumerate(page.read_text("utf-8").splitlines(), 1) if "| reason |" in text)

    assert main(["drift", str(page)]) == 15

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(": 2 facts moved")
    assert lines[1:3] == ["  route", "    removed  POST /me/events/{}/cancel: POST /me/events/{id}/cancel"]
    key = "contracts/event-cancel.v1.0.yaml: paths./me/events/{event}/cancel"
    assert lines[3] == f"      not on the page; {key}.x-written"
    assert lines[4:6] == ["  property", "    changed  comment → reason"]
    assert lines[6].startswith(f"      line {line}; {key}.post.requestBody.")


def test_what_is_not_understood_is_told(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(page, "| Application | Calendars.ReadWrite |", "| Application | whatever is needed |")

    assert main(["drift", str(page)]) == 15

    out = capsys.readouterr().out
    assert "    removed  application: Calendars.ReadWrite\n" in out
    assert "  not understood: 1 line; what is told as removed may stand there\n" in out
    assert re.search(r"    line \d+ \(permissions, where the contract has 6 facts\): .*whatever is needed", out)


def test_a_page_that_cannot_be_read_whole_is_told_from_one_that_did_not_move(page: Path, capsys) -> None:
    edit(page, "POST /me/events/{id}/cancel\n", "POST /me/events/{id}/cancel\n/me/no/verb\n")

    assert main(["drift", str(page)]) == 0

    assert "not understood: 1 line; what they claim was not compared" in capsys.readouterr().out


def test_several_pages_are_each_held_against_their_own(page: Path, tmp_path: Path, capsys) -> None:
    draft = CONTRACTS["bookingappointment-cancel.stub"]
    other = tmp_path / "booking.md"
    other.write_text(written(facts_of(draft), DRAFT, draft.page), "utf-8")

    assert main(["drift", str(page), str(other)]) == 0

    assert [line.split(": held against ")[1].split(" ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "event-cancel.v1.0",
        "bookingappointment-cancel.stub",
    ]


def test_a_page_that_belongs_to_no_contract_hides_no_other(page: Path, tmp_path: Path, capsys) -> None:
    edit(page, "| comment |", "| reason |")
    other = tmp_path / "printjob-cancel.md"
    other.write_text("# printJob: cancel\n\n## HTTP request\n```http\nPOST /print/jobs/{id}/cancel\n```\n", "utf-8")
    missing = tmp_path / "missing.md"

    assert main(["drift", str(other), str(page), str(missing)]) == 4

    captured = capsys.readouterr()
    assert "    changed  comment → reason\n" in captured.out
    assert captured.out.count("held against") == 1
    told = captured.err.splitlines()
    assert [line.split(": ")[1] for line in told] == [str(other), str(missing)]
    assert "no contract is about 'printJob: cancel'" in told[0]
    assert main(["drift", "--json", str(other), str(page)]) == 4
    assert [each["place"] for each in json.loads(capsys.readouterr().out)["pages"]] == [str(page)]


def test_a_contract_can_be_named(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", str(page), "--contract", "event-cancel.beta"]) == 15

    out = capsys.readouterr().out
    assert "held against event-cancel.beta " in out
    assert "example-request\n    changed  POST https://graph.microsoft.com/beta/" in out


def test_json_holds_every_difference_and_every_page(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(page, "202 Accepted` response", "200 OK` response")

    assert main(["drift", "--json", str(page)]) == 15

    found = json.loads(capsys.readouterr().out)
    (difference,) = found["differences"]
    assert difference["place"].startswith(f"{page}:")
    assert Difference(**difference).as_json() == {
        "contract": "event-cancel.v1.0",
        "change": "changed",
        "kind": "status",
        "about": "",
        "documented": "202",
        "found": "200",
        "place": difference["place"],
    }
    (told,) = found["pages"]
    assert (told["contract"], told["moved"], told["same_bytes"], told["remarks"]) == (
        "event-cancel.v1.0",
        True,
        False,
        [],
    )


def test_what_it_is_held_against_is_told_with_its_standing_and_the_current_contract(tmp_path: Path, capsys) -> None:
    old = CONTRACTS["event-cancel.beta-2021"]
    path = tmp_path / "event-cancel.md"
    path.write_text(written(facts_of(old), CURRENT), "utf-8")
    line = "  held against a superseded contract; the current one of this action and version is event-cancel.beta, from which "

    assert main(["drift", str(path)]) == 0

    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        f"{path}: held against event-cancel.beta-2021 (superseded, contracts/event-cancel.beta-2021.yaml): "
        "the text changed, but no fact moved"
    )
    assert second.startswith(line)
    assert main(["drift", str(path), "--contract", "event-cancel.beta"]) == 15
    differ = capsys.readouterr().out.splitlines()[0].rpartition(": ")[2].removesuffix(" moved")
    assert second == f"{line}{differ} differ"
    assert main(["drift", str(path), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["pages"]
    assert (told["contract"], told["standing"], told["moved"]) == ("event-cancel.beta-2021", "superseded", False)
    assert told["current"] == {"contract": "event-cancel.beta", "differ": int(differ.partition(" ")[0])}


def test_of_a_current_contract_there_is_no_other(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", str(page), "--json"]) == 0

    (told,) = json.loads(capsys.readouterr().out)["pages"]
    assert (told["standing"], told["current"]) == ("current", None)


def test_what_a_page_holds_does_not_reach_the_terminal_as_a_command(page: Path, capsys) -> None:
    edit(page, "Cancelling for this week due to all hands", "\u202e \u009b2J" + "long " * 200)

    assert main(["drift", str(page)]) == 15

    out = capsys.readouterr().out
    assert all(line.isprintable() and len(line) <= 301 for line in out.splitlines())
    assert "…" in out


@pytest.mark.parametrize(("value", "says"), [('"\\ud800"', "half a character"), ("1e999", "a number that is none")])
def test_a_value_that_cannot_be_written_is_not_understood(value: str, says: str, page: Path, capsys) -> None:
    edit(page, '"Cancelling for this week due to all hands"', value)

    assert main(["drift", str(page), "--json"]) == 15

    found = json.loads(capsys.readouterr().out)
    assert [(each["change"], each["kind"]) for each in found["differences"]] == [("removed", "example-property")]
    assert says in found["pages"][0]["remarks"][0]["text"]


TWO = "## HTTP request\n```http\nPOST /me/events/{id}/cancel\n```\n"
HOSTILE = {
    "binary": bytes(range(256)) * 64,
    "not UTF-8": "POST /me/events/{id}/cancel für".encode("latin-1"),
    "NULs": b"\0" * 5000,
    "UTF-16": TWO.encode("utf-16"),
    "10 MB": TWO.encode() * 200_000,
    "nothing": b"",
    "no page": b"What a lovely day.\n",
    "one long line": b"x" * 900_000,
    "nested quotes": b">" * 15_000 + b" POST /me\n",
    "nested lists": b"".join(b"  " * n + b"- a\n" for n in range(2_000))[:900_000],
    "nested brackets": b"[" * 15_000,
    "alias bomb": b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(97, 110))
    + b"---\n# b\n",
    "a cycle": b"---\na: &a [*a]\n---\n# b\n",
    "facts of no contract": b"# event: decline\n\n## HTTP request\n```http\nPOST /me/events/{id}/decline\n```\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_page_ends_with_one_line(content: bytes, tmp_path: Path, capsys) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(content)

    assert main(["drift", str(path)]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert str(path) in captured.err
    assert captured.err.removesuffix("\n").isprintable()


BAD = {
    "nothing named": ([], "nothing to hold against the contracts; name pages, or one file"),
    "pages and metadata": (["PAGE", "--openapi", "PAGE"], "both pages and metadata; name pages, or one file"),
    "a version of pages": (["PAGE", "--version", "beta"], "name the contract with --contract"),
    "no such file": (["nowhere.md"], "nowhere.md"),
    "a folder": (["."], "."),
    "no such contract": (["PAGE", "--contract", "event-cancel.v2"], "the nearest is event-cancel.v1.0"),
    "no contract of a page": (["PAGE", "--contract", "graph-conventions"], "no contract with routes"),
    "no folder of contracts": (["PAGE", "--contracts", "nowhere"], "nowhere"),
}


@pytest.mark.parametrize(("arguments", "says"), BAD.values(), ids=BAD)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], says: str, page: Path, capsys) -> None:
    assert main(["drift", *(str(page) if one == "PAGE" else one for one in arguments)]) == 4

    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") <= 2


def test_a_flood_of_new_facts_is_told_in_bounded_time(page: Path, capsys) -> None:
    rows = "".join(f"| name{number} | String | Text. |\n" for number in range(9_000))
    edit(page, "| comment | String |", f"{rows}| Comment | String |")

    assert main(["drift", str(page)]) == 15

    assert capsys.readouterr().out.count("added    name") == 9_000
