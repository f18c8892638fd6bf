"""
Keeps one comment on a pull request current, or one issue, on GitHub, Azure DevOps or GitLab.

Ours is the one that begins with our marker and is of our own author: the text of others is never edited. Who and where
is in the environment, as the pipelines of each host have it. Shapes: docs.github.com/rest/issues/comments,
learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads, docs.gitlab.com/api/notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import requests

Json = dict[str, Any]
_SECONDS = 30.0
_MOST_SAID = 200
_PROPERTY = "intune.preview"
"""The property of an Azure DevOps thread by which it is found."""


class HostError(OSError):
    """The host has refused, or the environment does not say where to post; the text says which, and what to do."""


class Host(Protocol):
    """Where a text is kept."""

    def find(self, marker: str) -> tuple[str, str] | None:
        """Return the id and the text of ours; None if there is none. Raises HostError."""

    def create(self, text: str) -> None:
        """Post it. Raises HostError."""

    def edit(self, id_: str, text: str) -> None:
        """Put it in the place of the text with that id. Raises HostError."""


def keep(host: Host, marker: str, text: str, *, create: bool = True) -> str:
    """
    Make *text* ours on the *host*, and say what was done. Without *create* only a text that is there is edited.

    Raises HostError: the host has refused.
    """
    ours = host.find(marker)
    if ours is None:
        if create:
            host.create(text)
        return "posted" if create else "nothing to say"
    if ours[1].strip() == text.strip():
        return "said already"
    host.edit(ours[0], text)
    return "edited"


class _Api:
    """The interface of a host, at an address of the environment."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise HostError(f"{address}: is no https address: the token is sent to none but these")
        self._address = address.rstrip("/")
        self._session = requests.Session()
        self._session.headers.update(headers)

    def call(self, method: str, path: str, body: Json | None = None) -> requests.Response:
        """Send one request, once. Raises HostError: it was not answered well."""
        url = path if path.startswith(f"{self._address}/") else self._address + path
        try:
            answer = self._session.request(method, url, json=body, timeout=_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise HostError(f"{method} {urlsplit(url).path}: no answer: {error.__class__.__name__}") from None
        if answer.status_code // 100 != 2:  # noqa: PLR2004 - a success
            said = " ".join(answer.text.split())[:_MOST_SAID]
            raise HostError(f"{method} {urlsplit(url).path} → {answer.status_code}: {said}")
        return answer

    def pages(self, path: str) -> Iterator[Json]:
        """Yield what all pages of a list have. Raises HostError."""
        while path:
            answer = self.call("GET", path)
            yield from answer.json()
            path = answer.links.get("next", {}).get("url", "")


class GitHubComment:
    """A comment on a pull request of GitHub."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._repository = f"/repos/{need(environ, 'GITHUB_REPOSITORY')}/issues"
        self._comments = f"{self._repository}/{int(need(environ, 'PULL_REQUEST'))}/comments"
        self._api = _github(environ)

    def find(self, marker: str) -> tuple[str, str] | None:
        """See `Host`."""
        for one in self._api.pages(f"{self._comments}?per_page=100"):
            if _is_ours(one) and str(one["body"]).startswith(marker):
                return str(one["id"]), str(one["body"])
        return None

    def create(self, text: str) -> None:
        """See `Host`."""
        self._api.call("POST", self._comments, {"body": text})

    def edit(self, id_: str, text: str) -> None:
        """See `Host`."""
        self._api.call("PATCH", f"{self._repository}/comments/{id_}", {"body": text})


class GitHubIssue:
    """An issue of GitHub with a *label*: open while something is wrong, closed when all is *well*."""

    def __init__(self, environ: Mapping[str, str], title: str, *, well: bool, label: str = "drift") -> None:
        self._issues = f"/repos/{need(environ, 'GITHUB_REPOSITORY')}/issues"
        self._title, self._label, self._well = title, label, well
        self._api = _github(environ)

    def find(self, marker: str) -> tuple[str, str] | None:
        """See `Host`. One that is closed and stays so needs no edit."""
        for one in self._api.pages(f"{self._issues}?state=all&labels={quote(self._label)}&per_page=100"):
            if _is_ours(one) and str(one["body"] or "").startswith(marker):
                same = (one["state"] == "closed") == self._well
                return str(one["number"]), str(one["body"]) if same else ""
        return None

    def create(self, text: str) -> None:
        """See `Host`."""
        self._api.call("POST", self._issues, {"title": self._title, "body": text, "labels": [self._label]})

    def edit(self, id_: str, text: str) -> None:
        """See `Host`."""
        state = "closed" if self._well else "open"
        self._api.call("PATCH", f"{self._issues}/{id_}", {"title": self._title, "body": text, "state": state})


class AzureThread:
    """A thread on a pull request of Azure DevOps: active while something is risky, else closed."""

    def __init__(self, environ: Mapping[str, str], *, risky: bool) -> None:
        project, repository = need(environ, "SYSTEM_TEAMPROJECTID"), need(environ, "BUILD_REPOSITORY_ID")
        number = int(need(environ, "SYSTEM_PULLREQUEST_PULLREQUESTID"))
        self._threads = f"/{project}/_apis/git/repositories/{repository}/pullRequests/{number}/threads"
        self._status = "active" if risky else "closed"
        token = need(environ, "SYSTEM_ACCESSTOKEN")
        self._api = _Api(need(environ, "SYSTEM_COLLECTIONURI"), {"Authorization": f"Bearer {token}"})

    def find(self, marker: str) -> tuple[str, str] | None:
        """See `Host`."""
        for one in self._api.call("GET", f"{self._threads}?api-version=7.1").json()["value"]:
            if _PROPERTY in (one.get("properties") or {}) and not one.get("isDeleted"):
                first = one["comments"][0]
                text = str(first.get("content", ""))
                if text.startswith(marker):
                    return f"{one['id']}/{first['id']}", text if one.get("status") == self._status else ""
        return None

    def create(self, text: str) -> None:
        """See `Host`."""
        mark = {_PROPERTY: {"$type": "System.String", "$value": "1"}}
        comment = {"content": text, "commentType": "text"}
        body = {"comments": [comment], "status": self._status, "properties": mark}
        self._api.call("POST", f"{self._threads}?api-version=7.1", body)

    def edit(self, id_: str, text: str) -> None:
        """See `Host`."""
        thread, comment = id_.split("/")
        self._api.call("PATCH", f"{self._threads}/{thread}/comments/{comment}?api-version=7.1", {"content": text})
        self._api.call("PATCH", f"{self._threads}/{thread}?api-version=7.1", {"status": self._status})


class GitLabNote:
    """A note on a merge request of GitLab. The token of a job cannot write one: it takes a project access token."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        project, number = need(environ, "CI_PROJECT_ID"), int(need(environ, "CI_MERGE_REQUEST_IID"))
        self._notes = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
        self._api = _Api(need(environ, "CI_API_V4_URL"), {"PRIVATE-TOKEN": need(environ, "GITLAB_TOKEN")})

    def find(self, marker: str) -> tuple[str, str] | None:
        """See `Host`."""
        me = self._api.call("GET", "/user").json()["id"]
        for one in self._api.pages(f"{self._notes}?per_page=100"):
            if one["author"]["id"] == me and str(one["body"]).startswith(marker):
                return str(one["id"]), str(one["body"])
        return None

    def create(self, text: str) -> None:
        """See `Host`."""
        self._api.call("POST", self._notes, {"body": text})

    def edit(self, id_: str, text: str) -> None:
        """See `Host`."""
        self._api.call("PUT", f"{self._notes}/{id_}", {"body": text})


def need(environ: Mapping[str, str], name: str) -> str:
    """Return a variable of the environment. Raises HostError: it is not there."""
    value = environ.get(name, "")
    if not value:
        raise HostError(f"{name} is not set: a pipeline sets it, see docs/guides/pull-requests.md")
    return value


def _github(environ: Mapping[str, str]) -> _Api:
    headers = {"Authorization": f"Bearer {need(environ, 'GITHUB_TOKEN')}", "X-GitHub-Api-Version": "2022-11-28"}
    return _Api(environ.get("GITHUB_API_URL") or "https://api.github.com", headers)


def _is_ours(one: Json) -> bool:
    return bool((one.get("user") or {}).get("login") == "github-actions[bot]")
