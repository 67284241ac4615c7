"""
What is special to one action of the API.

Everything else about a call comes from its contract: routes, who may call, what is sent, how it is answered. What a
call brings about is code, and it stands in one module per action: `graphcancel.cancelling`, `graphcancel.bookings`.
The list of them is `graphcancel.actions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from graphcancel.evidence import Check, Evidence
from graphcancel.ideal import Answer, Service


@dataclass(frozen=True, slots=True)
class Action:
    """
    One action and what it brings about.

    Attributes:
        id: As contracts name it under ``x-document.action``: ``event-cancel``.
        checks: The check for each clause about its effects, by clause id. Actions that share a clause share its check.
        usual: What shows that this very call was carried out, by short names: it is waited for and told where no clause
            speaks, and where the call lay in a ``$batch``.
        delivered: Whether the text sent reached whom it was for.
        carry_out: Does it in the imagined service: given the path and the text (None for none, empty for a blank one),
            gives None, or the refusal of what does not exist.
    """

    id: str
    checks: Mapping[str, Check]
    usual: Callable[[Evidence], Mapping[str, Check]]
    delivered: Check
    carry_out: Callable[[Service, str, str | None], Answer | None]
