"""
The wrong behaviours one can ask for, by the promise they break; the tables joined.

Each names the cases of the suite that are expected to catch it by that promise. Other cases may notice it too, by other
promises. A fault is a line in the table of its group, and a deed (`graphmock.deeds`) on some calls (`graphmock.scope`).
"""

from __future__ import annotations

from graphmock.answer_faults import ANSWERS
from graphmock.attendee_faults import ATTENDEES
from graphmock.booking_faults import BOOKINGS
from graphmock.comment_faults import COMMENTS
from graphmock.convention_faults import CONVENTIONS
from graphmock.deeds import Fault
from graphmock.effect_faults import EFFECTS
from graphmock.permission_faults import PERMISSIONS
from graphmock.series_faults import SERIES_FAULTS

FAULTS: tuple[Fault, ...] = (
    *ANSWERS,
    *PERMISSIONS,
    *ATTENDEES,
    *EFFECTS,
    *COMMENTS,
    *SERIES_FAULTS,
    *CONVENTIONS,
    *BOOKINGS,
)
