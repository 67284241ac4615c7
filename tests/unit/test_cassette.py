"""
Cassettes on disk: names, spelling, wholeness, and everything that is refused.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from graphcancel.cassette import Cassette, Interaction, place_of, read_cassette, write_cassette
from graphcancel.errors import CassetteError, Drift
from graphcancel.exchange import Response
from graphcancel.onfile import printable, shortened, write_whole

CASE = "event-cancel.v1.0/me.events/organizer/pascal"
CANARY = "corned-beef-canary"
ODD = "ü 😀 \x7f \x85 \x9f \u2028 \u2029 \ufeff \ufffe \x00 \x1b[31m \" \\ : - # ' \t\r\n"
WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def interaction(number: int = 1, **changes: Any) -> Interaction:
    given = {
        "method": "POST",
        "uri": f"https://graph.example/v1.0/me/events/id-{number}/cancel",
        "headers": {"authorization": "Bearer organizer-token"},
        "body": f'{{"Comment": "{CANARY}"}}',
        "response": Response(202, {"request-id": "1"}, b""),
    }
    return Interaction(**given | changes)


def cassette(*interactions: Interaction, **changes: Any) -> Cassette:
    given = {"origin": "mock", "knew": {}, "case": CASE}
    return Cassette(interactions=interactions or (interaction(1), interaction(2)), **given | changes)


@pytest.fixture
def path(tmp_path) -> Path:
    return place_of(tmp_path, CASE)


@pytest.fixture
def table(path) -> dict[str, Any]:
    write_cassette(path, cassette())
    return json.loads(path.read_text(encoding="utf-8"))


# -- names ---------------------------------------------------------------------------------------------------------


def test_every_case_has_a_name_of_its_own_everywhere(all_cases):
    places = [place_of(Path("x"), case.id) for case in all_cases]
    assert len({str(place).lower() for place in places}) == len(all_cases)
    for place in places:
        assert len(str(place)) < 200
        for part in place.parts:
            assert not re.search(r'[<>:"\\|?*\x00-\x1f\x7f]|[. ]$', part)
            assert not WINDOWS.fullmatch(part)


@pytest.mark.parametrize(
    "case_id",
    [
        "../../x",
        "a/../b",
        "/etc/passwd",
        "a//b",
        "a/nul",
        "a/CON.txt/b",
        "a/b.",
        "a/b ",
        'a/<b>:"|?*\\',
        "a/b\x00\n",
        "",
    ],
)
def test_an_odd_id_stays_in_the_folder_and_is_legal(tmp_path, case_id):
    place = place_of(tmp_path, case_id)
    assert ".." not in place.parts
    below = place.relative_to(tmp_path).parts
    assert all(not re.search(r'[<>:"\\|?*\x00-\x1f\x7f]|[. ]$', part) and not WINDOWS.fullmatch(part) for part in below)


def test_ids_that_are_cleaned_alike_stay_apart(tmp_path):
    assert place_of(tmp_path, "a/b:c") != place_of(tmp_path, "a/b?c")
    assert place_of(tmp_path, "a/b:c") == place_of(tmp_path, "a/b:c")


# -- writing -------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read(path):
    written = cassette(
        interaction(body=None),
        interaction(body="", headers={}),
        interaction(body=ODD, uri="https://graph.example/v1.0/me?x=%20ü"),
        interaction(response=Response(400, {"content-type": "text/plain"}, ODD.encode())),
        knew={"effects": {"longest": 1.5, "likely": 1, "misses": {"response.status": 3}}},
        took=(0, 2, 0, 86_400),
    )
    assert write_cassette(path, written)
    assert read_cassette(path, CASE) == written


def test_writing_the_same_again_changes_nothing(path):
    assert write_cassette(path, cassette())
    before = path.stat().st_mtime_ns
    assert not write_cassette(path, cassette())
    assert path.stat().st_mtime_ns == before


def test_a_cassette_is_one_of_vcrpys(path):
    """
    Its YAML loader finds the same values, and vcrpy what it needs.
    """
    from vcr.persisters.filesystem import FilesystemPersister  # noqa: PLC0415 - slow to import
    from vcr.serializers import yamlserializer  # noqa: PLC0415

    write_cassette(path, cassette(interaction(body=ODD, response=Response(200, {"x": "ü"}, ODD.encode()))))
    text = path.read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.CSafeLoader) == json.loads(text)
    (request,), (response,) = FilesystemPersister.load_cassette(path, yamlserializer)
    assert (request.method, request.body.decode()) == ("POST", ODD)
    assert (response["status"]["code"], response["body"]["string"].decode()) == (200, ODD)


@given(
    st.recursive(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30), lambda inner: st.lists(inner, max_size=4)
    )
)
def test_printable_json_is_yaml(value):
    text = printable({"value": value})
    assert json.loads(text) == {"value": value}
    assert yaml.load(text, Loader=yaml.CSafeLoader) == {"value": value}


def test_half_of_a_character_can_be_written():
    """
    An answer can hold one in its JSON; as an escape it is no more than that.
    """
    assert json.loads(printable("\ud800")) == "\ud800"
    printable("\ud800").encode()


@pytest.mark.parametrize("broken", ["write_bytes", "replace"])
def test_a_cassette_is_never_half_written(path, monkeypatch, broken):
    write_cassette(path, cassette())
    before = path.read_bytes()

    def full(self, *_):
        if broken == "write_bytes":
            with self.open("wb") as file:
                file.write(b"{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, broken, full)
    with pytest.raises(CassetteError, match=r"cannot be written \(No space left on device\)"):
        write_cassette(path, cassette(interaction(3)))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "story",
    [
        [interaction()] * 5001,
        [
            interaction(response=Response(200, {}, b"x" * 5_000_000)),
            interaction(response=Response(200, {}, b"y" * 4_000_000)),
        ],
    ],
)
def test_what_would_not_be_read_is_not_written(path, story):
    write_cassette(path, cassette())
    before = path.read_bytes()

    with pytest.raises(
        CassetteError, match=rf"^{CASE}: not recorded: its {len(story)} requests .* more than"
    ) as raised:
        write_cassette(path, cassette(*story))

    assert len(str(raised.value)) < 300
    assert path.read_bytes() == before


def test_a_link_is_replaced_and_not_followed(path, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere)
    write_whole(path, "text")
    assert (elsewhere.read_text(), path.read_text(), path.is_symlink()) == ("mine", "text", False)


# -- refused -------------------------------------------------------------------------------------------------------


def refused(path: Path, case_id: str | None = CASE) -> str:
    """The one line by which the cassette at *path* is refused; it repeats nothing of what the file holds."""
    with pytest.raises(CassetteError) as raised:
        read_cassette(path, case_id)
    message = str(raised.value)
    assert not isinstance(raised.value, Drift), message
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    assert CANARY not in message
    assert re.search(r"record it anew$|see to the file$", message), message
    return message


def test_cut_off_anywhere(path, table):
    whole = path.read_bytes()
    for length in range(0, len(whole) - 2, 7):
        path.write_bytes(whole[:length])
        refused(path)


BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else CANARY}]\n" for n in range(10))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no JSON from line 1 on"),
        (bytes(range(256)), "is not UTF-8"),
        (b"\x00" * 100, "is no JSON"),
        (b'\xef\xbb\xbf{"version": 1}', "is no JSON"),
        ('{"version": 1}'.encode("utf-16"), "is not UTF-8"),
        (b'["corned-beef-canary"]', "is no JSON object"),
        (b"1", "is no JSON object"),
        (b"version: 1\ninteractions: []\n", "is no JSON from line 1 on"),
        (b"!!python/object/apply:os.system ['touch corned-beef-canary']", "is no JSON"),
        (BOMB.encode(), "is no JSON"),
        (b'{"version": NaN}', "NaN or Infinity"),
        (b'{"version": -Infinity}', "NaN or Infinity"),
        (b'{"version": 1e999}', "NaN or Infinity"),
        (b'{"version": 1, "version": 1}', "a key stands twice"),
        (b'{"version": ' + b"9" * 5000 + b"}", "a number too large"),
        (b'{"version": ' + b"9" * 4000 + b"}", "version is not 1"),
        (b'{"version": "corned-beef-canary"}', "version is no whole number"),
        (b'{"version": true}', "version is no whole number"),
        (b'{"version": 1, "corned-beef-canary": 1}', "it has a key besides"),
        (b"[" * 100_000, "nests too deep"),
        (b'{"version":' + b"[" * 100_000, "nests too deep"),
        (b'{"version": 1, "case": "' + CASE.encode() + b'", "interactions": [' + b"{}," * 1_000_000 + b"{}]}", "1000001 interactions"),
    ],
)  # fmt: skip
def test_what_is_no_cassette(path, content, said):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert said in refused(path)
    assert not Path("corned-beef-canary").exists()


@pytest.mark.parametrize("url", ["https://[corned-beef-canary/", "https://\u2100.corned-beef-canary/"])
def test_a_request_to_no_url(path, url):
    write_cassette(path, cassette(interaction(uri=url)))
    assert "interaction 1: request.uri is no URL" in refused(path)


@pytest.mark.parametrize("took", [(-1,), (86_401,), (0, 0, 1), (1.5,), (True,)])
def test_times_no_answer_took(path, took):
    write_cassette(path, cassette(took=took))
    assert "took" in refused(path)


def test_times_that_were_edited_are_drift(path):
    write_cassette(path, cassette(took=(0, 2)))
    table = json.loads(path.read_text(encoding="utf-8"))
    for took in ([2, 0], [0, 3], [2], []):
        path.write_text(json.dumps(table | {"took": took}), encoding="utf-8")
        with pytest.raises(Drift, match="knew or took"):
            read_cassette(path, CASE)
    del table["took"]
    path.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(Drift, match="knew or took"):
        read_cassette(path, CASE)


def test_a_gigabyte_is_not_read(path):
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert "1073741824 bytes, more than 8388608; nothing of it was read" in refused(path)


def test_what_is_no_file(path, tmp_path):
    assert "no such file" in refused(path)
    path.mkdir(parents=True)
    assert "is no file" in refused(path)
    path.rmdir()
    os.mkfifo(path)
    assert "is no file" in refused(path)
    path.unlink()
    path.symlink_to(path)
    assert "cannot be read" in refused(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    assert "is no file" in refused(path)


def test_a_file_that_may_not_be_read(path, table, monkeypatch):
    def forbid(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_text", forbid)  # root, as CI often runs, may read whatever its mode
    assert "cannot be read (Permission denied)" in refused(path)


def read_unedited(path: Path) -> None:
    """Read the cassette at *path* and see that what it asks was not edited."""
    if found := read_cassette(path, CASE).edited:
        raise found


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in *value*."""
    yield place
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*place, name))


def replaced(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """*value* with *other* at *place*."""
    if not place:
        return other
    copied = value.copy()
    copied[place[0]] = replaced(value[place[0]], place[1:], other)
    return copied


@pytest.mark.parametrize("other", [None, 0, "", [], {}, True, -1, 1.5, ["x"], {"x": "y"}, "\ud800", "\x1b[2J\n"])
def test_anything_in_the_place_of_anything(path, table, other):
    """
    Refused, or drift; one line or three, never a traceback, never as if nothing was.
    """
    count = 0
    for place in places(table):
        changed = replaced(table, place, other)
        if changed == table and type(other) is not bool:
            continue
        if place in {("origin",), ("interactions",)} and type(other) is type(table[place[0]]):
            continue  # what the recording and the story are for
        path.write_text(json.dumps(changed))
        with pytest.raises(CassetteError) as raised:
            read_unedited(path)
        assert str(raised.value).isprintable() or isinstance(raised.value, Drift)
        assert len(str(raised.value).splitlines()) in {1, 3}
        assert "\x1b" not in str(raised.value)
        count += 1
    assert count > 40


def test_each_key_missing(path, table):
    for place in places(table):
        if not place or isinstance(place[-1], int):
            continue
        changed = json.loads(json.dumps(table))
        inner = changed
        for name in place[:-1]:
            inner = inner[name]
        del inner[place[-1]]
        path.write_text(json.dumps(changed))
        with pytest.raises(CassetteError) as raised:
            read_unedited(path)
        assert str(place[-1]) in str(raised.value), place


def test_a_missing_key_is_named_with_its_place(path, table):
    del table["interactions"][1]["request"]["method"]
    path.write_text(json.dumps(table))
    assert "interaction 2: request.method is missing" in refused(path)


def test_an_answer_that_nests_deep_is_sealed_as_text(path):
    deep = "[" * 900 + "]" * 900
    write_cassette(path, cassette(interaction(response=Response(200, {}, deep.encode()))))
    assert read_cassette(path, CASE).interactions[0].response.body == deep.encode()


@pytest.mark.parametrize(
    "knew",
    [{"longest": 1}, {"effects": {"longest": "1"}}, {"effects": {"longest": -1}}, {"effects": {"longest": 10**400}},
     {"effects": {"misses": {"x": 1.5}}}, {"effects": {"misses": [1]}}, {"invitations": {"other": 1}}],
)  # fmt: skip
def test_lags_that_are_none(path, knew):
    write_cassette(path, cassette(knew=knew))
    assert "knew" in refused(path)


def test_another_cases_cassette(path):
    write_cassette(path, cassette(case="another/case"))
    with pytest.raises(Drift, match="the case"):
        read_cassette(path, CASE)
    assert read_cassette(path).case == "another/case"


def test_a_message_is_one_line_of_letters():
    assert shortened("a\nb\x1b\u2028\ud800é😀") == "a\\nb\\x1b\\u2028\\ud800é😀"
    assert shortened("x" * 500) == "x" * 120 + "… (500 characters)"
    assert shortened(" ") == '" "'
