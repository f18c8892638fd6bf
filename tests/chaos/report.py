"""Many cells played at once, and the table of how they ended."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TypeAlias

from sandbox.graph import Sandbox
from tests.chaos.matrix import FAULTS, OPERATIONS, Cell
from tests.chaos.play import Verdict, play
from tests.sandbox_control import Portal

Played: TypeAlias = "list[tuple[Cell, Verdict]]"

_WIDEST = max(len(str(operation)) for operation in OPERATIONS)
_COLUMN = max(len(fault.name) for fault in FAULTS) + 1


def sample(seed: int, size: int, among: Sequence[Cell]) -> list[Cell]:
    """Choose *size* of these cells: the same ones for the same *seed*."""
    return random.Random(seed).sample(among, size)  # noqa: S311 - no secret


def play_all(chosen: Sequence[Cell], workers: int, done: Callable[[int], object] = lambda _: None) -> Played:
    """Play *chosen* cells, *workers* at a time, each in a tenant of its own; tell *done* how many are."""
    with contextlib.ExitStack() as stack:
        worlds: Queue[tuple[Sandbox, Portal]] = Queue()
        for _ in range(min(workers, len(chosen))):
            sandbox = stack.enter_context(Sandbox())
            worlds.put((sandbox, stack.enter_context(contextlib.closing(Portal(sandbox.graph_endpoint)))))

        def one(cell: Cell) -> tuple[Cell, Verdict]:
            world = worlds.get()
            try:
                return cell, play(cell, *world)
            finally:
                worlds.put(world)

        with ThreadPoolExecutor(workers) as pool:
            played = []
            for ended in pool.map(one, chosen):
                played.append(ended)
                done(len(played))
        return played


def table(played: Played) -> str:
    """Write one row per operation and one column per fault: cells that ended at once + after one more up."""
    lines = [" " * _WIDEST + "".join(f"{fault.name:>{_COLUMN}}" for fault in FAULTS)]
    for operation in OPERATIONS:
        row = [[verdict for cell, verdict in played if cell[:2] == (operation, fault)] for fault in FAULTS]
        if any(row):
            lines.append(f"{operation!s:{_WIDEST}}" + "".join(f"{_counts(ended):>{_COLUMN}}" for ended in row))
    return "\n".join(lines)


def _counts(ended: Sequence[Verdict]) -> str:
    wrong = sum(bool(verdict.wrong) for verdict in ended)
    at_once = sum(verdict.ups == 1 for verdict in ended)
    return f"{at_once}+{len(ended) - at_once}" + (f" !{wrong}" if wrong else "")


def summary(played: Played) -> str:
    """Count how they ended, in one sentence."""
    ended = Counter(verdict.ups for _, verdict in played if not verdict.wrong)
    return (
        f"{len(played)} cells: {ended[1]} reached the declared state at once, {ended[2]} after a readable error and "
        f"one more up, {len(played) - ended[1] - ended[2]} not at all"
    )


def wrong(played: Played) -> Iterator[str]:
    """Say of each cell that did not end well what is wrong."""
    for cell, verdict in played:
        if verdict.wrong:
            yield f"{cell}: {verdict.wrong} | {verdict.told[:300]}"
