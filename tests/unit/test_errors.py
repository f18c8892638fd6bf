"""The error tree: which status is which class, and what a person reads."""

from __future__ import annotations

import inspect

import pytest

from provider import errors
from provider.errors import GraphError, IntuneError, Throttled, Unreachable, error_class


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
        (410, "NotFound"),
        (412, "Conflict"),
        (418, "Rejected"),
        (422, "Rejected"),
        (423, "Conflict"),
        (429, "Throttled"),
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


def test_an_error_prints_without_a_module_path() -> None:
    """A traceback's last line is all a user sees: it begins with the name of what happened."""
    for _, cls in inspect.getmembers(errors, inspect.isclass):
        if issubclass(cls, IntuneError) and cls is not IntuneError:
            assert cls.__module__ == "builtins"


def test_the_text_is_one_sentence_with_remedy_and_request_id() -> None:
    """What was asked, what came back, what to do, and the id for Microsoft's support."""
    error = Throttled("POST", "/x", status=429, code="TooManyRequests", message="Slow\n down.", request_id="r-1")
    assert str(error) == (
        "POST /x → 429 TooManyRequests: Slow down. "
        "The tenant's quota is spent: wait a minute and run again; nothing was lost [request-id r-1]"
    )


def test_an_unanswered_request_says_so() -> None:
    """Without an answer there is no status to show."""
    assert str(Unreachable("GET", "/x", message="cannot connect to h", sent=False)).startswith(
        "GET /x → no answer: cannot connect to h. Check the network"
    )


def test_an_answer_is_quoted_only_in_part() -> None:
    """An answer can hold anything; an error shows no more than 256 characters of it, on one line."""
    text = str(GraphError("GET", "/x", status=400, message="secret \n" * 1000))
    assert len(text) < 300
    assert "\n" not in text


def test_an_error_is_of_a_length_that_can_be_carried() -> None:
    """Its text is a gRPC header. What it is about stands at the beginning, and what to do at the end."""
    for error in (
        IntuneError("begin " + "x" * 100_000 + " end"),
        errors.NotFound("GET", "/begin" + "y" * 100_000, status=404),
        errors.Defect("begin" + "z" * 100_000),
    ):
        assert len(str(error)) < 1600
        assert "begin" in str(error)
    assert str(IntuneError("begin " + "x" * 100_000 + " end")).endswith(" end")
    assert str(IntuneError("x" * errors.LONGEST_LINE)) == "x" * errors.LONGEST_LINE


def test_a_token_in_an_answer_is_not_quoted() -> None:
    """Whoever echoes it: an error ends in CI logs."""
    token = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwczov.c2ln-_bmF0dXJl"
    error = GraphError("GET", "/x", status=401, message=f"the token {token} is no good")
    assert "eyJ" not in str(error)
    assert "the token … is no good" in str(error)
