"""What an OpenAPI file says of an action is read whatever its form and length, and what is no such file is one line."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published import call, large_description, openapi, runs, unheard, written

from graphcancel import streamed
from graphcancel.errors import MetadataError
from graphcancel.metadata import Parameter
from graphcancel.openapi_stream import OpenAPI, read_openapi
from graphcancel.segments import segments

FORMS = ["block", "flow", "json"]
EVENT = "/users/{user-id}/events/{event-id}/cancel"
ROUTE = "/users/{user}/events/{event}/cancel"
TEXT = {"Comment": {"type": "string", "nullable": True}}


def read(tree: object, folder: Path, form: str = "block") -> OpenAPI:
    return read_openapi(written(tree, folder / ("it.json" if form == "json" else "it.yaml"), form), [ROUTE], unheard)


def refused(content: str | bytes, folder: Path, name: str = "it.yaml") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(MetadataError) as error:
        read_openapi(path, [ROUTE], unheard)
    return str(error.value).removeprefix(f"{path}: ")


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_call_is_read_with_its_body_and_answers(form, tmp_path):
    found = read(openapi({"/users": {"get": {}}, EVENT: call(TEXT)}), tmp_path, form).sight(ROUTE)

    assert found.exact
    assert found.declared.call == f"POST {EVENT}"
    assert (found.declared.statuses, found.declared.returns, found.declared.body_required) == (("2XX",), "", True)
    assert found.declared.parameters == (Parameter("Comment", "string", required=False),)


def test_a_call_knows_its_line(tmp_path):
    path = written(openapi({"/users": {"get": {}}, EVENT: call(TEXT)}), tmp_path / "it.yaml")
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if EVENT in text)

    assert read_openapi(path, [ROUTE], unheard).sight(ROUTE).declared.line == line


@pytest.mark.parametrize("place", ["servers", "info"])
@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_the_version_is_told_by_servers_or_title(place, version, tmp_path):
    tree = openapi({EVENT: call(TEXT)}, version)
    del tree["info" if place == "servers" else "servers"]

    assert read(tree, tmp_path).version == version


def test_of_two_versions_that_of_the_servers_counts(tmp_path):
    tree = openapi({EVENT: call(TEXT)}, "beta")
    tree["info"]["version"] = "v1.0"

    assert read(tree, tmp_path).version == "beta"


@pytest.mark.parametrize(
    "path",
    [
        "/users/{user-id}/events/{event-id}/microsoft.graph.cancel",
        "/users/{user-id}/events/{event-id}/graph.cancel",
        "/users('{user-id}')/events('{event-id}')/cancel",
        "/users({id})/events(id={event-id})/microsoft.graph.cancel",
        "/users/{user-id}/events/{event-id}/cancel/",
    ],
)
def test_a_route_is_found_in_each_spelling_of_odata(path, tmp_path):
    assert read(openapi({path: call(TEXT)}), tmp_path).sight(ROUTE).exact


@pytest.mark.parametrize(
    "path",
    [
        "/users/{user-id}/events/cancel",
        "/users/{user-id}/calendar/events/{event-id}/cancel",
        "/users/{user-id}/events/{event-id}/instances/{event-id1}/cancel",
        "/users/{user-id}/events/{event-id}/microsoft.graph.event/cancel",
    ],
)
def test_another_route_is_not_it(path, tmp_path):
    assert read(openapi({path: call(TEXT)}), tmp_path).sight(ROUTE).declared is None


def test_a_route_in_another_case_is_found_and_said_to_differ(tmp_path):
    found = read(openapi({"/Users/{user-id}/Events/{event-id}/Cancel": call(TEXT)}), tmp_path).sight(ROUTE)

    assert found.declared.call.endswith("/Cancel")
    assert not found.exact


def test_a_path_without_post_is_missing_and_says_why(tmp_path):
    found = read(openapi({EVENT: {"get": {}}, "/x/{event-id}/cancel": call()}), tmp_path).sight(ROUTE)

    assert found.declared is None
    assert found.missing == "the path is there for GET alone"


def test_what_else_is_declared_for_the_same_kind_of_thing_is_told_shortest_first(tmp_path):
    paths = [
        "/me/events/{event-id}/instances/{event-id1}/cancel",
        EVENT,
        "/print/jobs/{printJob-id}/cancel",
        "/a/{event-id}/cancel",
    ]
    found = read(openapi({path: call(TEXT) for path in paths}), tmp_path).beside([ROUTE])

    assert [declared.call for declared in found] == [f"POST {paths[3]}", f"POST {paths[0]}"]


# -- references -------------------------------------------------------------------------------------------------------


def referring(order: list[str]) -> dict:
    """A file in which body, schema, type and path item stand elsewhere, its keys in *order*."""
    operation = {**call(), "requestBody": {"$ref": "#/components/requestBodies/cancel"}}
    tree = openapi(
        {EVENT: {"$ref": "#/components/pathItems/cancel"}},
        pathItems={"cancel": {"post": operation}, "other": {"post": {}}},
        requestBodies={"cancel": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/a~1b"}}}}},
        schemas={
            "a/b": {
                "allOf": [
                    {"$ref": "#/components/schemas/base"},
                    {"properties": {"when": {"$ref": "#/components/schemas/time"}}},
                ]
            },
            "base": {
                "properties": {"Comment": {"anyOf": [{"type": "null"}, {"type": ["null", "string"]}]}},
                "required": ["Comment"],
            },
            "time": {"$ref": "#/components/schemas/slot"},
            "slot": {"properties": {"end": {}}},
        },
    )
    return {key: tree[key] for key in order}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "order", [["openapi", "info", "paths", "components"], ["components", "info", "openapi", "paths"]]
)
def test_references_are_followed_wherever_they_lead(order, form, tmp_path):
    found = read(referring(order), tmp_path, form).sight(ROUTE)

    assert found.declared.parameters == (
        Parameter("Comment", "string", required=True),
        Parameter("when", "object", required=False),
    )


def test_a_file_is_read_once_where_its_components_follow_and_refer_to_nothing_before_them(tmp_path):
    operation = {**call(), "requestBody": {"$ref": "#/components/requestBodies/cancel"}}
    tree = openapi(
        {EVENT: operation},
        requestBodies={"cancel": {"content": {"application/json": {"schema": {"properties": TEXT}}}}},
    )
    path = written(tree, tmp_path / "it.yaml")
    told = []

    assert read_openapi(path, [ROUTE], told.append).sight(ROUTE).declared.parameters[0].name == "Comment"
    assert max(told) == path.stat().st_size
    assert told == sorted(told)


@pytest.mark.parametrize(("written", "expected"), [("true", True), ("True", True), ("TRUE", True), ("False", False)])
def test_truth_is_read_in_any_spelling_that_yaml_has(written, expected, tmp_path):
    text = yaml.safe_dump(openapi({EVENT: call(TEXT)}))
    assert text.count("required: true") == 1
    path = tmp_path / "it.yaml"
    path.write_text(text.replace("required: true", f"required: {written}"))

    assert read_openapi(path, [ROUTE], unheard).sight(ROUTE).declared.body_required is expected


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"allOf": [{"properties": TEXT}, {"required": ["Comment"]}]}, True),
        ({"allOf": [{"required": ["Comment"]}, {"allOf": [{"properties": TEXT}]}]}, True),
        ({"properties": TEXT, "allOf": [{"required": ["Comment"]}]}, True),
        ({"required": ["Comment"], "anyOf": [{"properties": TEXT}]}, True),
        ({"anyOf": [{"properties": TEXT, "required": ["Comment"]}]}, True),
        ({"anyOf": [{"properties": TEXT, "required": ["Comment"]}, {"properties": TEXT}]}, False),
        ({"allOf": [{"properties": TEXT}, {"required": ["when"]}]}, False),
    ],
)
def test_what_is_required_beside_a_property_counts(schema, expected, tmp_path):
    operation = call()
    operation["requestBody"]["content"]["application/json"]["schema"] = schema

    declared = read(openapi({EVENT: operation}), tmp_path).sight(ROUTE).declared

    assert declared.parameters == (Parameter("Comment", "string", required=expected),)


@pytest.mark.parametrize(
    "schema", [{"$ref": "#/components/schemas/a"}, {"allOf": [{"$ref": "#/components/schemas/a"}] * 2}]
)
def test_references_in_a_circle_are_one_line(schema, tmp_path):
    operation = {
        **call(),
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/a"}}}},
    }

    with pytest.raises(
        MetadataError, match=r"more than \d+ references follow one another, as in a circle; correct them"
    ):
        read(openapi({EVENT: operation}, schemas={"a": schema}), tmp_path)


def test_a_reference_to_nothing_says_that_the_file_may_be_cut(tmp_path):
    tree = openapi({EVENT: call(TEXT)})
    del tree["components"]["responses"]

    with pytest.raises(
        MetadataError, match="refers to #/components/responses/error, which it does not hold; is it whole"
    ):
        read(tree, tmp_path)


@pytest.mark.parametrize("reference", ["other.yaml#/x", "#/paths/~1me/post", "#/components/a/b/c", "#/components/a"])
def test_a_reference_out_of_the_components_is_one_line(reference, tmp_path):
    with pytest.raises(MetadataError, match="which is none of its components; write it out there"):
        read(openapi({EVENT: {**call(), "requestBody": {"$ref": reference}}}), tmp_path)


# -- any document -----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["me", "users", "events", "calendar", "a b", "x#y", "'q'", '"', "ü", "- z", "{id}", "{event-id}"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:# '\"|>-\n", max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)
OPERATIONS = st.builds(
    lambda properties, statuses, required, extra: (
        call({name: {"type": "string"} for name in properties}, "default", required=required)
        | {"responses": {status: {"description": "x"} for status in statuses}, "x-anything": extra}
    ),
    st.lists(st.sampled_from(["Comment", "comment", "when", "x y"]), max_size=3),
    st.lists(st.sampled_from(["200", "202", "2XX", "404", "default"]), max_size=3, unique=True),
    st.booleans(),
    VALUES,
)
PATHS = st.dictionaries(
    st.builds(
        lambda parts, last: "/" + "/".join([*parts, last]),
        st.lists(NAMES, max_size=4),
        st.sampled_from(["cancel", "microsoft.graph.cancel", "decline", "Cancel", "$count"]),
    ),
    OPERATIONS,
    max_size=6,
)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    paths=PATHS, around=st.dictionaries(st.sampled_from(["x-a", "tags", "security"]), VALUES), seed=st.integers(0, 99)
)
def test_any_document_is_read_as_its_tree_says_in_each_form(paths, around, seed, tmp_path):
    folder = tmp_path
    kept = {"/z/{event-id}/cancel": call(TEXT)}
    tree = openapi(kept | paths) | around
    keys = list(tree)
    random.Random(seed).shuffle(keys)
    tree = {key: tree[key] for key in keys}
    expected = {}
    for path, item in tree["paths"].items():
        if segments(path)[-1].lower() == "cancel":
            operation = item["post"]
            properties = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
            statuses = {status for status in operation["responses"] if status.startswith("2")}
            expected[segments(path)] = (
                f"POST {path}",
                statuses,
                list(properties),
                operation["requestBody"]["required"],
            )

    for form in FORMS:
        found = read(tree, folder, form)
        assert {
            walk: (each.call, set(each.statuses), [one.name for one in each.parameters], each.body_required)
            for walk, each in found.calls.items()
        } == expected


def test_without_libyaml_the_same_is_read(tmp_path, monkeypatch):
    tree = openapi({EVENT: call(TEXT)})
    fast = read(tree, tmp_path)
    monkeypatch.setattr(streamed, "LOADER", yaml.SafeLoader)

    assert read(tree, tmp_path) == fast
    assert "is it whole, and is it YAML?" in refused("paths: [", tmp_path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_line_ends_and_long_texts_are_no_matter(end, tmp_path):
    lines = [
        "\ufeff# a comment", "openapi: 3.0.4", "paths:", "  # another", f'  "{EVENT}": # and one', "    description: |",
        "      paths:", "        /users/{user-id}/events/{event-id}/cancel:", "    'post':", "      responses: {202: {description: x}}",
        "  ? /x/{event-id}/cancel", "  : post: {responses: {}}", "components: {}",
    ]  # fmt: skip
    path = tmp_path / "it.yaml"
    path.write_bytes(end.join(lines).encode())

    found = read_openapi(path, [ROUTE], unheard)

    assert [declared.call for declared in found.calls.values()] == [f"POST {EVENT}", "POST /x/{event-id}/cancel"]
    assert found.sight(ROUTE).declared.statuses == ("202",)


# -- what is no such file ---------------------------------------------------------------------------------------------

WHOLE = yaml.safe_dump(openapi({EVENT: call(TEXT)}), sort_keys=False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds nothing; fetch it again"),
        ("\n \n", "holds nothing; fetch it again"),
        ("# nothing\n", "holds nothing but blanks and comments; fetch it again"),
        (gzip.compress(WHOLE.encode()), "is packed; unpack it and name what was in it"),
        (b"\x00\x01\x02\xff" * 99, "is no text; give the YAML or JSON file itself"),
        (b"a: \xff\xfe\n", "is no text; give the YAML or JSON file itself"),
        ("<?xml version='1.0'?><edmx/>", "is XML, not OpenAPI; give CSDL with --csdl"),
        ("- a\n- b\n", "is not a mapping of keys; name an OpenAPI file"),
        ("just words\n", "is not a mapping of keys; name an OpenAPI file"),
        ("a: 1\n", "has no key openapi; name an OpenAPI file"),
        ("swagger: '2.0'\npaths: {}\n", "is of the format before OpenAPI; convert it to OpenAPI 3"),
        ("openapi: 3.0.4\npaths: {/users: {get: {}}}\ncomponents: {}\n", "holds no action named cancel; is it whole, and the description of Microsoft Graph?"),
        ("openapi: 3.0.4\npaths: {/a/cancel: {}}\ncomponents: {}\n", "declares no call of /a/cancel; is it whole?"),
        ("openapi: 3.0.4\npaths: {/a/cancel: {post: {}}}\ncomponents: {}\n", "lacks the responses of /a/cancel; is it whole?"),
        ("openapi: 3.0.4\npaths: {/a/cancel: {post: {responses: }}}\ncomponents: {}\n", "lacks a mapping, where '' stands; is it whole?"),
        ("openapi: 3.0.4\npaths: {/a/cancel: {post: {responses: {}}}}\n", "has no components, as every published file has; is it whole?"),
        ("openapi: 3.0.4\npaths:\n  /a/cancel: {post: {}\n", "line 4, column 1: did not find expected ',' or '}'; is it whole, and is it YAML?"),
        ("openapi: 3\npaths: {/a/cancel: {post: &a {responses: {}}}, /b/cancel: {post: *a}}", "line 2: an alias stands where a mapping is needed; write it out"),
        ("openapi: 3\nx: &m {post: {responses: {}}}\npaths:\n  /a/cancel:\n    get: {}\n    <<: *m\n", "line 6: a key that merges another mapping; write out what it merges"),
        ("openapi: 3\nx: &m {/a/cancel: {post: {}}}\npaths:\n  <<: *m\n", "line 4: a key that merges another mapping; write out what it merges"),
        ("openapi: 3\npaths: {/a/cancel: {post: {responses: {<<: {}}}}}", "line 2: a key that is no text, or merges another mapping; write it out"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_one_line_with_the_remedy(content, said, tmp_path):
    assert refused(content, tmp_path) == said


@pytest.mark.parametrize(
    "content",
    ['{"openapi": "3.0.4", "paths": {"/a/cancel"', '{"openapi": tru', '{"a": "\\x"}', '{"a": 1} 2', b'{"a": "\xff"}'],
)
def test_json_that_is_broken_is_one_line_and_repeats_nothing_of_it(content, tmp_path):
    said = refused(content, tmp_path, "it.json")

    assert said.endswith("; is it whole, and is it JSON?")
    assert "cancel" not in said
    assert "\n" not in said


@pytest.mark.parametrize("number", ["9" * 1_000, "-" + "9" * 5_000, "1" * 100_000 + "e1"])
def test_numbers_beyond_all_measure_are_one_line(number, tmp_path):
    assert (
        refused(f'{{"a": {number}}}', tmp_path, "it.json")
        == "a number of hundreds of digits, which no published file has"
    )


@pytest.mark.parametrize("number", ["-9223372036854775808", "18446744073709551615", "9" * 300, "1e999"])
def test_other_numbers_are_no_matter(number, tmp_path):
    assert refused(f'{{"a": {number}}}', tmp_path, "it.json") == "has no key openapi; name an OpenAPI file"


def test_a_number_too_large_for_any_type_is_one_line(tmp_path):
    assert refused(f'{{"a": 1e{"9" * 30}}}', tmp_path, "it.json").endswith("; is it whole, and is it JSON?")


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(MetadataError, match=r"cannot be read \(No such file or directory\); name a file"):
        read_openapi(tmp_path / "none.yaml", [ROUTE], unheard)


def test_json_has_escapes_that_yaml_has_not(tmp_path):
    tree = openapi({EVENT: call(TEXT)})
    tree["info"]["description"] = "\N{PERSON RAISING BOTH HANDS IN CELEBRATION} /"
    path = tmp_path / "it"
    path.write_text("\ufeff" + json.dumps(tree).replace("/", "\\/"), encoding="utf-8")

    assert read_openapi(path, [ROUTE], unheard).sight(ROUTE).exact


def test_wherever_a_file_is_cut_nothing_is_found_missing(tmp_path):
    """A cut file is refused, or says of every route what the whole one says: half a description is no drift."""
    paths = {f"/{name}/{{event-id}}/cancel": call(TEXT) for name in "abc"}
    tree = openapi(paths)
    whole = {walk: replace(each, line=None) for walk, each in read(tree, tmp_path).calls.items()}
    text = written(tree, tmp_path / "whole.yaml").read_text()
    seen = set()
    for length in range(len(text)):
        path = tmp_path / "cut.yaml"
        path.write_text(text[:length])
        try:
            found = read_openapi(path, [ROUTE], unheard)
        except MetadataError:
            seen.add("refused")
        else:
            seen.add("read")
            assert {walk: replace(each, line=None) for walk, each in found.calls.items()} == whole, length
    assert seen == {"refused", "read"}


# -- bounds -----------------------------------------------------------------------------------------------------------


DEEP = "nested more than 200 levels deep; no published file is"
CIRCLE = "more than 200 references follow one another, as in a circle; correct them"


def hostile() -> dict[str, tuple[str, str]]:
    """Files made to cost time, memory or the stack, with what is said of them."""
    call_of = f"openapi: 3.0.4\npaths:\n  {EVENT}:\n    post:\n      responses: "
    body = "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/s0'}}}}"
    fan = (
        f"s{n}: {{allOf: [{{$ref: '#/components/schemas/s{n + 1}'}}, {{$ref: '#/components/schemas/s{n + 1}'}}]}}"
        for n in range(40)
    )
    return {
        "brackets.yaml": ("[" * 100_000, DEEP),
        "braces.yaml": ("openapi: " + "{a: " * 100_000, DEEP),
        "dashes.yaml": ("openapi:\n  " + "- " * 100_000, DEEP),
        "indents.yaml": ("".join(f"{' ' * depth}a:\n" for depth in range(3_000)), DEEP),
        "questions.yaml": ("? " * 100_000, DEEP),
        "inside.yaml": (call_of + "[" * 100_000, DEEP),
        "brackets.json": ("[" * 100_000, DEEP),
        "braces.json": ('{"a":' * 100_000, DEEP),
        "bomb.yaml": (
            "openapi: 3.0.4\nx0: &x0 [a, a]\n"
            + "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 30))
            + f"paths:\n  {EVENT}:\n    post:\n      responses: *x29\n",
            "an alias stands where a value is needed; write the value out",
        ),
        "many.yaml": (
            call_of + "\n" + "".join(f"        '{n}': {{description: x}}\n" for n in range(300_000)),
            "more than 400000 values matter here, which is so in no published file",
        ),
        "paths.yaml": (
            "openapi: 3.0.4\npaths:\n" + "".join(f"  /a{n}/cancel: {{post: {{responses: {{}}}}}}\n" for n in range(30_000)),
            "more than 10000 paths end in an action's name; no such API exists",
        ),
        "circle.yaml": (
            (f"{call_of} {{}}\n      requestBody: {{$ref: '#/components/requestBodies/a'}}\ncomponents:\n  requestBodies:\n"
            "    a: {$ref: '#/components/requestBodies/b'}\n    b: {$ref: '#/components/requestBodies/a'}\n"),
            CIRCLE,
        ),
        "fan.yaml": (
            f"{call_of} {{}}\n      {body}\ncomponents:\n  schemas:\n" + "".join(f"    {line}\n" for line in [*fan, "s40: {}"]),
            CIRCLE,
        ),
        "chain.yaml": (
            f"{call_of} {{}}\n      {body}\ncomponents:\n  schemas:\n"
            + "".join(f"    s{n}: {{$ref: '#/components/schemas/s{n - 1}'}}\n" for n in range(40, 0, -1))
            + "    s0: {$ref: '#/components/schemas/s40'}\n",
            CIRCLE,
        ),
        "back.yaml": (
            f"{call_of} {{}}\n      {body}\ncomponents:\n  schemas:\n"
            + "".join(f"    s{n}: {{$ref: '#/components/schemas/s{n + 1}'}}\n" for n in range(40, -1, -1))
            + "    s41: {}\n",
            "needs more than 6 readings, since its components refer back and forth; sort them",
        ),
        "long.yaml": ("openapi: 3.0.4\nx: '" + "long " * 5_000_000 + "'\ncomponents: {}\n", "is it whole, and the description of Microsoft Graph?"),
        "key.yaml": (
            "openapi: 3.0.4\npaths:\n  ? '/" + "a/" * 5_000_000 + "cancel'\n  : {}\ncomponents: {}\n",
            "is it whole, and the description of Microsoft Graph?",
        ),
        "number.json": ('{"openapi": ' + "9" * 1_000_000 + "}", "a number of hundreds of digits, which no published file has"),
    }  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks of memory are read there")
def test_hostile_files_are_one_line_each_in_bounded_time_and_memory(tmp_path):
    files = hostile()
    for name, (text, _) in files.items():
        (tmp_path / name).write_text(text)

    found = runs(*(["drift", "--openapi", str(tmp_path / name)] for name in files))

    assert len(found) == len(files), f"crashed at {list(files)[len(found)]}"
    for (name, (_, said)), run in zip(files.items(), found, strict=True):
        assert (run.status, run.out) == (4, ""), name
        assert run.err.startswith(f"graphcancel: {tmp_path / name}: ") and run.err.endswith(f"{said}\n"), (
            name,
            run.err[:600],
        )
        assert run.err.count("\n") == 1 and len(run.err) < 600, name
        assert run.seconds < 10, name
    assert max(run.peak for run in found) <= 200


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks of memory are read there")
def test_thirty_megabytes_take_ten_seconds_and_two_hundred_megabytes_at_most(tmp_path):
    path = large_description(tmp_path / "large.yaml", 30_000_000)

    (run,) = runs(["drift", "--openapi", str(path), "--contract", "event-cancel.v1.0", "--json"])

    assert path.stat().st_size >= 30_000_000
    assert json.loads(run.out)["contracts"][0]["found"] == 2
    assert run.seconds <= 10
    assert run.peak <= 200
