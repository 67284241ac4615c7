"""
What can go wrong before a verdict, as one tree:

    GraphCancelError            one or two lines a user can act on
      ContractError             a file under contracts/ does not say what it must
      TargetError               the target's description is wrong or incomplete
      DriftError                nothing that a page or metadata could be held against
      DocumentError             a documentation page cannot be read, or is none of an action
      DeviationError            a list of known deviations does not say what it must
      FenceError                a request that must not leave this process
      ScanError                 a path that cannot be looked through for secrets
      RunError                  a run folder that cannot be read or written
      CassetteError             a recording that cannot be read, written or used
        Drift                   … because what is sent, or what is on file, is not what was recorded
      MetadataError             a file of published metadata that cannot be read as such
      ProvisionError            what a case needs could not be arranged
        AnswerLost              … because the answer to a step of it got lost
        NotServed               … because the target does not serve the request that arranges it
        NotOffered              … because the target's description does not offer it

Every message names the place (file and key, or method and path) and ends with the remedy.
"""

from __future__ import annotations

import traceback


def fault(error: BaseException) -> str:
    """
    What may be said of an exception nobody foresaw: its kind and where it happened, in source lines.

    What a target sent may stand in its own words, and in the values of its frames.
    """
    return f"our own fault: {type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


class GraphCancelError(Exception):
    """
    The root: its text is shown to the user, without a traceback.

    Names of files and values from them stand in it, so what a terminal would obey is not among what is shown.
    """

    def __str__(self) -> str:
        """The text, on as many lines as it has."""
        return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in super().__str__())


class ContractError(GraphCancelError):
    """A contract file is malformed, or two of them contradict the disputes on record."""


class TargetError(GraphCancelError):
    """The target cannot be used as described."""


class DriftError(GraphCancelError):
    """A page or metadata that belongs to no contract, or to several alike, or says too little to make one."""


class DocumentError(GraphCancelError):
    """A documentation page, or what was given for one, cannot be read."""


class DeviationError(GraphCancelError):
    """A file under deviations/ is malformed, or names what does not exist."""


class FenceError(GraphCancelError):
    """The request was refused before a socket opened (see `graphcancel.fence`)."""


class ScanError(GraphCancelError):
    """A path that is to be looked through for secrets is not there or cannot be read."""


class RunError(GraphCancelError):
    """A run folder is missing, truncated, doubled or not writable."""


class CassetteError(GraphCancelError):
    """A recording, or one cassette of it, is missing, malformed or not to be trusted."""


class Drift(CassetteError):  # noqa: N818 - a state of the recording, no mistake
    """
    The suite and its recording have come apart.

    Attributes:
        field: What differs, such as ``body.comment``.
        recorded: What was recorded there, None for nothing.
        found: What is there now; *whose* says where: what the suite has ``sent``, or what is ``on file``.
    """

    def __init__(self, field: str, recorded: str | None, found: str | None, place: str, whose: str = "sent") -> None:
        shown = ["nothing" if value is None else value for value in (recorded, found)]
        super().__init__(f"{place}: drift: {field}\n  recorded: {shown[0]}\n  {whose + ':':9} {shown[1]}")
        self.field = field
        self.recorded = recorded
        self.found = found


class MetadataError(GraphCancelError):
    """A file of published metadata is none, is not whole, or goes beyond what any published one needs."""


class ProvisionError(GraphCancelError):
    """The target did not give what a case needs; the case is inconclusive for that reason."""


class AnswerLost(ProvisionError):  # noqa: N818 - a state of the network, no mistake
    """Nobody knows whether the step was done: the case starts again with objects of its own."""


class NotServed(ProvisionError):  # noqa: N818 - a state of the target, no mistake
    """The target answers the request that arranges, but not by arranging: a stub without state does so."""


class NotOffered(ProvisionError):  # noqa: N818 - a state of the target, no mistake
    """The description names no such actor or resource: nothing was asked, so nothing failed."""
