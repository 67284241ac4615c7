"""
One generated call as a value: what of it was drawn, and which clauses speak for it.

A generated case is told many times, each time with another of these and with an event of its own. What is drawn, and
how, stands in `graphcancel.inputs`; here is only what a story has to know of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

GENERATED: Final = "generated"
"""The body shape of a case whose calls are generated."""

Sort = Literal[
    "as-documented", "no-token", "bad-token", "unknown-id", "malformed-id", "not-json", "mislabelled", "undocumented"
]
"""
In what a generated call departs from its page: ``as-documented`` in nothing, ``undocumented`` in something that no page
speaks about.
"""


@dataclass(frozen=True, slots=True)
class Generated:
    """
    What is generated of one call.

    Attributes:
        shape: Name of the documented body shape it has, ``empty`` for an object without a property, `GENERATED` for
            anything else.
        payload: The body as sent, None for none.
        headers: Headers as sent, Authorization aside.
        text: The text whose arrival can be judged; None where the body has none, or none that can be compared.
        blank: Whether that is because nothing is to be read in it: whom such a comment reaches no page says.
        authorization: Value of the header in place of the caller's token, empty for none at all; None for the token.
        id: What stands for the event's id; None for the id itself.
        escaped: Whether every byte of the id is percent-encoded.
        accepted: Clauses that speak where the call is accepted; *refused* those where it is not.
        number: Which call of its case it is, from 1.
    """

    sort: Sort
    shape: str = GENERATED
    payload: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    text: str | None = None
    blank: bool = False
    authorization: str | None = None
    id: str | None = None
    escaped: bool = False
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    number: int = 0
