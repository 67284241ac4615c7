"""
A recording that has come apart from the suite, as a whole: its ``recording.json``, its folder, and what a user sees.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import ROOT, counts, lines_of, run
from small_recording import SHIPPED, cut_out, replayed, table_of, write
from tampering import ANSWERS, REQUESTS, Operator, Table

from graphcancel.errors import CassetteError, Drift, FenceError
from graphcancel.playback import Playback
from graphcancel.recording import FILE, read_recording
from graphcancel.selection import exemplars
from graphcancel.shelf import check_files

OWN_COPY = "event-cancel.v1.0/me.events/attendee/pascal/own-copy"
CANCEL = "event-cancel.v1.0/me.events/organizer/pascal"
CAMEL = "event-cancel.v1.0/me.events/organizer/camel"


@pytest.fixture
def small(tmp_path) -> Path:
    """A recording of three cases, whole in itself."""
    return cut_out(tmp_path / "cassettes" / "mock", [OWN_COPY, CANCEL, CAMEL])


# -- recording.json ------------------------------------------------------------------------------------------------

EDITS: dict[str, Callable[[Table], object]] = {
    "cases": lambda table: table["cases"].pop(),
    "complete": lambda table: table["complete"].append("event-cancel.v1.0"),
    "contact": lambda table: table["contact"].update(since="2030-01-02T00:00:00Z"),
    "name": lambda table: table.update(name="contoso"),
    "origin": lambda table: table["origin"].update(kind="service", software="Microsoft Graph"),
    "recorded": lambda table: table.update(recorded="2036-01-01"),
    "suite": lambda table: table.update(suite="9.9.9"),
    "target.actors": lambda table: table["target"]["actors"]["app"].update(token=False),
    "target.base_url": lambda table: table["target"].update(base_url="https://graph.microsoft.com"),
    "target.cloud": lambda table: table["target"].update(cloud="china"),
    "target.contracts": lambda table: table["target"]["contracts"].append("event-cancel.v1.0"),
    "target.gates": lambda table: table["target"]["gates"].clear(),
    "target.name": lambda table: table["target"].update(name="contoso"),
    "target.patience": lambda table: table["target"]["patience"].update(effect_s=1),
    "target.resources": lambda table: table["target"]["resources"].clear(),
    "target.roots": lambda table: table["target"]["roots"].popitem(),
    "target.waived": lambda table: table["target"]["waived"].update({"response.status": "never mind"}),
    "target.writable": lambda table: table["target"]["writable"].pop(),
}


@pytest.mark.parametrize("name", EDITS)
def test_recording_json_is_sealed(small, name):
    """
    What gates, what is waived and what answered decide what a verdict is worth: none can be edited in passing.
    """
    table = table_of(small)
    EDITS[name](table)
    (small / FILE).write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(Drift) as raised:
        read_recording(small)
    assert raised.value.field == name
    assert "record it anew" in str(raised.value)


def test_every_key_of_recording_json_has_its_edit(small):
    assert set(EDITS) | {"format"} == set(table_of(small)["sealed"])


def test_an_origin_sealed_anew_is_not_that_of_the_cassettes(small, contracts, cases):
    table = table_of(small)
    EDITS["origin"](table)
    write(small, table)
    playback = Playback(read_recording(small), contracts)
    case = next(case for case in cases if case.id == CANCEL)
    with pytest.raises(Drift) as raised:
        playback.tell(case)
    assert (raised.value.field, raised.value.recorded, raised.value.found) == ("origin", "service", "mock")


@pytest.mark.parametrize("name", ["target.resources", "target.writable", "target.actors", "target.roots"])
def test_a_description_sealed_anew_asks_for_something_else(contracts, cases, tmp_path, name):
    """
    What a story needs cannot be taken from its description: it then asks for less, or for something else.
    """
    shutil.copytree(SHIPPED, tmp_path / "mock")
    table = table_of(tmp_path / "mock")
    EDITS[name](table)
    write(tmp_path / "mock", table)
    playback = Playback(read_recording(tmp_path / "mock"), contracts)
    models = exemplars(cases)
    drifted = 0
    for case in (case for case in cases if case.id in models):
        try:
            playback.tell(case)
        except (Drift, FenceError):
            drifted += 1
    assert drifted >= 3


# -- as a user sees it ---------------------------------------------------------------------------------------------


def test_whole_as_it_was(small, tmp_path):
    """
    The control: without tampering the small recording passes.
    """
    done = replayed(small, tmp_path / "runs")
    assert done.returncode == 0, done.stdout
    assert {line["verdict"] for line in lines_of(tmp_path / "runs") if line["kind"] == "case"} == {"pass"}


def _edit(small: Path, name: str, operator: Operator, written: Callable[[Table], str] = json.dumps) -> None:
    place = small.joinpath(*name.split("/")).with_suffix(".yaml") if "." not in name.rsplit("/", 1)[-1] else small
    table = json.loads(place.read_text(encoding="utf-8"))
    assert operator(table)
    place.write_text(written(table), encoding="utf-8")


@pytest.mark.parametrize(
    ("operator", "field"),
    [(REQUESTS["property-case"], "body.comment"), (ANSWERS["status"], "the answer's status")],
)
def test_drift_fails_the_run(small, tmp_path, operator, field):
    _edit(small, CANCEL, operator)
    done = replayed(small, tmp_path / "runs")
    assert done.returncode == 1, done.stdout
    assert f"drift: {field}" in done.stdout
    assert re.search(r"^ +recorded: \S", done.stdout, re.MULTILINE)
    assert re.search(r"^ +(sent|on file): +\S", done.stdout, re.MULTILINE)
    assert (
        f"pytest --target=mock --cassettes={small.parent} --record-mode=rewrite "
        f'"tests/contract/test_documented.py::test_a_documented_call_is_accepted[{CANCEL}]"' in done.stdout
    )
    verdicts = {line["id"]: line["verdict"] for line in lines_of(tmp_path / "runs") if line["kind"] == "case"}
    assert verdicts == {OWN_COPY: "pass", CANCEL: "error", CAMEL: "pass"}
    assert "Traceback" not in done.stdout + done.stderr


SUITE_SIDE = """
from dataclasses import replace

from graphcancel.replaying import Tape

answer = Tape.answer


def otherwise(self, request, headers):
    if request.path.endswith("/cancel"):
        {change}
    return answer(self, request, headers)


Tape.answer = otherwise
"""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ("request = replace(request, method='PUT')", "method"),
        ("request = replace(request, path=request.path.replace('/cancel', '/Cancel'))", "path (only its case)"),
        ("request = replace(request, path=request.path + '?x=1')", "query"),
        ("request = replace(request, payload=request.payload.replace(b'Comment', b'comment'))", "body.Comment"),
        ("request = replace(request, payload=None)", "body"),
        ("headers = dict(headers, authorization='Bearer attendee-token')", "header authorization"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--record-mode=none",)])
def test_a_suite_that_sends_something_else(small, tmp_path, change, field, options):
    """
    Whoever gives the answers: pytest-recording's own player compares less.
    """
    (tmp_path / "otherwise.py").write_text(SUITE_SIDE.format(change=change))
    done = run(
        "--target=replay", f"--cassettes={small.parent}", "-p", "otherwise", "-k", "pascal and organizer", *options,
        runs=tmp_path / "runs", PYTHONPATH=f"{tmp_path}:{ROOT / 'src'}",
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert f"{CANCEL}: request " in done.stdout
    assert f"drift: {field}\n" in done.stdout


def _lose(small: Path) -> None:
    small.joinpath(f"{CANCEL}.yaml").unlink()


def test_a_listed_case_without_a_file(small, tmp_path):
    _lose(small)
    done = replayed(small, tmp_path / "runs")
    assert done.returncode == 1, done.stdout
    assert f"{CANCEL}: is on the recording mock, but there is no " in done.stdout
    assert "record it anew: pytest --target=mock" in done.stdout


@pytest.mark.parametrize(("options", "code"), [((), 4), (("-n", "2"), 1), (("-k", "me.events"), 4)])
def test_a_listed_case_without_a_test(small, tmp_path, options, code):
    """
    Nobody chose to leave it out, so that the run is partial is not enough.
    """
    (tmp_path / "untested.py").write_text(UNTESTED)
    done = run(
        "--target=replay", f"--cassettes={small.parent}", "-p", "untested", *options,
        runs=tmp_path / "runs", PYTHONPATH=f"{tmp_path}:{ROOT / 'src'}",
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "is on the recording, but no test tells it" in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr


UNTESTED = """
def pytest_pycollect_makeitem(name):
    return [] if name == "test_a_documented_call_is_accepted" else None
"""


def test_a_file_without_a_listed_case(small, tmp_path):
    table = table_of(small)
    write(small, table | {"cases": [OWN_COPY, CAMEL]})
    done = replayed(small, tmp_path / "runs")
    assert done.returncode == 4
    assert f"{CANCEL}.yaml is not listed in " in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_case_listed_twice(small, tmp_path):
    write(small, table_of(small) | {"cases": [OWN_COPY, CAMEL, CANCEL, CANCEL]})
    done = replayed(small, tmp_path / "runs")
    assert (done.returncode, f"{CANCEL} is listed twice" in done.stderr) == (4, True)


def test_a_case_the_suite_does_not_know(small, tmp_path):
    write(small, table_of(small) | {"cases": [OWN_COPY, CAMEL, CANCEL, f"{CANCEL}/by-night"]})
    done = replayed(small, tmp_path / "runs")
    assert (done.returncode, f"{CANCEL}/by-night is no case of this suite" in done.stderr) == (4, True)


def test_a_case_missing_from_a_contract_recorded_wholly(small, tmp_path):
    """
    A case the suite has had only since: the contract is no longer recorded wholly.
    """
    write(small, table_of(small) | {"complete": ["event-cancel.v1.0"]})
    done = replayed(small, tmp_path / "runs", "-k", "event-cancel.v1.0/me.events/organizer")
    assert done.returncode == 1
    assert f"{CANCEL}/namesake: is not on the recording mock" in done.stdout


def test_nothing_on_the_recording(small, tmp_path):
    shutil.rmtree(small / "event-cancel.v1.0")
    write(small, table_of(small) | {"cases": []})
    assert replayed(small, tmp_path / "runs").returncode == 5


def test_a_recording_never_brought_to_its_end(small, tmp_path):
    (small / FILE).unlink()
    done = replayed(small, tmp_path / "runs")
    assert (done.returncode, "was not brought to its end; record it again" in done.stderr) == (4, True)


def test_what_was_half_written_is_named(small):
    """
    What a killed run leaves beside a cassette is seen, and the cassette is whole.
    """
    left = small / f"{CANCEL}.yaml".replace("/pascal", "/.pascal")
    left.with_name(f"{left.name}.4711").write_text("{")
    with pytest.raises(CassetteError, match=r"\.pascal\.yaml\.4711 is not listed"):
        check_files(read_recording(small), {OWN_COPY, CANCEL, CAMEL})


# -- YAML ----------------------------------------------------------------------------------------------------------

BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(12))


@pytest.mark.parametrize("options", [(), ("--record-mode=none",)])
def test_yaml_is_neither_executed_nor_expanded(small, tmp_path, options):
    """
    Not by us, and not by the library either: it is never given what we do not read.
    """
    done = tmp_path / "done"
    small.joinpath(f"{CANCEL}.yaml").write_text(f"!!python/object/apply:os.system ['touch {done}']\n")
    small.joinpath(f"{CAMEL}.yaml").write_text(f"{BOMB}interactions: *a11\nversion: 1\n")
    again = replayed(small, tmp_path / "runs", *options)
    assert again.returncode == 1
    assert again.stdout.count("is no JSON from line 1 on, so nothing of it is used; record it anew\n") == 2
    assert counts(again).startswith("1 passed, 2 errors")
    assert not done.exists()
