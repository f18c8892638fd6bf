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
from tests.explorer.choices import Choices, Path, Pruned
from tests.explorer.closing import settle, told
from tests.explorer.declared import Options
from tests.explorer.lives import LIVES, Life, Program, begin
from tests.explorer.play import Ended, Run
from tests.explorer.world import World


class Violation(NamedTuple):
    """What was violated, on which path, and how it came about."""

    life: str
    what: str
    paths: Sequence[Path]
    story: Sequence[str]


class Outcome(NamedTuple):
    """What came of a run and of the ups that follow it."""

    problems: Sequence[str]
    story: Sequence[str]


@dataclass
class Situation:
    """A world, the program that is run in it next, and how it came about."""

    world: World
    program: Program
    history: tuple[Path, ...] = ()
    story: tuple[str, ...] = ()
    moments: dict[str, int] = field(default_factory=dict)
    """The moments of runs from here, and which run met each first."""
    outcomes: list[Outcome] = field(default_factory=list)
    """What came of each run from here."""

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


class Explorer:
    """Explores one life. Equal worlds are settled once, and equal moments are followed once."""

    def __init__(self, life: Life, deviations: int, share: tuple[int, int]) -> None:
        self._life = life
        self._share = share
        self._deviations = deviations
        self._tasks: list[deque[tuple[Situation, Path]]] = [deque() for _ in range(deviations + 1)]
        self._settled: dict[str, Outcome] = {}
        self.found = Found(life.name)

    def explore(self) -> Found:
        """Explore every path, those of fewer deviations first."""
        began = time.monotonic()
        self._tasks[0].append((start(self._life), {}))
        for used, queue in enumerate(self._tasks):
            while queue:
                self._follow(*queue.popleft(), used)
        self.found.worlds, self.found.seconds = len(self._settled), time.monotonic() - began
        return self.found

    def _follow(self, situation: Situation, path: Path, used: int) -> None:
        """Run once from *situation* along *path*, settle what came of it, and note where longer paths begin."""
        self.found.paths += 1
        known = Known(situation)
        choices = Choices(path, known, last=used == self._deviations)
        after, problems = step(self._life, situation, path, choices)
        longer = [(situation, {**path, point.name: option}) for point in choices.points for option in point.options]
        number, of = self._share if used == 0 else (0, 1)
        self._tasks[min(used + 1, self._deviations)].extend(longer[number::of])
        if after is None:
            self.found.pruned += 1
            outcome = situation.outcomes[known.owner]
            after = Situation(situation.world, situation.program, (*situation.history, path), situation.story)
        elif not path and not situation.first:
            outcome = Outcome((), ())  # it is how the situation itself was settled
        else:
            outcome = self._settle(after, problems, used)
        situation.outcomes.append(outcome)
        note(self.found, after, outcome)

    def _settle(self, after: Situation, problems: Sequence[str], used: int) -> Outcome:
        name = after.world.canonical() + repr(after.program)
        if name not in self._settled:
            story: list[str] = []
            later = list(settle(after.world.copy(), self._life, after.program, story))
            self._settled[name] = Outcome(later, story)
            if used < self._deviations:
                self._tasks[used].append((after, {}))
        settled = self._settled[name]
        return Outcome([*problems, *settled.problems], (*after.story[len(after.history) - 1 :], *settled.story))


class Known:
    """Tells whether a moment was met before, and by which run: the one that meets it first owns it."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self.owner = -1

    def __call__(self, moment: str) -> bool:
        """Remember the *moment*."""
        mine = len(self._situation.outcomes)
        self.owner = self._situation.moments.setdefault(moment, mine)
        return self.owner != mine


def explore(life: Life, deviations: int, share: tuple[int, int] = (0, 1)) -> Found:
    """
    Explore *life* along every path of up to so many *deviations*.

    *share* is a number and of how many: of the first deviations, every so many-th only.
    """
    return Explorer(life, deviations, share).explore()


def step(life: Life, situation: Situation, path: Path, choices: Choices) -> tuple[Situation | None, list[str]]:
    """
    Run once from *situation* along *path*; return what it led to, and what is violated then.

    None where the run came to what was explored before.
    """
    run = Run(situation.world.copy(), life, situation.program, choices)
    try:
        ended = run.play(Options(refresh=life.refresh))
    except Pruned:
        return None, []
    history = (*situation.history, path)
    after = Situation(run.world, run.program, history, (*situation.story, _tell(choices.taken, ended)))
    problems = [*invariants.run(ended, situation.world, spotless=situation.first), *invariants.safety(run.world)]
    return after, problems


def _tell(taken: Sequence[str], ended: Ended) -> str:
    return "".join([f"up: {told(ended)}", *(f"\n      {one}" for one in taken)])


def note(found: Found, at: Situation, outcome: Outcome) -> None:
    """Keep what is violated, unless a part of the same path violates the same."""
    mine = set(_steps(at.history))
    for what in outcome.problems:
        kind = what.partition(":")[0]
        shorter = [one for one in found.violations if one.what.partition(":")[0] == kind]
        if not any(set(_steps(one.paths)) <= mine for one in shorter):
            story = (*at.story[: len(at.history) - 1], *outcome.story)
            found.violations.append(Violation(found.life, what, at.history, story))


def _steps(paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        yield from (f"{name}: {chosen}" for name, chosen in path.items())


def replay(life: str, paths: Sequence[Path]) -> list[str]:
    """Run *life* along *paths*, one for each run, settle it, and return what is violated."""
    chosen = LIVES[life]
    situation, problems = start(chosen), list[str]()
    for path in paths:
        choices = Choices(path)
        after, now = step(chosen, situation, path, choices)
        assert after is not None
        assert not choices.missed, f"the run does not come to {', '.join(choices.missed)}"
        situation = after
        problems += now
    return [*problems, *settle(situation.world, chosen, situation.program, [])]
