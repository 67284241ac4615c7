"""What a token is asked for: a resource, and permissions there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphmock.errors import refuse
from graphmock.rules import obeys

if TYPE_CHECKING:
    from collections.abc import Collection

    from graphmock.registration import Client

GRAPH = "https://graph.microsoft.com"
CLOUDS = (
    GRAPH, "https://graph.microsoft.us", "https://dod-graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn",
)  # fmt: skip
_IDENTITY = frozenset({"openid", "profile", "email", "offline_access"})
_DEFAULT = ".default"


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What a client asks for.

    Attributes:
        names: Permissions by name, ``.default`` among them.
        identity: What it wants to know of the user, or to be able to do later.
    """

    resource: str
    names: frozenset[str]
    identity: frozenset[str] = frozenset()

    @property
    def default(self) -> bool:
        """Whether everything consented to is asked for."""
        return _DEFAULT in self.names


def checked_resource(resource: str, known: Collection[str], tenant: str) -> str:
    """
    Name a resource as it is known, with or without a slash at its end.

    Raises:
        Refusal: It is not.
    """
    found = resource.rstrip("/").lower()
    if found not in known:
        raise refuse("scope.resource", resource=resource, tenant=tenant)
    return found


@obeys("scope.resource")
def wished(text: str, known: Collection[str], tenant: str) -> Wish:
    """
    Read a list of scopes; a bare name is one of Graph's.

    Args:
        text: Scopes with blanks between them.
        known: Resources there are.
        tenant: For the message.

    Raises:
        Refusal: A resource is unknown, or there are two.
    """
    identity = _IDENTITY.intersection(text.split())
    pairs = [one.rpartition("/")[::2] for one in text.split() if one not in identity]
    resources = {checked_resource(resource or GRAPH, known, tenant) for resource, _ in pairs}
    if len(resources) > 1 or not all(name for _, name in pairs):
        raise refuse("scope.invalid", scope=text)
    return Wish(next(iter(resources), GRAPH), frozenset(name for _, name in pairs), identity)


@obeys("scope.default")
def consented(client: Client, wish: Wish) -> frozenset[str]:
    """
    Say which permissions a user's token has.

    Raises:
        Refusal: Nobody consented to them.
    """
    names = client.delegated if wish.default else wish.names
    if not client.delegated or not names <= client.delegated:
        raise refuse("scope.consent", client=client.id, name=client.name)
    return names


def written(wish: Wish, permissions: Collection[str]) -> str:
    """Write what was granted the way a client finds it again in its cache: by what it asked for, too."""
    names = [*sorted(permissions), *([_DEFAULT] if wish.default else [])]
    identity = sorted(wish.identity - {"offline_access"})
    return " ".join([*identity, *(f"{wish.resource}/{name}" for name in names)])
