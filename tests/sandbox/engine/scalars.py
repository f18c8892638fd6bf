"""Scalars in YAML, and the text that the Pulumi CLI makes of them for programs."""

from __future__ import annotations

from collections.abc import Mapping

SCALARS: Mapping[str, str] = {
    **{text: text for text in ("on", "off", "yes", "No", "y", "n", "tRue", "nUll", "1.2.3", "12:30:00", "190:20:30")},
    **dict.fromkeys(("true", "True", "TRUE", "!!bool true"), "true"),
    **dict.fromkeys(("false", "False", "FALSE"), "false"),
    **dict.fromkeys(("~", "null", "Null", "NULL", "''", '""'), ""),
    "'true'": "true",
    "!!str 010": "010",
    # whole numbers, and what is left of them
    "+1": "1",
    "-0": "0",
    "010": "8",
    "08": "8",
    "0o17": "15",
    "0O17": "15",
    "-0x1F": "-31",
    "0XfF": "255",
    "0b101": "5",
    "1_000": "1000",
    "_1": "_1",
    "0o8": "0o8",
    "9223372036854775807": "9223372036854775807",
    "18446744073709551616": "18446744073709552000",
    "123456789012345678901234567890": "1.2345678901234568e+29",
    "0xFFFFFFFFFFFFFFFFFF": "0xFFFFFFFFFFFFFFFFFF",
    # fractions
    "1.0": "1",
    "1.50": "1.5",
    "-0.0": "0",
    ".5": "0.5",
    "5.": "5",
    "1e3": "1000",
    "+12e03": "12000",
    "1e20": "100000000000000000000",
    "1e21": "1e+21",
    "0.000001": "0.000001",
    "1e-7": "1e-7",
    "1e400": "1e400",
    "685_230.15": "685230.15",
    # moments
    "2026-01-31": "2026-01-31 00:00:00 +0000 UTC",
    "2026-1-31": "2026-01-31 00:00:00 +0000 UTC",
    "2026-02-30": "2026-02-30",
    "2026-01-31T10:00:00Z": "2026-01-31 10:00:00 +0000 UTC",
    "2026-01-31 10:00:00.50": "2026-01-31 10:00:00.5 +0000 UTC",
    "2001-12-14t21:59:43.10-05:00": "2001-12-14 21:59:43.1 -0500 -0500",
    "2026-01-31T10:00:00": "2026-01-31T10:00:00",
}


def document(indent: str = "  ") -> str:
    """Return lines of a stack file's `config`: each scalar by itself, in a list and in an object."""
    return "".join(f"{indent}demo:k{n}: {text}\n{indent}demo:n{n}: {{a: [{text}]}}\n" for n, text in enumerate(SCALARS))
