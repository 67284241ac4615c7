"""
Arranging an appointment with a booking business, in one of the days to come.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from graphcancel.errors import NotOffered
from graphcancel.exchange import encode_segment, json_request
from graphcancel.ground import Ground, Steps
from graphcancel.marks import SUBJECT
from graphcancel.resources import resource, staff_of
from graphcancel.scene import Scene, server_time, slot_of, stamp
from graphcancel.sight import Viewpoint

if TYPE_CHECKING:
    from graphcancel.case import Case


BOOKED_WITHIN: Final = 14
"""Days from the start of a run within which its appointments lie."""


def arrange_appointment(ground: Ground, case: Case, scene: Scene) -> Steps:
    """Make the appointment of *case*, wait until it shows, and fill *scene*."""
    actor = "organizer" if ground.target.has("organizer") else "app"
    business = resource(ground, "booking_business", scene.root)
    service = ground.target.description.resources.get("booking_service")
    if not service:
        raise NotOffered("the target names no booking_service in [resources]")
    base = f"/solutions/bookingBusinesses/{encode_segment(business)}"
    scene.values["business"] = business
    staff = staff_of(ground, scene.root)
    customer = ground.invited()[0] if ground.invited() else ground.mailbox("organizer")
    day = dt.datetime.fromisoformat(ground.started).replace(microsecond=0, second=0, minute=0, hour=9)
    start = day + dt.timedelta(days=7 + slot_of(scene.mark) % 5, minutes=15 * (slot_of(scene.mark) % 32))
    window = (stamp(start), stamp(start + dt.timedelta(minutes=30)))
    ground.booked = True
    body = {
        "@odata.type": "#microsoft.graph.bookingAppointment",
        "serviceId": service,
        "additionalInformation": f"{SUBJECT} {scene.mark.case}",
        "serviceNotes": f"run {ground.run} started {ground.started}",
        "startDateTime": _booking_time(window[0]),
        "endDateTime": _booking_time(window[1]),
        "staffMemberIds": [identity for identity, _ in staff][:1],
        "customers": [
            {
                "@odata.type": "#microsoft.graph.bookingCustomerInformation",
                "name": f"{SUBJECT} {scene.mark.case}",
                "emailAddress": customer,
            }
        ],
    }
    if case.circumstance == "unknown-id":
        yield from ground.deleted(scene, actor, f"{base}/appointments", body, case)
        return
    answer = ground.target.send(json_request("POST", scene.root, f"{base}/appointments", actor, body))
    scene.meeting = scene.values["appointment"] = ground.created(answer, "create an appointment")
    mailboxes = dict.fromkeys([customer, *(mailbox for _, mailbox in staff[:1])])
    scene.attendees = tuple(mailboxes)
    scene.point = Viewpoint(
        root=scene.root,
        marker=scene.mark.case,
        windows=(window,),
        calendar=base,
        item=f"{base}/appointments/{encode_segment(scene.meeting)}",
        owner_actor=actor,
        readers={mailbox: ground.reader(mailbox) for mailbox in mailboxes},
        booking=True,
        since=server_time(answer, ground.target.clock),
    )
    yield from ground.until_visible(scene)


def customer_and_staff(ground: Ground, scene: Scene) -> tuple[str, tuple[str, ...]]:
    """The customer's mailbox and those of the staff, of a booking scene."""
    staff = tuple(mailbox for _, mailbox in staff_of(ground, scene.root)[:1])
    return scene.attendees[0], staff


def _booking_time(stamp: str) -> dict[str, str]:
    return {"@odata.type": "#microsoft.graph.dateTimeTimeZone", "dateTime": stamp, "timeZone": "UTC"}
