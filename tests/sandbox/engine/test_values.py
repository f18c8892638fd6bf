"""Property values on the wire, in state files and for plugins, and the differences between them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.state import paths
from sandbox.engine.state.differences import Kind, Members, PropertyDiff, compare, detail, undetail
from sandbox.engine.state.values import (
    REFERENCE,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    Properties,
    Secret,
    Unknown,
    Value,
    equal,
    from_state,
    from_struct,
    holds,
    marked_like,
    redacted,
    to_plugin,
    to_state,
    to_struct,
    whole,
)

# How long an example takes says something of the machine, not of the code.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.text(min_size=1, max_size=4)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(whole)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers
leaves = scalars | st.text(max_size=4) | st.just(UNKNOWN)
values: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3) | inner.map(Secret),
    max_leaves=8,
)
properties = st.dictionaries(names, values, max_size=4)


@untimed
@given(properties)
def test_wire_and_back(original: Properties) -> None:
    """What goes out on the wire comes back the same, secrets and unknowns included."""
    assert equal(from_struct(to_struct(original)), original)


@untimed
@given(values)
def test_state_and_back(original: Value) -> None:
    """What is written to a state file is JSON and comes back the same."""
    assert equal(from_state(json.loads(json.dumps(to_state(original)))), original)


@untimed
@given(properties)
def test_plugins_get_no_marks(original: Properties) -> None:
    """Plugins get bare values; what comes back is marked like what was sent."""
    bare = from_struct(to_plugin(original))
    assert not holds(bare, Secret)
    assert holds(bare, Unknown) is holds(original, Unknown)
    marked = marked_like(bare, original)
    assert all(holds(marked[name], Secret) is holds(original[name], Secret) for name in original)


@untimed
@given(values)
def test_secrets_are_not_shown(original: Value) -> None:
    """Nothing of a secret is left for a reader."""
    assert not holds(redacted(original), Secret)
    assert redacted({"a": [Secret({"b": 1})]}) == {"a": ["[secret]"]}


def test_marks_follow_names() -> None:
    """Objects are marked member by member; a list with a secret anywhere is secret as a whole."""
    model: Properties = {"nest": {"hidden": Secret("x"), "plain": 1}, "list": ["a", Secret("b")], "gone": Secret(1)}
    assert marked_like({"nest": {"hidden": "y", "plain": 2}, "list": ["b", "a"], "more": 1}, model) == {
        "nest": {"hidden": Secret("y"), "plain": 2},
        "list": Secret(["b", "a"]),
        "more": 1,
    }


def test_references_become_ids() -> None:
    """Plugins take no references to resources: they get the id, or the URN where there is none."""
    reference: Properties = {SIGNATURE: REFERENCE, "urn": "urn:x", "id": "1"}
    component: Properties = {SIGNATURE: REFERENCE, "urn": "urn:y"}
    assert from_struct(to_plugin({"a": reference, "b": [component]})) == {"a": "1", "b": ["urn:y"]}


def test_special_values_are_refused() -> None:
    """Assets and the like are told from plain objects by their signature."""
    with pytest.raises(Unsupported, match="an asset, an archive or another special value"):
        from_struct(to_struct({"a": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "x"}}))


def test_numbers() -> None:
    """Whole numbers are written as such, with the digits that Go gives them; large ones stay as they are."""
    read = from_struct(to_struct({"a": 3.0, "b": 1.5, "c": 1e300, "d": 12345678901234567890.0}))
    assert json.dumps(read, sort_keys=True) == '{"a": 3, "b": 1.5, "c": 1e+300, "d": 12345678901234567000}'


def test_sameness() -> None:
    """A null member is as good as none; True is not 1, but 1.0 is; a secret is not its value."""
    assert equal({"a": None, "b": [1.0]}, {"b": [1]})
    assert not equal({"a": True}, {"a": 1})
    assert not equal([None], [])
    assert not equal(Secret("x"), "x")


def test_wire_formats() -> None:
    """The signatures are those of the protocol."""
    wire = to_struct({"s": Secret("x"), "u": UNKNOWN})
    assert wire["u"] == UNKNOWN_TEXT
    assert wire["s"] == {SIGNATURE: SECRET, "value": "x"}
    assert to_state(Secret({"b": 1, "a": 2})) == {SIGNATURE: SECRET, "plaintext": '{"a":2,"b":1}'}


# ---------------------------------------------------------------- differences

plain = st.recursive(
    st.booleans() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcd"), plain, max_size=4)


def _without_sames(found: Members[Any]) -> dict[str, Any]:
    inner = {key: each.members or each.elements for key, each in found.updates.items()}
    updates = {key: _without_sames(each) if each else found.updates[key] for key, each in inner.items()}
    return {"adds": found.adds, "deletes": found.deletes, "updates": updates}


@untimed
@given(objects, objects)
def test_detailed_differences(olds: Properties, news: Properties) -> None:
    """A detailed diff says everything that a comparison found, and it can be read back."""
    found = compare(olds, news)
    assert bool(found) is not equal(olds, news)
    assert _without_sames(undetail(detail(found), olds, news)) == _without_sames(found)


def test_detail_names_the_innermost() -> None:
    """Each line of a detailed diff is the path of one value."""
    olds: Properties = {"a": 1, "nest": {"x": [1, 2], "odd key": 1}, "s": Secret({"k": 1})}
    news: Properties = {"b": 1, "nest": {"x": [1, 3, 4], "odd key": 2}, "s": Secret({"k": 2})}
    assert detail(compare(olds, news)) == {
        "a": PropertyDiff(Kind.DELETE),
        "b": PropertyDiff(Kind.ADD),
        "nest.x[1]": PropertyDiff(Kind.UPDATE),
        "nest.x[2]": PropertyDiff(Kind.ADD),
        'nest["odd key"]': PropertyDiff(Kind.UPDATE),
        "s": PropertyDiff(Kind.UPDATE),
    }


def test_ignored_paths_are_not_compared() -> None:
    """A comparison can be told where not to look."""
    found = compare({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, ignore=lambda path: path == ("a", "b"))
    assert list(detail(found)) == ["a.c"]


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('a["odd.key"][*]', ("a", "odd.key", "*")),
        (r'["say \"hi\""]', ('say "hi"',)),
        ("a.*", ("a", "*")),
    ],
)
def test_paths_are_read(text: str, path: paths.Path) -> None:
    """Names, indices, quoted names and stars."""
    assert paths.parse(text) == path


def test_path_that_is_none() -> None:
    """What cannot be read is an error: to ignore it would be to ignore what the program asked."""
    with pytest.raises(EngineError, match="'a\\[b' is not a property path"):
        paths.parse("a[b")


@untimed
@given(st.lists(st.integers(0, 9) | names, min_size=1, max_size=4).map(tuple))
def test_paths_are_written(path: paths.Path) -> None:
    """A path that was written is read as it was."""
    if path[0] != "*" and "*" not in path:
        assert paths.parse(paths.render(path)) == path


def test_patterns() -> None:
    """A pattern names a value and all within; the star is any member."""
    assert paths.contains(("a",), ("a", "b", 0))
    assert paths.contains(("a", "*", "c"), ("a", 3, "c"))
    assert not paths.contains(("a", "b"), ("a",))


@pytest.mark.parametrize(
    ("ignored", "olds", "news", "kept", "failed"),
    [
        (["a"], {"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}, []),
        (["a"], {}, {"a": 2}, {}, []),
        (["a"], {"a": 1}, {}, {"a": 1}, []),
        (["a.b"], {"a": {"b": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1, "c": 2}}, []),
        (["a.b"], {"a": {"b": 1}}, {}, {}, ["a.b"]),
        (["a[0]"], {"a": [1, 1]}, {"a": [2, 2]}, {"a": [1, 2]}, []),
        (["a[1]"], {"a": [1]}, {"a": [2, 2]}, {"a": [2, 2]}, ["a[1]"]),
        (["a[*].b"], {"a": [{"b": 1}, {"b": 1}]}, {"a": [{"b": 2}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 1}]}, []),
        (["*"], {"a": 1, "b": 1}, {"a": 2, "c": 2}, {"a": 1, "b": 1}, []),
        (["a.b"], {"a": Secret({"b": 1})}, {"a": Secret({"b": 2})}, {"a": Secret({"b": 1})}, []),
        (["x.y"], {"a": 1}, {"a": 2}, {"a": 2}, []),
    ],
)
def test_old_values_are_kept(
    ignored: list[str], olds: Properties, news: Properties, kept: Properties, failed: list[str]
) -> None:
    """ignore_changes puts old values back, except where that would add or remove elements."""
    before = json.dumps(to_state(news))
    assert paths.keep_old(news, olds, ignored) == (kept, failed)
    assert json.dumps(to_state(news)) == before
