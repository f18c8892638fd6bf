"""Who needs whom, and in which order they may go."""

from __future__ import annotations

from typing import Any

from sandbox.engine.state import urns
from sandbox.engine.state.dependencies import DependencyGraph
from sandbox.engine.state.resources import State


def _state(name: str, *needs: str, parent: str = "", **more: Any) -> State:
    return State(urn=name, type="t", dependencies=list(needs), parent=parent, **{"custom": True, **more})


def _names(states: Any) -> list[str]:
    return sorted(state.urn for state in states)


def test_dependents() -> None:
    """Dependents of dependents are dependents, children are not, nor is who is to be ignored."""
    a, b, c = _state("a"), _state("b", "a"), _state("c", "b")
    child, other = _state("child", parent="a"), _state("other", property_dependencies={"x": ["a"]})
    graph = DependencyGraph([a, b, c, child, other])
    assert _names(graph.dependents(a, set())) == ["b", "c", "other"]
    assert _names(graph.dependents(a, {"b"})) == ["other"]


def test_dependencies() -> None:
    """A parent and a provider are dependencies; who needs a component needs what is in it."""
    provider = _state("p")
    shop = _state("shop", custom=False)
    inner = _state("inner", parent="shop", provider="p::1")
    deep = _state("deep", parent="inner")
    needy = _state("needy", "shop")
    late = _state("late", parent="shop")
    graph = DependencyGraph([provider, shop, inner, deep, needy, late])
    assert _names(graph.dependencies(inner)) == ["p", "shop"]
    assert _names(graph.dependencies(needy)) == ["deep", "inner", "shop"]
    assert _names(graph.all_dependencies(needy)) == ["deep", "inner", "p", "shop"]
    assert needy in graph
    assert _state("needy") not in graph


def test_deletions_go_in_waves() -> None:
    """Nothing is deleted before, or together with, what needs it; what is not to be deleted holds nothing up."""
    a, b, c, d = _state("a"), _state("b", "a"), _state("c", "b"), _state("d", "a")
    graph = DependencyGraph([a, b, c, d])
    assert [_names(wave) for wave in graph.deletion_waves({a, b, c, d})] == [["c"], ["b", "d"], ["a"]]
    assert [_names(wave) for wave in graph.deletion_waves({a, c})] == [["a", "c"]]
    assert graph.deletion_waves(set()) == []


def test_old_one_beside_the_new() -> None:
    """An old resource that waits for its deletion needs what came before it, not what took its name."""
    new, old = _state("a"), _state("a", delete=True)
    needy = _state("needy", "a")
    graph = DependencyGraph([new, needy, old])
    assert _names(graph.dependencies(needy)) == ["a"]
    assert old not in graph.dependencies(needy)


def test_names() -> None:
    """URNs hold the types of all ancestors but the stack; a name may hold colons."""
    stack = urns.make("dev", "demo", urns.STACK_TYPE, "demo-dev")
    shop = urns.make("dev", "demo", "demo:index:Shop", "s", stack)
    thing = urns.make("dev", "demo", "pkg:mod/thing:Thing", "a::b", shop)
    assert shop == "urn:pulumi:dev::demo::demo:index:Shop::s"
    assert thing == "urn:pulumi:dev::demo::demo:index:Shop$pkg:mod/thing:Thing::a::b"
    assert (urns.type_of(thing), urns.name_of(thing)) == ("pkg:mod/thing:Thing", "a::b")
    assert urns.display_type(urns.type_of(thing)) == "pkg:mod:Thing"
    assert urns.display_type("pulumi-python:dynamic/demo:Thing") == "pulumi-python:dynamic/demo:Thing"
    assert urns.provider_urn(urns.provider_reference(thing, "id")) == thing
    assert urns.is_stack(stack)
    assert not urns.is_stack("")
