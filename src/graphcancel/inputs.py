"""
What generated calls are made of: strategies for bodies, headers and ids, drawn by hypothesis.

Bodies come from the contract, by schemathesis. It is given the page's own names; that nothing else is documented, that
only one of them is used at a time and what a text may be is added here. What no schema describes is ours: bytes that
are no JSON, headers (OpenAPI leaves Content-Type, Accept and Authorization to others) and ids known not to exist.

No text holds an ``@``: nothing generated can read as an address, and the fence would refuse it.
"""

from __future__ import annotations

import base64
import copy
import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from graphcancel.exchange import JSON
from graphcancel.generated import Generated, Sort
from graphcancel.scene import MADE_UP_ID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from schemathesis.schemas import BaseSchema

    from graphcancel.contract import Contract

LONGEST: Final = 20_000
"""Characters of a generated text, at most."""
SHORTEST: Final = 8
"""Characters a text needs to be told from whatever else stands in a message."""
_FORMAT: Final = "mail-text"
_NO_ADDRESS: Final = "@"
_KNOWN: Final = 56
"""How much of the made-up id names a mailbox: one whose id is all zeros, so nothing below it can exist."""

# -- texts ---------------------------------------------------------------------------------------------------------

_PLAIN: Final = st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=_NO_ADDRESS)
_ASTRAL: Final = st.characters(min_codepoint=0x1F300, max_codepoint=0x1F9FF, exclude_categories=["Cn"])
_RIGHT_TO_LEFT: Final = st.sampled_from("אבגדהוזחטשת ابتثجحخدذرز\u200f12")
_COMBINING: Final = st.sampled_from("aeiou\u0300\u0301\u0308\u0323\u0327\u20d0")
_ANY: Final = st.characters(exclude_categories=["Cs", "Cn", "Cc", "Co"], exclude_characters=_NO_ADDRESS)
_CONTROL: Final = st.characters(max_codepoint=0x9F, categories=["Cc"])
_MARKUP: Final = st.sampled_from(
    ["<p>", "</p>", "<b>bold</b>", "<br/>", "&amp;", "&lt;", "<script>alert(1)</script>", "<!-- -->", "text "]
)
_JSON_LIKE: Final = st.sampled_from(['{"comment": "', '"}', "[1, 2, 3]", "null", "\\u0041", '\\"', "{}", " text "])
_QUOTING: Final = st.sampled_from(["'", '"', "\\", "\\\\", "`", "''", " quoted ", "\\n", "%s", "${x}"])
_BLANK: Final = st.sampled_from(["", " ", "   ", "\t", "\n", "\u00a0"])


def _joined(pieces: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.lists(pieces, min_size=2, max_size=12).map("".join)


def _long() -> SearchStrategy[str]:
    """A piece over and over: as long as any, and small to draw and to shrink."""
    piece = st.text(_PLAIN, min_size=1, max_size=40)
    return st.builds(lambda text, length: (text * length)[:length], piece, st.integers(200, LONGEST))


TEXTS: Final = st.one_of(
    st.text(_PLAIN, min_size=SHORTEST, max_size=80),
    st.text(_ANY, min_size=SHORTEST, max_size=60),
    _long(),
    _long(),
    _long(),
    st.text(_ASTRAL, min_size=SHORTEST, max_size=20),
    st.text(_RIGHT_TO_LEFT, min_size=SHORTEST, max_size=40),
    st.text(_COMBINING, min_size=SHORTEST, max_size=40),
    _joined(_QUOTING),
    _joined(_JSON_LIKE),
    _joined(_MARKUP),
    st.text(st.one_of(_PLAIN, _CONTROL), min_size=1, max_size=20),
    st.text(_ANY, min_size=1, max_size=SHORTEST - 1),
    _BLANK,
)
"""What a comment may be. Long ones are drawn more often: they alone show where a text is cut."""


def is_comparable(text: str) -> bool:
    """
    Whether *text* must arrive as it was sent, so that another text in a message is a finding.

    A mail system may alter control characters, and read markup as such; a few characters may stand in any message.
    """
    folded = " ".join(text.split())
    if len(folded) < SHORTEST or "<" in folded or "&" in folded:
        return False
    return not any(unicodedata.category(one) in {"Cc", "Cs", "Cn", "Co"} for one in text if one not in "\t\n\r")


def is_blank(text: str) -> bool:
    """Whether nothing is to be read in *text*: separators, control and format characters alone."""
    return all(unicodedata.category(character)[0] in "CZ" for character in text)


# -- bodies --------------------------------------------------------------------------------------------------------


def _written(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _declared(contract: Contract, names: frozenset[str]) -> dict[str, Any]:
    """The contract as schemathesis is to read it: an object with one of *names*, and with nothing else."""
    document = copy.deepcopy(dict(contract.document))
    for item in document["paths"].values():
        body = item["post"]["requestBody"]
        body["required"] = True
        media = body["content"][JSON]
        # Two names for one thing are nobody's claim.
        media["schema"].update({"additionalProperties": False, "minProperties": 1, "maxProperties": 1})
        properties = {name: told for name, told in media["schema"]["properties"].items() if name in names}
        for described in properties.values():
            described["format"] = _FORMAT
        media["schema"]["properties"] = properties
        examples = media.get("examples", {}).items()
        media["examples"] = {name: told for name, told in examples if names & set(told["value"])}
    return document


@cache
def _bodies(contract: Contract, names: frozenset[str], template: str, mode: GenerationMode) -> SearchStrategy[Any]:
    operation = _schema(contract, names)[template]["POST"]
    # A story fills in the ids.
    ids = dict.fromkeys((part[1:-1] for part in template.split("/") if part.startswith("{")), "id")
    return operation.as_strategy(generation_mode=mode, path_parameters=ids).map(lambda case: case.body)


@cache
def _schema(contract: Contract, names: frozenset[str]) -> BaseSchema:
    schemathesis.openapi.format(_FORMAT, TEXTS)
    return schemathesis.openapi.from_dict(_declared(contract, names))


def _documented(contract: Contract, template: str) -> SearchStrategy[Mapping[str, str]]:
    """Bodies with each documented property, and without any where the page says that it may be left out."""
    each = (frozenset([item.name]) for item in contract.texts)
    found = [_bodies(contract, names, template, GenerationMode.POSITIVE).filter(bool) for names in each]
    return st.one_of(*([st.just({})] if contract.optional_clause else []), *found, *found)


def _against(contract: Contract, template: str) -> SearchStrategy[bytes]:
    """Bodies the contract's schema does not allow: other types, null, lists, properties nobody knows, bare bytes."""
    names = frozenset(item.name for item in contract.texts)
    found = _bodies(contract, names, template, GenerationMode.NEGATIVE)
    bodies = found.map(lambda body: body if isinstance(body, bytes) else _written(body))
    return bodies.filter(lambda payload: _NO_ADDRESS.encode() not in payload)


def _odd(contract: Contract) -> SearchStrategy[bytes | None]:
    """Bodies no schema can ask for and no page speaks about."""
    name = contract.texts[-1].name
    values = st.one_of(st.text(_PLAIN, max_size=20), st.none(), st.integers(), st.booleans())
    misspelt = st.builds(
        lambda at, extra: name[:at] + extra + name[at:], st.integers(0, len(name)), st.sampled_from("_xX m")
    )
    twice = st.builds(
        lambda first, last: b"{%s: %s, %s: %s}" % (_written(name), _written(first), _written(name), _written(last)),
        values,
        values,
    )
    whole = st.builds(lambda text: _written({name: text}), st.text(_PLAIN, min_size=1, max_size=20))
    return st.one_of(
        st.builds(lambda wrong, value: _written({wrong: value}), misspelt, values),
        twice,
        st.builds(lambda value: _written({name: value}), st.one_of(st.none(), st.lists(values, max_size=3))),
        st.builds(lambda text: _written(dict.fromkeys((name, name.swapcase()), text)), st.text(_PLAIN, max_size=20)),
        whole.map(lambda payload: b"\xef\xbb\xbf" + payload),
        whole.map(lambda payload: payload.decode().encode("utf-16")),
        st.sampled_from([None, b"", b"  ", b"null"]),
    )


def _not_json(contract: Contract) -> SearchStrategy[bytes]:
    """Bytes that no reader of JSON can take for JSON."""
    name = contract.texts[-1].name
    whole = st.builds(lambda text: _written({name: text}), st.text(_PLAIN, min_size=1, max_size=40))
    latin = st.text(st.sampled_from("äöüßéñ abc"), min_size=1, max_size=20).map(lambda text: f"ä{text}")
    return st.one_of(
        # Not before the first quote, so that something of an object is left, and never the closing brace.
        st.builds(lambda payload, at: payload[: 2 + at % (len(payload) - 2)], whole, st.integers(0, 10_000)),
        latin.map(lambda text: json.dumps({name: text}, ensure_ascii=False).encode("latin-1")),
        st.builds(lambda payload, rest: payload + rest, whole, st.sampled_from([b"}", b",", b"x", b'"'])),
        st.text(st.sampled_from("abc "), min_size=1, max_size=20).map(lambda text: f"{{{name}: '{text}'}}".encode()),
    )


# -- headers -------------------------------------------------------------------------------------------------------

_LABELS: Final = st.sampled_from(
    [
        JSON,
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        'application/json; charset="utf-8"',
        "application/json;odata.metadata=minimal",
    ]
)
_WRONG_LABELS: Final = st.sampled_from(
    ["text/plain", "text/html", "application/xml", "application/octet-stream", "application/x-www-form-urlencoded"]
)
_PASSING: Final = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from(["*/*", JSON, "application/json;odata.metadata=none", "application/json, */*;q=0.1"]),
        "Accept-Language": st.sampled_from(["de", "en-GB, en;q=0.5", "*"]),
        "Prefer": st.sampled_from(['outlook.timezone="UTC"', "unknown-preference", 'unknown; value="1"']),
        "X-Unknown": st.builds(
            lambda text, times: text * times,
            st.text(st.sampled_from("abcxyz019-"), min_size=1, max_size=20),
            st.integers(1, 100),
        ),
    },
)
_UNSAID: Final = st.sampled_from([("Accept", "text/html"), ("Accept", "image/png"), ("Content-Encoding", "identity")])


def _headers(label: SearchStrategy[str]) -> SearchStrategy[tuple[tuple[str, str], ...]]:
    return st.builds(lambda name, rest: (("Content-Type", name), *sorted(rest.items())), label, _PASSING)


_TOKENS: Final = st.one_of(
    st.sampled_from(["Bearer", "Bearer garbage", "Bearer null", "bearer undefined", "Basic garbage", "garbage"]),
    st.text(st.sampled_from("abcdefghijkl"), min_size=1, max_size=20).map(lambda word: f"Bearer {word}"),
)

# -- ids -----------------------------------------------------------------------------------------------------------

_UNKNOWN: Final = (
    st.integers(4, 30)
    .flatmap(lambda third: st.binary(min_size=3 * third, max_size=3 * third))
    .map(lambda tail: MADE_UP_ID[:_KNOWN] + base64.urlsafe_b64encode(tail).decode())
)
_ODD_CHARACTERS: Final = st.sampled_from("!*'()[],;:~ äß\u05d0\u4f1a😀")
_MALFORMED: Final = st.text(_ODD_CHARACTERS, max_size=30).map(lambda text: f"not-an-id{text}")

# -- calls ---------------------------------------------------------------------------------------------------------


def calls(sort: Sort, contract: Contract, template: str) -> SearchStrategy[Generated]:
    """
    Calls of one *sort*.

    Args:
        contract: The contract whose route is called.
        template: The route's template.
    """
    shapes = {item.name: item.shape for item in contract.texts if item.shape}

    def documented(body: Mapping[str, str], headers: tuple[tuple[str, str], ...]) -> Generated:
        name, text = next(iter(body.items()), (None, None))
        return Generated(
            sort,
            shapes[name] if name else "empty",
            _written(body),
            headers,
            text if text is not None and is_comparable(text) else None,
            blank=text is not None and is_blank(text),
        )

    plain = st.builds(documented, _documented(contract, template), _headers(_LABELS))
    if sort == "as-documented":
        return plain
    if sort == "undocumented":
        body = st.one_of(_against(contract, template), _odd(contract))
        return st.one_of(
            st.builds(Generated, st.just(sort), payload=body, headers=_headers(_LABELS)),
            st.builds(
                lambda call, more: Generated(sort, payload=call.payload, headers=(*call.headers, more)), plain, _UNSAID
            ),
            plain.map(lambda call: Generated(sort, payload=call.payload)),
            plain.map(lambda call: Generated(sort, payload=call.payload, headers=call.headers, escaped=True)),
        )
    if sort == "not-json":
        return st.builds(Generated, st.just(sort), payload=_not_json(contract), headers=_headers(_LABELS))
    if sort == "mislabelled":
        return st.builds(
            lambda call, label: Generated(sort, payload=call.payload, headers=(("Content-Type", label),)),
            plain,
            _WRONG_LABELS,
        )
    changed: dict[Sort, tuple[str, SearchStrategy[str]]] = {
        "no-token": ("authorization", st.just("")),
        "bad-token": ("authorization", _TOKENS),
        "unknown-id": ("id", _UNKNOWN),
        "malformed-id": ("id", _MALFORMED),
    }
    part, values = changed[sort]
    return st.builds(
        lambda call, value: Generated(sort, payload=call.payload, headers=call.headers, **{part: value}), plain, values
    )
