"""
Answers with their values replaced: what a made-up recording knows, short ways to have an answer or a text of one
replaced, and strategies that draw what a service might say.
"""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from graphcancel.exchange import Response
from graphcancel.marks import Mark
from graphcancel.properties import _KINDS
from graphcancel.pseudonyms import CANONICAL_RUN, CANONICAL_START, Known, Pseudonyms

DAY = dt.date(2026, 11, 21)
RUN = "gc6b02264e71006b"
CASE = "event-cancel.v1.0/me.events/organizer/pascal"
OWN = tuple(Mark.of(RUN, CASE, attempt) for attempt in range(3))
MARK, STAMPED = OWN[0].case, Mark.of(CANONICAL_RUN, CASE, 0).case
OTHER = Mark.of(RUN, "another/case", 0).case
ROOT = "https://graph.contoso.example"
SENTENCE = "Your request can't be completed. You need to be an organizer to cancel a meeting."
COMMENT = f'Contract check {MARK}: this meeting is called off. Grüße aus Köln, 会議は中止 😀 ’“ Tom & Ann, "sorry"'
ORGANIZER, GROUP, SHOP = "organizer@contoso.example", "b1ebee8b-0148-4ef9-aa16-50ede6899f9b", "Shop@contoso.example"

KNOWN = Known(
    addresses={ORGANIZER: "organizer@target.example", "second@contoso.example": "second@target.example"},
    ids={GROUP: "group-id", SHOP: "shop@target.example", "U/1+=": "user-id"},
    roots={ROOT: "https://target.example", f"{ROOT}/draft": "https://target.example/draft"},
    run=RUN,
    day=DAY,
    own=frozenset(mark.case for mark in OWN),
)
# What a recording of stand-ins would know.
SAME = Known(
    addresses={name: name for name in KNOWN.addresses.values()},
    ids={name: name for name in KNOWN.ids.values()},
    roots={root: root for root in KNOWN.roots.values()},
    run=CANONICAL_RUN,
    day=CANONICAL_START.date(),
    own=frozenset(mark.restamped(CANONICAL_RUN).case for mark in OWN),
)
NOW = "2030-01-01T12:00:00"
SAT = "Sat, 21 Nov 2026 23:16:31 GMT"

# This machine may be busy.
law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fresh(known: Known = KNOWN) -> Pseudonyms:
    return Pseudonyms(known, [SENTENCE, COMMENT])


def raw(body: object, headers: dict[str, str] | None = None, status: int = 200) -> Response:
    return Response(status, headers or {}, json.dumps(body).encode())


def read(body: object, pseudonyms: Pseudonyms | None = None):
    return json.loads((pseudonyms or fresh()).answer(raw(body)).body)


def text(written: str, pseudonyms: Pseudonyms | None = None) -> str:
    return read({"subject": written}, pseudonyms)["subject"]


ISH = st.one_of(
    st.sampled_from([SENTENCE, MARK, OTHER, RUN, f"{MARK}m", ORGANIZER, ORGANIZER.upper(), GROUP, SHOP, "7", "", " "]),
    st.sampled_from(
        ["2026-11-21T23:16:30Z", "2035-06-04T00:05:00.0000000", "AAMk+/=", "ada@x.example", "Ada L.", "<b>"]
    ),
    st.sampled_from(["HTML", "text", "ErrorItemNotFound", "12.34.56", f"{ROOT}/v1.0/me/events/AAMk?$skip=1", "\ud800"]),
    st.text(max_size=12),
)
LEAVES = st.one_of(ISH, st.none(), st.booleans(), st.integers(-5, 5000), st.floats())
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(sorted(_KINDS)), ISH), inner, max_size=4),
        st.fixed_dictionaries({"contentType": st.sampled_from(["html", "Html", "text"]), "content": ISH}),
        st.fixed_dictionaries({"value": st.lists(inner, max_size=3)}),
    ),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        "request-id client-request-id date retry-after content-type allow www-authenticate x content-length".split()
    ),
    st.one_of(ISH, st.sampled_from(["application/json; charset=UTF-8", "text/html", "Sat, 21 Nov 2026 23:16:31 GMT", "5"])),
    max_size=4,
)  # fmt: skip
