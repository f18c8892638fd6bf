"""The identity token of a running GitHub job."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from provider.errors import SignInError
from provider.graph.causes import TRANSPORT, cause_of, misconfigured

_TIMEOUT = (10.0, 30.0)  # seconds to connect to GitHub's token service, and to wait for its answer


def github_assertion(url: str, bearer: str, audience: str) -> str:
    """
    Fetch the identity token of the running GitHub job.

    Raises SignInError: GitHub refuses it. The text never has the token.

    Source: https://docs.github.com/actions/reference/openid-connect-reference
    """
    try:
        answer = requests.get(
            url,
            params={"audience": audience},
            headers={"Authorization": f"Bearer {bearer}"},
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
    except TRANSPORT as error:
        cause = cause_of(error, urlsplit(url).netloc)
        raise misconfigured(error, url) or SignInError(
            f"GitHub's token service gave no token: {cause.text}; check the network and any proxy, then run again"
        ) from None
    if answer.status_code != requests.codes.ok:
        raise SignInError(
            f"GitHub's token service answered {answer.status_code}: give the job `permissions: id-token: write`"
        )
    try:
        return str(answer.json()["value"])
    except (ValueError, KeyError, TypeError):
        raise SignInError("the answer of GitHub's token service has no token: it is not GitHub's") from None
