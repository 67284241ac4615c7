"""Small files of published metadata: an OpenAPI tree that says what a contract says, and a model in CSDL."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from graphcancel.contract import Contract

ROOT = Path(__file__).parents[2]

ERROR = {"description": "error", "content": {"application/json": {"schema": {"type": "object"}}}}


def call(properties: dict[str, Any] | None = None, status: str = "2XX", *, required: bool = True) -> dict[str, Any]:
    """An operation as generators write it."""
    schema = {"type": "object", "properties": properties or {}, "additionalProperties": {"type": "object"}}
    return {
        "summary": "Invoke action",
        "requestBody": {"content": {"application/json": {"schema": schema}}, "required": required},
        "responses": {status: {"description": "Success"}, "default": {"$ref": "#/components/responses/error"}},
    }


def openapi(paths: dict[str, Any], version: str = "v1.0", **components: Any) -> dict[str, Any]:
    """A whole file around *paths*; POST operations may be given alone."""
    return {
        "openapi": "3.0.4",
        "info": {"title": "Graph", "version": version},
        "servers": [{"url": f"https://graph.example/{version}/"}],
        "paths": {
            path: item if {"post", "get", "$ref"} & set(item) else {"post": item} for path, item in paths.items()
        },
        "components": {"responses": {"error": ERROR}, **components},
    }


def as_contract_says(contract: Contract) -> dict[str, Any]:
    """A file in which nothing differs from *contract*; of spellings in two cases it has the last."""
    names = {each.name.casefold(): each.name for each in contract.properties}
    properties = {name: {"type": "string", "nullable": True} for name in names.values()}
    status = str(next(answer.status for answer in contract.answers))
    operation = call(properties, status, required=False)
    paths = {as_generated(route.template): operation for route in contract.routes}
    return openapi(paths, contract.version)


def as_generated(template: str) -> str:
    """*template* with the names generators give placeholders: `{event-id}`."""
    return re.sub(r"\{([\w-]+)\}", r"{\1-id}", template)


def written(tree: Any, path: Path, form: str = "block") -> Path:
    """Write *tree* as YAML in block or flow style, or as JSON."""
    if form == "json":
        path.write_text(json.dumps(tree), encoding="utf-8")
    else:
        # Dumped by way of JSON, so that nothing becomes an anchor.
        plain = json.loads(json.dumps(tree))
        path.write_text(yaml.safe_dump(plain, default_flow_style=form == "flow", sort_keys=False), encoding="utf-8")
    return path


def unheard(read: int) -> None:
    """Nobody listens."""


class Run(NamedTuple):
    """What became of one command: its status, what it printed, CPU seconds; and the process's peak in MB by then."""

    status: int
    out: str
    err: str
    seconds: float
    peak: float


RUNNER = """
import contextlib, io, json, re, sys, time
from pathlib import Path
from graphcancel.__main__ import main
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    began = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(json.loads(line))
    # Not ru_maxrss: a process inherits that of the one that started it.
    peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    print(json.dumps([status, out.getvalue(), err.getvalue(), time.process_time() - began, peak]), flush=True)
"""


def runs(*commands: list[str]) -> list[Run]:
    """Run the *commands* one after the other in a process of their own; one that crashes ends the list."""
    process = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input="".join(json.dumps(command) + "\n" for command in commands),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )
    return [Run(*json.loads(line)) for line in process.stdout.splitlines()]


CSDL = """\
<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EnumType Name="mood"><Member Name="calm" Value="0" /></EnumType>
      <EntityType Name="item" Abstract="true" />
      <EntityType Name="event" BaseType="graph.item" OpenType="true">
        <Property Name="subject" Type="Edm.String" />
        <NavigationProperty Name="instances" Type="Collection(graph.event)" ContainsTarget="true" />
        <NavigationProperty Name="calendar" Type="graph.calendar" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="calendar">
        <NavigationProperty Name="calendarView" Type="Collection(graph.event)" ContainsTarget="true" />
        <NavigationProperty Name="events" Type="Collection(graph.event)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="calendarGroup">
        <NavigationProperty Name="calendars" Type="Collection(graph.calendar)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="message" BaseType="graph.item" />
      <EntityType Name="eventMessage" BaseType="graph.message">
        <NavigationProperty Name="event" Type="graph.event" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="person">
        <NavigationProperty Name="calendar" Type="graph.calendar" ContainsTarget="true" />
        <NavigationProperty Name="calendarGroups" Type="Collection(graph.calendarGroup)" ContainsTarget="true" />
        <NavigationProperty Name="calendars" Type="Collection(graph.calendar)" ContainsTarget="true" />
        <NavigationProperty Name="calendarView" Type="Collection(graph.event)" ContainsTarget="true" />
        <NavigationProperty Name="events" Type="Collection(graph.event)" ContainsTarget="true" />
        <NavigationProperty Name="joinedGroups" Type="Collection(graph.group)" ContainsTarget="true" />
        <NavigationProperty Name="messages" Type="Collection(graph.message)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="user" BaseType="microsoft.graph.person" />
      <EntityType Name="group">
        <NavigationProperty Name="calendar" Type="graph.calendar" ContainsTarget="true" />
        <NavigationProperty Name="calendarView" Type="Collection(graph.event)" ContainsTarget="true" />
        <NavigationProperty Name="events" Type="Collection(graph.event)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="printJob" />
      <EntityType Name="bookingAppointment" />
      <EntityType Name="bookingBusiness">
        <NavigationProperty Name="appointments" Type="Collection(graph.bookingAppointment)" ContainsTarget="true" />
      </EntityType>
      <EntityType Name="solutionsRoot">
        <NavigationProperty Name="bookingBusinesses" Type="Collection(graph.bookingBusiness)" ContainsTarget="true" />
      </EntityType>
      <Action Name="cancel" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.printJob" />
      </Action>
      <Action Name="cancel" IsBound="true">
        <Parameter Name="bindingParameter" Type="graph.event" />
        <Parameter Name="Comment" Type="Edm.String" Unicode="false" />
      </Action>
      <Action Name="cancel" IsBound="true">
        <Parameter Name="bookingAppointment" Type="graph.bookingAppointment" Nullable="false" />
        <Parameter Name="cancellationMessage" Type="Edm.String" Unicode="false" />
      </Action>
      <EntityContainer Name="Service">
        <EntitySet Name="groups" EntityType="microsoft.graph.group" />
        <EntitySet Name="users" EntityType="microsoft.graph.user" />
        <Singleton Name="me" Type="microsoft.graph.user" />
        <Singleton Name="solutions" Type="microsoft.graph.solutionsRoot" />
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"""


def large_description(path: Path, size: int) -> Path:
    """Write a file as generators do, with *size* bytes of paths and schemas around one route of the action."""
    parameter = {
        "name": "user-id",
        "in": "path",
        "description": "The unique identifier",
        "required": True,
        "schema": {"type": "string"},
    }
    operation = yaml.safe_dump(call({"Comment": {"type": "string", "nullable": True}}) | {"parameters": [parameter]})
    indented = "".join(f"      {line}\n" for line in operation.splitlines())
    properties = {f"p{n}": {"type": "string", "nullable": True} for n in range(9)}
    schema = yaml.safe_dump({"type": "object", "properties": properties})
    schema = "".join(f"      {line}\n" for line in schema.splitlines())
    with path.open("w", encoding="utf-8") as file:
        file.write("openapi: 3.0.4\ninfo: {title: Graph, version: v1.0}\n")
        file.write("servers: [{url: 'https://graph.example/v1.0/'}]\npaths:\n")
        number = 0
        while file.tell() < size * 2 / 3:
            other = f"/users/{{user-id}}/things{number}/{{thing-id}}/microsoft.graph.do{number}"
            file.write(f"  '{other}':\n    post:\n{indented}")
            number += 1
        file.write(
            f"  '/users/{{user-id}}/events/{{event-id}}/cancel':\n    post:\n{indented}components:\n  schemas:\n"
        )
        while file.tell() < size:
            file.write(f"    microsoft.graph.thing{number}:\n{schema}")
            number += 1
        file.write(f"  responses:\n    error: {json.dumps(ERROR)}\n")
    return path


def large_model(path: Path, size: int) -> Path:
    """Write the small model with *size* bytes of other types in it."""
    properties = "".join(f'<Property Name="p{n}" Type="Edm.String" />\n' for n in range(60))
    before, container, after = CSDL.partition("      <EntityContainer")
    with path.open("w", encoding="utf-8") as file:
        file.write(before)
        number = 0
        while file.tell() < size:
            file.write(f'<EntityType Name="t{number}" BaseType="graph.item">\n{properties}</EntityType>\n')
            number += 1
        file.write(container + after)
    return path
