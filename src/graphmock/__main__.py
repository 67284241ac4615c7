"""The command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from graphmock import faults, rules
from graphmock.app import App
from graphmock.authority import Authority, open_authority
from graphmock.behaviour import Behaviour
from graphmock.deviation import published
from graphmock.editions import DEFAULT, EDITIONS
from graphmock.server import Doors, StartError, address, bind, serve
from graphmock.sign_in_files import SignIn
from graphmock.target_files import CA_FILE, write_authority, write_target
from graphmock.tenant import build
from graphmock.throttle import Limit, Throttle
from graphmock.tls import certify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.types import ASGIApp

_EXAMPLES = """examples:
  graphmock serve                                   on a free port, which is printed
  graphmock serve --port 8080 --write-target /tmp/t  with files that tell a client how to reach it
  graphmock serve --tls --ca-file /tmp/ca.pem       https, and the certificate a client has to trust
  graphmock serve --tls --auth-port 0 --write-target /tmp/t   and an authority to sign in at
  graphmock serve --throttle 4/1                    429 beyond four requests a second to one mailbox
  graphmock serve --fault no-mail --vary effects-late
  graphmock faults                                  what --fault and --vary know
  graphmock rules --json                            what it does, and on what evidence
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"graphmock: {message}\n")


_FAULT_COLUMNS = ("kind", "group", "name", "breaks", "changes")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the status is 0, or 2 for a wrong word and 4 where the server cannot start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "serve" and options.ca_file and not options.tls:
        parser.error("--ca-file goes with --tls; add that, or leave this out")
    if options.command == "serve" and options.auth_port is not None and not options.tls:
        parser.error("--auth-port goes with --tls, since no client signs in over plain http; add that")
    if options.command == "faults":
        known = (*faults.FAULTS, *faults.CONSTANTS, *faults.VARIATIONS, *faults.TENANTS)
        listed = [published(one) if options.json else faults.summed_up(one) for one in known]
        return _print_table(listed, _FAULT_COLUMNS, options.json)
    if options.command == "rules":
        listed = [{"id": one.id, "says": one.says, "evidence": one.evidence} for one in rules.RULES]
        return _print_table(listed, ("id", "says", "evidence"), options.json)
    try:
        _serve(options)
    except faults.UnknownDeviationError as error:
        sys.stderr.write(f"graphmock: {error}\n")
        return 2
    except StartError as error:
        sys.stderr.write(f"graphmock: {error}\n")
        return 4
    return 0


def _serve(options: argparse.Namespace) -> None:
    behaviour = Behaviour(faults.chosen(options.fault, options.vary))
    world, cast = build(behaviour, seed=options.seed, page_size=options.page_size)
    world.throttle = Throttle(options.throttle)
    app: ASGIApp = App(world, options.edition, options.latency)
    with ExitStack() as stack:
        listeners = [stack.enter_context(closing(bind(options.host, options.port)))]
        certificate = certify(options.host) if options.tls else None
        base = address(listeners[0], options.host, "https" if certificate else "http")
        signs = certificate.authority if certificate else None
        announcement, sign_in = f"graphmock listening on {base}", None
        if options.auth_port is not None:
            listeners.append(stack.enter_context(closing(bind(options.host, options.auth_port, "--auth-port"))))
            grants = open_authority(world, base, seed=options.seed)
            sign_in = SignIn(address(listeners[1], options.host, "https"), grants.directory)
            app = Doors(app, Authority(grants), listeners[1].getsockname()[1])
        if options.write_target is not None:
            with _writing("--write-target", options.write_target):
                write_target(options.write_target, base, world.tokens, cast, signs, sign_in)
        if signs is not None:
            path = _publish(signs, options.ca_file, options.write_target, stack)
            announcement += f"\ncertificate to trust: {path.resolve()}"
        announcement += f"\nauthority to sign in at: {sign_in.place}" if sign_in else ""
        serve(
            app, listeners, announcement, parent=options.with_parent,
            context=certificate.context if certificate else None, titled=behaviour.has("header-case"),
        )  # fmt: skip


def _publish(authority: str, chosen: Path | None, folder: Path | None, stack: ExitStack) -> Path:
    """Put the certificate to trust where it was asked for, else beside the target files, else where it ends with us."""
    if chosen is None and folder is not None:
        return folder / CA_FILE
    path = chosen or Path(stack.enter_context(TemporaryDirectory(prefix="graphmock-"))) / CA_FILE
    with _writing("--ca-file", path):
        write_authority(path, authority)
    return path


@contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StartError(f"cannot write to {path}: {error.strerror}; choose another {option}") from None


def _print_table(rows: list[dict[str, str]], columns: Sequence[str], as_json: bool) -> int:  # noqa: FBT001
    try:
        print(json.dumps(rows, indent=1) if as_json else _table(rows, columns), flush=True)
    except BrokenPipeError:
        # Whoever reads has seen enough; what is left in the buffer would be tried once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _table(rows: list[dict[str, str]], columns: Sequence[str]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in columns]
    return "\n".join(
        "  ".join(row[column].ljust(width) for column, width in zip(columns, widths, strict=True)).rstrip()
        for row in rows
    )


def _parser() -> _Parser:
    parser = _Parser(
        prog="graphmock",
        description="A stand-in for the part of Microsoft Graph around its cancel actions.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve|faults|rules")
    run = commands.add_parser(
        "serve", help="run the server", epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    run.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    run.add_argument("--port", type=int, default=0, help="port to listen on; 0, the default, takes a free one")
    run.add_argument("--tls", action="store_true", help="serve https, with a certificate made at start")
    run.add_argument("--ca-file", type=Path, metavar="PATH", help="with --tls: write the certificate to trust there")
    run.add_argument(
        "--auth-port", type=int, metavar="N",
        help="with --tls: serve an authority to sign in at on this port too; 0 takes a free one",
    )  # fmt: skip
    run.add_argument("--edition", choices=sorted(EDITIONS), default=DEFAULT, help="edition at / (default %(default)s)")
    run.add_argument("--fault", action="append", default=[], metavar="NAME", help="plant a fault; may be repeated")
    run.add_argument("--vary", action="append", default=[], metavar="NAME", help="vary legitimately; may be repeated")
    run.add_argument("--latency", type=_seconds, default=0.0, metavar="SECONDS", help="wait before each answer")
    run.add_argument(
        "--throttle", type=_limit, metavar="N/SECONDS",
        help="answer 429 beyond N requests in SECONDS by one caller to one mailbox; default: never",
    )  # fmt: skip
    run.add_argument("--seed", type=int, metavar="N", help="make ids and tokens repeatable")
    run.add_argument(
        "--write-target",
        type=Path,
        metavar="DIR",
        help="write target.toml, target.env, (with --tls) ca.pem and (with --auth-port) target.FLOW.toml there; "
        "load with: set -a; . DIR/target.env",
    )
    run.add_argument("--page-size", type=_positive, default=10, metavar="N", help="items on a page (default 10)")
    run.add_argument("--with-parent", type=int, metavar="PID", help="end when that process ends")
    for name, what in (("faults", "list faults and variations"), ("rules", "list the rules and their evidence")):
        listing = commands.add_parser(name, help=what, epilog=_EXAMPLES,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
        listing.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:  # noqa: PLR2004 - also keeps nan and inf out
        raise argparse.ArgumentTypeError("between 0 and 3600 seconds")
    return value


def _limit(text: str) -> Limit:
    most, slash, seconds = text.partition("/")
    try:
        limit = Limit(_positive(most), _seconds(seconds if slash else "1"))
    except ValueError:
        limit = None
    if limit is None or not limit.seconds:
        raise argparse.ArgumentTypeError(f"{text!r} is not N/SECONDS, such as 4/1")
    return limit


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
