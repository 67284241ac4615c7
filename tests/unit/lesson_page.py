"""A few lines of a page, and the facts and remarks they give."""

from __future__ import annotations

from graphcancel.documents import page_of
from graphcancel.facts import Page

ROUTE = "## HTTP request\n```http\nPOST /me/lessons/{id}/start\n```\n"
"""What makes any text a page of an action."""


def read(text: str) -> Page:
    return page_of(f"# lesson: start\n\n{text}".encode(), "lesson.md")


def facts(text: str, *kinds: str) -> list[tuple[str, str, str]]:
    return [(fact.kind, fact.about, fact.value) for fact in read(text).facts if fact.kind in kinds]


def remarks(text: str) -> list[str]:
    return [remark.text for remark in read(text).remarks]
