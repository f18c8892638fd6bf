"""Values that no person writes: of every JSON type, huge, deep, and with what Pulumi and Python treat specially."""

from __future__ import annotations

import random
from typing import Any

from tests.provider.plugin.driver import UNKNOWN

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_GUID = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
_WORDS = [
    "",
    " ",
    "\x00",
    "\n\r\t",
    "None",
    "null",
    "true",
    "20.0",
    "nan",
    "é" * 300,
    "\u202e\u0000\ufeff\U0001f469\u200d\U0001f469",
    "x" * 100_000,
    "'; DROP TABLE--",
    "../../x?y=z#",
    "%00%27",
    "{}",
    "[" * 2000,
    "https://[",
    "https://a:99999999/",
    "https://" + "a" * 300,
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999999-23:59",
    "2026-11-21T08:00:00+99:99",
    _GUID,
    _GUID.upper(),
    "٣٣",
    "²",
    "companyPortal,email",
    UNKNOWN,
]
_NUMBERS = [0, -0.0, 1, -1, 20.0, 20.5, 1e308, -1e308, 2**31, 2**63, float("nan"), float("inf"), float("-inf")]


def strange(chance: random.Random, depth: int = 3) -> Any:
    """Return a value of any JSON type."""
    pick = chance.randrange(10 if depth else 5)
    if pick < 3:
        return chance.choice(_WORDS)
    if pick == 3:
        return chance.choice(_NUMBERS)
    if pick == 4:
        return chance.choice([None, True, False])
    if pick < 7:
        return [strange(chance, depth - 1) for _ in range(chance.choice([0, 1, 2, 60]) if depth == 3 else 2)]
    if pick < 9:
        return {chance.choice(_WORDS)[:500]: strange(chance, depth - 1) for _ in range(chance.randrange(4))}
    return {_SIGNATURE: _SECRET, "value": strange(chance, depth - 1)}  # as the engine wraps a secret


def is_secret(value: Any) -> bool:
    """Tell whether *value* is a wrapped secret, which is whole or nothing: the engine makes it."""
    return isinstance(value, dict) and _SIGNATURE in value


def spoiled(value: Any, chance: random.Random, other: Any) -> Any:
    """Return *value* with one part of it, at whatever depth, replaced by *other*, added or taken away."""
    if not isinstance(value, dict | list) or not value or is_secret(value) or chance.random() < 0.2:
        return other
    if isinstance(value, list):
        index = chance.randrange(len(value))
        return [*value[:index], spoiled(value[index], chance, other), *value[index + 1 :]]
    name = chance.choice(sorted(value))
    what = chance.randrange(8)
    if what == 0:
        return {key: one for key, one in value.items() if key != name}
    if what == 1:
        return {**value, chance.choice([name.upper(), name + "x", "", "__proto__"]): other}
    return {**value, name: spoiled(value[name], chance, other)}
