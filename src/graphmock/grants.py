"""The token endpoint: from a form to a token, grant by grant."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphmock import conditions, scopes
from graphmock.assertions import check_assertion, check_federation
from graphmock.errors import refuse
from graphmock.rules import obeys
from graphmock.sessions import CODE_LIFETIME, INTERVAL, Sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from graphmock.issuing import Issuer
    from graphmock.registration import Account, Client, Directory
    from graphmock.scopes import Wish

_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_GRAPH_ID = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True, slots=True)
class Form:
    """
    What a client posts.

    Attributes:
        fields: By name; the last of a name counts.
        base: The authority's address as the client knows it.
        tenant: As the path names it.
    """

    fields: Mapping[str, str]
    base: str
    tenant: str

    def need(self, name: str) -> str:
        """
        Read a field.

        Raises:
            Refusal: It is not there.
        """
        value = self.fields.get(name, "")
        if not value:
            raise refuse("sign-in.parameter", name=name)
        return value


@dataclass(slots=True)
class Grants:
    """Who gives out tokens; *resources* are the roots of Graph they may be for."""

    directory: Directory
    issuer: Issuer
    resources: Collection[str]
    sessions: Sessions = field(default_factory=Sessions)

    def answer(self, form: Form) -> dict[str, Any]:
        """
        Give a token.

        Raises:
            Refusal: As the authority words it.
        """
        grant = form.need("grant_type")
        known: dict[str, Callable[[Form, Client], dict[str, Any]]] = {
            "client_credentials": self._by_itself, "password": self._by_password, "refresh_token": self._again,
            _DEVICE: self._by_device, "device_code": self._by_device, "user_fic": self._by_word,
        }  # fmt: skip
        if grant not in known:
            raise refuse("sign-in.grant", grant=grant)
        return known[grant](form, self._client(form))

    def begin_device(self, form: Form) -> dict[str, Any]:
        """
        Give a device a code, and another one for its user.

        Raises:
            Refusal: As the authority words it.
        """
        client = self._client(form)
        code, waiting = self.sessions.wait(client, self._wish(form))
        place = f"{form.base}/devicelogin"
        return {
            "user_code": waiting.user_code, "device_code": code, "verification_uri": place,
            "expires_in": CODE_LIFETIME, "interval": INTERVAL,
            "message": f"To sign in, use a web browser to open the page {place} and enter the code {waiting.user_code} "
            "to authenticate.",
        }  # fmt: skip

    # --- which application -----------------------------------------------------------------------------------------

    def _client(self, form: Form) -> Client:
        """Find the client, and have it prove itself where it can."""
        identifier = form.need("client_id")
        client = self.directory.client(identifier)
        if client is None:
            raise refuse("client.unknown", client=identifier, tenant=self.directory.domain)
        secret, assertion = form.fields.get("client_secret", ""), form.fields.get("client_assertion", "")
        if client.public:
            if secret or assertion:
                raise refuse("client.public")
        elif assertion:
            if form.fields.get("client_assertion_type") != _JWT_BEARER:
                raise refuse("sign-in.parameter", name="client_assertion_type")
            check_assertion(client, assertion, self._own_names(form))
        elif not secret:
            raise refuse("client.not-public")
        else:
            self._check_secret(client, secret)
        return client

    @staticmethod
    def _check_secret(client: Client, secret: str) -> None:
        if not hmac.compare_digest(secret.encode(errors="replace"), client.secret.encode()):
            raise refuse("client.secret", client=client.id)
        if client.secret_expired:
            raise refuse("client.secret-expired", client=client.id)

    def _own_names(self, form: Form) -> tuple[str, ...]:
        names = {form.tenant, self.directory.tenant, self.directory.domain}
        ends = ("/oauth2/v2.0/token", "/v2.0")
        return tuple(f"{form.base}/{name}{end}" for name in names for end in ends)

    # --- grants ----------------------------------------------------------------------------------------------------

    @obeys("scope.application")
    def _by_itself(self, form: Form, client: Client) -> dict[str, Any]:
        if client.public:
            raise refuse("client.not-public")
        wish = self._wish(form)
        if wish.names != {".default"}:
            raise refuse("scope.application", scope=form.fields["scope"])
        token, seconds = self.issuer.access(wish.resource, client, client.application)
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}

    def _by_password(self, form: Form, client: Client) -> dict[str, Any]:
        account = self._account(form.need("username"))
        password = form.need("password").encode(errors="replace")
        if not hmac.compare_digest(password, account.password.encode()):
            raise refuse("user.password")
        return self._issue(form, client, account, self._wish(form), by_password=True)

    def _by_word(self, form: Form, client: Client) -> dict[str, Any]:
        """Sign a user in on the word of an issuer that the application trusts."""
        if client.public:
            raise refuse("client.not-public")
        check_federation(client.federation, form.need("user_federated_identity_credential"))
        account = self._account(form.fields.get("user_id") or form.need("username"))
        return self._issue(form, client, account, self._wish(form))

    def _by_device(self, form: Form, client: Client) -> dict[str, Any]:
        code = form.fields.get("code") or form.need("device_code")
        account, wish = self.sessions.redeem(code, client)
        return self._issue(form, client, account, wish)

    def _again(self, form: Form, client: Client) -> dict[str, Any]:
        account = self.sessions.resume(form.need("refresh_token"), client)
        return self._issue(form, client, account, self._wish(form))

    # --- the token -------------------------------------------------------------------------------------------------

    def _account(self, name: str) -> Account:
        account = self.directory.account(name)
        if account is None:
            raise refuse("user.no-account", user="{EmailHidden}", tenant=self.directory.domain)
        return account

    def _wish(self, form: Form) -> Wish:
        return scopes.wished(form.need("scope"), self.resources, self.directory.domain)

    def _issue(
        self, form: Form, client: Client, account: Account, wish: Wish, *, by_password: bool = False
    ) -> dict[str, Any]:
        behaviour = self.issuer.world.behaviour
        conditions.check_account(behaviour, account.address, by_password=by_password, resource=_GRAPH_ID)
        permissions = scopes.consented(client, wish)
        token, seconds = self.issuer.access(wish.resource, client, permissions, account)
        answer: dict[str, Any] = {
            "token_type": "Bearer", "scope": scopes.written(wish, permissions), "expires_in": seconds,
            "ext_expires_in": seconds, "access_token": token,
        }  # fmt: skip
        if "offline_access" in wish.identity:
            answer["refresh_token"] = self.sessions.begin(client, account)
        if "openid" in wish.identity:
            issuer = f"{form.base}/{self.directory.tenant}/v2.0"
            answer["id_token"] = self.issuer.identity(issuer, client, account)
        if form.fields.get("client_info"):
            answer["client_info"] = self.issuer.client_info(account)
        return answer
