"""Where an object of a collection is, and what is one."""

from __future__ import annotations

from provider.odata import Collection, is_object


def test_quote_in_an_id_is_doubled() -> None:
    """As OData has it: else the rest of the id would be another segment."""
    states = Collection("/states", "$expand=x")
    assert states.item("a'b") == "/states('a''b')"
    assert states.item_listed("a'b") == "/states('a''b')?$expand=x"
    assert Collection("/states").item_listed("a") == "/states('a')"


def test_id_is_quoted_in_an_address() -> None:
    """An id that somebody adopts can be any text, and must lead to that object or to none."""
    assert Collection("/states").item("../a/b?c#d%20é") == "/states('..%2Fa%2Fb%3Fc%23d%2520%C3%A9')"


def test_object_has_an_id() -> None:
    """Text, not empty, and not longer than an address can carry."""
    assert is_object({"id": "x"})
    assert is_object({"id": "x" * 1024})
    others: list[object] = [{}, {"id": ""}, {"id": None}, {"id": 7}, {"id": "x" * 1025}, [], "x", None]
    for value in others:
        assert not is_object(value)
