"""The URLs with which one object refers to another: in `@odata.bind` at create, and in `$ref` later."""

from __future__ import annotations

import re
from urllib.parse import unquote

from sandbox.graph.errors import Refused
from sandbox.graph.tenant.tenant import Call

_REFERENCE = re.compile(
    r"(?P<origin>https?://[^/]+)/beta/deviceManagement/(?P<collection>\w+)(?:\('(?P<quoted>[^']+)'\)|/(?P<bare>[^/()?]+))"
)


def reference(call: Call, collection: str, key: str) -> str:
    """Write the URL of an object, on the origin that the request came to."""
    return f"{call.base}/deviceManagement/{collection}('{key}')"


def referred_id(call: Call, collection: str, url: object) -> str:
    """
    Return the id of the object of *collection* that *url* means.

    It must be absolute and stay on the cloud's own host: graph.microsoft.com in a body has broken Government tenants
    (Microsoft365DSC#5225).
    """
    match = _REFERENCE.fullmatch(unquote(url)) if isinstance(url, str) else None
    origin = call.request.site.origin
    if match is None or match["origin"].lower() != origin or match["collection"] != collection:
        raise Refused(f"The reference '{url}' does not address {origin}/beta/deviceManagement/{collection}.")
    return (match["quoted"] or match["bare"]).lower()
