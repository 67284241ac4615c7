"""People, calendars, events and mail."""

from __future__ import annotations

import re

from .gate import Call
from .views import Reply, Views
from .world import Event, Json, Refused, moment

RESPONSES = {
    "accept": ("accepted", "meetingAccepted", "Zugesagt: "),
    "decline": ("declined", "meetingDeclined", "Abgelehnt: "),
    "tentativelyAccept": (
        "tentativelyAccepted",
        "meetingTenativelyAccepted",
        "Vielleicht: ",
    ),
}


class Calendars(Views):
    """What can be asked of /me, /users and /groups."""

    # people and groups

    def on_me(self, call: Call) -> Reply:
        return 200, self.show_box(self.mailbox(call, "read"))

    def on_user(self, call: Call) -> Reply:
        box = self.world.find(call.args["user"])
        if box is None:
            raise Refused("unknown")
        return 200, self.show_box(box)

    def on_group(self, call: Call) -> Reply:
        if call.args["group"] != self.world.team.id:
            raise Refused("unknown")
        return 200, self.show_box(self.world.team)

    def on_members(self, call: Call) -> Reply:
        self.on_group(call)
        members = self.world.team.members or []
        return self.page(call, [(n, self.show_box(b)) for n, b in enumerate(members)])

    # calendars

    def on_folders(self, call: Call) -> Reply:
        """Calendar groups, all calendars, or the calendars of one group."""
        posting = call.method == "POST"
        box = self.mailbox(call, "write" if posting else "read")
        parent = self.kept(box.groups, call, "cgroup") if "cgroup" in call.args else None
        groups = call.path.endswith("/calendarGroups")
        if posting:
            name = self.read_json(call).get("name")
            if not isinstance(name, str):
                raise Refused("body")
            first = next(iter(box.groups.values()))
            made = self.world.folder(box, name, None if groups else parent or first)
            return 201, {"id": made.id, "name": made.name}
        folders = (box.groups if groups else box.calendars).values()
        fitting = [f for f in folders if parent in (None, f.parent)]
        return self.page(call, [(f.seq, {"id": f.id, "name": f.name}) for f in fitting])

    def on_folder(self, call: Call) -> Reply:
        box = self.mailbox(call, "read" if call.method in ("GET", "HEAD") else "write")
        found = self.folder(call, box) or self.kept(box.groups, call, "cgroup")
        if call.method in ("GET", "HEAD"):
            return 200, {"id": found.id, "name": found.name}
        if found is box.main or found is next(iter(box.groups.values())):
            raise Refused("state")
        for calendar in [f for f in box.calendars.values() if found in (f, f.parent)]:
            for event in [e for e in box.events.values() if e.folder is calendar]:
                self.world.delete(event, silent=True)
            del box.calendars[calendar.id]
        box.groups.pop(found.id, None)
        return 204, None

    def on_view(self, call: Call) -> Reply:
        box = self.mailbox(call, "read")
        folder = self.folder(call, box)
        shown = [e for e in box.events.values() if e.type != "seriesMaster"]
        shown = [e for e in shown if folder in (None, e.folder)]
        return self.within(call, shown)

    def within(self, call: Call, events: list[Event]) -> Reply:
        try:
            since = moment(call.query["startDateTime"])
            until = moment(call.query["endDateTime"])
        except (KeyError, Refused):
            raise Refused("query") from None
        hits = [e for e in events if e.begin < until and e.end > since]
        return self.page(call, [(e.seq, self.show_event(e, call)) for e in hits])

    # events

    def on_events(self, call: Call) -> Reply:
        posting = call.method == "POST"
        box = self.mailbox(call, "write" if posting else "read")
        folder = self.folder(call, box)
        if posting:
            if "group" in call.args and "groups" not in call.caller.scopes:
                raise Refused("denied")
            author = call.caller.box or box
            sent = self.read_json(call)
            made = self.world.create(box, folder or box.main, author, sent)
            return 201, self.show_event(made, call)
        whole = ("singleInstance", "seriesMaster")
        found = [e for e in box.events.values() if e.type in whole]
        found = [e for e in found if folder in (None, e.folder)]
        if "$filter" in call.query:
            test = re.fullmatch(r"iCalUId eq '((?:[^']|'')*)'", call.query["$filter"])
            if not test:
                raise Refused("query")
            found = [e for e in found if e.ical == test[1].replace("''", "'")]
        return self.page(call, [(e.seq, self.show_event(e, call)) for e in found])

    def on_event(self, call: Call) -> Reply:
        box = self.mailbox(call, "read" if call.method in ("GET", "HEAD") else "write")
        event = self.event(call, box)
        if call.method == "DELETE":
            self.world.delete(event)
            return 204, None
        if call.method == "PATCH":
            self.change(event, self.read_json(call))
        return 200, self.show_event(event, call)

    def change(self, event: Event, sent: Json) -> None:
        """Alter an event and its copies; an occurrence becomes an exception."""
        if event.root is not None:
            raise Refused("state")
        if not isinstance(sent.get("body") or {}, dict):
            raise Refused("body")
        begin = moment(sent["start"]) if "start" in sent else event.begin
        end = moment(sent["end"]) if "end" in sent else event.end
        texts = ("subject", "body", "location")
        named: Json = {k: sent[k] for k in texts if k in sent}
        boxes = self.world.boxes
        copies = [e for b in boxes for e in b.events.values() if e.root is event]
        data = event.data
        if event.master:
            data = dict(data)
        data.update(named)
        for one in [event, *copies]:
            one.data, one.begin, one.end = data, begin, end
            one.type = "exception" if event.master else one.type

    def on_purge(self, call: Call) -> Reply:
        """Permanent deletion tells nobody."""
        box = self.mailbox(call, "write")
        self.world.delete(self.event(call, box), silent=True)
        return 204, None

    def on_instances(self, call: Call) -> Reply:
        master = self.event(call, self.mailbox(call, "read"))
        if master.type != "seriesMaster":
            raise Refused("state")
        return self.within(call, master.occurrences)

    def on_cancel(self, call: Call) -> Reply:
        event = self.event(call, self.mailbox(call, "write"))
        if event.ending:
            raise Refused("unknown")
        comment = self.read_comment(call, "comment", "Comment")
        caller = call.caller.box
        host = event.author if event.author in self.world.people.values() else None
        if event.root or (caller and host and caller is not host):
            raise Refused("organizer")
        if "plain-refused" in self.on and not event.data["attendees"]:
            raise Refused("plain")
        self.world.cancel(event, comment)
        return 202, None

    def on_respond(self, call: Call) -> Reply:
        box = self.mailbox(call, "write")
        event = self.event(call, box)
        said, kind, prefix = RESPONSES[call.path.rpartition("/")[2]]
        sent = {k.lower(): v for k, v in self.read_json(call, optional=True).items()}
        root = event.root
        if root is None:
            raise Refused("state")
        for guest in event.data["attendees"]:
            if guest[0].lower() == box.address:
                guest[3] = said
        if said == "declined":
            self.world.remove(event)
        if sent.get("sendresponse", True):
            host = root.author if root.box.members is not None else root.box
            subject = prefix + str(event.data.get("subject") or "")
            text = str(sent.get("comment") or "")
            if host:
                send = self.world.mail
                self.world.after(0.7, lambda: send(host, subject, text, box, kind, root))
        return 202, None

    # mail

    def on_mails(self, call: Call) -> Reply:
        box = self.mailbox(call, "mail")
        mails = list(box.mails.values())
        if call.args.get("mailfolder", "inbox").lower() != "inbox":
            mails = []
        if "$search" in call.query:
            raise Refused("query")
        if "$filter" in call.query:
            test = re.fullmatch(r"receivedDateTime ge (\S+)", call.query["$filter"])
            try:
                since = moment(test[1]) if test else None
            except Refused:
                since = None
            if since is None:
                raise Refused("query")
            mails = [m for m in mails if m.received.replace(microsecond=0) >= since]
        return self.page(call, [(m.seq, self.show_mail(m, call)) for m in mails])

    def on_mail(self, call: Call) -> Reply:
        box = self.mailbox(call, "mail")
        mail = self.kept(box.mails, call, "message")
        if call.method in ("GET", "HEAD"):
            return 200, self.show_mail(mail, call)
        del box.mails[mail.id]
        return 204, None
