"""The command that makes a call again: whole, short, and without anything of the target in it."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace
from shutil import which

import pytest

from graphcancel.auth import SignIn
from graphcancel.by_hand import broken_up, curl, variables
from graphcancel.calls import call_for, comment_for
from graphcancel.exchange import encode_segment

ROOT = "https://graph.example/v1.0"
MARK = "gc0123456789x0001"
IDS = {name: f"AAMk/{name}=" for name in "event appointment message calendar calendar-group group business".split()}
VALUES = IDS | {"user": "organizer@contoso.example"}


@pytest.fixture
def command(by_id, named, describe):
    """Make the command of a case."""

    def build(case: str, **changes) -> str:
        found = named(case)
        description = describe(**changes)
        comment = comment_for(found, MARK)
        request = call_for(found, by_id[found.root_of], SignIn(description), ROOT, VALUES, comment)
        return curl(found, request, description)

    return build


def test_no_command_holds_an_id_an_address_or_a_token_and_none_is_long(all_cases, by_id, describe):
    description = describe()
    secrets = [one.token for one in description.actors.values()] + [
        one.expired_token for one in description.actors.values()
    ]
    for case in all_cases:
        request = call_for(case, by_id[case.root_of], SignIn(description), ROOT, VALUES, comment_for(case, MARK))
        made = curl(case, request, description)
        for secret in ("contoso", "graph.example", "AAMk", encode_segment("AAMk/event="), *filter(None, secrets)):
            assert secret not in made, case.id
        assert len(made) < 600, case.id
        assert " ".join(line.removesuffix(" \\") for line in broken_up(made)) == made
        assert len(broken_up(made)) <= 3
        assert all(variables({**case.coordinates(), "curl": made}).values()), case.id


HOSTILE = "a 'b' \\ \x1b[31m\u202e\u200b\x7f\x85\r\n\tf00 é 🎉 $HOME -d 'x' -H 'y'"


@pytest.fixture
def sent(by_id, named, describe):
    """The command that sends a body."""

    def build(text: str, case: str = "event-cancel.v1.0/me.events/organizer/camel") -> str:
        found, description = named(case), describe()
        comment = comment_for(found, MARK)
        request = call_for(found, by_id[found.root_of], SignIn(description), ROOT, VALUES, comment)
        return curl(found, replace(request, payload=text.encode()), description)

    return build


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE.replace("\x1b", "").replace("\r\n", ""), "plain 'text' -d 'x'"])
def test_what_a_terminal_obeys_is_shown_by_its_bytes_and_sent_as_it_is(text, sent):
    made = "\n".join(broken_up(sent(text)))
    # bash itself says which words it makes of it
    done = subprocess.run(
        [which("bash") or "bash", "-c", f"curl() {{ printf '%s\\0' \"$@\"; }}; {made}"], capture_output=True, check=True
    )
    words = done.stdout.decode().split("\0")

    assert all(line.isprintable() for line in made.split("\n"))
    assert words[words.index("-d") + 1] == text


@pytest.mark.parametrize("text", ["x -d 'y' -H 'z'", "it's -d 'y'", "\n -d 'y\\' -H "])
def test_a_command_is_broken_where_its_own_options_begin(text, sent):
    assert [line.split(" ")[0] for line in broken_up(sent(text))] == ["curl", "-H", "-d"]


def test_an_id_of_escaped_bytes_is_no_place_to_break(sent):
    case = "graph-conventions/v1.0.me.events/organizer/pascal/percent-encoded-id"

    assert [line.split(" ")[0] for line in broken_up(sent("\0", case))] == ["curl", "-H", "--data-binary"]


def test_a_batch_carries_its_call_with_the_path_by_variable(command):
    made = shlex.split(command("graph-conventions/v1.0.me.events/organizer/pascal/batch"))

    assert made[4] == r"$GRAPH_ROOT/v1.0/\$batch"
    (inner,) = json.loads(made[-1])["requests"]
    assert inner["url"] == "/me/events/$EVENT_ID/cancel"
    assert MARK in inner["body"]["Comment"]


@pytest.mark.parametrize(
    ("circumstance", "header"),
    [
        ("no-content-type", "Content-Type:"),
        ("verb-delete", "Content-Type:"),
        ("text-plain", "Content-Type: text/plain"),
        ("garbage-token", "Authorization: Bearer garbage"),
        ("expired-token", "Authorization: Bearer $AN_OLD_ONE"),
    ],
)
def test_a_circumstance_is_in_the_headers(circumstance, header, command, describe):
    actors = {
        name: replace(actor, expired_token="old", expired_token_env="AN_OLD_ONE")
        for name, actor in describe().actors.items()
    }
    made = command(f"graph-conventions/v1.0.me.events/organizer/pascal/{circumstance}", actors=actors)

    assert header in shlex.split(made)


@pytest.mark.parametrize(
    ("case", "name", "words"),
    [
        ("event-cancel.v1.0/users-id.events/attendee/pascal/own-copy", "EVENT_ID", "id of the attendee's own copy"),
        ("event-cancel.v1.0/users-id.events/attendee/pascal/own-copy", "ATTENDEE_ID", "object id of the attendee's"),
        ("event-cancel.v1.0/users-id.events/organizer/pascal", "ORGANIZER_ID", "object id of the organizer's"),
        ("event-cancel.v1.0/users-upn.events/organizer/pascal", "GRAPH_ORGANIZER_USER", "userPrincipalName"),
        ("graph-conventions/v1.0.me.events/organizer/pascal/unknown-id", "EVENT_ID", "that was deleted"),
    ],
)
def test_each_variable_is_explained_for_its_case(case, name, words, command, named):
    told = variables({**named(case).coordinates(), "curl": command(case)})

    assert words in told[name]


def test_a_malformed_id_is_no_variable(command):
    assert "/me/events/not-an-id/cancel" in command("graph-conventions/v1.0.me.events/organizer/pascal/malformed-id")
