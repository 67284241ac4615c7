"""A file is read within bounds, whatever it turns out to be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphcancel.deviations import read_deviations
from graphcancel.errors import GraphCancelError
from graphcancel.ledger import unfinished
from graphcancel.looking_up import newest_with
from graphcancel.reading import read_within, text_within
from graphcancel.runfile import read_run
from graphcancel.strict_yaml import read_yaml
from graphcancel.tables import file_beside
from graphcancel.targetfile import read_target

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices are files on POSIX only")

READERS = {
    "a target file": lambda path: read_target(str(path), {}),
    "known deviations": lambda path: read_deviations(path, ()),
    "a contract": read_yaml,
    "a run": read_run,
    "what a target file names": lambda path: file_beside(path.parent, path.name, "x: ca_bundle"),
}


@pytest.fixture(params=["pipe", "device", "folder"])
def odd(request, tmp_path) -> Path:
    """What is no file, though it has a file's name."""
    path = tmp_path / "odd.toml"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero")
    return path


@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_one_line_at_once(reader, odd):
    with pytest.raises(GraphCancelError) as caught:
        READERS[reader](odd)

    assert len(str(caught.value).splitlines()) == 1


def test_the_empty_device_is_an_empty_file():
    assert read_deviations(Path(os.devnull), ()) == ()


def test_among_ledgers_it_is_a_complaint(odd):
    folder = odd.parent / "runs" / "one"
    folder.mkdir(parents=True)
    odd.rename(folder / "ledger.jsonl")

    assert len(unfinished(folder.parent)[1]) == 1


def test_among_runs_it_is_passed_over(odd):
    folder = odd.parent / "runs" / "one"
    folder.mkdir(parents=True)
    odd.rename(folder / "run.jsonl")

    assert newest_with("event-cancel.v1.0/me.events/organizer/camel", folder.parent, print) is None


def test_what_is_within_bounds_is_read_and_what_is_not_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"one\r\ntwo")

    assert read_within(path, 8) == b"one\r\ntwo"
    assert text_within(path, 8) == "one\ntwo"
    with pytest.raises(OSError, match="more than 7 bytes"):
        read_within(path, 7)
