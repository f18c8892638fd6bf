"""
The chaos task: every cell of the matrix, through the real plugin process; prints the table with its counts.

Arguments: a part of an operation's name, to play only those; ``--seed N --sample M`` to play M of all.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue

from sandbox.graph import Sandbox
from tests.chaos.matrix import FAULTS, OPERATIONS, Cell, cells
from tests.chaos.play import Verdict, play
from tests.portal import Portal

_WORKERS = 6


def play_all(chosen: Sequence[Cell]) -> list[tuple[Cell, Verdict]]:
    """Play *chosen* cells, some at a time, each in a tenant of its own."""
    worlds: Queue[tuple[Sandbox, Portal]] = Queue()
    sandboxes = [Sandbox().__enter__() for _ in range(_WORKERS)]
    for sandbox in sandboxes:
        worlds.put((sandbox, Portal(sandbox.graph_endpoint)))

    def one(cell: Cell) -> tuple[Cell, Verdict]:
        world = worlds.get()
        try:
            return cell, play(cell, *world)
        finally:
            worlds.put(world)

    with ThreadPoolExecutor(_WORKERS) as pool:
        played = list(pool.map(one, chosen))
    for sandbox in sandboxes:
        sandbox.__exit__(None, None, None)
    return played


def table(played: Sequence[tuple[Cell, Verdict]]) -> str:
    """Write one row per operation and one column per fault: cells that ended at once + after one more up."""
    lines = [f"{'':58}" + "".join(f"{fault.name:>12}" for fault in FAULTS)]
    for operation in OPERATIONS:
        counts = []
        for fault in FAULTS:
            ended = [verdict for cell, verdict in played if cell.operation == operation and cell.fault == fault]
            wrong = sum(bool(verdict.wrong) for verdict in ended)
            at_once = sum(verdict.ups == 1 for verdict in ended)
            counts.append(f"{at_once}+{len(ended) - at_once}" + (f" !{wrong}" if wrong else ""))
        if any(count != "0+0" for count in counts):
            lines.append(f"{operation!s:58}" + "".join(f"{count:>12}" for count in counts))
    return "\n".join(lines)


def main() -> None:
    """Play the cells and leave with 0 if all ended well."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("operations", nargs="?", default="", help="a part of an operation's name")
    parser.add_argument("--sample", type=int, help="how many cells to play, chosen by --seed")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    wanted = [cell for cell in cells() if chosen.operations in str(cell.operation)]
    if chosen.sample:
        wanted = random.Random(chosen.seed).sample(wanted, chosen.sample)  # noqa: S311 - no secret
    started = time.monotonic()
    played = play_all(wanted)
    print(table(played))
    ended = Counter(verdict.ups for _, verdict in played)
    wrong = [(cell, verdict) for cell, verdict in played if verdict.wrong]
    print(
        f"\n{len(played)} cells in {time.monotonic() - started:.0f} s: {ended[1]} reached the declared state at once, "
        f"{ended[2]} after a readable error and one more up, {len(wrong)} not at all."
    )
    for cell, verdict in wrong:
        print(
            f"! {cell.operation} | {cell.fault.name} {cell.when} x{cell.times}: {verdict.wrong} | {verdict.told[:300]}"
        )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
