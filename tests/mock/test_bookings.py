"""Bookings and ``bookingAppointment: cancel``."""

from __future__ import annotations

import pytest

ATTENDEE, SECOND = "attendee@contoso.example", "second@contoso.example"


def told(mock, who):
    return [message["body"]["content"] for message in mock.inbox(who, "none")]


def test_customer_and_staff_are_told(mock):
    booking = mock.booking()
    answer = mock.cancel_booking(booking)
    assert (answer.status, answer.content) == (204, b"")
    assert told(mock, ATTENDEE) == told(mock, SECOND) == ["Closed"]
    assert mock.cancel_booking(booking).status == 404
    assert mock.send("GET", f"{mock.business}/appointments/{booking['id']}").status == 404


@pytest.mark.parametrize("walk", ["appointments", "calendarView"])
@pytest.mark.parametrize("root", ["/beta", "/draft/v1.0", "/draft/beta"])
def test_the_older_routes(mock, root, walk):
    booking = mock.booking()
    path = f"/bookingBusinesses/{mock.cast.business}/{walk}/{booking['id']}/cancel"
    assert mock.send("POST", path, json_body={"cancellationMessage": "x"}, root=root).status == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 204), (None, 204), ({"cancellationMessage": None}, 204), ({"comment": "x"}, 400),
     ({"cancellationMessage": 7}, 400), ([], 400)],
)  # fmt: skip
def test_bodies(mock, body, status):
    booking = mock.booking()
    path = f"{mock.business}/appointments/{booking['id']}/cancel"
    assert mock.send("POST", path, json_body=body).status == status


@pytest.mark.parametrize("identifier", ["nope", "A" * 152, "a@b=="])
def test_an_unknown_appointment_is_404(mock, identifier):
    answer = mock.send("POST", f"{mock.business}/appointments/{identifier}/cancel", json_body={})
    assert (answer.status, answer.code) == (404, "ErrorItemNotFound")


def test_arranging(mock):
    (business,) = mock.get("/solutions/bookingBusinesses")["value"]
    encoded = business["id"].replace("@", "%40")
    base = f"/solutions/bookingBusinesses/{encoded}"
    assert mock.get(base)["id"] == business["id"]
    (service,) = mock.get(base + "/services")["value"]
    (staff,) = mock.get(base + "/staffMembers")["value"]
    assert staff["emailAddress"] == SECOND
    assert service["staffMemberIds"] == [staff["id"]]
    customer = mock.post(base + "/customers", {"displayName": "Carl", "emailAddress": ATTENDEE})
    times = mock.draft()
    appointment = mock.post(
        base + "/appointments",
        {"startDateTime": times["start"], "endDateTime": times["end"], "customers": [{"customerId": customer["id"]}],
         "staffMemberIds": [staff["id"]], "additionalInformation": "marker"},
    )  # fmt: skip
    window = {"start": "2035-05-07T00:00:00Z", "end": "2035-05-08T00:00:00Z"}
    assert [a["id"] for a in mock.get(base + "/calendarView", query=window)["value"]] == [appointment["id"]]
    assert [a["id"] for a in mock.get(base + "/appointments")["value"]] == [appointment["id"]]
    assert mock.send("DELETE", f"{base}/appointments/{appointment['id']}").status == 204
    assert told(mock, ATTENDEE) == ["marker"]
    assert told(mock, SECOND) == []
    assert mock.get(f"{base}/customers/{customer['id']}")["displayName"] == "Carl"


@pytest.mark.parametrize(
    "body",
    [{}, {"serviceId": "x"}, {"serviceId": 7}, {"customers": 7}, {"customers": [7]}, {"staffMemberIds": ["x"]},
     {"customers": [{"emailAddress": 7}]}, {"customerName": 7}, {"nonsense": 7}],
)  # fmt: skip
def test_impossible_appointments_are_refused(mock, body):
    times = mock.draft()
    whole = {"startDateTime": times["start"], "endDateTime": times["end"], **body} if body else {}
    assert mock.send("POST", f"{mock.business}/appointments", json_body=whole).status == 400
