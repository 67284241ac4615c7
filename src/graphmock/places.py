"""
The kinds of event cancels that a fault may be confined to, one at a time: by how the mailbox is named, by version, by
edition. Tables of faults are products over them.

Names of faults are written out in those tables, none is put together, so that each can be searched for.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphmock.scope import Scope


@dataclass(frozen=True, slots=True)
class Place:
    """Some of the calls, and the words for them at the beginning of a sentence."""

    said: str
    where: Scope


PLACES: dict[str, Place] = {
    **{
        family: Place(said, Scope(family=family))
        for family, said in (
            ("me", "under /me"),
            ("users", "under /users"),
            ("users-id", "under a user's id"),
            ("users-upn", "under a user's principal name"),
            ("groups", "under /groups"),
        )
    },
    **{version: Place(f"under {version}", Scope(version=version)) for version in ("v1.0", "beta")},
    **{
        edition: Place(f"in the {said} edition only", Scope(edition=edition))
        for edition, said in (
            ("published", "published"),
            ("superseded", "superseded"),
            ("translated-de", "translated"),
            ("draft", "draft's"),
        )
    },
}
