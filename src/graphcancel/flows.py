"""
One actor's way to its tokens, for each flow; the one door to msal.

Nothing msal says is shown: its errors carry ids, addresses and, where a server answers oddly, whatever that answered.
What went wrong is worked out from the answer itself (`graphcancel.refusals`).
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msal
import requests

from graphcancel.certificate import check_certificate
from graphcancel.connecting import failure
from graphcancel.reading import WRITTEN, text_within
from graphcancel.refusals import Refused, by_answer, by_status, is_busy, unreachable
from graphcancel.tokenfile import TokenFile
from graphcancel.wire import Answer, Wire

if TYPE_CHECKING:
    from graphcancel.actors import Actor
    from graphcancel.targetfile import Description

# Shows a prompt to a person; True where somebody is likely to be there to read it.
Ask = Callable[[str], bool]

_UNATTENDED_S: Final = 60.0
_LIFETIME_S: Final = 3600.0
_CODE_LENGTH: Final = 40
_FIRST: Final = "sign in first: graphcancel doctor TARGET, in a terminal"
_ASSERTION: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_PROTOCOL: Final = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True, slots=True)
class Grant:
    """
    What a sign-in gave.

    Attributes:
        seconds: How long the token lives from now.
        scopes: What it is for, as far as the authority said.
    """

    token: str = field(repr=False)
    seconds: float
    scopes: frozenset[str]


class Flow:
    """
    Signs one actor in, again and again.

    Args:
        ask: Shows a person what to do; None where nobody is asked.
        folder: Of token caches; only what a person signed in to is kept there.
        notes: Receives lines a person should know.
    """

    def __init__(self, actor: Actor, description: Description, ask: Ask | None, folder: Path, notes: list[str]) -> None:
        self._actor = actor
        self._scope = description.scope
        self._resource = description.resource
        self._ask = ask
        self._machine = actor.flow == "managed-identity"
        self._wire = Wire(description.ca_bundle, None if self._machine else description.authority or "")
        self._cache = msal.SerializableTokenCache()
        self._file: TokenFile | None = None
        if actor.flow == "device-code":
            names = (description.authority or "", actor.tenant_id or "", actor.client_id or "")
            self._file = TokenFile(folder, names, notes)
        self._authority = f"{description.authority}/{actor.tenant_id}"
        self._client: Any = None

    def __repr__(self) -> str:
        """Without anything it signs in with."""
        return f"Flow({self._actor!r})"

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def obtain(self) -> Grant:
        """
        A token that is not about to expire.

        Raises:
            Refused: There is none to be had; the text says why and what to do.
        """
        deed = {
            "client-secret": self._as_app,
            "certificate": self._as_app,
            "federated": self._as_app,
            "managed-identity": self._as_machine,
            "device-code": self._by_device,
            "username-password": self._by_password,
        }[self._actor.flow]
        before, started = self._wire.last, time.monotonic()
        try:
            with warnings.catch_warnings():
                # The password flow is deprecated for public clients, and here is nobody who could replace it.
                warnings.simplefilter("ignore")
                return self._grant(deed())
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a library makes of an odd answer is no crash of the run
            raise self._meant(error, before, time.monotonic() - started) from None

    # -- the flows --------------------------------------------------------------------------------------------------

    def _as_app(self) -> Any:
        return self._application().acquire_token_for_client([self._scope])

    def _as_machine(self) -> Any:
        if self._client is None:
            identity = msal.SystemAssignedManagedIdentity()
            if self._actor.client_id:
                identity = msal.UserAssignedManagedIdentity(client_id=self._actor.client_id)
            self._client = msal.ManagedIdentityClient(identity, http_client=self._wire, token_cache=self._cache)
        answer = self._client.acquire_token_for_client(resource=self._resource)
        if isinstance(answer, dict) and "access_token" not in answer and not self._busy():
            raise Refused("the machine has no such managed identity; assign one, or correct client_id in [actors.app]")
        return answer

    def _by_password(self) -> Any:
        return self._silent() or self._owned(
            self._application().acquire_token_by_username_password(
                self._actor.user, self._actor.password, [self._scope]
            )
        )

    def _by_device(self) -> Any:
        known = self._kept(self._silent_with_error)
        if isinstance(known, dict) and "access_token" in known:
            return known
        refused = Refused(f"nobody has signed in yet; {_FIRST}")
        if isinstance(known, dict):
            refused = self._busy() or by_answer(known)
        if self._ask is None or refused.passing:
            raise refused
        client = self._application()
        flow = client.initiate_device_flow([self._scope])
        prompt, expires = self._prompt(flow)
        wait_s = expires if self._ask(prompt) else min(expires, _UNATTENDED_S)
        deadline = time.monotonic() + wait_s
        flow["interval"] = _whole(flow.get("interval"), 5)  # msal lengthens it when told to slow down
        while time.monotonic() < deadline:
            time.sleep(flow["interval"])
            answer = self._kept(
                lambda: self._owned(client.acquire_token_by_device_flow(flow, exit_condition=lambda _: True))
            )
            word = answer.get("error") if isinstance(answer, dict) else None
            if word not in {"authorization_pending", "slow_down"}:
                return answer
        raise Refused(f"nobody entered the code within {wait_s:.0f} s; {_FIRST}")

    def _prompt(self, flow: Any) -> tuple[str, float]:
        """What to show to a person, and the seconds until that is of no use any more."""
        if not isinstance(flow, dict) or "user_code" not in flow:
            raise by_answer(flow if isinstance(flow, dict) else {})
        place, code = str(flow.get("verification_uri", "")), str(flow["user_code"])
        if not place.startswith("https://") or not place.isprintable() or not code.isprintable():
            raise Refused("the authority's device code cannot be shown; check authority")
        name = self._actor.name
        return (
            f"{name}: open {place} and enter {code[:_CODE_LENGTH]}, as the user of [actors.{name}]",
            float(_whole(flow.get("expires_in"), 900)),
        )

    # -- what they share --------------------------------------------------------------------------------------------

    def _application(self) -> Any:
        """The msal application, made at first use: making it asks the authority what it offers."""
        if self._client is None:
            credential = self._credential()
            kind = msal.ConfidentialClientApplication if credential else msal.PublicClientApplication
            self._client = kind(
                self._actor.client_id,
                authority=self._authority,
                client_credential=credential,
                token_cache=self._cache,
                http_client=self._wire,
                # Whoever describes the target says where to sign in; no third party is asked about it.
                instance_discovery=False,
            )
        return self._client

    def _credential(self) -> Any:
        actor = self._actor
        if actor.flow == "certificate":
            check_certificate(actor.certificate or "", actor.private_key or "")
            return {"private_key": actor.private_key, "public_certificate": actor.certificate}
        if actor.flow == "federated":
            return {"client_assertion": self._assertion}
        return actor.secret

    def _assertion(self) -> str:
        path = self._actor.assertion_file
        try:
            text = text_within(path, WRITTEN).strip() if path else ""
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text:
            raise Refused("assertion_file cannot be read or is empty; have the runner write it before the run")
        if not _ASSERTION.fullmatch(text):
            # Whatever else the file holds would be sent to the authority all the same.
            raise Refused(
                "assertion_file holds no assertion (a JSON Web Token), so nothing of it is sent; name its file"
            )
        return text

    def _silent(self) -> Any:
        """A token that takes nothing but what is known already, None where that is not enough."""
        answer = self._silent_with_error()
        return answer if isinstance(answer, dict) and "access_token" in answer else None

    def _silent_with_error(self) -> Any:
        client = self._application()
        accounts = client.get_accounts(username=self._actor.user)
        return client.acquire_token_silent_with_error([self._scope], accounts[0]) if accounts else None

    def _owned(self, answer: Any) -> Any:
        """*answer*, once it is known to be that of the actor's user and of nobody else."""
        claims = answer.get("id_token_claims") if isinstance(answer, dict) else None
        if isinstance(claims, dict):
            names = {str(claims[key]).lower() for key in ("preferred_username", "upn") if claims.get(key)}
            if names and (self._actor.user or "").lower() not in names:
                raise Refused(
                    f"somebody else signed in than the user of [actors.{self._actor.name}]; sign in as that user"
                )
        return answer

    def _kept(self, deed: Callable[[], Any]) -> Any:
        """Do *deed* with the tokens on disk, and keep there what it changes; nothing of one that raises."""
        if self._file is None or not self._file.usable:
            return deed()
        self._application()  # so that nobody waits for the lock while an authority is looked up
        with self._file.locked():
            self._cache.deserialize(self._file.read())
            try:
                answer = deed()
            except (KeyError, TypeError, AttributeError):
                # An entry without what msal wrote into it: readable, but of no use.
                self._file.set_aside()
                self._cache.deserialize(None)
                answer = deed()
            if self._cache.has_state_changed:
                self._file.write(self._cache.serialize())
        return answer

    def _grant(self, answer: Any) -> Grant:
        if not isinstance(answer, dict) or "access_token" not in answer:
            raise self._busy() or by_answer(answer if isinstance(answer, dict) else {})
        token = answer["access_token"]
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token or " " in token:
            raise Refused("the authority's token cannot be sent in a header; check authority")
        try:
            seconds = float(answer.get("expires_in", _LIFETIME_S))
        except (TypeError, ValueError):
            seconds = _LIFETIME_S
        return Grant(token, max(0.0, seconds), self._scopes_of(token))

    def _busy(self) -> Refused | None:
        """The refusal, where the authority was too busy to say more."""
        last = self._wire.last
        return by_status(last.status_code, None) if last and is_busy(last.status_code) else None

    def _scopes_of(self, token: str) -> frozenset[str]:
        """What the authority said *token* is for, without what it was merely asked for."""
        entries = self._cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN)
        targets = [str(entry.get("target", "")) for entry in entries if entry.get("secret") == token]
        named = {scope.removeprefix(f"{self._resource}/") for target in targets for scope in target.split()}
        return frozenset(named - _PROTOCOL - {".default", self._resource})

    def _meant(self, error: Exception, before: Answer | None, seconds: float) -> Refused:
        """
        What an exception of the libraries says about the authority.

        Args:
            before: The last answer of earlier attempts. msal itself gives a broken one for a while again.
        """
        last = self._wire.last
        if last is before and not isinstance(error, msal.exceptions.MsalServiceError):
            last = None
        if last is None and self._machine:
            return Refused(
                "no managed identity is to be had on this machine; run where there is one, or use another flow"
            )
        if last is not None:
            return by_status(last.status_code, last.object())
        if isinstance(error, requests.RequestException):
            return unreachable(failure(error, seconds))
        return Refused(f"what to send could not be made up ({type(error).__name__}); check the actor's keys")


def _whole(value: Any, default: int) -> int:
    """A number of seconds a server gave, within reason."""
    try:
        return max(1, min(int(value), 3600)) if not isinstance(value, bool) else default
    except (TypeError, ValueError, OverflowError):
        return default
