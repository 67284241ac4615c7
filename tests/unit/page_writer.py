"""
Pages of our own wording, written from facts in each format that published pages have had.

What a format cannot say is left to the caller: facts come out as they went in only if the format has a place for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from graphcancel.claims import parted
from graphcancel.facts import Fact

CALLERS = {
    "delegated-work": "Delegated (work or school account)",
    "delegated-personal": "Delegated (personal Microsoft account)",
    "application": "Application",
}
CLOUDS = {
    "global": "Global service",
    "us-gov-l4": "US Government L4",
    "us-gov-l5": "US Government L5 (DOD)",
    "china": "China operated by 21Vianet",
}
ENGLISH = {
    "permissions": "Permissions",
    "http-request": "HTTP request",
    "request-headers": "Request headers",
    "request-body": "Request body",
    "response": "Response",
    "example": "Example",
    "request": "Request",
    "name": "Name",
    "type": "Type",
    "description": "Description",
}
GERMAN = {
    "permissions": "Voraussetzungen",
    "http-request": "HTTP-Anforderung",
    "request-headers": "Anforderungsheader",
    "request-body": "Anforderungstext",
    "response": "Antwort",
    "example": "Beispiel",
    "request": "Anforderung",
    "name": "Name",
    "type": "Typ",
    "description": "Beschreibung",
}
NOISE = """\
// Snippets follow the newest version, which is 9.x
using Some.Client;
var body = new PostBody
{
Reason = "not read",
};
await client.Me.Events["{event-id}"].PostAsync(body);
mgc users events post --user-id {user-id} --body '{\\
"Reason": "not read"\\
}\\
'
See the documentation of the client for how to add it."""


@dataclass(frozen=True)
class Format:
    """How a page is put down."""

    name: str
    front_matter: bool = True
    anchors: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: ENGLISH)
    fence: str = "```http"
    property_column: str = "Parameter"
    gap: str = ""
    tight: bool = True
    deep: bool = False


CURRENT = Format("current", tight=False)
OLD = Format("old", front_matter=False, property_column="Parameter\t", deep=True)
TRANSLATED = Format("translated", front_matter=False, anchors=True, words=GERMAN, deep=True)
DRAFT = Format("draft", fence="``` http", property_column="Property", gap="\n")
RENDERED = Format("rendered")
FORMATS = (CURRENT, OLD, TRANSLATED, DRAFT, RENDERED)


def written(facts: Iterable[Fact], style: Format, title: str = "event: cancel") -> str:
    """The page that claims *facts*, in *style*."""
    page = _Page({fact.key: fact.value for fact in facts}, style, title)
    return "\n".join(page.rendered() if style is RENDERED else page.markdown()) + "\n"


@dataclass(frozen=True)
class _Page:
    facts: Mapping[tuple[str, str], str]
    style: Format
    title: str

    def markdown(self) -> Iterator[str]:
        if self.style.front_matter:
            yield from ("---", f'title: "{self.title}"', 'description: "Of our own."', "ms.date: 01/02/2024", "---", "")
        name = self.title.replace(": ", "-")
        yield f'# <a name="{name}"></a>{self.title}' if self.style.anchors else f"# {self.title}"
        yield ""
        yield from self.introduction()
        clouds = self.about("cloud")
        if clouds:
            yield "These national clouds have it.\n"
            yield from self.table(
                [CLOUDS[cloud] for cloud in clouds],
                [["✅" if self.facts["cloud", cloud] == "available" else "❌" for cloud in clouds]],
            )
        yield from self.heading("permissions")
        yield from self.permissions()
        yield from self.heading("http-request")
        yield '<!-- { "blockType": "ignored" } -->'
        yield from self.fenced(self.routes())
        yield from self.heading("request-headers")
        yield from self.table(*self.headers())
        yield from self.heading("request-body")
        yield "A JSON object is sent, with what this table lists.\n"
        yield from self.table(*self.properties())
        yield from self.heading("response")
        yield from self.response()
        if ("example-status", "") in self.facts:
            yield from self.heading("example")
            yield from self.examples()

    def rendered(self) -> Iterator[str]:
        yield "Namespace: microsoft.graph"
        yield from (line for line in self.introduction() if line)
        clouds = self.about("cloud")
        if clouds:
            yield "This API is available in the following national cloud deployments."
            yield from (f"{CLOUDS[cloud]} |" for cloud in clouds)
            yield from ("✅ |" if self.facts["cloud", cloud] == "available" else "❌ |" for cloud in clouds)
        yield "Permissions"
        if ("permission", "scope") in self.facts:
            yield from self.permissions()
        else:
            yield from self.cells(*self.permission_rows())
        yield "HTTP request"
        yield from filter(None, self.routes())
        yield "Request headers"
        yield from self.cells(*self.headers())
        yield "Request body"
        yield "A JSON object is sent, with what this table lists."
        yield from self.cells(*self.properties())
        yield "Response"
        yield from (line.replace("`", "") for line in self.response())
        if ("example-status", "") not in self.facts:
            return
        yield "Example"
        yield "Request"
        yield "A request may look so."
        yield from (line.lstrip() for line in self.request("") if line)
        yield from NOISE.splitlines()
        yield "Response"
        yield "Its answer looks so."
        yield self.status_line(self.facts["example-status", ""])

    # -- parts ---------------------------------------------------------------------------------------------------------

    def about(self, kind: str) -> list[str]:
        return [about for each, about in self.facts if each == kind]

    def heading(self, section: str, level: int = 2) -> Iterator[str]:
        text = self.style.words[section]
        yield ""
        yield f"{'#' * level} " + (f'<a name="{section}"></a>{text}' if self.style.anchors else text)
        yield ""

    def table(self, heads: list[str], rows: list[list[str]]) -> Iterator[str]:
        pad = "" if self.style.tight else " "
        yield f"|{'|'.join(f'{pad}{head}{pad}' for head in heads)}|"
        yield f"|{'|'.join(':---' for _ in heads)}|"
        for row in rows:
            yield f"|{'|'.join(f'{pad}{cell}{pad}' for cell in row)}|"

    def cells(self, heads: list[str], rows: list[list[str]]) -> Iterator[str]:
        for row in (heads, *rows):
            yield from (f"{cell} |" for cell in row)

    def fenced(self, lines: Iterable[str]) -> Iterator[str]:
        yield self.style.fence
        yield from lines
        yield "```"

    def introduction(self) -> Iterator[str]:
        yield "Calls the meeting off, and nobody has to come."
        yield ""
        for status in self.about("error"):
            phrase = HTTPStatus(int(status)).phrase
            sentence = self.facts.get(("error-sentence", status))
            if sentence is None:
                yield f"For a meeting that isn't there, this method returns HTTP {status} {phrase}."
            else:
                yield f"Somebody else's call gets an error (HTTP {status} {phrase}), with the following error message:"
                yield ""
                yield f'"{sentence}"'
            yield ""

    def permissions(self) -> Iterator[str]:
        scope = self.facts.get(("permission", "scope"))
        if scope is not None:
            plain = self.style is RENDERED
            word = "scopes" if plain else "**scopes**"
            yield f"One of the following {word} is required to execute this API: {scope if plain else f'*{scope}*'}"
            return
        yield "The table says what is enough.\n"
        yield from self.table(*self.permission_rows())

    def permission_rows(self) -> tuple[list[str], list[list[str]]]:
        higher = any(kind == "permission-higher" for kind, _ in self.facts)
        rows = []
        for caller, name in CALLERS.items():
            least = self.facts.get(("permission", caller))
            if least is None:
                continue
            row = [name, "Not supported." if least == "not supported" else least]
            if higher:
                row.append(self.facts.get(("permission-higher", caller)) or "Not available.")
            rows.append(row)
        if higher:
            return ["Permission type", "Least privileged permissions", "Higher privileged permissions"], rows
        return ["Permission type", "Permissions (from least to most privileged)"], rows

    def routes(self) -> Iterator[str]:
        for number, about in enumerate(self.about("route")):
            if number and number % 3 == 0:
                yield ""
            line = self.facts["route", about]
            if self.facts[("addressing", about)] == "id, upn":
                line = line.replace("{id}", "{id | userPrincipalName}", 1).replace(
                    "<id>", "<id | userPrincipalName>", 1
                )
            yield line

    def headers(self) -> tuple[list[str], list[list[str]]]:
        words = self.style.words
        typed = any(kind == "header-type" for kind, _ in self.facts)
        told = any(kind == "header-required" for kind, _ in self.facts)
        heads = [words["name"], *([words["type"]] if typed else []), words["description"] if told or typed else "Value"]
        rows = []
        for name in self.about("header"):
            value = self.facts.get(("header-value", name), "What the body is made of")
            required = self.facts.get(("header-required", name))
            text = f"{value}. {required.capitalize()}." if required else value
            rows.append([name, *([self.facts["header-type", name]] if typed else []), text])
        return heads, rows

    def properties(self) -> tuple[list[str], list[list[str]]]:
        heads = [self.style.property_column, self.style.words["type"], self.style.words["description"]]
        rows = []
        for name in self.about("property"):
            word = self.facts.get(("type", name), "")
            optionality = self.facts.get(("optionality", name), "")
            text = f"Words for those who are told. {optionality.capitalize()}." if optionality else ""
            rows.append([name, word.capitalize(), text])
        return heads, rows

    def response(self) -> Iterator[str]:
        status = self.facts["status", ""]
        yield f"If successful, this method returns `{status} {HTTPStatus(int(status)).phrase}` response code."
        if self.facts.get(("body", "")) == "empty" and status != "204":
            yield "It doesn't return anything in the response body."

    def examples(self) -> Iterator[str]:
        level = 5 if self.style.deep else 3
        yield from self.heading("request", level)
        yield "A request may look so.\n"
        yield '<!-- {\n  "blockType": "request",\n  "name": "event_cancel"\n}-->'
        yield from self.fenced(self.request("  "))
        yield from self.heading("response", level)
        yield "Its answer looks so.\n"
        yield '<!-- {\n  "blockType": "response",\n  "truncated": true\n} -->'
        yield from self.fenced([self.status_line(self.facts["example-status", ""])])

    def request(self, indent: str) -> Iterator[str]:
        yield self.facts["example-request", ""] + self.style.gap
        yield from (
            f"{name.capitalize()}: {self.facts['example-header', name]}" for name in self.about("example-header")
        )
        body = {
            parted(each)[0]: json.loads(self.facts["example-property", each]) for each in self.about("example-property")
        }
        yield ""
        yield from json.dumps(body, indent=len(indent), ensure_ascii=False).splitlines()

    @staticmethod
    def status_line(status: str) -> str:
        return f"HTTP/1.1 {status} {HTTPStatus(int(status)).phrase}"
