"""Booking businesses and what they hold."""

from __future__ import annotations

from .gate import Call
from .views import Reply, Views, show_item
from .world import Json, Refused, moment


class Bookings(Views):
    """What can be asked of /solutions/bookingBusinesses."""

    def business(self, call: Call) -> Json:
        if "book" not in call.caller.scopes:
            raise Refused("denied")
        found: Json | None = self.world.businesses.get(call.args["business"])
        if found is None:
            raise Refused("unknown")
        return found

    def on_businesses(self, call: Call) -> Reply:
        if call.method == "POST":
            if "business" not in call.caller.scopes:
                raise Refused("denied")
            name = str(self.read_json(call).get("displayName") or "Business")
            return 201, show_item(self.world.business(name))
        if "book" not in call.caller.scopes:
            raise Refused("denied")
        every = self.world.businesses.values()
        return self.page(call, [(b["seq"], show_item(b)) for b in every])

    def on_business(self, call: Call) -> Reply:
        business = self.business(call)
        if call.method in ("GET", "HEAD"):
            return 200, show_item(business)
        if "business" not in call.caller.scopes:
            raise Refused("denied")
        del self.world.businesses[business["id"]]
        return 204, None

    def on_publish(self, call: Call) -> Reply:
        self.business(call)
        return 204, None

    def on_items(self, call: Call) -> Reply:
        business, kind = self.business(call), call.args["kind"]
        if call.method != "POST":
            every = business[kind].values()
            return self.page(call, [(i["seq"], show_item(i)) for i in every])
        sent = self.read_json(call)
        if kind == "appointments":
            service = business["services"].get(str(sent.get("serviceId")))
            customers, staff = sent.get("customers"), sent.get("staffMemberIds")
            if not all(isinstance(part or [], list) for part in (customers, staff)):
                raise Refused("body")
            if not all(isinstance(one, dict) for one in customers or []):
                raise Refused("body")
            if service is None:
                raise Refused("body")
            sent.setdefault("serviceName", service.get("displayName"))
            for name in ("start", "end", "startDateTime", "endDateTime"):
                if name in sent:
                    at = self.time(moment(sent[name]), zone=False)
                    sent[name] = {"dateTime": at, "timeZone": "UTC"}
        made = self.world.item(business, kind, sent)
        quiet = sent.get("optOutOfCustomerEmail") or kind != "appointments"
        if "booking-mails" in self.on and not quiet:
            self.world.after(0.7, lambda: self.confirm(business, made))
        return 201, show_item(made)

    def confirm(self, business: Json, appointment: Json) -> None:
        """Repeat what was booked to whom it concerns."""
        notes = [v for k, v in appointment.items() if isinstance(v, str) and k != "id"]
        for customer in appointment.get("customers") or []:
            notes += [str(customer.get(name) or "") for name in ("name", "notes")]
        for box in self.world.involved(business, appointment):
            subject = f"Gebucht: {appointment.get('serviceName')}"
            self.world.mail(box, subject, " ".join(notes), business["id"])

    def on_item(self, call: Call) -> Reply:
        business, kind = self.business(call), call.args["kind"]
        found = self.kept(business[kind], call, "item")
        if call.method in ("GET", "HEAD"):
            return 200, show_item(found)
        del business[kind][found["id"]]
        return 204, None

    def on_bookings_view(self, call: Call) -> Reply:
        business = self.business(call)
        try:
            since, until = moment(call.query["start"]), moment(call.query["end"])
        except (KeyError, Refused):
            raise Refused("query") from None

        def inside(item: Json) -> bool:
            begin = item.get("startDateTime") or item.get("start")
            end = item.get("endDateTime") or item.get("end")
            return bool(begin and end and moment(begin) < until and moment(end) > since)

        every = [i for i in business["appointments"].values() if inside(i)]
        return self.page(call, [(i["seq"], show_item(i)) for i in every])

    def on_call_off(self, call: Call) -> Reply:
        business = self.business(call)
        appointment = self.kept(business["appointments"], call, "item")
        if appointment.get("doomed"):
            raise Refused("unknown")
        text = self.read_comment(call, "cancellationMessage")
        self.world.call_off(business, appointment, text)
        return 204, None
