"""Faults of series and their occurrences; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmock import spoiling
from graphmock.deeds import Fault, Spoils, row
from graphmock.scope import OCCURRENCE, SERIES, Scope
from graphmock.spoiling import nothing, with_

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.meetings import Plan

_ONE = Scope(target=OCCURRENCE)
_WHOLE = Scope(target=SERIES)
_OCCURRENCES = ("event-cancel.*/occurrence",)
_MASTERS = ("event-cancel.*/series-master",)


def _occurrence(clause: str, name: str, changes: str, edit: Callable[[Plan], Plan | None]) -> Fault:
    return row("series", clause, name, changes, _ONE, Spoils(edit), *_OCCURRENCES)


def _series(clause: str, name: str, changes: str, edit: Callable[[Plan], Plan | None]) -> Fault:
    return row("series", clause, name, changes, _WHOLE, Spoils(edit), *_MASTERS)


SERIES_FAULTS: tuple[Fault, ...] = (
    # --- one occurrence --------------------------------------------------------------------------------------------
    _occurrence("occurrence.cancelled", "occurrence-stays", "cancelling an occurrence is answered and does nothing",
                nothing),
    _occurrence("occurrence.cancelled", "sibling-gone-instead",
                "cancelling an occurrence takes its neighbour out of the calendar in its stead",
                spoiling.take_sibling_instead),
    _occurrence("occurrence.series-intact", "occurrence-cancels-series", "cancelling an occurrence cancels its series",
                spoiling.cancel_series),
    _occurrence("occurrence.series-intact", "sibling-gone", "cancelling an occurrence takes its neighbour along",
                spoiling.take_sibling),
    _occurrence("occurrence.series-intact", "sibling-gone-late",
                "cancelling an occurrence takes its neighbour out of the calendar a moment later",
                spoiling.lose_sibling),
    _occurrence("occurrence.series-intact", "following-gone",
                "cancelling an occurrence takes all that follow it along", spoiling.take_following),
    _occurrence("occurrence.series-intact", "sibling-marked",
                "cancelling an occurrence marks its neighbour in the organizer's calendar as cancelled",
                spoiling.flag_sibling),
    _occurrence("occurrence.series-intact", "sibling-copies-cancelled",
                "cancelling an occurrence also cancels attendees' copies of its neighbour", spoiling.mark_sibling),
    _occurrence("occurrence.series-intact", "series-copies-cancelled",
                "cancelling an occurrence cancels attendees' copies of the whole series", spoiling.mark_series),
    _occurrence("effect.attendee-copies", "copies-of-occurrence-stay",
                "attendees' copies of an occurrence stay as they were", with_(marked=())),
    # --- the whole -------------------------------------------------------------------------------------------------
    _series("effect.left-calendar", "series-stays", "cancelling a series is answered and does nothing", nothing),
    _series("effect.left-calendar", "series-leaves-occurrences",
            "cancelling a series takes away its first occurrence only", spoiling.first_occurrence_only),
    _series("effect.left-calendar", "series-leaves-last",
            "cancelling a series leaves its last occurrence in the calendar", spoiling.all_but_last_occurrence),
    _series("effect.attendee-copies", "copies-of-series-stay", "attendees' copies of a whole series stay as they were",
            with_(marked=())),
    _series("effect.attendee-copies", "copies-of-series-first-only",
            "of attendees' copies of a whole series, only that of the first occurrence is cancelled",
            spoiling.copies_of_first_only),
)  # fmt: skip
