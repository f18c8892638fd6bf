"""
Microsoft's four clouds, and the sites the stand-in answers for.

A site is one origin (scheme, host, port) with a role. Every absolute URL in an answer (nextLink, context, the target
of a binding) stays on the origin that the request came to, and a token opens only the sites whose audience it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Cloud:
    """One of Microsoft's clouds: the host of its Graph and the host that signs people and programs in."""

    name: str
    graph_host: str
    login_host: str
    source: str


LOOPBACK = "127.0.0.1"
"""The one address that anything listens on."""

_DEPLOYMENTS = "https://learn.microsoft.com/graph/deployments"

CLOUDS = (
    Cloud("global", "graph.microsoft.com", "login.microsoftonline.com", _DEPLOYMENTS),
    Cloud("usGovernmentL4", "graph.microsoft.us", "login.microsoftonline.us", _DEPLOYMENTS),
    Cloud("usGovernmentL5", "dod-graph.microsoft.us", "login.microsoftonline.us", _DEPLOYMENTS),
    Cloud("china", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn", _DEPLOYMENTS),
)


@dataclass(frozen=True)
class Site:
    """One origin the stand-in answers for. *audiences*: tokens a Graph accepts, or a login host may issue."""

    origin: str
    host: str
    role: Literal["graph", "login"]
    audiences: frozenset[str]

    @property
    def is_loopback(self) -> bool:
        """Whether it goes by an address of this machine and not by one of Microsoft's names."""
        return self.host == LOOPBACK


def cloud_sites() -> dict[str, Site]:
    """Map each real host name to its site. Tokens of one Graph host do not open another, not even L4 and L5."""
    sites: dict[str, Site] = {}
    for cloud in CLOUDS:
        graph = f"https://{cloud.graph_host}"
        sites[cloud.graph_host] = Site(graph, cloud.graph_host, "graph", frozenset({graph}))
        shared = {f"https://{other.graph_host}" for other in CLOUDS if other.login_host == cloud.login_host}
        login = f"https://{cloud.login_host}"
        sites[cloud.login_host] = Site(login, cloud.login_host, "login", frozenset(shared))
    return sites


def loopback_graph(scheme: Literal["http", "https"], port: int) -> Site:
    """Describe a Graph on this machine: it behaves as the global cloud does, under an address of its own."""
    origin = f"{scheme}://{LOOPBACK}:{port}"
    audiences = frozenset({origin, f"https://{CLOUDS[0].graph_host}"})
    return Site(origin, LOOPBACK, "graph", audiences)


def loopback_login(port: int, *graphs: Site) -> Site:
    """Describe the TLS authority, which issues tokens for the *graphs* and for every cloud."""
    clouds = {f"https://{cloud.graph_host}" for cloud in CLOUDS}
    audiences = clouds.union(*(graph.audiences for graph in graphs))
    return Site(f"https://{LOOPBACK}:{port}", LOOPBACK, "login", frozenset(audiences))
