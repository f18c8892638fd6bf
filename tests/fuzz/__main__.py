"""
The fuzz task: generated inputs through check, diff and create, then generated answers through everything.

Leaves with 0 if nothing was found. A finding names the seed with which it comes back.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import provider  # noqa: F401 - the registry of kinds
from tests.fuzz.inputs import Finding, fuzz_inputs
from tests.fuzz.replies import fuzz_replies

_PORTION = 500


def _portion(fuzz: Callable[[int, int], Counter[str]], count: int, seed: int) -> tuple[Counter[str], str]:
    try:
        return fuzz(count, seed), ""
    except Finding as finding:
        return Counter(), f"seed {seed}, {count} at once: {finding}"


def _all(what: str, fuzz: Callable[[int, int], Counter[str]], count: int, seed: int) -> list[str]:
    """Spread *count* over the cores, in portions with a seed each; print the counts, and return what was found."""
    started = time.monotonic()
    counts = [min(_PORTION, count - start) for start in range(0, count, _PORTION)]
    seeds = random.Random(seed).sample(range(2**32), len(counts))  # noqa: S311 - no secret
    seeds[:1] = [seed]  # so that a finding comes back with --count and --seed
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        ended = list(pool.map(_portion, [fuzz] * len(counts), counts, seeds))
    total = sum((counter for counter, _ in ended), Counter[str]())
    said = ", ".join(f"{number} {name}" for name, number in sorted(total.items()))
    found = [finding for _, finding in ended if finding]
    print(f"{count} {what} in {time.monotonic() - started:.0f} s: {said}; {len(found)} findings", flush=True)
    return found


def main() -> None:
    """Feed the provider."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="of inputs, and of answers")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    found = _all("inputs", fuzz_inputs, chosen.count, chosen.seed)
    found += _all("answers", fuzz_replies, chosen.count, chosen.seed)
    for finding in found:
        print(f"! {finding}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
