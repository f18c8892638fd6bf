"""The error tree: which status is which class, and what a person reads."""

from __future__ import annotations

import inspect

import pytest

from provider import errors
from provider.errors import (
    Forbidden,
    GraphError,
    IncompleteUpdate,
    IntuneError,
    MissingPermissions,
    NotFound,
    Throttled,
    Unreachable,
    error_class,
)

ITEM = "/deviceManagement/deviceConfigurations('x')"
LIST = "/deviceManagement/deviceConfigurations"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (301, "UnexpectedAnswer"),
        (307, "UnexpectedAnswer"),
        (400, "Rejected"),
        (401, "Unauthenticated"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "Rejected"),
        (409, "Conflict"),
        (408, "ServerFault"),
        (410, "NotFound"),
        (412, "Conflict"),
        (418, "Rejected"),
        (422, "Rejected"),
        (423, "Conflict"),
        (425, "ServerFault"),
        (429, "Throttled"),
        (499, "ServerFault"),
        (500, "ServerFault"),
        (503, "ServerFault"),
        (504, "ServerFault"),
    ],
)
def test_every_status_has_its_class(status: int, name: str) -> None:
    """The table of the module's docstring."""
    assert error_class(status).__name__ == name


def test_every_class_stands_in_the_drawing() -> None:
    """The tree is drawn at the top of the module, whole."""
    classes = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, IntuneError)]
    missing = [cls.__name__ for cls in classes if cls.__name__ not in str(errors.__doc__)]
    assert len(classes) > 15
    assert missing == []


def test_error_prints_without_a_module_path() -> None:
    """A traceback's last line is all a user sees: it begins with the name of what happened."""
    for _, cls in inspect.getmembers(errors, inspect.isclass):
        if issubclass(cls, IntuneError) and cls is not IntuneError:
            assert cls.__module__ == "builtins"


def test_text_is_one_sentence_with_remedy_and_request_id() -> None:
    """What was asked, what came back, what to do, and the id for Microsoft's support."""
    error = Throttled("POST", "/x", status=429, code="TooManyRequests", message="Slow\n down.", request_id="r-1")
    assert str(error) == (
        "POST /x → 429 TooManyRequests: Slow down. "
        "The tenant has had too many requests, and Graph does not say for how long: run again in some minutes "
        "[request-id r-1]"
    )


def test_unanswered_request_says_so() -> None:
    """Without an answer there is no status to show."""
    assert str(Unreachable("GET", "/x", message="cannot connect to h", sent=False)).startswith(
        "GET /x → no answer: cannot connect to h. Check the network"
    )


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", ITEM, "run `pulumi up --refresh`, and remove `adopt`"),
        ("PATCH", ITEM, "gone from the tenant"),
        ("DELETE", ITEM, "deleted already"),
        ("POST", f"{ITEM}/assign", "such as a group or a filter"),
        ("PUT", f"{ITEM}/derivedCredentialSettings/$ref", "The profile or the derived credential"),
        ("DELETE", f"{ITEM}/derivedCredentialSettings/$ref", "The profile or the derived credential"),
        ("GET", f"{LIST}?$filter=displayName eq 'x('", "does not have the collection"),
        ("POST", LIST, "does not have the collection"),
    ],
)
def test_not_found_remedy_depends_on_the_request(method: str, path: str, said: str) -> None:
    """What is missing differs: the object, what the request names, or the collection. No remedy promises a create."""
    text = str(NotFound(method, path, status=404))
    assert said in text
    assert "creates it again" not in text
    assert "makes it again" not in text


@pytest.mark.parametrize("status", [408, 425, 500, 503])
@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", ITEM, "run again later"),
        ("POST", "/$batch", "run again later"),
        ("POST", LIST, "may have taken effect: run `pulumi up` again, which looks for the object"),
        ("POST", f"{ITEM}/assign", "may have taken effect: run the same command again"),
        ("PATCH", ITEM, "may have taken effect: run the same command again"),
    ],
)
def test_server_fault_says_if_the_request_may_have_taken_effect(status: int, method: str, path: str, said: str) -> None:
    """A read has no effect, a create must be looked for, and any other write can be repeated."""
    assert said in str(error_class(status)(method, path, status=status))


def test_forbidden_names_the_permissions() -> None:
    """Those of Graph's message, as far as it is shown; else those that the provider needs."""
    named = "Application must have one of the following scopes: DeviceManagementConfiguration.Read.All"
    assert "the permission that Graph's message names" in str(Forbidden("GET", "/x", status=403, message=named))
    for message in ("", "Forbidden", f"{'x' * 300} {named}"):
        text = str(Forbidden("GET", "/x", status=403, message=message))
        assert "DeviceManagementConfiguration.ReadWrite.All and DeviceManagementServiceConfig.ReadWrite.All" in text
        assert "message names" not in text


def test_throttled_remedy_has_the_seconds_of_retry_after() -> None:
    """A minute is no advice where Graph asks for an hour."""
    for seconds, said in ((3600.0, "run again in 3600 s, as"), (0.3, "in 1 s, as"), (0.0, "in some minutes")):
        assert said in str(Throttled("GET", "/x", status=429, retry_after=seconds))


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 408, 409, 412, 415, 423, 429, 500])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_every_graph_error_has_a_remedy(status: int, method: str) -> None:
    """One sentence a person can act on, whatever Graph answers."""
    assert error_class(status)(method, ITEM, status=status).remedy


def test_caller_may_set_the_remedy_of_one_error() -> None:
    """It can know what the request was for; other errors of the class keep theirs."""
    error = NotFound("POST", f"{ITEM}/assign", status=404, message="No.")
    error.remedy = "Correct the group"
    assert str(error) == f"POST {ITEM}/assign → 404: No. Correct the group"
    assert "Correct the group" not in str(NotFound("POST", f"{ITEM}/assign", status=404))


def test_unauthorized_says_nothing_was_written_only_where_it_is_true() -> None:
    """And it gives the reason why a sign-in cannot have the permission, where there is one."""
    missing: dict[tuple[str, ...], list[str]] = {("A.ReadWrite.All", "B.ReadWrite.All"): ["c"]}
    assert "lacks A.ReadWrite.All or B.ReadWrite.All (for c). Nothing was written. Grant" in str(
        MissingPermissions(missing)
    )
    text = str(MissingPermissions(missing, reason="The session cannot have it", untouched=False))
    assert text.endswith("(for c). The session cannot have it")


def test_incomplete_update_carries_what_was_written() -> None:
    """The state gets what was written and what is uncertain; the text is the reason."""
    error = IncompleteUpdate(["description"], ["assignments"], "assignments could not be written")
    assert (error.written, error.uncertain) == (("description",), ("assignments",))
    assert str(error) == error.reason == "assignments could not be written"


def test_answer_is_quoted_only_in_part() -> None:
    """An answer can hold anything; an error shows no more than 256 characters of it, on one line."""
    text = str(GraphError("GET", "/x", status=400, message="secret \n" * 1000))
    assert len(text) < 300
    assert "\n" not in text


def test_error_is_of_a_length_that_can_be_carried() -> None:
    """Its text is a gRPC header. What it is about stands at the beginning, and what to do at the end."""
    for error in (
        IntuneError("begin " + "x" * 100_000 + " end"),
        errors.NotFound("GET", "/begin" + "y" * 100_000, status=404),
        errors.ProviderBug("begin" + "z" * 100_000),
    ):
        assert len(str(error)) < 1600
        assert "begin" in str(error)
    assert str(IntuneError("begin " + "x" * 100_000 + " end")).endswith(" end")
    assert str(IntuneError("x" * errors.LONGEST_LINE)) == "x" * errors.LONGEST_LINE


def test_token_in_an_answer_is_not_quoted() -> None:
    """Whatever part of the answer has it: an error ends in CI logs."""
    token = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwczov.c2ln-_bmF0dXJl"
    error = GraphError("GET", "/x", status=401, message=f"the token {token} is no good")
    assert "eyJ" not in str(error)
    assert "the token … is no good" in str(error)
