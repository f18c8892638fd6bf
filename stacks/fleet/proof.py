"""Which updates may create: none in a tenant where a killed run left a create that this machine knows nothing of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from provider.errors import IntuneError
from stacks.engine import Engine, EngineError
from stacks.existing.unproven import why_not_create
from stacks.fleet.runner import Result
from stacks.project import ProjectError

_CREATES = {"create", "create-replacement"}
"""What a create that was killed is previewed as: in a replacement, the old object has been deleted by then."""


def with_proof(results: Sequence[Result], engine_of: Callable[[str], Engine], parallel: int) -> list[Result]:
    """
    Return the *results* of previews, as failed where an update might create again what a killed run created.

    The state lists such a create as pending, which neither a preview nor the provider sees. It is read only for tenants
    in which something would be created, *parallel* at a time.
    """
    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(partial(_judged, engine_of=engine_of), results))


def _judged(result: Result, engine_of: Callable[[str], Engine]) -> Result:
    if not result.ended_well or not any(one.op in _CREATES for one in result.outcome.differences):
        return result
    try:
        said = why_not_create(engine_of(result.tenant))
    except (EngineError, IntuneError, ProjectError) as error:
        said = str(error)
    return result._replace(status="failed", outcome=replace(result.outcome, errors=[said])) if said else result
