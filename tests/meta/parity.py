"""
Sends what a recording's cassettes asked a service to the mock, and lists where the mock answers otherwise.

The requests go out as they were recorded, in their order, with the stand-ins in them translated (`counterpart`). The
mock's answers get stand-ins by the rules of a recording and are compared with those recorded (`alike`).

Left out are answers that told to wait (429, 503, 504), since their requests were sent again, and reads that were asked
again before anything else was changed: a service shows an effect late, and the last look is the one that counts. Pages
of a list are not asked for by themselves but joined to its first.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from alike import MISSING, UNSENT, Difference, Pairs, differences, joined, parts
from counterpart import Counterpart, Translation, Unknown

from graphcancel.case import Case
from graphcancel.cassette import Cassette, Interaction, read_cassette
from graphcancel.errors import CassetteError
from graphcancel.exchange import Response
from graphcancel.recording import Recording
from graphcancel.shelf import check_files

_AUTHORIZATION: Final = "authorization"
_BATCH: Final = "/$batch"
_PAGE: Final = "?$skiptoken="
_TOLD_TO_WAIT: Final = frozenset({429, 503, 504})
_WAIT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Found:
    """
    A difference and where it is.

    Attributes:
        number: Of the request, from 1, *of* so many; *part* is its place in a batch, None for what came by itself.
        line: The request line, by stand-ins.
    """

    case: str
    number: int
    of: int
    part: str | None
    line: str
    difference: Difference

    def __str__(self) -> str:
        part = f", part {self.part}" if self.part is not None else ""
        return f"{self.case}: request {self.number} of {self.of}{part}: {self.line}"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What came of comparing.

    Attributes:
        compared: Answers that were compared, those in batches singly; *left_out*: those that were not.
    """

    found: tuple[Found, ...] = ()
    compared: int = 0
    left_out: int = 0

    def joined(self, other: Seen) -> Seen:
        """Both together."""
        return Seen(self.found + other.found, self.compared + other.compared, self.left_out + other.left_out)


@dataclass(frozen=True, slots=True)
class Question:
    """
    A request and its recorded answer: one that came by itself, or one in a batch.

    Attributes:
        part: Its id in a batch, None for one by itself.
        caller: Whose token it, or its batch, carried.
        root: Of the batch, version included; empty for one by itself, whose URL is absolute.
        body: Text, or JSON in a batch.
    """

    number: int
    part: str | None
    caller: str
    method: str
    root: str
    url: str
    headers: Mapping[str, str]
    body: Any
    answer: Response
    line: str

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def asked(self) -> str:
        """What is asked by whom, the same in a batch and by itself."""
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() != _AUTHORIZATION}
        return json.dumps([self.root + self.url, self.caller, headers], sort_keys=True)


class Mock:
    """
    The mock, asked what a service was asked.
    """

    def __init__(self, counterpart: Counterpart) -> None:
        place = urlsplit(counterpart.root)
        self._counterpart = counterpart
        self._connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=_WAIT_S)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def compare(self, case: Case, cassette: Cassette) -> Seen:
        """Ask what *cassette* asks, and compare what is answered with what was."""
        listed = list(enumerate(cassette.interactions, 1))
        questions = [question for number, one in listed for question in questions_of(number, one)]
        heard = heard_of(questions)
        story = _Story(self, self._counterpart, case, questions)
        found = [
            Found(case.id, number, len(listed), part, line, difference)
            for number, one in listed
            for part, line, difference in story.ask(one, [question for question in heard if question.number == number])
        ]
        return Seen(tuple(found), len(heard), len(questions) - len(heard))

    def send(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> Response:
        """Send a request to the letter."""
        self._connection.request(method, path, None if body is None else body.encode(), dict(headers))
        answer = self._connection.getresponse()
        named: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            named.setdefault(name.lower(), []).append(value)
        return Response(answer.status, {name: ", ".join(values) for name, values in named.items()}, answer.read())


class _Story:
    """One cassette being told to the mock."""

    def __init__(self, mock: Mock, counterpart: Counterpart, case: Case, questions: Sequence[Question]) -> None:
        self._mock = mock
        self._counterpart = counterpart
        self._pairs = Pairs()
        self._pseudonyms = counterpart.pseudonyms(case)
        self._translation = Translation(counterpart, self._pairs, self._pseudonyms)
        self._pages = {_page(question.url): question.answer for question in questions if _PAGE in question.url}

    def ask(self, one: Interaction, heard: Sequence[Question]) -> Iterator[tuple[str | None, str, Difference]]:
        """
        Ask of *one* interaction what is *heard*, and compare the answers.

        Returns:
            Part, request line and difference.
        """
        batched = []
        for question in heard:
            try:
                if question.part is None:
                    yield from self._compare(question, self._answer(question), one.headers)
                else:
                    batched.append((question, self._translated(question)))
            except Unknown as error:
                yield question.part, question.line, Difference("the request", UNSENT, str(error), None)
        if batched:
            yield from self._ask_together(one, batched)

    def _ask_together(
        self, one: Interaction, batched: Sequence[tuple[Question, Mapping[str, Any]]]
    ) -> Iterator[tuple[str | None, str, Difference]]:
        body = json.dumps({"requests": [request for _, request in batched]}, ensure_ascii=False)
        answer = self._send(one.method, self._counterpart.below(one.uri), one.headers, body)
        around = differences(_around(one.response), _around(answer), self._pairs)
        yield from ((None, str(one), found) for found in around)
        answers = parts(answer)
        for question, _ in batched:
            if question.part in answers:
                yield from self._compare(question, answers[question.part], {**one.headers, **question.headers})
            else:
                missing = Difference("the answer", MISSING, str(question.answer.status), None)
                yield question.part, question.line, missing

    def _compare(
        self, question: Question, answer: Response, headers: Mapping[str, str]
    ) -> Iterator[tuple[str | None, str, Difference]]:
        recorded = joined(question.answer, lambda link: self._pages.get(_page(link)))
        answered = joined(answer, partial(self._following, headers))
        for found in differences(recorded, answered, self._pairs):
            yield question.part, question.line, found

    def _answer(self, question: Question) -> Response:
        url = self._translation.url(self._counterpart.below(question.url))
        return self._send(question.method, url, question.headers, self._translation.body(question.body))

    def _translated(self, question: Question) -> dict[str, Any]:
        translated = {"id": question.part, "method": question.method, "url": self._translation.url(question.url)}
        if question.headers:
            translated["headers"] = question.headers
        return translated | ({} if question.body is None else {"body": self._translation.value(question.body)})

    def _following(self, headers: Mapping[str, str], link: str) -> Response | None:
        """The mock's page behind a *link* of its own, given by its stand-in."""
        path = self._translation.link(link)
        return self._send("GET", path, headers, None) if path else None

    def _send(self, method: str, path: str, headers: Mapping[str, str], body: str | None) -> Response:
        return self._pseudonyms.answer(self._mock.send(method, path, self._translation.headers(headers), body))


def _page(link: str) -> str:
    return link.rpartition(_PAGE)[2]


def _around(response: Response) -> Response:
    """The answer of a batch without those inside."""
    body = {name: value for name, value in response.object().items() if name != "responses"}
    return replace(response, body=json.dumps(body).encode())


# -- what counts ---------------------------------------------------------------------------------------------------


def questions_of(number: int, one: Interaction) -> list[Question]:
    """What *one* interaction asks; a batch that was not taken for one is a question by itself."""
    answers, caller = parts(one.response), one.headers.get(_AUTHORIZATION, "")
    if not one.uri.endswith(_BATCH) or not answers:
        return [Question(number, None, caller, one.method, "", one.uri, one.headers, one.body, one.response, str(one))]
    return [
        Question(
            number,
            part["id"],
            caller,
            part["method"],
            one.uri.removesuffix(_BATCH),
            part["url"],
            part.get("headers", {}),
            part.get("body"),
            answers[part["id"]],
            f"{part['method']} {part['url']}",
        )
        for part in json.loads(str(one.body))["requests"]
        if part["id"] in answers
    ]


def heard_of(questions: Sequence[Question]) -> list[Question]:
    """
    Those whose answers count: no pages, none that was told to wait, of reads the last before anything is changed.
    """
    heard: list[Question] = []
    later: set[str] = set()
    for question in reversed(questions):
        if _PAGE in question.url or question.answer.status in _TOLD_TO_WAIT:
            continue
        if not question.reads:
            later.clear()
        elif question.asked in later:
            continue
        else:
            later.add(question.asked)
        heard.append(question)
    return heard[::-1]


def examine(mock: Mock, recording: Recording, cases: Iterable[Case]) -> Seen:
    """
    Compare all of *recording* with *mock*.

    Args:
        cases: Those there are.

    Raises:
        CassetteError: What is on file is not as it must be.
    """
    seen = Seen()
    by_id = {case.id: case for case in cases}
    check_files(recording, by_id)
    for name in recording.cases:
        cassette = read_cassette(recording.place(name), name)
        if cassette.edited:
            raise cassette.edited
        if cassette.origin != recording.origin:
            raise CassetteError(f"{recording.place(name)}: its origin is not that of the recording; record it anew")
        seen = seen.joined(mock.compare(by_id[name], cassette))
    return seen
