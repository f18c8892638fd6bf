"""The table of types: complete in itself, and every entry with its source."""

from __future__ import annotations

import pytest

from sandbox.graph.metadata import MODEL, ComplexType, EntityType, EnumType, Property

TYPES = [*MODEL.entities, *MODEL.complex_types, *MODEL.enums]
PROPERTIES: list[tuple[EntityType | ComplexType, Property]] = [
    *((owner, each) for owner in MODEL.entities for each in owner.properties),
    *((owner, each) for owner in MODEL.complex_types for each in owner.properties),
]


@pytest.mark.parametrize("each", TYPES, ids=lambda each: each.name)
def test_every_type_names_its_source(each: EntityType | ComplexType | EnumType) -> None:
    """A rule without a source is an opinion."""
    assert each.source


@pytest.mark.parametrize(("owner", "each"), PROPERTIES, ids=lambda each: each.name)
def test_every_property_has_a_type_that_exists(owner: EntityType | ComplexType, each: Property) -> None:
    """A misspelled type would check nothing."""
    assert owner.source or each.source
    assert each.type.startswith("Edm.") or each.type in {**MODEL.enum_types, **MODEL.structures}


def test_every_default_is_a_value_of_its_type() -> None:
    """What the server fills in must be what it would accept."""
    for _, each in PROPERTIES:
        if each.type in MODEL.enum_types and isinstance(each.initial, str):
            assert each.initial in MODEL.enum_types[each.type].members


def test_seven_types_can_be_bound_to_a_derived_credential() -> None:
    """The schema declares the navigation on seven types and not on their base."""
    bound = {name for name, shape in MODEL.shapes.items() if "derivedCredentialSettings" in shape.navigations}
    assert len(bound) == 7
    assert "deviceConfiguration" not in bound


def test_inheritance_is_resolved() -> None:
    """A profile has its base's properties and navigations besides its own."""
    shape = MODEL.shapes["androidDeviceOwnerDerivedCredentialAuthenticationConfiguration"]
    assert {"displayName", "certificateAccessType"} <= set(shape.properties)
    assert {"assignments", "derivedCredentialSettings"} <= set(shape.navigations)
    assert MODEL.is_a(shape.name, "deviceConfiguration")
    assert not MODEL.is_a("deviceConfiguration", shape.name)
