"""The one comment on a pull request, and the one issue of drift: found, posted, edited, and never that of another."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.report.hosts import AzureThread, GitHubComment, GitHubIssue, GitLabNote, Host, HostError, keep
from tests.stacks.hosting import BOT, PERSON, Hosting

MARK = "<!-- intune-preview -->"
GITHUB = "/repos/o/r/issues/5/comments"
ISSUES = "/repos/o/r/issues"
AZURE = "/p/_apis/git/repositories/g/pullRequests/5/threads"
GITLAB = "/projects/o%2Fr/merge_requests/5/notes"


def _environ(there: Hosting) -> dict[str, str]:
    return {
        "GITHUB_API_URL": there.address,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_TOKEN": "t",
        "PULL_REQUEST": "5",
        "SYSTEM_COLLECTIONURI": f"{there.address}/",
        "SYSTEM_TEAMPROJECTID": "p",
        "BUILD_REPOSITORY_ID": "g",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": "5",
        "SYSTEM_ACCESSTOKEN": "t",
        "CI_API_V4_URL": there.address,
        "CI_PROJECT_ID": "o/r",
        "CI_MERGE_REQUEST_IID": "5",
        "GITLAB_TOKEN": "t",
    }


def _host(name: str, there: Hosting) -> Host:
    environ = _environ(there)
    if name == "github":
        return GitHubComment(environ)
    return AzureThread(environ, risky=False) if name == "azure" else GitLabNote(environ)


def _fill(name: str, there: Hosting, text: str, *, mine: bool) -> None:
    """Put three texts there: two of others, one of them with our marker, and then one of ours or of another."""
    if name == "azure":
        mark = {"intune.preview": {"$value": "1"}}
        there.lists[AZURE] = [
            {"id": 1, "properties": {}, "comments": [{"id": 1, "content": f"{MARK} theirs"}]},
            {"id": 2, "properties": mark, "isDeleted": True, "comments": [{"id": 1, "content": f"{MARK} gone"}]},
            {"id": 3, "status": "closed", "properties": mark if mine else {}, "comments": [{"id": 4, "content": text}]},
        ]
        return
    if name == "github":
        people: tuple[dict[str, Any], dict[str, Any]] = ({"user": PERSON}, {"user": BOT if mine else PERSON})
    else:
        people = ({"author": {"id": 1}}, {"author": {"id": 7 if mine else 2}})
    there.lists[GITHUB if name == "github" else GITLAB] = [
        {"id": 1, "body": f"{MARK} theirs", **people[0]},
        {"id": 2, "body": "hello", **people[1]},
        {"id": 3, "body": text, **people[1]},
    ]


_EDIT: dict[str, list[tuple[str, str]]] = {
    "github": [("PATCH", "/repos/o/r/issues/comments/3")],
    "azure": [("PATCH", f"{AZURE}/3/comments/4"), ("PATCH", f"{AZURE}/3")],
    "gitlab": [("PUT", f"{GITLAB}/3")],
}
_POST = {"github": GITHUB, "azure": AZURE, "gitlab": GITLAB}


@pytest.mark.parametrize("name", _EDIT)
def test_text_of_ours_is_edited_wherever_it_stands(there: Hosting, name: str) -> None:
    """On a later page too; that of another, though it begins as ours does, is left alone."""
    _fill(name, there, f"{MARK} old", mine=True)
    assert keep(_host(name, there), MARK, f"{MARK} new") == "edited"
    assert [(method, path) for method, path, _ in there.sent] == _EDIT[name]
    assert f"{MARK} new" in there.sent[0][2].values()


@pytest.mark.parametrize("name", _EDIT)
def test_first_text_is_posted(there: Hosting, name: str) -> None:
    """Once: it is not tried again."""
    _fill(name, there, f"{MARK} old", mine=False)
    assert keep(_host(name, there), MARK, f"{MARK} new") == "posted"
    ((method, path, _),) = there.sent
    assert (method, path) == ("POST", _POST[name])


@pytest.mark.parametrize("name", _EDIT)
def test_text_that_is_there_is_not_sent_again(there: Hosting, name: str) -> None:
    """An edit notifies people."""
    _fill(name, there, f"{MARK} new\n", mine=True)
    assert keep(_host(name, there), MARK, f"{MARK} new") == "said already"
    assert there.sent == []


@pytest.mark.parametrize("name", _EDIT)
def test_refusal_is_one_sentence_without_the_token(there: Hosting, name: str) -> None:
    """With what the host says: a permission is missing."""
    there.refuses = True
    with pytest.raises(HostError, match=r"→ 403: .*Resource not accessible by integration") as error:
        keep(_host(name, there), MARK, f"{MARK} new")
    assert "Bearer" not in str(error.value)


def test_thread_is_active_only_while_something_is_risky(there: Hosting) -> None:
    """A policy may block a pull request that has active threads."""
    keep(AzureThread(_environ(there), risky=True), MARK, f"{MARK} new")
    assert there.sent[0][2]["status"] == "active"
    _fill("azure", there, f"{MARK} new", mine=True)
    assert keep(AzureThread(_environ(there), risky=True), MARK, f"{MARK} new") == "edited"
    assert there.sent[-1][2] == {"status": "active"}


@pytest.mark.parametrize(
    ("state", "well", "text", "sent"),
    [
        (None, False, "new", ("POST", ISSUES, {"title": "Drift", "body": f"{MARK} new", "labels": ["drift"]})),
        (None, True, "new", None),
        ("open", False, "old", None),
        ("open", False, "new", ("PATCH", f"{ISSUES}/9", {"title": "Drift", "body": f"{MARK} new", "state": "open"})),
        ("open", True, "new", ("PATCH", f"{ISSUES}/9", {"title": "Drift", "body": f"{MARK} new", "state": "closed"})),
        ("closed", True, "old", None),
        ("closed", False, "old", ("PATCH", f"{ISSUES}/9", {"title": "Drift", "body": f"{MARK} old", "state": "open"})),
    ],
)
def test_issue_is_open_while_something_differs(
    there: Hosting,
    state: str | None,
    well: bool,  # noqa: FBT001
    text: str,
    sent: Any,
) -> None:
    """One issue: edited in place, closed when all is well, opened again."""
    theirs = {"number": 8, "state": "open", "body": f"{MARK} old", "user": PERSON}
    ours = [{"number": 9, "state": state, "body": f"{MARK} old", "user": BOT}] if state else []
    there.lists[ISSUES] = [theirs, *ours]
    keep(GitHubIssue(_environ(there), "Drift", well=well), MARK, f"{MARK} {text}", create=not well)
    assert there.sent == ([sent] if sent else [])


def test_token_goes_to_no_address_that_is_not_https() -> None:
    """Whatever the environment says."""
    environ = {"GITHUB_API_URL": "http://api.example.com", "GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "1"}
    with pytest.raises(HostError, match="is no https address"):
        GitHubComment({**environ, "GITHUB_TOKEN": "t"})
    with pytest.raises(HostError, match="GITHUB_TOKEN is not set"):
        GitHubComment(environ)
