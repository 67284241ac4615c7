"""
What a documentation page claims, as facts that can be compared one by one.

A fact has a kind, the thing it is about and what is claimed of it. Pages and contracts are both turned into facts of
these kinds, so that comparing the two is comparing mappings. Prose is no fact; a number in it is.

    kind              about                                       value
    route             `POST /users/{}/events/{}/cancel`           the line as written, `{id | upn}` shortened to `{id}`
    addressing        the same                                    `me`, `id` or `id, upn`
    status            empty                                       `202`; several in the page's order: `200, 202`
    body              empty                                       `empty`, or the type that is returned: `event`
    property          the name in the table of parameters         empty
    type              the same                                    `string`, lower case, as the table's cell names it
    optionality       the same                                    `optional` or `required`; no fact where unsaid
    header            the name in the table of request headers    empty
    header-type       the same                                    `string`, lower case
    header-value      the same                                    `Bearer {token}`, `application/json`
    header-required   the same                                    `required` or `optional`
    permission        delegated-work, delegated-personal,         the scopes of the least privileged column, or of
                      application; scope (one for all)            the only column, in its order; `not supported`
    permission-higher the same                                    the scopes of the second column; empty: none of them
    cloud             global, us-gov-l4, us-gov-l5, china         `available` or `not available`
    error             the status: `400`                           empty
    error-code        the same                                    `ErrorItemNotFound`
    error-sentence    the same                                    the quoted sentence
    example-request   empty                                       verb and URL as written
    example-header    its name, lower case                        its value
    example-property  a name in the example's body                its value as compact JSON
    example-status    empty                                       `202`
    number            a section (see `SECTIONS`)                  the other numbers in its prose, in order, and those
                                                                of its tables after them, by name of row: `20, 3`

Where a page has several examples, what belongs to the second has ` (example 2)` after what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal[
    "route",
    "addressing",
    "status",
    "body",
    "property",
    "type",
    "optionality",
    "header",
    "header-type",
    "header-value",
    "header-required",
    "permission",
    "permission-higher",
    "cloud",
    "error",
    "error-code",
    "error-sentence",
    "example-request",
    "example-header",
    "example-property",
    "example-status",
    "number",
]

OWNERS: Final[Mapping[Kind, Kind]] = {
    "addressing": "route",
    "type": "property",
    "optionality": "property",
    "header-type": "header",
    "header-value": "header",
    "header-required": "header",
    "permission-higher": "permission",
    "error-code": "error",
    "error-sentence": "error",
}
"""The kinds that say more of a thing another kind lists: they come and go with it."""

SECTIONS: Final = (
    "introduction",
    "permissions",
    "http-request",
    "request-headers",
    "request-body",
    "response",
    "errors",
    "example",
)
"""What a page's headings stand for, whatever their language."""


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One claim.

    Attributes:
        line: Where it stands in its file, counted from 1; None where it comes from elsewhere. Two facts that say the
            same on different lines are equal.
    """

    kind: Kind
    about: str
    value: str
    line: int | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[Kind, str]:
        """What may be claimed once only."""
        return self.kind, self.about


@dataclass(frozen=True, slots=True)
class Remark:
    """Something on a page that looks as if it claimed a fact and could not be understood, or says TODO."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """
    Where a section of a page begins, and what the page calls it.

    Attributes:
        section: One of `SECTIONS`.
    """

    line: int
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """
    One documentation page, read.

    Attributes:
        place: The file as it was named.
        title: The page's title, `event: cancel`; None where the text has none.
        version: `v1.0` or `beta`, None where nothing on the page tells.
        form: Whether it is the source of a page, or its text as rendered for readers.
        facts: In the page's order; no two share a `key`.
        remarks: What could not be understood, in the page's order.
        sha256: Of the file's bytes.
        headings: The first of each section that has one, in the page's order.
    """

    place: str
    title: str | None
    version: str | None
    form: Literal["markdown", "rendered"]
    facts: tuple[Fact, ...]
    remarks: tuple[Remark, ...]
    sha256: str
    headings: tuple[Heading, ...] = ()
