"""
Property values as the CLI prints them in the message about an input that a provider rejects.

The CLI prints its own Go structures there: each value in braces, and a secret as a pointer, with its content readable.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.engine.state.values import Secret, Unknown, Value

_SMALLEST_EXPONENT = -4
_LARGEST_EXPONENT = 5


def as_go_prints(value: Value) -> str:
    """Return a value, readable secrets included, as Go's `%v` prints the CLI's structure for it."""
    if isinstance(value, Secret):
        return f"{{&{{{as_go_prints(value.value)}}}}}"
    if isinstance(value, Unknown):
        return "output<string>{}"
    return f"{{{_content(value)}}}"


def _content(value: Value) -> str:
    if isinstance(value, dict):
        members = " ".join(f"{key}:{as_go_prints(value[key])}" for key in sorted(value))
        return f"map[{members}]"
    if isinstance(value, list):
        return f"[{' '.join(map(as_go_prints, value))}]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return str(value).lower()
    return _number(value) if isinstance(value, (int, float)) else str(value)


def _number(value: float) -> str:
    """Return a number with the fewest digits that mean it, in powers of ten from a million on."""
    sign, digits, last = Decimal(repr(float(value))).normalize().as_tuple()
    assert isinstance(last, int)  # noqa: S101 - JSON has no infinity; this tells the type checker
    exponent = len(digits) + last - 1
    if _SMALLEST_EXPONENT <= exponent <= _LARGEST_EXPONENT:
        return f"{Decimal(repr(float(value))).normalize():f}"
    text = "".join(map(str, digits))
    mantissa = text[0] + (f".{text[1:]}" if text[1:] else "")
    return f"{'-' if sign else ''}{mantissa}e{exponent:+03d}"
