"""What the authority serves where: its description, the token endpoint, a page for device codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.responses import JSONResponse, Response

from graphmock import device_page, managed_identity
from graphmock.errors import Refusal, refuse
from graphmock.grants import Form, Grants
from graphmock.rules import obeys

_LARGEST = 64 * 1024
_MOST_FIELDS = 100
ANY_TENANT = ("common", "organizations")


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A request to the authority.

    Attributes:
        base: ``https://host:port`` as the client wrote it.
        tenant: The first word of the path.
        end: What follows the words of a route.
        body: None where it is larger than anybody should send.
    """

    method: str
    base: str
    tenant: str
    end: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None

    def fields(self) -> dict[str, str]:
        """
        Read the body as a form.

        Raises:
            Refusal: It is none.
        """
        if self.body is None or len(self.body) > _LARGEST:
            raise refuse("sign-in.too-large")
        try:
            text = self.body.decode()
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
        except ValueError:
            raise refuse("sign-in.malformed") from None


def _token(grants: Grants, asked: Asked) -> Response:
    grants.issuer.world.store.counts["token_requests"] += 1
    return json_answer(grants.answer(Form(asked.fields(), asked.base, asked.tenant)))


def _device_code(grants: Grants, asked: Asked) -> Response:
    return json_answer(grants.begin_device(Form(asked.fields(), asked.base, asked.tenant)))


def _page(grants: Grants, asked: Asked) -> Response:
    return device_page.show(grants.directory, code=asked.query.get("user_code", ""))


def _decision(grants: Grants, asked: Asked) -> Response:
    return device_page.decide(grants.directory, grants.sessions, asked.fields())


@obeys("sign-in.discovery")
def _configuration(grants: Grants, asked: Asked) -> Response:
    directory = grants.directory
    name = asked.tenant if asked.tenant.lower() in ANY_TENANT else directory.tenant
    place = f"{asked.base}/{name}"
    issued_by = "{tenantid}" if name in ANY_TENANT else name
    return json_answer(
        {
            "token_endpoint": f"{place}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "jwks_uri": f"{place}/discovery/v2.0/keys",
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{asked.base}/{issued_by}/v2.0",
            "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{place}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
            "cloud_instance_name": urlsplit(asked.base).netloc,
        }
    )


def _keys(grants: Grants, _asked: Asked) -> Response:
    return json_answer(grants.issuer.keys)


@obeys("sign-in.realm")
def _realm(grants: Grants, asked: Asked) -> Response:
    known = asked.end.lower().endswith("@" + grants.directory.domain)
    found = {"ver": "1.0", "account_type": "Managed" if known else "Unknown"}
    if known:
        found |= {
            "domain_name": grants.directory.domain,
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }
    return json_answer(found)


def _instance(grants: Grants, asked: Asked) -> Response:
    asked_for = urlsplit(asked.query.get("authorization_endpoint", ""))
    own = urlsplit(asked.base).netloc
    if asked_for.hostname != urlsplit(asked.base).hostname:
        raise refuse("sign-in.instance")
    tenant = asked_for.path.strip("/").partition("/")[0] or grants.directory.tenant
    return json_answer(
        {
            "tenant_discovery_endpoint": f"{asked.base}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": own, "preferred_cache": own, "aliases": [own]}],
        }
    )


def _identity(grants: Grants, asked: Asked) -> Response:
    machine = not asked.end
    try:
        return json_answer(managed_identity.answer(grants, asked.query, asked.headers, machine=machine))
    except Refusal as refusal:
        return json_answer(managed_identity.written(refusal, machine=machine), refusal.status)


def json_answer(content: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Write an answer that nobody may keep."""
    return JSONResponse(content, status, {"Cache-Control": "no-store", "Pragma": "no-cache", **(headers or {})})


Methods = Mapping[str, Callable[[Grants, Asked], Response]]


def _routes() -> list[tuple[re.Pattern[str], Methods]]:
    by_path: dict[str, Methods] = {
        r"/devicelogin": {"GET": _page, "POST": _decision},
        r"/common/discovery/instance": {"GET": _instance},
        r"/(?P<end>msi)/token": {"GET": _identity},
        r"/metadata/identity/oauth2/token": {"GET": _identity},
        r"/(?P<tenant>[^/]+)/v2\.0/\.well-known/openid-configuration": {"GET": _configuration},
        r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token": {"POST": _token},
        r"/(?P<tenant>[^/]+)/oauth2/v2\.0/devicecode": {"POST": _device_code},
        r"/(?P<tenant>[^/]+)/discovery/v2\.0/keys": {"GET": _keys},
        r"/(?P<tenant>[^/]+)/userrealm/(?P<end>[^/]+)": {"GET": _realm},
    }
    return [(re.compile(path), methods) for path, methods in by_path.items()]


ROUTES = _routes()
