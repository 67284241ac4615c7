"""The ledger: everything about to be created is in it first, and what a run left is read out of it again."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from graphcancel.errors import FenceError, RunError
from graphcancel.exchange import json_request
from graphcancel.ledger import Ledger, hold, mark_cleared, place_of, unfinished
from graphcancel.marks import Mark, new_run, worker_run

ROOT = "https://graph.example/v1.0"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
RUN = new_run(NOW)
MARK = Mark.of(RUN, "some/case", 0)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "runs" / "20261121T020000Z-contoso"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def opened(folder, describe):
    made = Ledger(folder, RUN, NOW.isoformat(), describe())
    yield made
    made.close(cleared=False)


def create(path: str = "/me/events", mark: Mark = MARK):
    body = {
        "subject": f"Contract test {mark.case}",
        "attendees": [{"emailAddress": {"address": "ada@contoso.example"}}],
    }
    return json_request("POST", ROOT, path, "organizer", body)


def batch(*parts):
    inner = [{"id": str(number), **part} for number, part in enumerate(parts)]
    return json_request("POST", ROOT, "/$batch", "organizer", {"requests": inner})


def lines(folder, name: str = "ledger.jsonl") -> list[dict]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/me/events", "events"),
        ("/users/a%40b/calendars/c%2F1/events?x", "events"),
        ("/me/calendars", "calendars"),
        ("/me/calendarGroups", "calendargroups"),
        ("/solutions/bookingBusinesses/shop/appointments", "appointments"),
    ],
)
def test_a_create_stands_in_the_file_as_soon_as_it_is_entered(opened, folder, path, what):
    opened.intend(create(path))

    entry = lines(folder)[-1]
    assert (entry["kind"], entry["what"], entry["marks"]) == ("create", what, [MARK.case])
    assert dt.datetime.fromisoformat(entry["at"]).tzinfo is not None


def test_each_create_inside_a_batch_is_entered(opened, folder):
    other = Mark.of(RUN, "other/case", 0)
    opened.intend(
        batch(
            {"method": "POST", "url": "/me/events", "body": {"subject": MARK.case}},
            {"method": "GET", "url": "/me/events"},
            {"method": "POST", "url": "/me/calendars", "body": {"name": other.case}},
            {"method": "DELETE", "url": "/me/events/e"},
        )
    )

    assert [entry.get("marks") for entry in lines(folder)[1:]] == [[MARK.case], [other.case]]
    assert [entry.get("where") for entry in lines(folder)[1:]] == ["mailbox", "calendars"]


def test_what_creates_nothing_is_not_entered(opened, folder):
    for method, path in (
        ("GET", "/me/events"),
        ("POST", "/me/events/e/cancel"),
        ("DELETE", "/me/events/e"),
        ("PATCH", "/me/events/e"),
    ):
        opened.intend(json_request(method, ROOT, path, "organizer", None if method == "GET" else {}))

    assert len(lines(folder)) == 1


@pytest.mark.parametrize(
    "mark",
    [Mark(RUN, RUN), Mark.of(new_run(NOW), "some/case", 0), Mark.of(worker_run(RUN, 1), "some/case", 0)],
    ids=["none", "another-run's", "another-worker's"],
)
def test_a_create_without_a_mark_of_this_run_is_refused(opened, folder, mark):
    for request in (create(mark=mark), batch({"method": "post", "url": "/me/events", "body": {"subject": mark.case}})):
        with pytest.raises(FenceError, match="mark"):
            opened.intend(request)

    assert len(lines(folder)) == 1


def test_it_names_neither_mailbox_nor_root_nor_id(opened, folder, describe):
    opened.intend(create("/users/ada%40contoso.example/calendars/AAMkAD-secret/events"))

    text = (folder / "ledger.jsonl").read_text()
    for value in ("contoso", "graph.example", "AAMkAD", "organizer@"):
        assert value not in text
    assert place_of(describe()) in text


def test_a_target_is_told_by_root_and_organizer(describe):
    assert place_of(describe()) == place_of(describe(name="other", base_url="https://GRAPH.example"))
    assert place_of(describe()) != place_of(describe(base_url="https://graph.example/x"))
    # A mailbox more or less makes no other target of it.
    assert place_of(describe()) == place_of(describe(writable=("organizer@contoso.example",)))
    assert place_of(describe()) != place_of(describe(actors={}))


# -- reading it again --------------------------------------------------------------------------------------------------


def test_what_was_not_cleared_is_found_with_its_marks(opened, folder, describe):
    opened.intend(create())
    opened.intend(create("/solutions/bookingBusinesses/shop/appointments", Mark.of(RUN, "booking/case", 0)))
    opened.close(cleared=False)

    found, complaints = unfinished(folder.parent)

    assert complaints == []
    assert [(one.run, one.place, len(one.marks), one.places) for one in found] == [
        (RUN, place_of(describe()), 2, {"mailbox", "booking_business"})
    ]
    assert abs(found[0].last - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_one_without_a_create_is_as_old_as_its_run(opened, folder):
    opened.close(cleared=False)

    assert [(one.last, one.marks, one.places) for one in unfinished(folder.parent)[0]] == [(NOW, set(), set())]


def test_a_cleared_one_is_not_found(opened, folder):
    opened.intend(create())
    opened.close(cleared=True)

    assert unfinished(folder.parent) == ([], [])


def test_each_worker_has_one_of_its_own(opened, folder, describe):
    part = Ledger(folder, worker_run(RUN, 2), NOW.isoformat(), describe())
    part.close(cleared=True)

    assert (folder / "ledger-w002.jsonl").exists()
    assert [one.run for one in unfinished(folder.parent)[0]] == [RUN]


def test_a_line_cut_off_is_no_defect_and_swallows_nothing(opened, folder):
    opened.intend(create())
    opened.close(cleared=False)
    path = folder / "ledger.jsonl"
    path.write_text(path.read_text() + '{"kind": "create", "ma')

    assert [len(one.marks) for one in unfinished(folder.parent)[0]] == [1]
    mark_cleared(path)
    assert unfinished(folder.parent) == ([], [])


@pytest.mark.parametrize(
    "text", ["", "{}\n", "[]\n", "no json\n", '{"kind": "header", "run": "x"}\n', '{"kind": "create"}\n', "\xff\xfe"]
)
def test_what_is_no_ledger_is_named_and_the_others_are_read(opened, folder, text):
    other = folder.parent / "other"
    other.mkdir()
    (other / "ledger.jsonl").write_bytes(text.encode("latin-1"))

    found, complaints = unfinished(folder.parent)

    assert [one.run for one in found] == [RUN]
    assert len(complaints) == 1
    assert str(other / "ledger.jsonl") in complaints[0]
    assert "\n" not in complaints[0]


def _forged(**changes) -> str:
    """A ledger as a run writes it, but for *changes*."""
    header = {"kind": "header", "format": 1, "run": RUN, "started": NOW.isoformat(), "place": "x"}
    create = {"kind": "create", "at": NOW.isoformat(), "where": "mailbox", "what": "events", "marks": [MARK.case]}
    lines = ({name: changes.get(name, value) for name, value in line.items()} for line in (header, create))
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        _forged(marks=[Mark.of(new_run(NOW - dt.timedelta(hours=2)), "some/case", 0).case]),
        _forged(marks=[MARK.case, ""]),
        _forged(at="9999-12-31T23:59:59+00:00"),
        _forged(at=(NOW + dt.timedelta(days=8)).isoformat()),
        _forged(at=(NOW - dt.timedelta(days=8)).isoformat()),
        _forged(at="0001-01-01T00:00:00+23:00"),
        _forged(run="gcffffffff000000"),
        '{"kind": ' + "[" * 100_000 + "\n",
    ],
    ids=["another-run", "no-mark", "never", "later", "earlier", "too-early", "to-come", "deep"],
)
def test_a_ledger_that_names_what_its_run_cannot_have_made_is_none(folder, text):
    (folder / "ledger.jsonl").write_text(text)

    found, complaints = unfinished(folder.parent)

    assert found == []
    assert len(complaints) == 1


def test_the_forged_ones_are_none_for_what_was_forged(folder):
    (folder / "ledger.jsonl").write_text(_forged())

    assert len(unfinished(folder.parent)[0]) == 1


def test_no_folder_has_no_ledgers(tmp_path):
    assert unfinished(tmp_path / "nowhere") == ([], [])


def test_a_folder_that_cannot_be_written_is_said(tmp_path, describe):
    (tmp_path / "file").touch()

    with pytest.raises(RunError, match="--runs"):
        Ledger(tmp_path / "file", RUN, NOW.isoformat(), describe())


def test_a_ledger_is_never_written_over(opened, folder, describe):
    opened.close(cleared=False)

    with pytest.raises(RunError):
        Ledger(folder, RUN, NOW.isoformat(), describe())


# -- who is still going ------------------------------------------------------------------------------------------------


def test_while_it_is_written_nobody_else_can_hold_it(opened, folder):
    path = folder / "ledger.jsonl"
    assert hold(path) is None

    opened.close(cleared=False)

    lock = hold(path)
    assert lock is not None
    assert hold(path) is None
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not to be had there")
def test_a_process_that_is_killed_holds_nothing(folder, tmp_path):
    script = f"""
        import sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from conftest import describe
        from graphcancel.ledger import Ledger
        made = Ledger(Path({str(folder)!r}), {RUN!r}, {NOW.isoformat()!r}, describe())
        print("open", flush=True)
        time.sleep(60)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "open\n"
    assert hold(folder / "ledger.jsonl") is None

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    lock = hold(folder / "ledger.jsonl")
    assert lock is not None
    lock.release()
