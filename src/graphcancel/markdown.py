"""
``summary.md``: a run for the summary of a CI job, in GitHub's Markdown.

Texts of a target stand in it as code or escaped, so none of them can be a heading, a link or an image. Long lists are
cut, and say by how much: a job summary takes a mebibyte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from graphcancel import report
from graphcancel.comparison_text import against, grouped
from graphcancel.outline import Found, findings, headline, untested, unusual
from graphcancel.printing import printable
from graphcancel.run import VERDICTS, Line, Part, Run
from graphcancel.standing_text import known_deviations, plural
from graphcancel.summary import ORIGINS

_ROWS: Final = 40
_MEANING: Final = re.compile(r"([\\`*_\[\]<>#|~&@])")
# GitHub makes links of these without being asked.
_LINKS: Final = (("://", "&#58;//"), ("www.", "www&#46;"))
_SPACE: Final = re.compile(r"\s+")


def markdown(run: Run) -> str:
    """*run* as Markdown."""
    lines = [f"# {_text(headline(run))}", ""]
    if run.compared is not None:
        lines += since(run.compared)
    for part in run.parts:
        lines += _part(part, several=len(run.parts) > 1)
    return "\n".join(lines).rstrip() + "\n"


def _part(part: Part, *, several: bool) -> Iterator[str]:
    header = part.header
    if several:
        yield f"## {_text(part.target)}"
        yield ""
    yield (
        f"**Evidence {_text(ORIGINS[header['origin']])}.** Target {_code(part.target)}"
        f"{', cloud ' + _code(header['cloud']) if header['cloud'] else ''}, {_text(header['started'])}, "
        f"suite {_text(header['suite'])}"
    )
    yield ""
    if part.partial:
        chosen = f" ({_code(' '.join(header['selection']))})" if header["selection"] else ""
        ran = f"{len(part.cases)} of {len(part.plan)} cases"
        yield f"**A partial run{chosen}:** {ran}. What the others cover is not examined."
        yield ""
    yield from _coverage(part)
    yield from _findings(findings(part))
    yield from _section("Not tested", _untested(part))
    yield from _section("Observed, where no clause speaks", [_text(text) for text in unusual(part)])
    yield from _section("Disputes between pages, and the reading the target follows", list(_readings(part)))
    yield from _section(
        "Known deviations",
        [
            f"{_code(known.entry['file'])}, entry {known.entry['entry']}: {_text(known.text)}"
            for known in known_deviations(part)
        ],
    )
    yield from _section("Left and made in the target", list(_effects(part)))


def _coverage(part: Part) -> Iterator[str]:
    yield from _row(("contract", "routes", "cases", *VERDICTS))
    yield "|---|" + "--:|" * (len(VERDICTS) + 2)
    for row in report.coverage(part):
        name = row.contract if row.gates else f"{row.contract} (does not gate)"
        counts = (str(row.verdicts.get(verdict, 0)) for verdict in VERDICTS)
        yield from _row((_text(name), "/".join(map(str, row.routes)), "/".join(map(str, row.cases)), *counts))
    yield ""


def _findings(found: Sequence[Found]) -> Iterator[str]:
    if not found:
        return
    yield "### What does not hold"
    yield ""
    yield from _row(("fails the run", "contract", "clause", "documented", "received", "cases", "for example"))
    yield "|---|---|---|---|---|--:|---|"
    for one in found[:_ROWS]:
        texts = (_text(one.contract), _text(one.clause), _text(one.documented), _text(one.received))
        yield from _row(("yes" if one.fails else "no", *texts, str(len(one.cases)), _code(one.cases[0])))
    if len(found) > _ROWS:
        yield ""
        yield f"{len(found) - _ROWS} more are in the report."
    yield ""


def _untested(part: Part) -> list[str]:
    return [
        _text(item.text) + (f" *Remedy: {_text(item.remedy)}*" if item.remedy else "") for item in untested(part)
    ] or ["nothing: every clause of every contract was judged"]


def _readings(part: Part) -> Iterator[str]:
    if part.header["origin"].endswith("mock"):
        yield "The mock has an edition for each page, which behaves as that page says; a service can follow only one."
    unexamined = 0
    for dispute in report.readings(part):
        if dispute.examined:
            yield f"{_code(dispute.id)}: {'; '.join(f'{_text(one.value)} **{one.state}**' for one in dispute.readings)}"
        else:
            unexamined += 1
    if unexamined:
        yield f"{plural(unexamined, 'dispute')} not examined"


def _effects(part: Part) -> Iterator[str]:
    footer = part.footer
    if part.header["origin"].startswith("recording"):
        yield "nothing was sent: the answers are those of a recording"
        return
    made = ", ".join(f"{number} {_text(name)}" for name, number in footer["created"].items()) or "nothing"
    mails = ", ".join(f"{number} to {_text(role)}" for role, number in footer["mails"].items()) or "none seen"
    yield f"created: {made}; deletions: {footer['removed']}; mails: {mails}; {footer['requests']} requests in all"
    yield (
        f"**residue: {_text(footer['residue'])}**"
        if footer["residue"]
        else "nothing was left behind that can be listed"
    )


def since(compared: Line) -> Iterator[str]:
    """What changed since another run, line by line."""
    before = compared["with"]
    yield f"## Since {_text(before['started'])}{': something moved' if compared['moved'] else ''}"
    yield ""
    if compared["changes"]:
        yield f"Compared with {_text(against(compared))}, run {_code(before['run'])}."
    else:
        yield f"Nothing changed against run {_code(before['run'])}."
    yield ""
    for change in compared["changes"]:
        yield from _section(change["title"], [_text(text) for text in grouped(change["items"])])


def _section(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"### {_text(title)}"
    yield ""
    yield from (f"- {item}" for item in items[:_ROWS])
    if len(items) > _ROWS:
        yield f"- {len(items) - _ROWS} more are in the report"
    yield ""


def _row(cells: Iterable[str]) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """*text* as plain words on one line, whatever it holds."""
    plain = _MEANING.sub(r"\\\1", printable(_SPACE.sub(" ", text)))
    for written, unlinked in _LINKS:
        plain = plain.replace(written, unlinked)
    return plain


def _code(text: str) -> str:
    """*text* as code, in a table too."""
    return "`" + printable(_SPACE.sub(" ", text)).replace("`", "'").replace("|", "\\|") + "`"
