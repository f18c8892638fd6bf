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
from tests.explorer.declared import Options
from tests.explorer.lives import Life, Program
from tests.explorer.play import Ended, Run
from tests.explorer.world import HOME, OURS, World

_ATTEMPTS = 6
_PEOPLE_DECIDE = re.compile(r"pulumi state delete|pulumi destroy --target|declare that, or delete the object")
"""What an error says where a person must look which of two objects is meant."""
_PAUSE = 20.0
"""Seconds between two runs."""
_LONG_PAUSE = 120.0
"""Seconds before a refresh, which believes what it reads: by then Graph shows all that was written."""


def settle(world: World, life: Life, program: Program, story: list[str]) -> Iterator[str]:
    """Bring *world* to what *program* declares, and say what is violated; *story* gets what happened."""
    for refresh in (False, True):
        todo = [Options(refresh=refresh)]
        for _ in range(_ATTEMPTS):
            world.clock += _LONG_PAUSE if refresh else _PAUSE
            run = Run(world, life, program, Choices({}))
            options = todo.pop()
            ended = run.play(options)
            story.append(f"up{_said(options)}: {told(ended)}")
            if "pulumi state delete" in ended.error:
                return  # two resources have one object, and a person was told how to go on
            found = [*invariants.run(ended, world, spotless=False), *invariants.safety(world)]
            if found:
                yield from found
                return
            if ended.well and not todo:
                break
            if not ended.well:
                remedy = _remedy(world, run, ended, options)
                if remedy is None:
                    if not _PEOPLE_DECIDE.search(ended.error):  # else what is left is used when they have
                        yield from invariants.lost(world)
                    return
                program, todo = remedy
        else:
            yield f"the ups that follow never end well: {ended.error}"
            return
        found = list(invariants.completeness(world, program, refreshed=options.refresh))
        if found:
            yield from found
            return


def _said(options: Options) -> str:
    words = [" --refresh" if options.refresh else "", f" --target {options.target}" if options.target else ""]
    return "".join(words) + (" with INTUNE_ACCEPT_ABSENCE" if options.accept_absence else "")


def told(ended: Ended) -> str:
    """Say how a run ended."""
    how = "killed" if ended.killed else ended.error or "well"
    elsewhere = "" if ended.tenant == HOME else "in the other tenant: "
    return elsewhere + how + "".join(f"\n      warning: {one}" for one in ended.warnings)


def _owner(world: World, id_: str) -> str:
    """Return the entry of the state that has *id_*, as a person looks it up there."""
    found = [one["urn"] for one in world.states[OURS]["resources"] if one["id"] == id_]
    return str(found[0]).rpartition("::")[2] if found else ""


def _remedy(world: World, run: Run, ended: Ended, options: Options) -> tuple[Program, list[Options]] | None:
    """Return the program and how to run it, the last one first, as the error says; None where people must decide."""
    error, program = ended.error, list(run.program)
    at = next((number for number, entry in enumerate(program) if entry is run.entry), None)
    adopt = re.search(r'adopt="([\w-]+)"', error)
    renamed = re.search(r"renamed_from: ([\w-]+)`", error)
    again = replace(
        options,
        target="",
        refresh=options.refresh or "refresh" in error,
        accept_absence=options.accept_absence or "INTUNE_ACCEPT_ABSENCE" in error,
    )
    first = replace(again, refresh=again.refresh or bool(world.drifted))  # the state may be behind, as was said
    if renamed and any(entry.name == renamed[1] for entry in program) and "apply that first" in error:
        return tuple(program), [again, replace(first, target=renamed[1])]
    if renamed and at is not None and renamed[1] not in program[at].aliases:
        program[at] = replace(program[at], aliases=(*program[at].aliases, renamed[1]))
    elif _PEOPLE_DECIDE.search(error):
        return None
    elif adopt and at is not None:
        other = _owner(world, adopt[1])
        if other and any(entry.name == other for entry in program):
            return tuple(program), [again, replace(first, target=other)]
        if other and other not in program[at].aliases:
            program[at] = replace(program[at], aliases=(*program[at].aliases, other))
            return tuple(program), [again]
        if world.objects[HOME].get(adopt[1], {}).get("by") != OURS:
            return None
        program[at] = replace(program[at], inputs={**program[at].inputs, "adopt": adopt[1]})
    elif "remove adopt" in error or "remove `adopt`" in error:
        program = [replace(one, inputs={k: v for k, v in one.inputs.items() if k != "adopt"}) for one in program]
    return tuple(program), [again]
