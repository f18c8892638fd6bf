"""
Writes a report as one page: no network, no script that it needs, everything from tenants and files escaped.

The page is readable by keyboard and screen reader, in light and dark, and on paper; the filter is an enhancement.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from stacks.digest import shortened
from stacks.naming import with_names
from stacks.report.model import Model

_SCRIPT = """\
"use strict";
const field = document.getElementById("filter"), said = document.getElementById("found");
const rows = [...document.querySelectorAll("#matrix tbody tr")];
field.addEventListener("input", () => {
  const wanted = field.value.trim().toLowerCase();
  let shown = 0;
  for (const row of rows) { row.hidden = !row.textContent.toLowerCase().includes(wanted); shown += row.hidden ? 0 : 1; }
  said.textContent = wanted ? `${shown} of ${rows.length} tenants` : "";
});
field.form.addEventListener("submit", (event) => event.preventDefault());
"""
_DRIFT = "Tenants as applied, different, not readable, by day"
_EXPIRY = "Certificates by the month in which they expire"
_WIDTH, _HEIGHT, _LEFT = 720, 180, 40
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def page(model: Model, certificates: Mapping[str, int], names: Mapping[str, str]) -> str:
    """Return the page. *certificates* are numbers by the month of expiry; *names* are those of ids."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    months = sorted(certificates.items())
    return environment.get_template("page.html.j2").render(
        model=model,
        named=lambda value: with_names(value, names),
        shortened=shortened,
        csv=base64.b64encode(_csv(model).encode("utf-8")).decode(),
        json=base64.b64encode(json.dumps(document(model, certificates), ensure_ascii=False).encode("utf-8")).decode(),
        script=Markup(_SCRIPT),  # noqa: S704 - our own text
        script_hash=base64.b64encode(hashlib.sha256(_SCRIPT.encode("utf-8")).digest()).decode(),
        chart=_bars([(day, counts) for day, *counts in model.days], "s d u", _DRIFT),
        certificates=months,
        expiry=_bars([(month, [number]) for month, number in months], "u", _EXPIRY),
    )


def document(model: Model, certificates: Mapping[str, int]) -> dict[str, Any]:
    """Return the report as JSON has it."""
    rows = [{**asdict(row), "differences": [asdict(one) for one in row.differences]} for row in model.rows]
    groups = [{**asdict(one), "tenants": tenants, "since": since} for one, tenants, since in model.groups]
    return {
        "version": 1,
        "made": model.made,
        "run": model.run,
        "commit": model.commit,
        "tenants": rows,
        "differences": groups,
        "failures": [{"error": text, "tenants": tenants} for text, tenants in model.failures],
        "days": [dict(zip(("day", "same", "differs", "notReadable"), one, strict=True)) for one in model.days],
        "certificates": dict(certificates),
    }


def _csv(model: Model) -> str:
    """Return the differences as CSV, without a cell that a spreadsheet would take for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["tenant", "ring", "resource", "operation", "property", "declared", "actual", "since"])
    for row in model.rows:
        for one in row.differences:
            cells = [row.name, row.ring, one.resource, one.op, one.property, one.old, one.new]
            writer.writerow([*map(_plain, cells), model.since.get((row.name, one), "")])
    return text.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _bars(rows: Sequence[tuple[str, Sequence[int]]], classes: str, title: str) -> Markup:
    """Draw *rows* as stacked bars; the numbers are in a table below, for everyone."""
    if not rows:
        return Markup("")
    most = max(1, *(sum(numbers) for _, numbers in rows))
    step = (_WIDTH - _LEFT) / len(rows)
    parts = [
        f'<svg role="img" aria-labelledby="t{len(title)}" viewBox="0 0 {_WIDTH} {_HEIGHT + 24}" width="100%">',
        f'<title id="t{len(title)}">{escape(title)}</title>',
        f'<text x="0" y="12">{most}</text><text x="0" y="{_HEIGHT}">0</text>',
    ]
    for index, (label, numbers) in enumerate(rows):
        x, y = _LEFT + index * step, float(_HEIGHT)
        for number, name in zip(numbers, classes.split(), strict=True):
            height = number / most * (_HEIGHT - 10)
            y -= height
            parts.append(
                f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}"/>'
            )
        if index % max(1, len(rows) // 8) == 0:
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT + 18}">{escape(label)}</text>')
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - every text in it is escaped
