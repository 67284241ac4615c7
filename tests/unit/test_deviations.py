"""Known deviations: what a file may say, what an entry covers, and when it is out of date."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from graphcancel.deviations import KEYS, OUT_OF_DATE, Deviation, Standing, excuse, read_deviations, standings
from graphcancel.errors import DeviationError

CLAUSES = ("response.status", "response.body", "effect.left-calendar")
TODAY = dt.date(2026, 11, 21)
WHOLE = """\
[[deviation]]
case = "event-cancel.v1.0/me.*"
clause = "response.status"
reason = "answers 200"
owner = "calendar team"
expires = 2027-03-31
"""
EMPTY = "event-cancel.v1.0/me.events/organizer/empty"
CAMEL = "event-cancel.v1.0/me.events/organizer/camel"
OBSERVED = "graph-conventions/v1.0.me.events/organizer/null"


@pytest.fixture
def read(tmp_path):
    """Read a text as a list of known deviations."""

    def build(text: str) -> tuple[Deviation, ...]:
        path = tmp_path / "contoso.toml"
        path.write_text(text, encoding="utf-8")
        return read_deviations(path, CLAUSES)

    return build


# -- reading -------------------------------------------------------------------------------------------------------


def test_a_whole_file_is_read(read):
    first, second = read(WHOLE + WHOLE.replace("response.status", "effect.*"))

    assert first == Deviation(
        "contoso.toml",
        1,
        "event-cancel.v1.0/me.*",
        "response.status",
        "answers 200",
        "calendar team",
        dt.date(2027, 3, 31),
    )
    assert (second.number, second.clause) == (2, "effect.*")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "deviation = []\n"])
def test_a_file_without_entries_knows_nothing(text, read):
    assert read(text) == ()


def test_what_is_shown_is_one_line_without_addresses(read):
    (found,) = read(WHOLE.replace('"answers 200"', '"""answers\n200, see\\u001b ada@contoso.example"""'))

    assert found.reason == "answers 200, see […]"


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE + WHOLE.replace(old, new, 1)


# what is wrong: text of the file, what the line says
WRONG = {
    "no TOML": ("[[deviation]", "not readable as TOML"),
    "unknown table": ("[[deviations]]", "unknown key 'deviations' (nearest: deviation)"),
    "one table": (WHOLE.replace("[[deviation]]", "[deviation]"), "begin each entry with [[deviation]]"),
    "no tables": ("deviation = [1]", "begin each entry with [[deviation]]"),
    "unknown key": (changed("owner", "ower"), "entry 2: unknown key 'ower' (nearest: owner)"),
    "unknown clause": (changed("response.status", "response.staus"), "entry 2: clause = 'response.staus': no contract"),
    "the nearest clause": (changed("response.status", "response.staus"), "(nearest: response.status)"),
    "a pattern of no clause": (changed("response.status", "respond.*"), "entry 2: clause = 'respond.*': no contract"),
    "a date in quotes": (changed("2027-03-31", '"2027-03-31"'), "entry 2: expires = '2027-03-31' is no date"),
    "a time of day": (changed("2027-03-31", "2027-03-31T12:00:00Z"), "entry 2: expires = '2027-03-31 12:00:00"),
    "a number": (changed("2027-03-31", "2027"), "entry 2: expires = '2027' is no date"),
    "a day there is not": (changed("2027-03-31", "2027-02-30"), "not readable as TOML"),
    **{
        f"no {key}": (
            changed(next(line for line in WHOLE.splitlines() if line.startswith(key)), ""),
            f"entry 2: {key} is missing",
        )
        for key in KEYS
    },
    **{
        f"empty {key}": (
            changed(next(line for line in WHOLE.splitlines() if line.startswith(key)), f'{key} = " "'),
            f"entry 2: {key} is empty",
        )
        for key in KEYS
        if key != "expires"
    },
    "no text": (changed('"calendar team"', "5"), "entry 2: owner = 5 is no string"),
}


@pytest.mark.parametrize(("text", "says"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_one_line_with_file_entry_and_key(text, says, read, tmp_path):
    with pytest.raises(DeviationError) as caught:
        read(text)

    assert str(caught.value).startswith(f"{tmp_path / 'contoso.toml'}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    for name in ("", "none.toml", "bytes.toml"):
        with pytest.raises(DeviationError, match="not readable"):
            read_deviations(tmp_path / name, CLAUSES)


# -- covering ------------------------------------------------------------------------------------------------------


def known(
    number: int = 1, case: str = EMPTY, clause: str = "response.status", expires: dt.date = dt.date.max
) -> Deviation:
    return Deviation("contoso.toml", number, case, clause, f"reason {number}", "team", expires)


def line(name: str = EMPTY, **held: bool | None) -> dict:
    """A line of ``run.jsonl``; clauses with _ for the dot."""
    clauses = [{"clause": clause.replace("_", "."), "held": value} for clause, value in held.items()]
    values = list(held.values())
    verdict = "fail" if False in values else "inconclusive" if None in values else "pass"
    return {"id": name, "verdict": verdict, "clauses": clauses}


def covered(found: dict) -> dict[str, int]:
    return {item["clause"]: item["deviation"]["entry"] for item in found["clauses"] if "deviation" in item}


def test_a_covered_finding_stays_one_with_the_entry_beside_it():
    found = excuse(line(response_status=False, response_body=True), [known()], TODAY)

    assert (found["verdict"], found["excused"]) == ("fail", True)
    assert found["clauses"][0] == {
        "clause": "response.status",
        "held": False,
        "deviation": {"entry": 1, "reason": "reason 1", "owner": "team", "expires": "9999-12-31"},
    }
    assert json.dumps(found)


@pytest.mark.parametrize(
    ("entries", "which"),
    [
        ([known()], {"response.status": 1}),
        ([known(clause="*")], {"response.status": 1, "response.body": 1}),
        ([known(case="*/empty"), known(2, clause="response.*")], {"response.status": 1, "response.body": 2}),
        ([known(case="event-cancel.beta/*")], {}),
        ([known(expires=TODAY)], {"response.status": 1}),
        ([known(expires=TODAY - dt.timedelta(1))], {}),
        ([known(expires=TODAY - dt.timedelta(1)), known(2)], {"response.status": 2}),
        ([known(case=EMPTY.upper())], {}),
    ],
    ids=range(8),
)
def test_which_entry_covers_a_finding(entries, which):
    found = excuse(line(response_status=False, response_body=False), entries, TODAY)

    assert covered(found) == which
    assert found["excused"] is (len(which) == 2)


@pytest.mark.parametrize("held", [True, None])
def test_only_a_finding_is_covered(held):
    found = excuse(line(response_status=held), [known()], TODAY)

    assert covered(found) == {}
    assert found["excused"] is False


def test_our_own_fault_is_never_excused():
    assert excuse({"id": EMPTY, "verdict": "error", "clauses": []}, [known(clause="*")], TODAY)["excused"] is False


# -- out of date ---------------------------------------------------------------------------------------------------


@pytest.fixture
def standing(named):
    """What a run of two cases and an observation says of one entry."""

    def build(entry: Deviation, *lines: dict, partial: bool = False) -> Standing:
        cases = [named(name) for name in (EMPTY, CAMEL, OBSERVED)]
        (found,) = standings([entry], {item["id"]: item for item in lines}, cases, TODAY, partial=partial)
        return found

    return build


BOTH = "event-cancel.v1.0/me.events/organizer/*"
YESTERDAY = TODAY - dt.timedelta(1)
# entry, what each of the two cases says of its clause ("-": it did not run), state in a whole run, in a partial one
STATES = [
    (known(), (False, True), "met", "met"),
    (known(), (True, False), "gone", "gone"),
    (known(), (None, True), "open", "open"),
    (known(case=BOTH), (True, False), "met", "met"),
    (known(case=BOTH), (True, True), "gone", "gone"),
    (known(case=BOTH), (True, None), "gone", "open"),
    (known(case=BOTH), (None, None), "open", "open"),
    (known(case=BOTH), (True, "-"), "gone", "open"),
    (known(), ("-", True), "open", "open"),
    (known(case="event-cancel.beta/*"), (True, True), "unmatched", "open"),
    (known(clause="effect.cancelled"), (True, True), "unmatched", "open"),
    (known(expires=YESTERDAY), (False, True), "expired", "expired"),
    (known(expires=YESTERDAY), (True, True), "expired", "expired"),
    (known(expires=YESTERDAY, case="x"), (True, True), "expired", "expired"),
    (known(expires=TODAY), (False, True), "met", "met"),
]


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize(("entry", "held", "whole", "narrowed"), STATES, ids=range(len(STATES)))
def test_the_state_of_an_entry(entry, held, whole, narrowed, partial, standing):
    lines = [
        line(name, response_status=value) for name, value in zip((EMPTY, CAMEL), held, strict=True) if value != "-"
    ]

    assert standing(entry, *lines, partial=partial).state == (narrowed if partial else whole)


def test_what_fails_a_run():
    assert {"gone", "expired", "unmatched"} == OUT_OF_DATE


def test_a_pattern_over_clauses_is_judged_by_any_of_them(standing):
    entry = known(clause="response.*")

    assert standing(entry, line(response_status=True, response_body=False)) == Standing(1, "met", 1, 1, 1)
    assert standing(entry, line(response_status=True, response_body=None)).state == "gone"
    assert standing(entry, line(response_status=False, response_body=False)).findings == 2


def test_our_own_fault_judges_nothing(standing):
    assert standing(known(), {"id": EMPTY, "verdict": "error", "clauses": []}).state == "open"


@pytest.mark.parametrize(
    ("received", "state"),
    [
        ("400 ErrorInvalidRequest; nothing changed", "gone"),
        ("202; the event left", "open"),
        ("400 ErrorInvalidRequest", "open"),
    ],
)
def test_an_observation_can_only_have_an_effect_after_a_refusal(received, state, standing):
    seen = {"id": OBSERVED, "verdict": "observed", "clauses": [], "observed": {"received": received}}
    entry = known(case=OBSERVED, clause="refusal.without-effect")

    assert standing(entry, seen).state == state
    assert standing(entry, line(OBSERVED) | {"verdict": "fail", "clauses": [
        {"clause": "refusal.without-effect", "held": False}
    ]}).state == "met"  # fmt: skip
    assert standing(known(case=OBSERVED), seen).state == "unmatched"
