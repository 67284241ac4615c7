"""Faults of what holds for every call: refusals and their form, malformed requests, batches; a table, no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphmock import replies
from graphmock.deeds import (
    NO_JSON,
    NO_TYPE,
    TOKENS,
    Acts,
    Admits,
    Batches,
    Deed,
    Fault,
    Instead,
    Rewords,
    Spoils,
    Writes,
    row,
)
from graphmock.meetings import SHORTLY
from graphmock.replies import answered, enveloped, failing, having, refused, without
from graphmock.scope import Scope
from graphmock.spoiling import with_

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphmock.call import Reply

_EVERYWHERE = Scope()
_ANY = Scope(action="")
_BETA = Scope(version="beta")
_GROUPS = Scope(family="groups")
_BATCHED = Scope(batched=True)
_UNKNOWN = frozenset({"id.unknown"})
_MALFORMED = frozenset({"id.malformed"})
_VERB = frozenset({"route.method"})

_TOKENS = _ANY.refusals("no-token", "garbage-token", "expired-token")
_REFUSALS = (
    *_TOKENS, "graph-conventions/*/read-only", "graph-conventions/*-id", "graph-conventions/*/verb-*",
    "graph-conventions/*/malformed-json", "graph-conventions/*/text-plain", "!*/percent-encoded-id",
)  # fmt: skip


def _envelope(name: str, changes: str, edit: Callable[[Reply], Reply]) -> Fault:
    return row("convention", "errors.envelope", name, changes, _ANY, Writes(edit), *_REFUSALS)


def _accepted(name: str, changes: str, rules: frozenset[str], case: str, where: Scope = _EVERYWHERE) -> Fault:
    # There is nothing that could be done about an id that is none, or nothing's.
    clause = "errors.not-found" if case == "unknown-id" else "request.malformed"
    return row("convention", clause, name, changes, where, Admits(rules), *where.refusals(case))


def _verb(name: str, method: str) -> Fault:
    changes, where = f"{method} on the action's URL cancels", Scope(method=method)
    case = f"verb-{method.lower()}"
    return row("convention", "request.malformed", name, changes, where, Admits(_VERB), *where.refusals(case))


def _acted(name: str, changes: str, deed: Acts, case: str, where: Scope = _EVERYWHERE) -> Fault:
    said = f"{changes} is refused, and the event cancelled all the same"
    return row("convention", "refusal.without-effect", name, said, where, deed, *_EVERYWHERE.refusals(case))


def _batch(name: str, changes: str, does: Deed, where: Scope = _BATCHED) -> Fault:
    return row("batch", "batch.served", name, changes, where, does, *where.refusals("batch"))


def _each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], Any]:
    return lambda body: {"responses": [change(one) for one in body["responses"]]}


_BATCHED_ANY = Scope(action="", batched=True)

CONVENTIONS: tuple[Fault, ...] = (
    # --- the envelope ----------------------------------------------------------------------------------------------
    _envelope("envelope-missing", "refusals are plain text", replies.worded),
    _envelope("envelope-page", "refusals are pages for people", replies.as_page),
    _envelope("envelope-empty", "refusals carry no bytes at all", replies.carrying(b"")),
    _envelope("envelope-cut", "the JSON of refusals ends in the middle", replies.cut),
    _envelope("envelope-list", "refusals are a list of errors", enveloped(lambda body: [body["error"]])),
    _envelope("envelope-text", "refusals carry a text in place of the error",
              enveloped(lambda body: {"error": body["error"]["message"]})),
    _envelope("envelope-code-missing", "refusals carry no code", enveloped(without("code"))),
    _envelope("envelope-code-empty", "refusals carry an empty code", enveloped(having("code", ""))),
    _envelope("envelope-message-missing", "refusals carry no message", enveloped(without("message"))),
    _envelope("envelope-message-null", "refusals carry null for their message", enveloped(having("message", None))),
    row("convention", "errors.envelope", "unauthorised-html", "every 401 is an HTML page",
        _ANY, Writes(replies.as_page, TOKENS), *_TOKENS),
    # --- ids -------------------------------------------------------------------------------------------------------
    _accepted("unknown-id-accepted", "cancel of an unknown event is answered with success", _UNKNOWN, "unknown-id"),
    _accepted("unknown-id-accepted-beta", "under beta, cancel of an unknown event is answered with success",
              _UNKNOWN, "unknown-id", _BETA),
    row("convention", "errors.not-found", "unknown-id-500", "cancel of an unknown event is answered 500", _EVERYWHERE,
        Rewords(_UNKNOWN, refused(500)), *_EVERYWHERE.refusals("unknown-id")),
    _accepted("malformed-id-accepted", "cancel of an id that is none is answered with success", _MALFORMED,
              "malformed-id"),
    # --- verbs -----------------------------------------------------------------------------------------------------
    row("convention", "request.malformed", "verb-get-cancels", "GET on the action's URL cancels, with 200",
        Scope(method="GET"), Admits(_VERB), *_EVERYWHERE.refusals("verb-get")),
    row("convention", "request.malformed", "verb-get-answered",
        "GET on the action's URL is answered with success, and nothing happens", Scope(method="GET"),
        Admits(_VERB, idle=True), *_EVERYWHERE.refusals("verb-get")),
    _verb("verb-put-cancels", "PUT"),
    _verb("verb-patch-cancels", "PATCH"),
    _verb("verb-delete-cancels", "DELETE"),
    _acted("verb-delete-has-effect", "DELETE on the action's URL", Acts(_VERB), "verb-delete",
           Scope(method="DELETE")),
    # --- bodies ----------------------------------------------------------------------------------------------------
    _accepted("malformed-json-accepted", "a body that is no JSON is taken for an empty one", NO_JSON, "malformed-json",
              _ANY),
    _accepted("text-plain-accepted", "the media type of the body is not looked at", NO_TYPE, "text-plain", _ANY),
    _acted("refused-json-has-effect", "a body that is no JSON", Acts(NO_JSON), "malformed-json"),
    row("convention", "refusal.without-effect", "refused-json-acts-late",
        "a body that is no JSON is refused, and the event cancelled a moment later", _EVERYWHERE,
        Acts(NO_JSON, after=SHORTLY), *_EVERYWHERE.refusals("malformed-json")),
    _acted("refused-type-has-effect", "a body labelled as plain text", Acts(NO_TYPE), "text-plain"),
    # --- $batch ----------------------------------------------------------------------------------------------------
    _batch("batch-cancel-500", "cancel within a batch is answered 500, and nothing happens",
           Instead(failing(500, "InternalServerError", "The batch item failed.")), _BATCHED_ANY),
    _batch("batch-without-effect", "cancel within a batch is answered with success, and nothing happens",
           Instead(lambda reply: reply), _BATCHED_ANY),
    _batch("batch-event-stays", "of a cancel within a batch all are told, but the event stays",
           Spoils(with_(leaving=()))),
    _batch("batch-no-mail", "of a cancel within a batch no attendee is told", Spoils(with_(told=()))),
    _batch("batch-status-207", "a batch with a cancel in it is answered 207", Batches(answered(207)), _BATCHED_ANY),
    _batch("batch-item-missing", "a batch with a cancel in it is answered without the answers to its requests",
           Batches(enveloped(lambda _: {"responses": []})), _BATCHED_ANY),
    _batch("batch-item-status-text", "in a batch with a cancel in it, statuses are texts",
           Batches(enveloped(_each(lambda one: {**one, "status": f"{one['status']} Accepted"}))), _BATCHED_ANY),
    _batch("batch-item-other-id", "in a batch with a cancel in it, answers carry ids of no request",
           Batches(enveloped(_each(lambda one: {**one, "id": f"{one['id']}0"}))), _BATCHED_ANY),
)  # fmt: skip
