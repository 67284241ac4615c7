"""The files that tell a client how to reach a running stand-in."""

from __future__ import annotations

import json
import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graphmock.sign_in_files import EXPIRED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphmock.sign_in_files import Actors, SignIn
    from graphmock.tenant import Cast
    from graphmock.tokens import TokenBook


CA_FILE = "ca.pem"


def write_target(
    folder: Path, base: str, tokens: TokenBook, cast: Cast, authority: str | None = None, sign_in: SignIn | None = None
) -> None:
    """
    Write ``target.toml``, ``target.env``, ``ca.pem`` where there is a certificate to trust, and what signing in needs.

    The first comes last, so that who sees it can read the others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if authority is not None:
        write_authority(folder / CA_FILE, authority)
    bundle = None if authority is None else folder / CA_FILE
    env = _env(base, tokens, cast, bundle)
    if sign_in is not None:
        env += "".join(f"{name}={value}\n" for name, value in sign_in.variables(cast).items())
        for name, text in sign_in.files().items():
            _replace(folder / name, text)
        for flow, actors in sign_in.actors(cast).items():
            _replace(folder / f"target.{flow}.toml", _toml(f"mock-{flow}", base, cast, bundle, actors, sign_in.keys()))
    _replace(folder / "target.env", env)
    _replace(folder / "target.toml", _toml("mock", base, cast, bundle, _by_token(cast)))


def write_authority(path: Path, text: str) -> None:
    """Write the certificate a client has to trust; unlike tokens it is for everybody to read."""
    _replace(path, text, mode=0o644)


def _env(base: str, tokens: TokenBook, cast: Cast, bundle: Path | None) -> str:
    values = {f"GRAPH_{name.upper()}_TOKEN": token for name, token in tokens.by_name.items()}
    values |= {"GRAPH_ORGANIZER_USER": cast.organizer, "GRAPH_ATTENDEE_USER": cast.attendee}
    values |= {"GRAPH_ROOT": base, "GROUP_ID": cast.group, "BUSINESS_ID": cast.business, "SERVICE_ID": cast.service}
    values |= {} if bundle is None else {"GRAPH_CA_FILE": shlex.quote(str(bundle.resolve()))}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _by_token(cast: Cast) -> Actors:
    users = {"organizer": cast.organizer, "attendee": cast.attendee, "app": "", "reader": cast.organizer}
    found = {}
    for actor, user in users.items():
        found[actor] = {"user": user} if user else {}
        found[actor] |= {"flow": "token", "token_env": f"GRAPH_{actor.upper()}_TOKEN"}
    found["organizer"]["expired_token_env"] = EXPIRED
    return found


def _toml(
    name: str, base: str, cast: Cast, bundle: Path | None, actors: Actors, keys: Mapping[str, str] | None = None
) -> str:
    lines = [f"name = {_quoted(name)}", f"base_url = {_quoted(base)}"]
    lines += [f"writable = [{', '.join(map(_quoted, cast.writable))}]"]
    lines += [] if bundle is None else [f"ca_bundle = {_quoted(bundle.name)}"]
    lines += [f"{key} = {_quoted(value)}" for key, value in (keys or {}).items()]
    for actor, values in actors.items():
        lines += ["", f"[actors.{actor}]", *(f"{key} = {_quoted(value)}" for key, value in values.items())]
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
