"""
The ups that follow: the same program again, and again where an error says how to go on, until all is as declared.

People do what an error says: they declare `adopt` or the old name, refresh, or run again. An error that names the
object of somebody else is an end: it is theirs to decide. One that says the same for ever is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tests.explorer import invariants
from tests.explorer.choices import Choices
from tests.explorer.engine import Options
from tests.explorer.lives import Life, Program
from tests.explorer.play import Ended, Run
from tests.explorer.world import HOME, OURS, World

_ATTEMPTS = 4
_PAUSE = 20.0
"""Seconds between two runs."""


def settle(world: World, life: Life, program: Program, story: list[str]) -> Iterator[str]:
    """Bring *world* to what *program* declares, and say what is violated; *story* gets what happened."""
    for refresh in (False, True):
        for attempt in range(_ATTEMPTS):
            world.clock += _PAUSE
            run = Run(world, life, program, Choices({}))
            ended = run.play(Options(refresh=refresh))
            story.append(f"up{' --refresh' if refresh else ''}: {told(ended)}")
            found = [*invariants.run(ended, world, spotless=False), *invariants.safety(world)]
            if found:
                yield from found
                return
            if ended.well:
                break
            remedy = _remedy(world, run, ended)
            if remedy is None:
                yield from invariants.lost(world)
                return
            program, refresh = remedy[0], refresh or remedy[1]
            if attempt == _ATTEMPTS - 1:
                yield f"the ups that follow never end well: {ended.error}"
                return
        found = list(invariants.completeness(world, program, refreshed=refresh))
        if found:
            yield from found
            return


def told(ended: Ended) -> str:
    """Say how a run ended."""
    how = "killed" if ended.killed else ended.error or "well"
    elsewhere = "" if ended.tenant == HOME else "in the other tenant: "
    return elsewhere + how + "".join(f"\n      warning: {one}" for one in ended.warnings)


def _remedy(world: World, run: Run, ended: Ended) -> tuple[Program, bool] | None:
    """Return the program and whether to refresh, as the error says; None where it is for people to decide."""
    at = next((number for number, entry in enumerate(run.program) if entry is run.entry), None)
    adopt = re.search(r'adopt="([\w-]+)"', ended.error)
    renamed = re.search(r'renamed_from="([^"]+)"', ended.error)
    program = list(run.program)
    if renamed and at is not None:
        program[at] = replace(program[at], aliases=(*program[at].aliases, renamed[1]))
    elif adopt and at is not None:
        if world.objects[HOME].get(adopt[1], {}).get("by") != OURS:
            return None
        program[at] = replace(program[at], inputs={**program[at].inputs, "adopt": adopt[1]})
    return tuple(program), "refresh" in ended.error
