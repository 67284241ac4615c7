"""The files that tell a client how to reach a running stand-in."""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmock.tenant import Cast
    from graphmock.tokens import TokenBook


CA_FILE = "ca.pem"


def write_target(folder: Path, base: str, tokens: TokenBook, cast: Cast, authority: str | None = None) -> None:
    """
    Write ``target.toml``, ``target.env``, and ``ca.pem`` where there is a certificate to trust.

    The first comes last, so that who sees it can read the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if authority is not None:
        write_authority(folder / CA_FILE, authority)
    bundle = None if authority is None else folder / CA_FILE
    _replace(folder / "target.env", _env(base, tokens, cast, bundle))
    _replace(folder / "target.toml", _toml(base, cast, bundle))


def write_authority(path: Path, text: str) -> None:
    """Write the certificate a client has to trust; unlike tokens it is for everybody to read."""
    _replace(path, text, mode=0o644)


def _env(base: str, tokens: TokenBook, cast: Cast, bundle: Path | None) -> str:
    values = {f"GRAPH_{name.upper()}_TOKEN": token for name, token in tokens.by_name.items()}
    values |= {"GRAPH_ORGANIZER_USER": cast.organizer, "GRAPH_ATTENDEE_USER": cast.attendee}
    values |= {"GRAPH_ROOT": base, "GROUP_ID": cast.group, "BUSINESS_ID": cast.business, "SERVICE_ID": cast.service}
    values |= {} if bundle is None else {"GRAPH_CA_FILE": shlex.quote(str(bundle.resolve()))}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _toml(base: str, cast: Cast, bundle: Path | None) -> str:
    lines = ['name = "mock"', f"base_url = {_quoted(base)}", f"writable = [{', '.join(map(_quoted, cast.writable))}]"]
    lines += [] if bundle is None else [f"ca_bundle = {_quoted(bundle.name)}"]
    for actor, user in (
        ("organizer", cast.organizer), ("attendee", cast.attendee), ("app", ""), ("reader", cast.organizer),
    ):  # fmt: skip
        lines += ["", f"[actors.{actor}]"]
        lines += [f"user = {_quoted(user)}"] if user else []
        lines += ['flow = "token"', f'token_env = "GRAPH_{actor.upper()}_TOKEN"']
        lines += ['expired_token_env = "GRAPH_EXPIRED_TOKEN"'] if actor == "organizer" else []
    # Longer than any lag a variation brings: a stand-in knows its own.
    lines += ["", "[patience]", "effect_s = 6", "invite_s = 6", "read_s = 10"]
    lines += ["", "[resources]", f"group = {_quoted(cast.group)}"]
    lines += [f"booking_business = {_quoted(cast.business)}", f"booking_service = {_quoted(cast.service)}", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    # JSON's escapes are a subset of a TOML basic string's.
    return json.dumps(text)


def _replace(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file so that nobody ever sees half of it, and nobody else its tokens unless *mode* lets them."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
