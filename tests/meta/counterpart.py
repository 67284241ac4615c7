"""
What the stand-ins of a recording mean at the mock.

Some are known from the start: mailboxes by their roles, the group, the booking business, tokens. The others, ids above
all, are learnt while answers are compared: what the mock gave where the service gave the recorded one. Days are moved
to as far from today as they were from the day of the recording, "now" is now, and marks are those of a run of today.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from alike import Pairs

from graphcancel.actors import ACTORS
from graphcancel.calls import comment_for
from graphcancel.case import Case
from graphcancel.exchange import encode_segment
from graphcancel.marks import Mark, marks_in, new_run
from graphcancel.moments import CANONICAL_NOW, CANONICAL_START, WRITTEN
from graphcancel.pseudonyms import CANONICAL_RUN, Known, Pseudonyms
from graphcancel.recording import Recording
from graphcancel.targetfile import Description

_GIVEN: Final = re.compile(r"(?<![\w-])(?:id-[0-9]+|address-[0-9]+@elsewhere\.example)(?![\w-])")
_MAILBOX: Final = re.compile(r"(?<![\w.-])[\w-]+@target\.example(?![\w-])")
_MARK: Final = re.compile(rf"{CANONICAL_RUN}(?:w000x[0-9a-f]{{14}})?")
_AROUND: Final = dt.timedelta(days=40)
_HOUR: Final = dt.timedelta(hours=1)


class Unknown(Exception):
    """A stand-in for which the mock has given nothing."""


class Counterpart:
    """
    The mock in the place of the target of *recording*.

    Args:
        users: Object id by mailbox, of the mock's users.
        texts: Sentences of the contracts, whose words an answer may keep.
    """

    def __init__(
        self, description: Description, users: Mapping[str, str], recording: Recording, texts: Sequence[str]
    ) -> None:
        before = recording.description
        mailboxes = dict(zip(_mailboxes(before), _mailboxes(description), strict=False))
        ids = {shown: users[mailboxes[box]] for box, shown in recording.contact["users"].items() if box in mailboxes}
        ids |= {
            before.resources[name]: real for name, real in description.resources.items() if name in before.resources
        }
        tokens = {f"{name}-token": actor.token for name, actor in description.actors.items()}
        self.known: Mapping[str, str] = mailboxes | ids
        self.tokens = tokens | {"expired-token": description.actors["organizer"].expired_token}
        self.root = description.base_url
        # Marks of its own, as a run has: what another story left at the mock is not taken for this one's.
        self.run = new_run(dt.datetime.now(dt.UTC))
        self._recorded_root = before.base_url
        self._mailboxes = mailboxes
        self._ids = ids
        self._texts = texts

    def pseudonyms(self, case: Case) -> Pseudonyms:
        """The stand-ins of what the mock answers in the story of *case*, which are the recording's where they are known."""
        mark = Mark.of(self.run, case.id, 0).case
        known = Known(
            addresses={real.lower(): shown for shown, real in self._mailboxes.items()},
            ids={real: shown for shown, real in self._ids.items()},
            roots={self.root: self._recorded_root},
            run=self.run,
            day=dt.datetime.now(dt.UTC).date(),
            own=frozenset({mark}),
        )
        return Pseudonyms(known, [*self._texts, comment_for(case, mark)])

    def below(self, uri: str) -> str:
        """What follows the root in a recorded *uri*, which is what follows the mock's."""
        if not uri.startswith(f"{self._recorded_root}/"):
            raise Unknown(uri)
        return uri.removeprefix(self._recorded_root)


class Translation:
    """
    From the stand-ins of one cassette to the mock's values.

    Args:
        pairs: Which stand-in of the cassette means which of the mock's answers, as far as is known.
        pseudonyms: What gave those to the mock's answers.
    """

    def __init__(self, counterpart: Counterpart, pairs: Pairs, pseudonyms: Pseudonyms) -> None:
        self._counterpart = counterpart
        self._pairs = pairs
        # A recording hands no value back; only here is one asked for.
        self._given = pseudonyms._stand_ins
        self._now = dt.datetime.now(dt.UTC).replace(microsecond=0)

    def url(self, url: str) -> str:
        """
        A recorded path and query, encoded as it was.

        Raises:
            Unknown: It names what the mock has not given; the methods below likewise.
        """
        path, mark, query = url.partition("?")
        plain = unquote(query)
        meant = self._text(plain)
        segments = "/".join(self._segment(segment) for segment in path.split("/"))
        return f"{segments}{mark}{query if meant == plain else quote(meant, safe='=&$(),:/')}"

    def value(self, value: Any) -> Any:
        """Recorded JSON."""
        if isinstance(value, dict):
            return {name: self.value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def body(self, body: str | None) -> str | None:
        """A recorded body; to the letter where it names nothing: what is wrong with it is not for us to mend."""
        try:
            value = json.loads(body or "")
        except ValueError:
            return body
        meant = self.value(value)
        return body if meant == value else json.dumps(meant, ensure_ascii=False)

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Recorded headers, with a token where its stand-in is."""
        found = dict(headers)
        if "authorization" in found:
            scheme, _, shown = found["authorization"].partition(" ")
            found["authorization"] = f"{scheme} {self._counterpart.tokens.get(shown) or shown}"
        return found

    def link(self, link: str) -> str | None:
        """Path and query of the mock's link that got the stand-in *link*, None where it gave none such."""
        page = link.rpartition("=")[2]
        found = next((real for real, shown in self._given._pages._found.items() if shown == page), None)
        return found and "{0.path}?{0.query}".format(urlsplit(found))

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        meant = self._text(plain)
        if meant == plain:
            return segment
        return _each(meant) if segment == _each(plain) else encode_segment(meant)

    def _text(self, text: str) -> str:
        if text in self._counterpart.known:
            return self._counterpart.known[text]
        text = _MARK.sub(self._mark, text)
        for pattern, meaning in ((_GIVEN, self._learnt), (_MAILBOX, self._mailbox), (WRITTEN, self._moment)):
            text = pattern.sub(meaning, text)
        return text

    def _mark(self, found: re.Match[str]) -> str:
        mark = next(marks_in(found[0]), None)
        return mark.restamped(self._counterpart.run).case if mark else self._counterpart.run

    def _learnt(self, found: re.Match[str]) -> str:
        meant = self._pairs.there.get(found[0])
        for numbered in (self._given._other_ids, self._given._other_addresses):
            for real, shown in numbered._found.items():
                if shown == meant:
                    return real
        raise Unknown(found[0])

    def _mailbox(self, found: re.Match[str]) -> str:
        if found[0] not in self._counterpart.known:
            raise Unknown(found[0])
        return self._counterpart.known[found[0]]

    def _moment(self, found: re.Match[str]) -> str:
        written = dt.datetime.fromisoformat(found[0])
        moment = written if written.tzinfo else written.replace(tzinfo=dt.UTC)
        if abs(moment - CANONICAL_NOW) < _HOUR:
            moment += self._now - CANONICAL_NOW
        elif abs(moment - CANONICAL_START) <= _AROUND:
            moment += self._now.date() - CANONICAL_START.date()
        else:
            return found[0]
        _, clock, seconds, fraction, zone = found.groups()
        if not clock:
            return f"{moment:%Y-%m-%d}"
        return f"{moment:%Y-%m-%dT%H:%M}{f'{moment::%S}' if seconds else ''}{fraction or ''}{zone or ''}"


def _mailboxes(description: Description) -> list[str]:
    """Those of the actors, then the other writable ones: so the roles of two targets correspond."""
    users = [actor.user for name in ACTORS if (actor := description.actors.get(name)) and actor.user]
    return list(dict.fromkeys([*(user.lower() for user in users), *description.writable]))


def _each(text: str) -> str:
    """*text* with each byte percent-encoded, needful or not."""
    return "".join(f"%{byte:02X}" for byte in text.encode())
