"""
A second service with the documented cancel actions, alike in nothing else.

It keeps every promise of the pages `event: cancel` and `bookingAppointment: cancel`
and, wherever they are silent, does something unusual but allowed: `DIFFERENCES` names
each such liberty, and each can be switched off. A suite that asserts more than the
documents say fails against it, and that failure is the suite's.

One lock guards all state. What happens later (mails, copies, disappearance) waits in
`World.later` and is carried out at the start of the first request after its time.

    python tests/meta/other_service --port 0 --write-target DIR [--no DIFFERENCE] [--lag S]
"""

from .differences import DIFFERENCES
from .service import Service
from .serving import serve, write_target

__all__ = ["DIFFERENCES", "Service", "serve", "write_target"]
