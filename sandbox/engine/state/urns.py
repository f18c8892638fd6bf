"""URNs: how the engine names a resource within a stack, and references to providers."""

from __future__ import annotations

STACK_TYPE = "pulumi:pulumi:Stack"
DYNAMIC_PACKAGE = "pulumi-python"
DYNAMIC_PROVIDER_TYPE = f"pulumi:providers:{DYNAMIC_PACKAGE}"


def make(stack: str, project: str, type_: str, name: str, parent: str = "") -> str:
    """Return the URN of a resource; the types of all its ancestors but the stack are part of it."""
    ancestry = qualified_type(parent) if parent else ""
    qualified = type_ if ancestry in ("", STACK_TYPE) else f"{ancestry}${type_}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def is_urn(value: object) -> bool:
    """Tell whether this is a URN, of which the functions below can tell something."""
    return isinstance(value, str) and value.startswith("urn:") and value.count("::") >= len(("type", "name", "project"))


def qualified_type(urn: str) -> str:
    """Return the type with those of the ancestors, joined by $."""
    return urn.split("::", 3)[2]


def stack_of(urn: str) -> str:
    """Return the name of the stack."""
    return urn.split("::", 1)[0].removeprefix("urn:pulumi:")


def type_of(urn: str) -> str:
    """Return the type of the resource itself."""
    return qualified_type(urn).rsplit("$", 1)[-1]


def name_of(urn: str) -> str:
    """Return the name that the program gave; it may itself contain colons."""
    return urn.split("::", 3)[3]


def is_stack(urn: str) -> bool:
    """Tell whether this is the stack itself, the root of all resources."""
    return urn != "" and qualified_type(urn) == STACK_TYPE


def display_type(type_: str) -> str:
    """Return the type as tables show it: `pkg:mod/name:Name` repeats itself and becomes `pkg:mod:Name`."""
    parts = type_.split(":")
    module, _, repeated = parts[1].rpartition("/") if len(parts) == 3 else ("", "", "")  # noqa: PLR2004 - pkg:mod:Name
    lowered = parts[-1][:1].lower() + parts[-1][1:]
    return f"{parts[0]}:{module}:{parts[-1]}" if module and repeated == lowered else type_


def package_of(type_: str) -> str:
    """Return the package that a type belongs to."""
    return type_.split(":", 1)[0]


def provider_reference(urn: str, id_: str) -> str:
    """Return how a resource names its provider."""
    return f"{urn}::{id_}"


def provider_urn(reference: str) -> str:
    """Return the URN within such a name."""
    return reference.rpartition("::")[0]
