"""
Ways of breaking a promise, and further liberties, each planted into a running service.

`FAULTS` are wrong wherever they show. `LIBERTIES` are as legitimate as the differences, but cost time or belong to a
server in a mood, so that each is taken on request only.
"""

from __future__ import annotations

import gzip
import heapq
import html
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from .gate import Call, Caller
from .service import Service
from .world import Event, HangUp, Json, Mailbox, Refused, World

Plant = Callable[[Service], None]
FAULTS: dict[str, Plant] = {}
LIBERTIES: dict[str, Plant] = {}


def fault(plant: Plant) -> Plant:
    """Enter *plant* under its own name, with dashes."""
    FAULTS[plant.__name__.replace("_", "-")] = plant
    return plant


def liberty(plant: Plant) -> Plant:
    """Enter *plant* among the legitimate ones."""
    LIBERTIES[plant.__name__.replace("_", "-")] = plant
    return plant


# -- tools -----------------------------------------------------------------------------------------------------------


def wrap(thing: Any, name: str, around: Callable[..., Any]) -> None:
    """Let *around* stand before method *name*; it is given the method first."""
    inner = getattr(thing, name)
    setattr(thing, name, lambda *args, **named: around(inner, *args, **named))


def is_cancel(call: Call) -> bool:
    return call.path.endswith("/cancel")


def is_event_cancel(call: Call) -> bool:
    return is_cancel(call) and "/events/" in call.path


def answering(service: Service, change: Callable[[Call, int, Any, Json], tuple[int, Any, Json]]) -> None:
    """Change the answers to cancels, whatever became of them."""

    def around(inner: Any, call: Call, request_id: str) -> Any:
        reply = inner(call, request_id)
        return change(call, *reply) if is_cancel(call) else reply

    wrap(service, "answer", around)


def later(world: World, seconds: float, deed: Callable[[], None]) -> None:
    heapq.heappush(world.later, (time.monotonic() + seconds, next(world.seq), deed))


def named(service: Service, call: Call) -> Event | None:
    """The event a cancel names, in whosever mailbox it lies."""
    key = unquote(call.path.split("/")[-2])
    return next((box.events[key] for box in service.world.boxes if key in box.events), None)


def despite(service: Service, kind: str, deed: Callable[[Event], None]) -> None:
    """Refuse as before where the refusal is of *kind*, and do *deed* with the event all the same."""

    def around(inner: Any, call: Call) -> Any:
        try:
            return inner(call)
        except Refused as refused:
            event = named(service, call) if is_event_cancel(call) else None
            if refused.kind == kind and event:
                deed(event)
            raise

    wrap(service, "dispatch", around)


def cancelling(service: Service, also: Callable[[Event], None]) -> None:
    """Do *also* once a cancel has taken effect."""

    def around(inner: Any, event: Event, comment: str | None) -> None:
        inner(event, comment)
        service.world.after(1, lambda: also(event))

    wrap(service.world, "cancel", around)


def instead(service: Service, fits: Callable[[Event], bool], deed: Callable[[Event, str | None], None]) -> None:
    """Let *deed* be all that a cancel of a fitting event does."""

    def around(inner: Any, event: Event, comment: str | None) -> None:
        if not fits(event):
            inner(event, comment)
            return
        event.doomed = True
        service.world.after(1, lambda: deed(event, comment))

    wrap(service.world, "cancel", around)


def rewording(service: Service, change: Callable[[str], str | None]) -> None:
    """Change comments on their way to the attendees."""

    def around(inner: Any, event: Event, comment: str | None) -> None:
        inner(event, change(comment) if comment else comment)

    wrap(service.world, "withdraw", around)


def posting(service: Service, change: Callable[[Mailbox, str, str], tuple[str, str] | None], *, booking: bool) -> None:
    """Change subject and text of cancellations, or let them be lost."""

    def around(
        inner: Any, box: Mailbox, subject: str, text: str, sender: Any, kind: Any = None, event: Any = None
    ) -> None:
        called_off = booking and kind is None and subject.startswith("Abgesagt: ")
        if called_off or (not booking and kind == "meetingCancelled"):
            changed = change(box, subject, text)
            if changed is None:
                return
            subject, text = changed
        inner(box, subject, text, sender, kind, event)

    wrap(service.world, "mail", around)


def copies(service: Service, event: Event) -> list[Event]:
    return [one for box in service.world.boxes for one in list(box.events.values()) if one.root is event]


def namesakes(event: Event) -> list[Event]:
    """Other events of the same mailbox with the same subject, its own series aside."""
    own = {id(event), id(event.master), *map(id, (event.master or event).occurrences)}
    subject = event.data.get("subject")
    return [e for e in event.box.events.values() if id(e) not in own and e.data.get("subject") == subject]


def always(event: Event) -> bool:
    return bool(event)


def is_occurrence(event: Event) -> bool:
    return event.master is not None


def is_whole(event: Event) -> bool:
    return event.master is None


# -- the answer ------------------------------------------------------------------------------------------------------


@fault
def byte_of_body(service: Service) -> None:
    answering(service, lambda call, status, payload, more: (status, b" " if status == 202 else payload, more))


@fault
def packed_byte_of_body(service: Service) -> None:
    packed = gzip.compress(b" ")
    extra = {"Content-Encoding": "gzip"}
    answering(
        service,
        lambda call, status, payload, more: (202, packed, more | extra) if status == 202 else (status, payload, more),
    )


@fault
def one_route_200(service: Service) -> None:
    route = re.compile(r"/v1\.0/users/[^/]*%40[^/]*/calendars/[^/]+/events/[^/]+/cancel")

    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        return (200 if status == 202 and route.fullmatch(call.path) else status), payload, more

    answering(service, change)


@fault
def beta_204(service: Service) -> None:
    answering(
        service,
        lambda call, status, payload, more: (
            204 if status == 202 and call.path.startswith("/beta/") else status,
            payload,
            more,
        ),
    )


@fault
def users_by_id_404(service: Service) -> None:
    def around(inner: Any, call: Call) -> Any:
        if is_cancel(call) and re.match(r"/[^/]+/users/[0-9a-f]{8}-", call.path):
            raise Refused("unknown")
        return inner(call)

    wrap(service, "dispatch", around)


@fault
def everything_202(service: Service) -> None:
    def around(inner: Any, call: Call, request_id: str) -> Any:
        return inner(call, request_id) if call.path.startswith("/_other/") else (202, None, {})

    wrap(service, "answer", around)


@fault
def every_cancel_202(service: Service) -> None:
    def around(inner: Any, call: Call, request_id: str) -> Any:
        return (202, None, {}) if is_cancel(call) else inner(call, request_id)

    wrap(service, "answer", around)


@fault
def failure_after_cancel(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        return (*service.envelope("broken", call, "none"), more) if status < 300 else (status, payload, more)

    answering(service, change)


@fault
def no_answer_after_cancel(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        if status < 300:
            raise HangUp
        return status, payload, more

    answering(service, change)


@fault
def error_without_code(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        if isinstance(payload, dict):
            payload["error"].pop("code", None)
        return status, payload, more

    answering(service, change)


@fault
def error_with_blank_message(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        if isinstance(payload, dict):
            payload["error"]["message"] = ""
        return status, payload, more

    answering(service, change)


# -- the attendee's refusal ------------------------------------------------------------------------------------------


def rephrasing(service: Service, change: Callable[[str], str]) -> None:
    def reword(call: Call, status: int, payload: Any, more: Json) -> Any:
        if isinstance(payload, dict):
            payload["error"]["message"] = change(payload["error"]["message"])
        return status, payload, more

    answering(service, reword)


@fault
def curly_apostrophe(service: Service) -> None:
    rephrasing(service, lambda text: text.replace("'", "’"))


@fault
def sentence_in_lower_case(service: Service) -> None:
    rephrasing(service, str.lower)


@fault
def sentence_with_a_blank_behind(service: Service) -> None:
    rephrasing(service, lambda text: f"{text} ")


@fault
def attendee_403(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        own = call.caller.box is service.world.people["attendee"]
        return (403 if status == 400 and own else status), payload, more

    answering(service, change)


@fault
def refusal_with_effect(service: Service) -> None:
    despite(service, "organizer", lambda event: service.world.cancel(event.root or event, None))


@fault
def refusal_with_late_effect(service: Service) -> None:
    world = service.world
    despite(service, "organizer", lambda event: later(world, 0.5, lambda: world.cancel(event.root or event, None)))


@fault
def refusal_takes_own_copy(service: Service) -> None:
    despite(service, "organizer", service.world.remove)


@fault
def refusal_renames(service: Service) -> None:
    def rename(event: Event) -> None:
        event.data["subject"] = f"Abgesagt: {event.data['subject']}"

    despite(service, "organizer", rename)


@fault
def refusal_declines(service: Service) -> None:
    """The call is refused, and taken for the attendee's declining."""

    def decline(event: Event) -> None:
        for guest in event.data["attendees"]:
            if guest[0].lower() == event.box.address:
                guest[3] = "declined"
        host = (event.root or event).box
        subject = f"Abgelehnt: {event.data['subject']}"
        service.world.mail(host, subject, "", event.box, "meetingDeclined", event.root)

    despite(service, "organizer", decline)


@fault
def organizers_path_open(service: Service) -> None:
    """An attendee's token is as good as the organizer's on the organizer's path."""

    def around(inner: Any, call: Call) -> Caller:
        caller: Caller = inner(call)
        host = service.world.people["organizer"]
        theirs = host.id in call.path or host.address.replace("@", "%40") in call.path
        own = caller.box is service.world.people["attendee"]
        return replace(caller, box=host) if is_cancel(call) and own and theirs else caller

    wrap(service, "identify", around)


# -- effects ---------------------------------------------------------------------------------------------------------


@fault
def event_stays(service: Service) -> None:
    instead(service, is_whole, service.world.withdraw)


@fault
def event_marked_only(service: Service) -> None:
    def mark(event: Event, comment: str | None) -> None:
        event.cancelled = True
        service.world.withdraw(event, comment)

    instead(service, is_whole, mark)


@fault
def another_cancelled(service: Service) -> None:
    """Ids are compared without regard to case."""

    def swap(event: Event, comment: str | None) -> None:
        twin = event.box.events.get(event.id.swapcase(), event)
        service.world.remove(twin)
        service.world.withdraw(twin, comment)

    instead(service, is_whole, swap)


@fault
def decoy_gone(service: Service) -> None:
    cancelling(service, lambda event: [service.world.remove(one) for one in namesakes(event)] and None)


@fault
def decoy_marked(service: Service) -> None:
    cancelling(service, lambda event: [setattr(one, "cancelled", True) for one in namesakes(event)] and None)


@fault
def decoy_gone_with_an_occurrence(service: Service) -> None:
    cancelling(
        service,
        lambda event: [service.world.remove(one) for one in namesakes(event) if is_occurrence(event)] and None,
    )


@fault
def decoy_renamed(service: Service) -> None:
    def rename(event: Event) -> None:
        for one in namesakes(event):
            one.data["subject"] = f"Abgesagt: {one.data['subject']}"

    cancelling(service, rename)


@fault
def second_not_told(service: Service) -> None:
    posting(service, lambda box, subject, text: None if box.name == "Second" else (subject, text), booking=False)


@fault
def nobody_told(service: Service) -> None:
    posting(service, lambda box, subject, text: None, booking=False)


@fault
def told_of_another_meeting(service: Service) -> None:
    posting(service, lambda box, subject, text: ("Abgesagt: Something else", "Sorry"), booking=False)


@fault
def told_of_another_meeting_with_comment(service: Service) -> None:
    posting(service, lambda box, subject, text: ("Abgesagt: Something else", text), booking=False)


@fault
def copies_stay(service: Service) -> None:
    withdrawing = [False]

    def tell(inner: Any, event: Event, comment: str | None) -> None:
        withdrawing[0] = True
        inner(event, comment)
        withdrawing[0] = False

    def remove(inner: Any, event: Event) -> None:
        if not withdrawing[0]:
            inner(event)

    wrap(service.world, "withdraw", tell)
    wrap(service.world, "remove", remove)


@fault
def comment_cut_at_255(service: Service) -> None:
    rewording(service, lambda text: text[:255])


@fault
def comment_in_ascii(service: Service) -> None:
    rewording(service, lambda text: text.encode("ascii", "replace").decode())


@fault
def comment_not_escaped(service: Service) -> None:
    wrap(service.world, "markup", lambda inner, text: f"<html><body>{text}</body></html>")


@fault
def comment_escaped_twice(service: Service) -> None:
    rewording(service, html.escape)


@fault
def comment_lost(service: Service) -> None:
    rewording(service, lambda text: None)


@fault
def comment_for_one_attendee(service: Service) -> None:
    posting(service, lambda box, subject, text: (subject, "" if box.name == "Second" else text), booking=False)


def ignoring(service: Service, name: str) -> None:
    def around(inner: Any, call: Call, *names: str) -> str | None:
        text: str | None = inner(call, *names)
        return None if f'"{name}"'.encode() in call.body else text

    wrap(service, "read_comment", around)


@fault
def camel_ignored(service: Service) -> None:
    ignoring(service, "comment")


@fault
def pascal_ignored(service: Service) -> None:
    ignoring(service, "Comment")


@fault
def empty_body_refused(service: Service) -> None:
    def around(inner: Any, call: Call, *names: str) -> str | None:
        if call.body == b"{}":
            raise Refused("body")
        text: str | None = inner(call, *names)
        return text

    wrap(service, "read_comment", around)


# -- series ----------------------------------------------------------------------------------------------------------


@fault
def sibling_gone(service: Service) -> None:
    def also(event: Event) -> None:
        if event.master and event.master.occurrences:
            service.world.remove(event.master.occurrences[-1])

    cancelling(service, also)


@fault
def sibling_gone_at_attendee(service: Service) -> None:
    def also(event: Event) -> None:
        for copy in copies(service, event.master.occurrences[-1]) if event.master else []:
            service.world.remove(copy)

    cancelling(service, also)


@fault
def occurrence_takes_attendees_series(service: Service) -> None:
    def also(event: Event) -> None:
        for copy in copies(service, event.master) if event.master else []:
            service.world.remove(copy)

    cancelling(service, also)


@fault
def occurrence_takes_series(service: Service) -> None:
    def deed(event: Event, comment: str | None) -> None:
        assert event.master
        service.world.withdraw(event, comment)
        service.world.remove(event.master)
        service.world.withdraw(event.master, comment)

    instead(service, is_occurrence, deed)


@fault
def occurrence_stays(service: Service) -> None:
    instead(service, is_occurrence, service.world.withdraw)


@fault
def occurrence_untold(service: Service) -> None:
    def deed(event: Event, comment: str | None) -> None:
        service.world.remove(event)
        for copy in copies(service, event):
            service.world.remove(copy)

    instead(service, is_occurrence, deed)


@fault
def occurrence_without_comment(service: Service) -> None:
    def deed(event: Event, comment: str | None) -> None:
        service.world.remove(event)
        service.world.withdraw(event, None)

    instead(service, is_occurrence, deed)


@fault
def series_leaves_one(service: Service) -> None:
    def deed(event: Event, comment: str | None) -> None:
        for one in event.occurrences[:-1] or [event]:
            service.world.remove(one)
        service.world.withdraw(event, comment)

    instead(service, is_whole, deed)


# -- tokens and malformed requests -----------------------------------------------------------------------------------


@fault
def cancelled_without_token(service: Service) -> None:
    """Answered 401, and done."""
    despite(service, "token", lambda event: service.world.cancel(event, None))


@fault
def no_token_404(service: Service) -> None:
    answering(service, lambda call, status, payload, more: (404 if status == 401 else status, payload, more))


def letting_in(service: Service, kind: str) -> None:
    def around(inner: Any, call: Call) -> Caller:
        try:
            caller: Caller = inner(call)
        except Refused as refused:
            if refused.kind != kind or not call.headers.get("authorization"):
                raise
            caller = service.callers[service.tokens["organizer"]]
        return caller

    wrap(service, "identify", around)


@fault
def garbage_token_accepted(service: Service) -> None:
    letting_in(service, "token")


@fault
def expired_token_accepted(service: Service) -> None:
    letting_in(service, "expired")


@fault
def read_only_accepted(service: Service) -> None:
    token = service.tokens["reader"]
    service.callers[token] = replace(service.callers[token], scopes=frozenset({"read", "write", "mail", "book"}))


@fault
def read_only_refused_with_effect(service: Service) -> None:
    despite(service, "denied", lambda event: service.world.cancel(event, None))


@fault
def application_refused(service: Service) -> None:
    def around(inner: Any, call: Call) -> Any:
        if call.caller.box is None:
            raise Refused("denied")
        return inner(call)

    wrap(service, "on_cancel", around)


@fault
def malformed_json_accepted(service: Service) -> None:
    def around(inner: Any, call: Call, *names: str) -> str | None:
        with suppress(Refused):
            text: str | None = inner(call, *names)
            return text
        return None

    wrap(service, "read_comment", around)


@fault
def plain_text_refused_with_effect(service: Service) -> None:
    despite(service, "mime", lambda event: service.world.cancel(event, None))


@fault
def get_cancels(service: Service) -> None:
    def around(inner: Any, call: Call) -> Any:
        event = named(service, call) if call.method == "GET" and is_event_cancel(call) else None
        if event is None:
            return inner(call)
        service.identify(call)
        service.world.cancel(event, None)
        return 202, None

    wrap(service, "dispatch", around)


@fault
def get_refused_with_effect(service: Service) -> None:
    despite(service, "verb", lambda event: service.world.cancel(event, None))


@fault
def unknown_event_202(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        return (202, None, more) if status == 404 and "/events/" in call.path else (status, payload, more)

    answering(service, change)


@fault
def second_cancel_tells(service: Service) -> None:
    """A second cancel is refused, and the attendees are told once more."""
    ended: dict[str, Event] = {}

    def around(inner: Any, call: Call) -> Any:
        key = call.args["event"]
        try:
            reply = inner(call)
        except Refused:
            if key in ended:
                service.world.withdraw(ended[key], None)
            raise
        event = named(service, call)
        if event:
            ended[key] = event
        return reply

    wrap(service, "on_cancel", around)


# -- bookings and batches --------------------------------------------------------------------------------------------


@fault
def unknown_booking_204(service: Service) -> None:
    def change(call: Call, status: int, payload: Any, more: Json) -> Any:
        return (204, None, more) if status == 404 and "/appointments/" in call.path else (status, payload, more)

    answering(service, change)


@fault
def customer_not_told(service: Service) -> None:
    posting(service, lambda box, subject, text: (subject, text) if box.name == "Staff" else None, booking=True)


@fault
def staff_not_told(service: Service) -> None:
    posting(service, lambda box, subject, text: None if box.name == "Staff" else (subject, text), booking=True)


@fault
def booking_text_lost(service: Service) -> None:
    posting(service, lambda box, subject, text: (subject, ""), booking=True)


@fault
def booking_stays(service: Service) -> None:
    def around(inner: Any, business: Json, appointment: Json, text: str | None) -> None:
        inner(business, appointment, text)
        service.world.after(1.01, lambda: business["appointments"].update({appointment["id"]: appointment}))

    wrap(service.world, "call_off", around)


def batched(service: Service, deed: Callable[[Event, str | None], None]) -> None:
    """Let *deed* be all that a cancel inside a batch does."""
    inside = [False]

    def batch(inner: Any, call: Call) -> Any:
        inside[0] = True
        try:
            return inner(call)
        finally:
            inside[0] = False

    def cancel(inner: Any, event: Event, comment: str | None) -> None:
        if inside[0]:
            service.world.after(1, lambda: deed(event, comment))
        else:
            inner(event, comment)

    wrap(service, "on_batch", batch)
    wrap(service.world, "cancel", cancel)


@fault
def batch_without_effect(service: Service) -> None:
    batched(service, lambda event, comment: None)


@fault
def batch_untold(service: Service) -> None:
    batched(service, lambda event, comment: service.world.remove(event))


# -- what is left behind ---------------------------------------------------------------------------------------------


@fault
def inbox_shut_after_cancel(service: Service) -> None:
    """Once a cancel was accepted, the second attendee's inbox cannot be listed any more."""
    shut = [False]

    def cancel(inner: Any, event: Event, comment: str | None) -> None:
        shut[0] = True
        inner(event, comment)

    def mails(inner: Any, call: Call) -> Any:
        if shut[0] and service.world.people["second"].address.replace("@", "%40") in call.path.lower():
            raise Refused("broken")
        return inner(call)

    wrap(service.world, "cancel", cancel)
    wrap(service, "on_mails", mails)


# -- liberties -------------------------------------------------------------------------------------------------------


@liberty
def packed_nothing(service: Service) -> None:
    """An empty body may be sent compressed."""
    packed = gzip.compress(b"")
    extra = {"Content-Encoding": "gzip"}
    answering(
        service,
        lambda call, status, payload, more: (202, packed, more | extra) if status == 202 else (status, payload, more),
    )


@liberty
def escaped_json(service: Service) -> None:
    """JSON may escape what it need not."""
    wrap(service, "text", lambda inner, payload: inner(payload).replace(b"'", b"\\u0027").replace(b"<", b"\\u003c"))


def unlisted(service: Service, delay: Callable[[Event], float]) -> None:
    """Let lists show an event only *delay* seconds after it was made."""
    born: dict[str, float] = {}

    def around(inner: Any, call: Call, items: Any) -> Any:
        now = time.monotonic()
        if not call.path.endswith(("/calendarView", "/events", "/instances")):
            return inner(call, items)
        boxes = service.world.boxes

        def listed(identity: str) -> bool:
            event = next((box.events[identity] for box in boxes if identity in box.events), None)
            return event is None or now - born.get(identity, 0.0) >= delay(event)

        return inner(call, [(seq, shown) for seq, shown in items if listed(shown["id"])])

    def create(inner: Any, *args: Any, **named: Any) -> Event:
        event: Event = inner(*args, **named)
        for one in [event, *event.occurrences]:
            born.setdefault(one.id, time.monotonic())
        return event

    wrap(service, "page", around)
    wrap(service.world, "create", create)


@liberty
def meetings_listed_late(service: Service) -> None:
    """A list may be older than the last change: a meeting shows later than the plain event beside it."""
    unlisted(service, lambda event: 0.4 if event.data["attendees"] else 0.0)


@liberty
def plain_events_listed_late(service: Service) -> None:
    """The other way round."""
    unlisted(service, lambda event: 0.0 if event.data["attendees"] else 0.6)


def linking(service: Service, change: Callable[[Call, str], str]) -> None:
    def around(inner: Any, call: Call, items: Any) -> Any:
        status, payload = inner(call, items)
        link = payload.get("@odata.nextLink")
        if link:
            payload["@odata.nextLink"] = change(call, link)
        return status, payload

    wrap(service, "page", around)


@liberty
def links_by_id(service: Service) -> None:
    """A page link may name a mailbox by its id, however it was asked for."""

    def change(call: Call, link: str) -> str:
        box = service.world.find(call.args.get("user"))
        return re.sub(r"/users/[^/]+/", f"/users/{box.id}/", link) if box else link

    linking(service, change)


@liberty
def mail_clock_behind(service: Service) -> None:
    """The mailbox's clock may be some seconds behind that of the server which answers."""

    def around(inner: Any, *args: Any, **named: Any) -> None:
        before = {id(mail) for box in service.world.boxes for mail in box.mails.values()}
        inner(*args, **named)
        for box in service.world.boxes:
            for mail in box.mails.values():
                if id(mail) not in before:
                    mail.received -= timedelta(seconds=5)

    wrap(service.world, "mail", around)


@liberty
def connections_closed(service: Service) -> None:
    """Each answer may end its connection, and say so."""
    wrap(service, "answer", lambda inner, *args: (*(got := inner(*args))[:2], got[2] | {"Connection": "close"}))


@liberty
def uneven_lag(service: Service) -> None:
    """Effects may come at once, or much later."""
    spread = service.random
    wrap(service.world, "after", lambda inner, share, deed: inner(share * spread.choice((0.1, 1.0, 4.0)), deed))


@liberty
def told_first(service: Service) -> None:
    """The attendees may be told long before the event is gone."""

    def cancel(inner: Any, event: Event, comment: str | None) -> None:
        event.doomed = True
        service.world.after(0.1, lambda: service.world.withdraw(event, comment))
        service.world.after(2, lambda: service.world.remove(event))

    wrap(service.world, "cancel", cancel)


@liberty
def second_attendee_slow(service: Service) -> None:
    """One attendee may learn of it later than the other."""

    def around(inner: Any, box: Mailbox, *args: Any) -> None:
        if box.name == "Second":
            service.world.after(2, lambda: inner(box, *args))
        else:
            inner(box, *args)

    wrap(service.world, "mail", around)


@liberty
def deleted_copies_decline(service: Service) -> None:
    """An attendee who deletes a copy may be taken to decline."""

    def around(inner: Any, event: Event, *, silent: bool = False) -> None:
        inner(event, silent=silent)
        if event.root is not None and not silent:
            subject = f"Abgelehnt: {event.data.get('subject')}"
            host = event.root.author or event.root.box
            service.world.after(0.5, lambda: service.world.mail(host, subject, "", event.box, "meetingDeclined", None))

    wrap(service.world, "delete", around)


@liberty
def mail_in_plain_text(service: Service) -> None:
    """Mail may be plain text, wrapped as mail is."""
    wrap(service.world, "markup", lambda inner, text: "\r\n".join(re.findall(r".{1,60}(?:\s+|$)", text)) + "\r\n--\r\n")
    wrap(service, "show_mail", _as_text)


def _as_text(inner: Any, mail: Any, call: Call) -> Json:
    shown: Json = inner(mail, call)
    shown["body"]["contentType"] = "text"
    return shown


@liberty
def refusals_without_json_type(service: Service) -> None:
    """A refusal's body is JSON whatever its Content-Type is called."""
    wrap(service, "answer", lambda inner, *args: (*(got := inner(*args))[:2], got[2] | {"Content-Type": "text/json"}))
