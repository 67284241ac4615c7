"""
Kills runs at chosen requests, sweeps up after them, and says what is left: a program of its own, one JSON line a kill.

Interpreter, libraries and suite are loaded once; each run is a fork of that, so that hundreds of runs are a matter of
minutes. The run is killed from within, where the HTTP library waits for an answer: before it is read (the request is
out, nobody knows whether it was served) or after it is there (it was served, nothing has been made of it yet). Nothing
of the suite takes part in that or knows of it.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import traceback
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote

import pytest
import urllib3.connection

from graphcancel import __main__ as console
from graphcancel import given, session
from graphcancel.sanitise import Sanitiser

sys.path.insert(0, str(Path(__file__).parents[1] / "meta"))
from harness import EDITIONS, serving

ROOT = Path(__file__).parents[2]
AFTER_SEND, AFTER_ANSWER = "after the send", "after the answer"
LOADED = "ignore::pytest.PytestAssertRewriteWarning"
"""Loaded before the forks, and meant to be."""

Spy = Callable[[int, urllib3.connection.HTTPConnection, str], None]


def spied(spy: Spy) -> None:
    """Have *spy* told of each request of this process: its number from 1, the connection, and the moment."""
    usual = urllib3.connection.HTTPConnection.getresponse
    number = 0

    def getresponse(self: urllib3.connection.HTTPConnection) -> object:
        nonlocal number
        number += 1
        mine = number
        spy(mine, self, AFTER_SEND)
        answer = usual(self)
        spy(mine, self, AFTER_ANSWER)
        return answer

    urllib3.connection.HTTPConnection.getresponse = getresponse


def killing(at: int, moment: str, by: int) -> Spy:
    """A spy that sends this process the signal *by* at request *at*."""

    def spy(number: int, _: object, now: str) -> None:
        if (number, now) == (at, moment):
            os.kill(os.getpid(), by)

    return spy


def forked(work: Callable[[], int], log: Path) -> int:
    """Do *work* in a process of its own; its status, or minus the signal that ended it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        status = work()
    except BaseException:  # noqa: BLE001 - whatever it is, a fork must not come back
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


class Place:
    """A stand-in of its own, with the folder in which its runs lie."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder = folder
        self.target = folder / "target.toml"
        self.runs = folder / "runs"
        self.log = folder / "log.txt"
        self.base = base
        self.pristine = self.state()

    def state(self) -> dict:
        """What is in the stand-in."""
        with urllib.request.urlopen(f"{self.base}/_mock/state", timeout=10) as answer:
            return json.load(answer)

    def run(self, nodes: Sequence[str], spy: Spy, *more: str) -> int:
        """Run the suite on *nodes* with *spy* watching; its status."""

        def work() -> int:
            spied(spy)
            arguments = [
                "-q",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:xdist",
                "-W",
                LOADED,
                f"--target={self.target}",
                f"--runs={self.runs}",
                *more,
            ]
            return int(pytest.main([*arguments, *nodes]))

        return forked(work, self.log)

    def sweep(self, *more: str) -> int:
        """Sweep up after it; the status of that."""
        return forked(lambda: console.main(["sweep", str(self.target), f"--runs={self.runs}", *more]), self.log)

    def kill(self, nodes: Sequence[str], at: int, moment: str, by: int = signal.SIGKILL) -> dict:
        """Kill a run at request *at*, sweep, and report."""
        shutil.rmtree(self.runs, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        ended = self.run(nodes, killing(at, moment, by))
        # The last request may still be on its way through the server.
        before = self.state()
        swept = self.sweep() if by == signal.SIGKILL else None
        left = self.state()
        clean = left["digest"] == self.pristine["digest"]
        found = {"at": at, "moment": moment, "by": by, "ended": ended, "swept": swept, "clean": clean}
        found["dirty_before"] = before["digest"] != self.pristine["digest"]
        if not clean:
            found["left"] = left["summary"]
            found["log"] = self.log.read_text()[-2000:]
            self.sweep("--run", run_id(self.runs))
        return found


def run_id(runs: Path) -> str:
    """The id of the run whose folder lies in *runs*."""
    file = next(runs.glob("*/run.jsonl"))
    return str(json.loads(file.read_text().splitlines()[0])["run"])


@contextlib.contextmanager
def place(*options: str) -> Iterator[Place]:
    """A stand-in without lag, each page at its own edition, and a target file as impatient as that allows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ["-m", "graphmock", "serve", "--with-parent", str(os.getpid()), "--seed", "7", *options]
        with serving(command, folder) as described:
            for line in (folder / "target.env").read_text().splitlines():
                variable, _, value = line.partition("=")
                os.environ[variable] = value.strip("'\"")
            text = (folder / "target.toml").read_text()
            text = re.sub(r"(effect_s|invite_s) = \d+", r"\1 = 0.2", text)
            roots = [f'"{contract}" = "{described.base_url}/{edition}"' for contract, edition in EDITIONS.items()]
            (folder / "target.toml").write_text("\n".join([text, "[roots]", *roots, ""]))
            yield Place(folder, described.base_url)


def watched(where: Place, nodes: Sequence[str], *more: str) -> list[dict]:
    """
    The requests of a run of *nodes* that nobody disturbs, in their order.

    Each with *case* (the test it was sent for), *method*, *path* and the *writes* it makes, inside a batch or by itself.
    """
    notes = where.folder / "requests.txt"
    notes.unlink(missing_ok=True)
    usual = urllib3.connection.HTTPConnection.request

    def request(self, method, url, body=None, *rest, **named):
        self.asked = method, url, body
        return usual(self, method, url, body, *rest, **named)

    def spy(_: int, connection: object, moment: str) -> None:
        if moment == AFTER_SEND:
            method, path, body = getattr(connection, "asked", ("?", "?", None))
            found = re.search(r"\[(.*)\]", os.environ.get("PYTEST_CURRENT_TEST", ""))
            line = {"case": found[1] if found else None, "method": method, "path": path}
            with notes.open("a") as file:
                file.write(json.dumps(line | {"writes": sorted(_writes(method, path, body))}) + "\n")

    urllib3.connection.HTTPConnection.request = request
    # One story at a time, so that a request is its case's own.
    wide, session._WIDE = session._WIDE, 1
    try:
        status = where.run(nodes, spy, *more)
    finally:
        urllib3.connection.HTTPConnection.request = usual
        session._WIDE = wide
    if status not in {0, 10} or where.state()["digest"] != where.pristine["digest"]:
        raise SystemExit(f"the undisturbed run ended with {status}:\n{where.log.read_text()[-2000:]}")
    return [json.loads(line) for line in notes.read_text().splitlines()]


def _writes(method: str, path: str, body: bytes | None) -> Iterator[str]:
    """The kinds of write a request makes: method and path with ids left out, whatever the edition and version."""
    if unquote(path).endswith("/$batch"):
        for inner in json.loads(body or b"{}").get("requests", []):
            yield from _writes(inner["method"], inner["url"], None)
    elif method != "GET":
        shown = re.sub(r"\{[^}]*\}", "{}", Sanitiser("kinds").path(path.split("?", maxsplit=1)[0]))
        yield f"{method} " + re.sub(r"^(/(draft|superseded|translated-de))?(/(v1\.0|beta))?", "", shown)


def every_kind(requests: Sequence[dict], most: int) -> list[str]:
    """
    As few cases as will do, at most *most*, whose requests make every kind of write.

    The spelling of a cancel's route is no kind of its own: only what is cancelled (by whose path, a meeting or an
    appointment) is.
    """
    made: dict[str, set[str]] = {}
    for request in requests:
        if request["case"]:
            made.setdefault(request["case"], set()).update(map(_kind, request["writes"]))
    left = set().union(*made.values())
    chosen: list[str] = []
    while left:
        best = max(sorted(made), key=lambda case: len(made[case] & left))
        chosen.append(best)
        left -= made[best]
    assert len(chosen) <= most, f"{len(chosen)} cases are needed for every kind of write"
    # What is left of the number goes to circumstances not among them: an occurrence, a past event, a second cancel …
    seen = {case.rsplit("/", 1)[-1] for case in chosen}
    for case in sorted(made):
        circumstance = case.rsplit("/", 1)[-1]
        if len(chosen) < most and circumstance not in seen:
            seen.add(circumstance)
            chosen.append(case)
    return chosen


def _kind(write: str) -> str:
    method, path = write.split(" ", 1)
    head, *rest = path.removeprefix("/").split("/")
    if rest and rest[-1].lower() in {"cancel", "microsoft.graph.cancel"}:
        return f"{method} {head} cancel"
    return write


def _work(points: Sequence[tuple[int, str]], nodes: Sequence[str], out: Path, options: Sequence[str]) -> int:
    with place(*options) as where, out.open("a") as file:
        for at, moment in points:
            file.write(json.dumps(where.kill(nodes, at, moment)) + "\n")
            file.flush()
    return 0


def main() -> int:
    """Kill as asked, in as many processes as asked, and print one line a kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cases", type=int, default=40, help="of the selection: how many at most")
    parser.add_argument("--every", type=int, default=1, help="of the selection: every how-manieth point")
    parser.add_argument("--random", type=int, default=0, help="that many points of the whole run instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with place() as where:
        whole = watched(where, ["tests/contract"])
        chosen = every_kind(whole, options.cases)
        by_case = {line.split("[", 1)[1][:-1]: line for line in collected(where)}
        nodes = ["tests/contract"] if options.random else [by_case[case] for case in chosen]
        requests = whole if options.random else watched(where, nodes)
    points = [(at, moment) for at in range(1, len(requests) + 1) for moment in (AFTER_SEND, AFTER_ANSWER)]
    points = random.Random(options.seed).sample(points, options.random) if options.random else points[:: options.every]
    head = {"cases": len(chosen), "requests": len(requests), "points": len(points)}
    head["writes"] = sorted({kind for request in requests for kind in request["writes"]})
    print(json.dumps(head), flush=True)
    parts = [options.out.with_name(f"{options.out.name}.{number}") for number in range(options.jobs)]
    children = []
    for number, part in enumerate(parts):
        child = os.fork()
        if not child:
            os._exit(_work(points[number :: options.jobs], nodes, part, ()))
        children.append(child)
    failed = [child for child in children if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]
    lines = [line for part in parts if part.exists() for line in part.read_text().splitlines()]
    options.out.write_text(json.dumps(head) + "\n" + "".join(line + "\n" for line in lines))
    return 1 if failed or len(lines) != len(points) else 0


def collected(where: Place) -> list[str]:
    """The full names of the contract tests."""
    listing = where.folder / "collected.txt"
    forked(
        lambda: int(pytest.main(["-q", "--collect-only", "-W", LOADED, f"--target={where.target}", "tests/contract"])),
        listing,
    )
    return [line for line in listing.read_text().splitlines() if "::" in line]


if __name__ == "__main__":
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # Read once, before the forks: what is read does not change between them.
    given.load_contracts = functools.cache(given.load_contracts)
    given.load_contracts(ROOT / "contracts", ())
    sys.exit(main())
