"""Checks of the sign-in and of the tenant."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from provider.errors import ConfigError, Forbidden, GraphError, IntuneError
from provider.graph.connection import tenant_of
from provider.graph.tenant import Tenant
from provider.kinds.entity import Entity
from provider.settings import Settings
from stacks.health.check import Check, fail, ok, skip, warn
from stacks.maps import CONFIG_MAPS

_SKEW = 300
_SECONDS = 10
_SKIPPED = ("sign-in.permissions", "tenant.read", "tenant.quota")


def checks(config: Mapping[str, str]) -> Iterator[Check]:
    """Check the sign-in with a stack's *config*, then what the tenant answers."""
    try:
        tenant = tenant_of(config)
    except ConfigError as error:
        yield fail("config.settings", str(error), "correct the stack file")
        yield from (skip(id_, "the settings are not complete") for id_ in ("sign-in.token", *_SKIPPED))
        return
    settings = tenant.client.settings
    yield ok("config.settings", f"tenant {settings.tenant_id}, cloud {settings.cloud.name}, auth {settings.auth}")
    yield _clock(settings)
    try:
        claims = tenant.client.claims()
    except IntuneError as error:
        yield fail("sign-in.token", str(error), f"docs/sign-in.md{_consent(settings)}")
        yield from (skip(id_, "there is no token") for id_ in _SKIPPED)
        return
    yield ok("sign-in.token", _identity(claims))
    yield _permissions(tenant, settings, claims)
    yield from _answers(tenant)
    yield _quota(settings)
    yield _subject()


def _clock(settings: Settings) -> Check:
    try:
        answer = requests.head(settings.cloud.graph, timeout=_SECONDS, allow_redirects=False)
        there = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (requests.RequestException, KeyError, ValueError, TypeError) as error:
        return skip("machine.clock", f"{settings.cloud.graph} did not say the time: {type(error).__name__}")
    off = abs(time.time() - there)
    if off > _SKEW:
        return fail("machine.clock", f"the clock is {off:.0f} s off", "set the clock: sign-in fails beyond 5 minutes")
    return ok("machine.clock", "the clock agrees with Graph's")


def _identity(claims: Mapping[str, Any]) -> str:
    """Name who has signed in, and through which application; both are ids, and no secret."""
    application = f"application {claims.get('app_displayname') or ''} {claims.get('appid') or 'unknown'}"
    person = claims.get("upn") or claims.get("unique_name")
    return " ".join(f"{f'{person} through ' if person else ''}{application}".split())


def _permissions(tenant: Tenant, settings: Settings, claims: Mapping[str, Any]) -> Check:
    granted = tenant.client.permissions()
    missing = {
        " or ".join(one.kind.permissions): one.__name__
        for one in CONFIG_MAPS.values()
        if not granted.intersection(one.kind.permissions)
    }
    if not missing:
        return ok("sign-in.permissions", "the permissions to write each kind are there")
    said = "; ".join(f"{permission} is missing for {name}" for permission, name in missing.items())
    why = tenant.client.why_not()
    link = _consent(settings, str(claims.get("appid") or ""))
    return warn(
        "sign-in.permissions", said, why or f"grant it and consent as an administrator{link}; to read, it is enough"
    )


def _consent(settings: Settings, application: str = "") -> str:
    """Return the page on which an administrator consents, in the cloud of the tenant."""
    client = application or os.environ.get("INTUNE_CLIENT_ID") or os.environ.get("AZURE_CLIENT_ID") or ""
    if not client or settings.cloud.is_sandbox:
        return ""
    scope = quote(settings.cloud.scope, safe="")
    base = f"{settings.cloud.authority}/{settings.tenant_id}/v2.0/adminconsent"
    return f": {base}?client_id={quote(client)}&scope={scope}"


def _answers(tenant: Tenant) -> Iterator[Check]:
    """Read one page of each collection: a licence that is missing shows here."""
    collections = {one.kind.collection.path for one in CONFIG_MAPS.values() if isinstance(one.kind, Entity)}
    for path in sorted(collections):
        name = path.rpartition("/")[2]
        try:
            tenant.client.get(f"{path}?$top=1")
        except Forbidden as error:
            yield fail(f"tenant.read.{name}", str(error), "grant the permission to read")
        except GraphError as error:
            yield fail(f"tenant.read.{name}", str(error), "does the tenant have Intune? Is the network open?")
        else:
            yield ok(f"tenant.read.{name}", f"{path} answers")


def _quota(settings: Settings) -> Check:
    if not settings.quota_share:
        return warn("tenant.quota", "quotaShare is off: Graph's throttling is all that slows a run", "")
    return ok("tenant.quota", f"a run may use {settings.quota_share:.0%} of 100 writes per 20 s")


def _subject() -> Check:
    """Print the subject that a job of GitHub sends, to be copied into a federated credential."""
    repository = os.environ.get("GITHUB_REPOSITORY") or _origin(Path.cwd())
    if not repository:
        return skip("ci.subject", "this is no clone of a GitHub repository")
    owner, _, name = repository.partition("/")
    ids = os.environ.get("GITHUB_REPOSITORY_OWNER_ID", "OWNER-ID"), os.environ.get("GITHUB_REPOSITORY_ID", "REPO-ID")
    new = f"repo:{owner}@{ids[0]}/{name}@{ids[1]}:environment:<ring>"
    return ok("ci.subject", f"repo:{repository}:environment:<ring>, or {new} for a repository made after 2026-07-15")


def _origin(folder: Path) -> str:
    """Return OWNER/NAME of the clone's origin on GitHub; empty if there is none."""
    for one in (folder, *folder.parents):
        config = one / ".git" / "config"
        if config.is_file():
            for line in config.read_text(encoding="utf-8", errors="replace").splitlines():
                _, found, rest = line.strip().partition("github.com")
                if found and line.strip().startswith("url"):
                    return rest.strip(":/").removesuffix(".git")
            return ""
    return ""
