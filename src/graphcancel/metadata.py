"""
What published metadata says of a call, whichever format it is published in.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from graphcancel.errors import MetadataError

VERSIONS: Final = ("v1.0", "beta")
"""The editions of the API; a file describes one of them."""

Format = Literal["OpenAPI", "CSDL"]
_BEGINNING: Final = 512


@dataclass(frozen=True, slots=True)
class Parameter:
    """
    One property of a request body.

    Attributes:
        type: As JSON has it: string, boolean, integer, number, array, object; empty where the file does not tell.
        required: Whether a call without it is wrong.
    """

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """
    One call as a file declares it.

    Attributes:
        call: Verb and path as the file writes them: `POST /users/{user-id}/events/{event-id}/cancel`.
        statuses: Those of success, `204` or `2XX`; None in a format that has none.
        returns: What a success carries (a media type or a type's name); empty for nothing.
        body_required: Whether a call without body is wrong; None in a format that does not tell.
        line: Where it stands in the file, counted from 1; None where the format hides it.
    """

    call: str
    statuses: tuple[str, ...] | None
    returns: str
    body_required: bool | None
    parameters: tuple[Parameter, ...]
    line: int | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """
    Whether a route is in a file.

    Attributes:
        declared: None where it is not.
        exact: Whether it is spelled as it was asked for; otherwise it differs in case alone.
        missing: Why it is not there, where the file lets one say more than that.
    """

    declared: Declared | None
    exact: bool = True
    missing: str = ""


class Metadata(Protocol):
    """A file of metadata, read."""

    @property
    def place(self) -> str:
        """The file as it was named."""

    @property
    def format(self) -> Format:
        """What the file is written in."""

    @property
    def version(self) -> str | None:
        """Which of `VERSIONS` it describes; None where it does not tell."""

    def leaves_out(self, segment: str) -> bool:
        """Whether the file has no path that begins with *segment*, and that is no loss in its format."""

    def sight(self, template: str) -> Sighting:
        """Look a route up."""

    def beside(self, templates: Collection[str]) -> tuple[Declared, ...]:
        """What else the file declares for the action that *templates* call, on things of the same kind."""


def version_in(text: str) -> str | None:
    """The one version that *text* names, such as a URL or a file's name; None where it names none or both."""
    found = [version for version in VERSIONS if re.search(rf"(?<![0-9]){re.escape(version)}(?![0-9])", text.lower())]
    return found[0] if len(found) == 1 else None


def beginning(path: Path) -> bytes:
    """
    The first bytes of *path*, blanks and byte-order mark dropped.

    Raises:
        MetadataError: It cannot be read, is no regular file, is empty or packed.
    """
    try:
        if path.exists() and not path.is_file():
            # A pipe would be waited for, and can be read once only; a file is opened again and again.
            raise MetadataError(f"{path}: is no regular file; write what it holds to a file, and name that")
        with path.open("rb") as file:
            head = file.read(_BEGINNING)
    except OSError as error:
        raise MetadataError(f"{path}: cannot be read ({error.strerror}); name a file of published metadata") from None
    if not head.strip():
        raise MetadataError(f"{path}: holds nothing; fetch it again")
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")):
        raise MetadataError(f"{path}: is packed; unpack it and name what was in it")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def no_action(place: object, names: Collection[str]) -> MetadataError:
    """What to raise where a file knows none of the actions."""
    named = " or ".join(sorted(names))
    return MetadataError(
        f"{place}: holds no action named {named}; is it whole, and the description of Microsoft Graph?"
    )
