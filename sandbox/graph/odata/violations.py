"""What OData says of a body that does not fit the model. Its sentences are what people search for, so they are kept."""

from __future__ import annotations

from sandbox.graph.errors import ModelViolation, Refused

NAMESPACE = "microsoft.graph."
_INTUNE = "microsoft.management.services.api."
"""What Intune calls the same namespace in some of its sentences."""


def abstract_type() -> ModelViolation:
    """Say that the body does not tell which concrete type it is (microsoft-graph-docs#5517)."""
    return ModelViolation("Cannot create an abstract class.")


def unknown_type(name: str) -> ModelViolation:
    """Say that there is no such type (OpenIntuneBaseline#207)."""
    return ModelViolation(
        f"A type named '{NAMESPACE}{name}' could not be resolved by the model. "
        "When a model is available, each type name must resolve to a valid type."
    )


def not_assignable(name: str, expected: str) -> ModelViolation:
    """Say that something of this type cannot stand here (Intune-Config-Frameworks#8)."""
    return ModelViolation(
        f"An entry with type '{_INTUNE}{name}' was found, but it is not assignable to the expected type "
        f"'{_INTUNE}{expected}'. The type specified in the entry must be equal to either the expected type or a "
        "derived type."
    )


def unknown_property(type_: str, name: str) -> ModelViolation:
    """Say that the type has no such member."""
    return ModelViolation(
        f"The property '{name}' does not exist on type '{NAMESPACE}{type_}'. "
        "Make sure to only use property names that are defined by the type."
    )


def missing_property(type_: str, name: str) -> ModelViolation:
    """Say that create cannot do without it."""
    return ModelViolation(f"The property '{name}' is required on type '{NAMESPACE}{type_}'.")


def no_navigation(method: str, name: str, type_: str) -> ModelViolation:
    """Say that a related object cannot be written along with this one (powershell-intune-samples#117)."""
    return ModelViolation(f"Cannot apply {method} to navigation property '{name}' on entity type '{_INTUNE}{type_}'.")


def unexpected_null(name: str, type_: str) -> ModelViolation:
    """Say that the property cannot be null."""
    expected = f"{type_ if type_.startswith('Edm.') else NAMESPACE + type_}[Nullable=False]"
    return ModelViolation(
        f"A null value was found for the property named '{name}', which has the expected type '{expected}'. "
        f"The expected type '{expected}' does not allow null values."
    )


def no_conversion(value: object, expected: str) -> ModelViolation:
    """Say that the value is none of the expected type (CIS-Microsoft-Intune-For-Windows-IntuneProfile#2)."""
    literal = str(value).lower() if isinstance(value, bool) else value
    return ModelViolation(f"Cannot convert the literal '{literal}' to the expected type '{expected}'.")


def unexpected_node(value: object, expected: str) -> ModelViolation:
    """Say that a list, an object or neither was expected (Microsoft365DSC#3539)."""
    found = "StartObject" if isinstance(value, dict) else "StartArray" if isinstance(value, list) else "PrimitiveValue"
    return ModelViolation(
        f"An unexpected '{found}' node was found when reading from the JSON reader. A '{expected}' node was expected."
    )


def too_many(name: str, at_most: int) -> Refused:
    """Say that the collection is full: a rule of Intune, not of the schema."""
    return Refused(f"The collection '{name}' can contain a maximum of {at_most} elements.")
