"""A route is walked through a model as OData allows it, and what is no model is one line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from published import CSDL, large_model, runs, unheard

from graphcancel.csdl_stream import read_csdl
from graphcancel.errors import MetadataError
from graphcancel.metadata import Parameter

ROUTE = "/users/{user}/calendarGroups/{group}/calendars/{calendar}/events/{event}/cancel"
EVENT_ACTION = '<Parameter Name="Comment" Type="Edm.String" Unicode="false" />'


def sight(template: str, folder: Path, text: str = CSDL, *others: str):
    path = folder / "v1.0-Prod.csdl"
    path.write_text(text, encoding="utf-8")
    return read_csdl(path, [template, *others], unheard).sight(template)


def changed(*changes: tuple[str, str]) -> str:
    """The model with each text replaced that is there once."""
    text = CSDL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def annotated(owner: str, annotation: str) -> str:
    """The model with an annotation of *owner* at the end of its schema."""
    added = f'<Annotations Target="{owner}">{annotation}</Annotations>'
    return CSDL.replace("    </Schema>", f"      {added}\n    </Schema>")


NOT_BY_KEY = '<Annotation Term="Org.OData.Capabilities.V1.IndexableByKey" Bool="false" />'
RESTRICTED = (
    '<Annotation Term="Org.OData.Capabilities.V1.NavigationRestrictions"><Record>'
    '<PropertyValue Property="RestrictedProperties"><Collection><Record>{}'
    '<PropertyValue Property="IndexableByKey" Bool="false" /></Record></Collection></PropertyValue></Record></Annotation>'
)


def test_a_call_is_read_with_its_parameters_and_its_line(tmp_path):
    found = sight(ROUTE, tmp_path)
    line = next(number for number, text in enumerate(CSDL.splitlines(), 1) if 'Type="graph.event" />' in text) - 1

    assert found.exact
    assert found.declared.call == f"POST {ROUTE}"
    assert found.declared.parameters == (Parameter("Comment", "string", required=False),)
    assert (found.declared.statuses, found.declared.returns, found.declared.body_required) == (None, "", None)
    assert found.declared.line == line


def test_the_overload_is_that_of_the_type_walked_to(tmp_path):
    found = sight("/solutions/bookingBusinesses/{business}/appointments/{appointment}/cancel", tmp_path)

    assert found.declared.parameters == (Parameter("cancellationMessage", "string", required=False),)


@pytest.mark.parametrize(
    "template",
    [
        "/me/events/{event}/cancel",
        "/me/calendar/events/{event}/cancel",
        "/me/events/{event}/instances/{event}/cancel",
        "/me/events/{event}/calendar/calendarView/{event}/microsoft.graph.cancel",
        "/me/messages/{message}/microsoft.graph.eventMessage/event/cancel",
        "/me/messages/{message}/graph.eventMessage/event/cancel",
        "/groups/{group}/calendar/events/{event}/cancel",
        "/me/joinedGroups/{group}/calendarView/{event}/cancel",
    ],
)
def test_a_walk_by_key_navigation_base_type_and_derived_type_leads_there(template, tmp_path):
    assert sight(template, tmp_path).exact


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("/persons/{id}/events/{event}/cancel", "the container has no persons"),
        ("/me/calendargroup/calendars/{id}/events/{event}/cancel", "/me (microsoft.graph.user) has no calendargroup"),
        ("/me/calendarGroups/calendars/{id}/events/{event}/cancel", "/me/calendarGroups (a collection of microsoft.graph.calendarGroup) has no calendars"),
        ("/me/messages/{message}/event/cancel", "/me/messages/{} (microsoft.graph.message) has no event, but microsoft.graph.eventMessage, which derives from it, has"),
        ("/me/messages/{message}/microsoft.graph.event/cancel", "/me/messages/{} (microsoft.graph.message) has no microsoft.graph.event"),
        ("/me/calendar/{id}/events/{event}/cancel", "/me/calendar cannot be addressed by key"),
        ("/me/events/cancel", "/me/events (a collection of microsoft.graph.event) has no cancel"),
        ("/me/calendar/cancel", "/me/calendar (microsoft.graph.calendar) has no cancel"),
    ],
)  # fmt: skip
def test_a_walk_that_ends_says_where(template, why, tmp_path):
    found = sight(template, tmp_path)

    assert (found.declared, found.missing) == (None, why)


@pytest.mark.parametrize(
    "template",
    [
        "/me/calendargroups/{id}/calendars/{id}/events/{event}/cancel",
        "/Me/events/{event}/cancel",
        "/me/events/{event}/Cancel",
    ],
)
def test_another_case_is_found_and_said_to_differ(template, tmp_path):
    found = sight(template, tmp_path)

    assert not found.exact
    assert found.declared.call.lower() == f"POST {template}".lower()


def test_an_overload_of_a_base_type_serves_what_derives_from_it(tmp_path):
    text = changed(
        (
            '<Parameter Name="bindingParameter" Type="graph.event" />',
            '<Parameter Name="x" Type="microsoft.graph.item" />',
        )
    )

    assert sight(ROUTE, tmp_path, text).exact
    assert sight("/me/messages/{id}/cancel", tmp_path, text).exact


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("Edm.Boolean", "boolean"), ("Edm.Int32", "integer"), ("Edm.Double", "number"), ("Edm.DateTimeOffset", "string"),
        ("graph.mood", "string"), ("graph.calendar", "object"), ("Collection(Edm.String)", "array"), ("Edm.Untyped", ""),
    ],
)  # fmt: skip
def test_types_are_told_as_json_has_them(type_, expected, tmp_path):
    text = changed(
        (EVENT_ACTION, f'<Parameter Name="Comment" Type="{type_}" Nullable="false" /><ReturnType Type="graph.mood" />')
    )

    declared = sight(ROUTE, tmp_path, text).declared

    assert declared.parameters == (Parameter("Comment", expected, required=True),)
    assert declared.returns == "graph.mood"


@pytest.mark.parametrize(
    "text",
    [
        annotated("microsoft.graph.person/events", NOT_BY_KEY),
        annotated("graph.person/events", NOT_BY_KEY),
        annotated("graph.person/events", RESTRICTED.format("")),
        changed(
            ('<EntityType Name="user" BaseType="microsoft.graph.person" />',
             f'<EntityType Name="user" BaseType="graph.person"><NavigationProperty Name="events" Type="Collection(graph.event)">{NOT_BY_KEY}</NavigationProperty></EntityType>')),
    ],
)  # fmt: skip
def test_a_collection_without_keys_ends_the_walk(text, tmp_path):
    found = sight("/me/events/{event}/cancel", tmp_path, text)

    assert found.missing == "/me/events cannot be addressed by key"
    assert sight("/me/calendar/events/{event}/cancel", tmp_path, text).exact


def test_an_entity_set_without_keys_ends_the_walk(tmp_path):
    text = annotated("microsoft.graph.Service/users", NOT_BY_KEY)

    assert sight(ROUTE, tmp_path, text).missing == "/users cannot be addressed by key"


@pytest.mark.parametrize(
    "annotation",
    [
        NOT_BY_KEY.replace("false", "true"),
        NOT_BY_KEY.replace("IndexableByKey", "TopSupported"),
        RESTRICTED.format('<PropertyValue Property="NavigationProperty" NavigationPropertyPath="extensions" />'),
    ],
)
def test_other_annotations_are_no_matter(annotation, tmp_path):
    assert sight("/me/events/{event}/cancel", tmp_path, annotated("graph.person/events", annotation)).exact


def test_one_and_nought_are_truth_and_its_opposite(tmp_path):
    text = CSDL.replace('IsBound="true"', 'IsBound="1"').replace(
        '"Comment" Type="Edm.String"', '"Comment" Type="Edm.String" Nullable="0"'
    )
    assert sight(ROUTE, tmp_path, text).declared.parameters == (Parameter("Comment", "string", required=True),)
    for annotation in (NOT_BY_KEY, RESTRICTED.format("")):
        text = annotated("graph.person/events", annotation.replace('"false"', '"0"'))
        assert sight("/me/events/{event}/cancel", tmp_path, text).missing == "/me/events cannot be addressed by key"
    with pytest.raises(MetadataError, match="holds no action named cancel"):
        sight(ROUTE, tmp_path, CSDL.replace('IsBound="true"', 'IsBound="0"'))


def test_an_unbound_action_is_none_of_ours(tmp_path):
    text = CSDL.replace('Action Name="cancel" IsBound="true"', 'Action Name="cancel"')

    with pytest.raises(MetadataError, match="holds no action named cancel"):
        sight(ROUTE, tmp_path, text)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("v1.0-Prod.csdl", "v1.0"),
        ("beta-Prod.csdl", "beta"),
        ("cleanMetadatabeta.xml", "beta"),
        ("metadata.xml", None),
        ("v1.0-beta.xml", None),
    ],
)
def test_the_version_is_told_by_the_name(name, version, tmp_path):
    path = tmp_path / name
    path.write_text(CSDL)

    assert read_csdl(path, [ROUTE], unheard).version == version


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_any_usual_encoding_is_read(encoding, tmp_path):
    path = tmp_path / "v1.0.csdl"
    path.write_bytes(CSDL.replace('encoding="utf-8"', f'encoding="{encoding[:6].rstrip("-")}"').encode(encoding))

    assert read_csdl(path, [ROUTE], unheard).sight(ROUTE).exact


# -- what is no such file ---------------------------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE edmx [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><edmx>&a11;</edmx>"
)
DOCTYPE = "has a document type, as web pages have and CSDL has not; fetch the file itself"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds nothing; fetch it again"),
        (gzip.compress(CSDL.encode()), "is packed; unpack it and name what was in it"),
        ("openapi: 3.0.4\n", "is no XML; give OpenAPI with --openapi"),
        ('{"openapi": "3.0.4"}', "is no XML; give OpenAPI with --openapi"),
        (b"\x00\x01\x02", "is no XML; give OpenAPI with --openapi"),
        ("<!DOCTYPE html><html></html>", DOCTYPE),
        (LAUGHS, DOCTYPE),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', DOCTYPE),
        ("<html><body/></html>", "is XML, but no CSDL: it begins with html; name a CSDL file"),
        (CSDL.partition("</edmx:DataServices>")[0], "line 64, column 3: no element found; is it whole, and is it CSDL?"),
        (CSDL.replace("</edmx:DataServices>", ""), "line 65, column 3: mismatched tag; is it whole, and is it CSDL?"),
        (CSDL.replace("utf-8", "utf-99"), "is in no encoding that is known here; give it as UTF-8"),
        (CSDL.replace('"cancel"', '"stop"'), "holds no action named cancel; is it whole, and the description of Microsoft Graph?"),
        ("<Edmx>" + "<a>" * 100_000, "nested more than 200 levels deep; no published file is"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_one_line_with_the_remedy(content, said, tmp_path):
    path = tmp_path / "v1.0.csdl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(MetadataError) as error:
        read_csdl(path, [ROUTE], unheard)

    assert str(error.value).removeprefix(f"{path}: ") == said


def test_wherever_a_file_is_cut_it_is_refused(tmp_path):
    path = tmp_path / "v1.0.csdl"
    for length in range(0, len(CSDL.rstrip()), 7):
        path.write_text(CSDL[:length])
        with pytest.raises(MetadataError):
            read_csdl(path, [ROUTE], unheard)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks of memory are read there")
def test_large_and_hostile_files_cost_bounded_time_and_memory(tmp_path):
    many = "".join(f'<EnumType Name="e{n}" />' for n in range(200_000))
    texts = {
        "many": CSDL.replace("      <EntityContainer", f"{many}      <EntityContainer"),
        "long": CSDL.replace('"printJob"', f'"{"x" * 20_000_000}"', 1),
        "circle": changed(
            ('<EntityType Name="item" Abstract="true" />', '<EntityType Name="item" BaseType="graph.event" />'),
            ('<NavigationProperty Name="instances" Type', '<NavigationProperty Name="other" Type'),
        ),
    }
    for name, text in texts.items():
        (tmp_path / f"v1.0-{name}.csdl").write_text(text)
    assert large_model(tmp_path / "v1.0-large.csdl", 30_000_000).stat().st_size >= 30_000_000
    names = ["large", *texts]

    found = dict(
        zip(names, runs(*(["drift", "--csdl", str(tmp_path / f"v1.0-{name}.csdl")] for name in names)), strict=True)
    )

    assert {name: run.status for name, run in found.items()} == {"large": 0, "many": 4, "long": 0, "circle": 0}
    assert found["many"].err.endswith("more than 100000 types and properties matter here; no such model exists\n")
    assert all(run.seconds <= 10 for run in found.values())
    assert max(run.peak for run in found.values()) <= 200
