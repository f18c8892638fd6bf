"""A small part of the fuzz task, always the same; `python3 tasks.py fuzz` is the whole."""

from __future__ import annotations

from tests.fuzz.inputs import fuzz_inputs
from tests.fuzz.replies import fuzz_replies


def test_inputs() -> None:
    """Refused by check failures or accepted: never a traceback, never a request before the create."""
    seen = fuzz_inputs(400, 7)
    assert seen["refused"] + seen["accepted"] == 400
    assert min(seen["refused"], seen["made"], seen["told off"]) > 5


def test_replies() -> None:
    """The right result or an error of ours: never a traceback, nothing taken for gone, nothing made twice."""
    seen = fuzz_replies(60, 7)
    assert seen["answers"] == 60
    assert min(seen["done"], seen["told off"]) > 5
