"""Writes what was measured as a page of the documentation: a table, plots, the targets, and where the time goes."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import targets
from bench.cases import TITLES
from bench.evidence import Profile
from bench.figures import FLOOR, INTUNECD, OURS, Figures
from bench.fleet import OPERATIONS, PARALLEL, RESOURCES
from bench.graph import PAGE_SIZE
from bench.targets import Verdict

_PLOTS = (("requests", "requests to Graph", "requests"), ("seconds", "seconds", "seconds"))
_ORDER = (OURS, FLOOR, INTUNECD)


def write(several: Sequence[Figures], profiles: Sequence[Profile], out: Path) -> None:
    """Write the page on the figures of each engine to *out*, and the plots of the first of them beside it."""
    parts = [_opening(several), *_drawn(several[0], out)]
    for figures in several:
        parts += [f"## With {figures.engine}", _judged(list(targets.verdicts(figures))), _table(figures)]
        parts += [_fleet(figures), _state(figures), _profiled(profiles) if figures is several[0] else ""]
        parts += [_notes(figures)]
    out.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def _opening(several: Sequence[Figures]) -> str:
    engines = " and with ".join(one.engine for one in several)
    machine = f"{os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"""# Benchmarks

*Written by `python3 tasks.py bench`; edit bench/report.py, not this page.*

Measured on a machine with {machine}, with {engines}, against
`sandbox.graph` on the same machine, everything side by side in one run. **Only the ratios carry over**: seconds belong
to this machine, and they include starting Python, the engine, the program and the plugin, besides the sandbox's own
work.

* **{OURS}**: bench/project, a program with one credential and N profiles, each bound to it and assigned to a group;
  pages of {PAGE_SIZE}; 32 steps at once; pacing off (`quotaShare: off`) except where the quota is measured.
* **{FLOOR}**: the same program with a dynamic provider that has the same inputs and does nothing. No provider can be
  faster than this with this engine.
* **{INTUNECD}**: its own command line, `IntuneCD-startbackup` and `IntuneCD-startupdate --report`, with the one module
  that has such profiles. It knows only Microsoft's host names, so it goes over TLS, with the sandbox as a proxy; where
  it is compared with ours, ours goes that way too, and every answer takes 200 ms more. It looks at profiles and their
  assignments, but not at which credential a profile is bound to.

The Pulumi CLI, where there is one, keeps its state in a folder and writes it once, at the end of each operation
(`PULUMI_SKIP_CHECKPOINTS`): after each step, as it does else, that takes minutes at N = 1,000 with any provider."""


def _drawn(figures: Figures, out: Path) -> Iterator[str]:
    from bench import plots  # noqa: PLC0415 - all but the page can be had, and tested, without the tools that draw

    for what, label, name in _PLOTS:
        path = out.with_name(f"{out.stem}-{name}.svg")
        plots.draw(figures, what, label, path)
        yield f"![{label} over N]({path.name})"


def _judged(verdicts: list[Verdict]) -> str:
    missed = [verdict for verdict in verdicts if not verdict.met]
    rows = [
        f"| {one.what} | {_number(one.limit, one.unit)} ({one.because}) | {_number(one.measured, one.unit)} | "
        f"{'met' if one.met else _missed(one)} |"
        for one in verdicts
    ]
    head = f"### Targets\n\n{len(verdicts) - len(missed)} of {len(verdicts)} are met. Medians, but the most for counts."
    return "\n".join([f"{head}\n", "| What | Limit | Measured | |", "|---|---|---|---|", *rows])


def _missed(verdict: Verdict) -> str:
    by = _number(verdict.measured - verdict.limit, verdict.unit)
    return f"**missed** by {by}" + (f": {verdict.why}" if verdict.why else "")


def _table(figures: Figures) -> str:
    rows = []
    for case, title in TITLES.items():
        for size in sorted({size for one, _, size in figures.samples if one == case}):
            rows += [_row(figures, case, who, size, title) for who in _ORDER if figures.has(case, who, size)]
    head = "| Case | N | Subject | Requests | Tokens | Seconds: min / median / max | Peak memory, MB |"
    note = (
        "Requests are those to Graph, a batch being one; tokens are counted apart. Peak memory is the largest resident "
        "set of the plugin process, or of IntuneCD, seen in twenty looks a second."
    )
    return "\n".join([f"### Figures\n\n{note}\n", head, "|---|--:|---|--:|--:|--:|--:|", *rows])


def _row(figures: Figures, case: str, who: str, size: int, title: str) -> str:
    seconds = figures.spread(case, who, size)
    peak = figures.middle(case, who, size, "peak_bytes") / 1e6
    counts = [f"{figures.middle(case, who, size, what):,.0f}" for what in ("requests", "tokens")]
    timing = f"{seconds.least:.2f} / {seconds.middle:.2f} / {seconds.most:.2f}"
    return f"| {title} | {size:,} | {who} | {' | '.join(counts)} | {timing} | {f'{peak:.0f}' if peak else '-'} |"


def _fleet(figures: Figures) -> str:
    rows = [
        f"| {OPERATIONS[verb]} | {tenants} | {who} | {_three(figures, verb, who, tenants, 'seconds')} | "
        f"{figures.fleet_spread(verb, who, tenants, 'cpu_seconds').middle:.1f} | {_peak(figures, verb, who, tenants)} |"
        for verb, who, tenants in figures.fleet
    ]
    head = (
        f"### Many tenants\n\n{RESOURCES} resources in each, {PARALLEL} engines at a time: by one command "
        "(`python -m stacks`), and the same engines by themselves, side by side. Seconds of CPU are those of all "
        "processes; the memory is that of the command, without its engines.\n"
    )
    columns = "| Operation | Tenants | Subject | Seconds: min / median / max | CPU, s | Peak memory, MB |"
    return "\n".join([head, columns, "|---|--:|---|--:|--:|--:|", *rows]) if rows else ""


def _three(figures: Figures, verb: str, who: str, tenants: int, what: str) -> str:
    spread = figures.fleet_spread(verb, who, tenants, what)
    return f"{spread.least:.1f} / {spread.middle:.1f} / {spread.most:.1f}"


def _peak(figures: Figures, verb: str, who: str, tenants: int) -> str:
    peak = figures.fleet_spread(verb, who, tenants, "peak_bytes").middle / 1e6
    return f"{peak:.0f}" if peak else "-"


def _state(figures: Figures) -> str:
    if not figures.state:
        return ""
    size = max(size for _, size in figures.state)
    rows = [
        f"| {who} | {figures.state[who, size][0]:,.0f} | {figures.state[who, size][1]:,.0f} |" for who in (OURS, FLOOR)
    ]
    head = (
        "### State\n\nBytes of JSON that a profile takes in the state beside its inputs. The outputs are the "
        "provider's choice; the rest (URNs, dependencies, dates, where in the program it was declared) is the "
        "engine's.\n"
    )
    return "\n".join([head, "| Subject | Outputs | All but the inputs |", "|---|--:|--:|", *rows])


def _profiled(profiles: Sequence[Profile]) -> str:
    if not profiles:
        return ""
    head = (
        "### Where the plugin's time goes\n\nSamples of the plugin process while it held Python's interpreter lock, a "
        "hundred a second (py-spy), by what the innermost known frame belongs to. What is missing to the seconds "
        "above, the plugin spent waiting.\n"
    )
    lines = [head]
    for profile in profiles:
        parts = ", ".join(f"{area} {share:.0%}" for area, share in profile.shares if share >= 0.01)  # noqa: PLR2004
        lines.append(f"* {profile.case}: {profile.samples / 100:.1f} s: {parts}.")
    return "\n".join(lines)


def _notes(figures: Figures) -> str:
    notes = list(figures.notes)
    if figures.import_bytes:
        notes.append(f"Memory that the plugin's imports take, in their order: {_weights(figures.import_bytes)}.")
    if figures.import_seconds:
        middle = statistics.median(figures.import_seconds) * 1000
        notes.append(f"`import provider` takes {middle:.0f} ms after `import pulumi` (`python -X importtime`).")
    return "\n".join(["### Notes\n", *(f"* {note}" for note in notes)]) if notes else ""


def _weights(import_bytes: dict[str, int]) -> str:
    return ", ".join(f"`{name}` {weight / 1e6:.1f} MB" for name, weight in import_bytes.items())


def _number(value: float, unit: str) -> str:
    digits = {"s": 2, "MB": 1}.get(unit, 0)
    return f"{value:,.{digits}f}{f' {unit}' if unit else ''}"
