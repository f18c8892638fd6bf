"""
What Microsoft's metadata says about the types the stand-in serves, as one declarative table.

Read `entities` first: it is the table. Every entry names where it was read. Everything the service checks about a body,
and every default it fills in, comes from here; no rule about a property is written anywhere else.
"""

from sandbox.graph.metadata.entities import (
    CERTIFICATE_STATE,
    DEVICE_CONFIGURATION,
    ENTITIES,
    RENEWAL_DEFAULT,
    SETTINGS,
    foreign,
)
from sandbox.graph.metadata.model import ComplexType, EntityType, EnumType, Model, Navigation, Property
from sandbox.graph.metadata.structures import COMPLEX_TYPES
from sandbox.graph.metadata.values import ENUMS

MODEL = Model(entities=ENTITIES, complex_types=COMPLEX_TYPES, enums=ENUMS)

__all__ = [
    "CERTIFICATE_STATE",
    "DEVICE_CONFIGURATION",
    "MODEL",
    "RENEWAL_DEFAULT",
    "SETTINGS",
    "ComplexType",
    "EntityType",
    "EnumType",
    "Model",
    "Navigation",
    "Property",
    "foreign",
]
