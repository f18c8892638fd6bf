"""
Every path of up to so many deviations, through lives that go on until all is settled.

A situation is a world and the program that is run in it next. Each run from it along each path leads to another
situation; those that are equal but for ids are explored once. Within a run, a moment whose future was explored before
ends the run: the provider was told the same, and the world is the same.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.explorer import invariants
from tests.explorer.adapter import journal_digest
from tests.explorer.choices import Choices, Path, Pruned
from tests.explorer.closing import settle, told
from tests.explorer.engine import Options
from tests.explorer.lives import LIVES, Life, Program, begin
from tests.explorer.play import Ended, Run
from tests.explorer.world import World


class Violation(NamedTuple):
    """What was violated, on which path, and how it came about."""

    life: str
    what: str
    paths: Sequence[Path]
    story: Sequence[str]


@dataclass
class Situation:
    """A world, the program that is run in it next, and how it came about."""

    world: World
    program: Program
    history: tuple[Path, ...] = ()
    story: tuple[str, ...] = ()
    used: int = 0
    moments: set[str] = field(default_factory=set)

    @property
    def first(self) -> bool:
        """Tell whether nothing was run yet."""
        return not self.history


@dataclass
class Found:
    """What an exploration found."""

    life: str
    paths: int = 0
    pruned: int = 0
    worlds: int = 0
    seconds: float = 0.0
    violations: list[Violation] = field(default_factory=list)


def start(life: Life) -> Situation:
    """Return the situation in which *life* begins: what was declared before is there."""
    world = begin()
    if life.before:
        ended = Run(world, life, life.before, Choices({})).play(Options())
        assert ended.well, ended.error
    world.clock += 3600.0
    return Situation(world, life.after)


def explore(life: Life, deviations: int) -> Found:
    """Explore *life* along every path of up to so many *deviations*."""
    began, found = time.monotonic(), Found(life.name)
    seen: set[str] = set()
    tasks: list[deque[tuple[Situation, Path]]] = [deque() for _ in range(deviations + 1)]
    tasks[0].append((start(life), {}))
    for used, queue in enumerate(tasks):
        while queue:
            situation, path = queue.popleft()
            found.paths += 1
            choices = Choices(path, _Known(situation.moments), last=used == deviations)
            after = _step(life, situation, path, choices, found)
            for point in choices.points:
                for option in point.options:
                    tasks[used + 1].append((situation, {**path, point.name: option}))
            if after is None or (not path and not situation.first):
                continue
            name = after.world.canonical(journal_digest(after.world.journal)) + repr(after.program)
            if name in seen:
                continue
            seen.add(name)
            _close(life, after, found)
            if used < deviations:
                tasks[used].append((after, {}))
    found.worlds, found.seconds = len(seen), time.monotonic() - began
    return found


class _Known:
    """Tells whether a moment was met before, and remembers it."""

    def __init__(self, moments: set[str]) -> None:
        self._moments = moments

    def __call__(self, moment: str) -> bool:
        if moment in self._moments:
            return True
        self._moments.add(moment)
        return False


def _step(life: Life, situation: Situation, path: Path, choices: Choices, found: Found) -> Situation | None:
    """Run once from *situation* along *path*; None where the run came to what was explored before."""
    run = Run(situation.world.copy(), life, situation.program, choices)
    try:
        ended = run.play(Options(refresh=life.refresh))
    except Pruned:
        found.pruned += 1
        return None
    after = Situation(
        run.world,
        run.program,
        (*situation.history, path),
        (*situation.story, _tell(choices.taken, ended)),
        situation.used + len(path),
    )
    problems = [
        *invariants.run(ended, situation.world, spotless=situation.first),
        *invariants.safety(run.world),
    ]
    _note(life, found, after, problems, ())
    return after


def _tell(taken: Sequence[str], ended: Ended) -> str:
    met = "".join(f"\n      {one}" for one in taken)
    return f"up: {told(ended)}{met}"


def _close(life: Life, situation: Situation, found: Found) -> None:
    story: list[str] = []
    problems = list(settle(situation.world.copy(), life, situation.program, story))
    _note(life, found, situation, problems, story)


def _note(life: Life, found: Found, at: Situation, problems: Sequence[str], story: Sequence[str]) -> None:
    """Keep what is violated, unless a part of the same path violates the same."""
    mine = set(_steps(at.history))
    for what in problems:
        kind = what.partition(":")[0]
        shorter = [one for one in found.violations if one.what.partition(":")[0] == kind]
        if not any(set(_steps(one.paths)) <= mine for one in shorter):
            found.violations.append(Violation(life.name, what, at.history, (*at.story, *story)))


def _steps(paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        yield from (f"{name}: {chosen}" for name, chosen in path.items())


def replay(life: str, paths: Sequence[Path]) -> list[str]:
    """Run *life* along *paths*, one for each run, settle it, and return what is violated."""
    chosen, found = LIVES[life], Found(life)
    situation = start(chosen)
    for path in paths:
        choices = Choices(path)
        after = _step(chosen, situation, path, choices, found)
        assert after is not None
        assert not choices.missed, f"the run does not come to {', '.join(choices.missed)}"
        situation = after
    _close(chosen, situation, found)
    return [one.what for one in found.violations]
