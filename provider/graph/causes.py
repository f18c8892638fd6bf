"""
Why a request got no answer, by the exceptions below the one that was raised.

The HTTP library wraps what the socket, TLS or a proxy reported, several times and not always under a fitting name: a
connection that breaks after the request went through a proxy is a ProxyError "unable to connect". So the whole chain
is walked, and only a cause that can occur before the first byte of a request proves that nothing was sent.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import requests
import urllib3.exceptions as urllib3
from urllib3.util.ssl_match_hostname import CertificateError

from provider.errors import ConfigError, IntuneError

TRANSPORT = (requests.RequestException, urllib3.HTTPError, OSError)
"""What sending a request can raise. requests lets some of the other two through."""

_UNKNOWN_HOST = (socket.gaierror, urllib3.NameResolutionError)
_UNTRUSTED = (ssl.SSLCertVerificationError, CertificateError)
_CONNECT_TIMEOUT = (requests.exceptions.ConnectTimeout, urllib3.ConnectTimeoutError)
_NO_CONNECTION = (ConnectionRefusedError, urllib3.NewConnectionError)
_NO_ADDRESS = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, urllib3.LocationValueError)
_READ_TIMEOUT = (requests.exceptions.ReadTimeout, urllib3.ReadTimeoutError, TimeoutError)
_TLS = (ssl.SSLError, urllib3.SSLError, requests.exceptions.SSLError)
_PROXY = (requests.exceptions.ProxyError, urllib3.ProxyError)

_NO_TUNNEL = "Tunnel connection failed"
"""How the standard library says that a proxy refuses to connect: the OSError has no class or number of its own."""


class Cause(NamedTuple):
    """What happened, as the middle of a sentence, and whether the request can have been *sent*."""

    text: str
    sent: bool


def chain(error: BaseException) -> Iterator[BaseException]:
    """
    Return *error* and every exception that it was made of.

    An error of ours ends a branch: it is about an earlier request, during whose handling this one was sent.
    """
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        one = pending.pop()
        if not isinstance(one, BaseException) or isinstance(one, IntuneError) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        reasons = (getattr(one, name, None) for name in ("reason", "inner_exception"))
        pending += [*one.args, *reasons, one.__cause__, one.__context__]


def is_unanswered(error: BaseException) -> bool:
    """Tell whether *error* was made of what the HTTP library says of a request without an answer."""
    return any(isinstance(one, (requests.RequestException, urllib3.HTTPError)) for one in chain(error))


def cause_of(error: BaseException, host: str) -> Cause:
    """Tell why a request to *host* ended in *error* without an answer."""
    causes = list(chain(error))
    before = _cause_before_sending(causes, host)
    if before is not None:
        return Cause(before, sent=False)
    if _has(causes, *_READ_TIMEOUT):
        return Cause(f"{host} did not answer in time", sent=True)
    if _has(causes, *_TLS):
        return Cause(f"the TLS connection to {host} broke off", sent=True)
    return Cause(f"the connection to {host} broke off", sent=True)


def _cause_before_sending(causes: list[BaseException], host: str) -> str | None:
    """Return what kept the request from being sent; None where it may have been."""
    where = f"the proxy for {host}" if _has(causes, *_PROXY) else host
    for kinds, text in (
        (_UNKNOWN_HOST, f"unknown host: the name of {where} cannot be resolved"),
        (_UNTRUSTED, f"the certificate of {where} is not trusted"),
        (_CONNECT_TIMEOUT, f"{where} did not accept a connection in time"),
        (_NO_CONNECTION, f"cannot connect to {where}"),
        (_NO_ADDRESS, f"{host} cannot be addressed"),
    ):
        # NewConnectionError is a ConnectTimeoutError in urllib3, for the sake of older programs.
        if any(isinstance(one, kinds) and not (kinds is _CONNECT_TIMEOUT and _is_refused(one)) for one in causes):
            return text
    if any(type(one) is OSError and str(one).startswith(_NO_TUNNEL) for one in causes):
        return f"the proxy refuses to connect to {host}"
    return None


def _is_refused(error: BaseException) -> bool:
    return isinstance(error, _NO_CONNECTION)


def without_socks(url: str) -> ConfigError | None:
    """Return an error where the environment sends requests to *url* through SOCKS and the package is missing."""
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)) or ""
    if not proxy.lower().startswith("socks") or importlib.util.find_spec("socks") is not None:
        return None
    return ConfigError(
        "the environment names a SOCKS proxy, and the package for it is not installed: run "
        '`pip install "requests[socks]"` in the project\'s .venv, or unset ALL_PROXY and HTTPS_PROXY'
    )


def misconfigured(error: BaseException, url: str) -> ConfigError | None:
    """Return what the environment has wrong, where a request to *url* ended in *error* for that; None where not."""
    causes = list(chain(error))
    if (missing := without_socks(url)) is not None:
        return missing
    if _has(causes, requests.exceptions.InvalidProxyURL, urllib3.ProxySchemeUnknown):
        return ConfigError(
            "the proxy in the environment is not an address: correct HTTPS_PROXY (or HTTP_PROXY, ALL_PROXY), for "
            "example to http://proxy.example:8080"
        )
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        bundle = os.environ.get(variable)
        if bundle and url.startswith("https:") and not Path(bundle).exists():
            return ConfigError(f'{variable} names "{bundle}", which does not exist: correct it, or unset it')
    return None


def _has(causes: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(one, kinds) for one in causes)
