"""
Figures on disk: written after each measurement, so that a bench that breaks off loses nothing that it has measured.

``python -m bench --from FILE`` writes the page from them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figures, FleetSample, Sample


def keep(several: Sequence[Figures], path: Path) -> None:
    """Write the figures of each engine to *path*, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps([_document(one) for one in several]), encoding="utf-8")
    unfinished.replace(path)


def kept(path: Path) -> list[Figures]:
    """Return the figures that *path* has, by engine."""
    return [_figures(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def _document(figures: Figures) -> dict[str, Any]:
    return {
        "engine": figures.engine,
        "samples": [[*key, [asdict(sample) for sample in samples]] for key, samples in figures.samples.items()],
        "state": [[*key, *weights] for key, weights in figures.state.items()],
        "import_seconds": figures.import_seconds,
        "import_bytes": figures.import_bytes,
        "fleet": [[*key, [asdict(sample) for sample in samples]] for key, samples in figures.fleet.items()],
        "notes": figures.notes,
    }


def _figures(document: dict[str, Any]) -> Figures:
    return Figures(
        engine=document["engine"],
        samples={(case, who, size): [Sample(**one) for one in some] for case, who, size, some in document["samples"]},
        state={(who, size): (outputs, beyond) for who, size, outputs, beyond in document["state"]},
        import_seconds=document["import_seconds"],
        import_bytes=document["import_bytes"],
        fleet={(verb, who, size): [FleetSample(**one) for one in some] for verb, who, size, some in document["fleet"]},
        notes=document["notes"],
    )
