"""
Figures on disk: written after each measurement, so that a bench that breaks off loses nothing that it has measured.

``python -m bench --from FILE`` writes the page from them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.figures import Figures, Sample


def keep(figures: Figures, path: Path) -> None:
    """Write *figures* to *path*, as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "samples": [[*key, [asdict(sample) for sample in samples]] for key, samples in figures.samples.items()],
        "state": [[*key, *weights] for key, weights in figures.state.items()],
        "import_seconds": figures.import_seconds,
        "import_bytes": figures.import_bytes,
        "notes": figures.notes,
    }
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(document), encoding="utf-8")
    unfinished.replace(path)


def kept(path: Path) -> Figures:
    """Return the figures that *path* has."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Figures(
        samples={(case, who, size): [Sample(**one) for one in some] for case, who, size, some in document["samples"]},
        state={(who, size): (outputs, beyond) for who, size, outputs, beyond in document["state"]},
        import_seconds=document["import_seconds"],
        import_bytes=document["import_bytes"],
        notes=document["notes"],
    )
