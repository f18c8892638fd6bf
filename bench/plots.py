"""The plots: requests and seconds over the number of objects, as SVG that is the same for the same figures."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import FLOOR, INTUNECD, OURS, Figures

_COLOURS = {OURS: "#0b6fb8", FLOOR: "#8a8a8a", INTUNECD: "#c4541a"}
_LINES = (
    ("preview", OURS, "no-op preview", "o"),
    ("refresh", OURS, "refresh", "s"),
    ("drift-tls", OURS, "find drift, 200 ms", "D"),
    ("create", OURS, "create, 200 ms", "^"),
    ("preview", FLOOR, "floor: preview", "o"),
    ("refresh", FLOOR, "floor: refresh", "s"),
    ("create", FLOOR, "floor: create", "^"),
    ("drift-tls", INTUNECD, "IntuneCD: find drift, 200 ms", "D"),
)


def draw(figures: Figures, what: str, label: str, path: Path) -> None:
    """Draw the figure *what*, the name of a field of `Sample`, over N for all subjects."""
    # Text stays text, ids do not come from chance, and no date goes in: a diff shows what changed and nothing else.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bench", "font.size": 9}):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        axes = figure.subplots()
        for case, subject, name, marker in _LINES:
            if subject == FLOOR and what == "requests":
                continue  # none at all, by definition
            _line(axes, figures, (case, subject, what), name, marker)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_yscale("symlog", linthresh=1)
        axes.set_xticks(figures.sizes("preview", OURS), [f"{size:,}" for size in figures.sizes("preview", OURS)])
        axes.set_ylim(bottom=0)
        axes.set_xlabel("N, profiles")
        axes.set_ylabel(label)
        axes.grid(visible=True, alpha=0.3)
        axes.legend(loc="upper left", fontsize=8)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _line(axes: Axes, figures: Figures, which: tuple[str, str, str], name: str, marker: str) -> None:
    case, subject, what = which
    sizes = figures.sizes(case, subject)
    values = [figures.middle(case, subject, size, what) for size in sizes]
    if sizes:
        dashed = "--" if subject == FLOOR else "-"
        axes.plot(sizes, values, dashed, marker=marker, color=_COLOURS[subject], label=name, linewidth=1, markersize=4)
