"""
Runs one operation over many tenants: some at a time, ring after ring, and none of them in the way of another.

A tenant that fails, hangs or is killed ends for itself. After an interrupt (`stacks.fleet.interrupts`) no more tenants
are begun.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from stacks.digest import Outcome, parse
from stacks.engine import Engine, EngineError
from stacks.fleet.interrupts import Interrupts
from stacks.fleet.processes import Ended, Process
from stacks.fleet.record import ENDED_WELL, Record
from stacks.fleet.selection import Selected
from stacks.fleet.view import Lines

VERBS: Mapping[str, tuple[str, ...]] = {
    "preview": ("preview", "--json", "--show-sames"),
    "up": ("up", "--yes", "--skip-preview", "--json"),
    "refresh": ("refresh", "--yes", "--skip-preview", "--json"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--json"),
    "drift": ("refresh", "--preview-only", "--json"),
}
"""The operations, as both engines take them."""
_DONE = {"up": "updated", "destroy": "destroyed", "refresh": "refreshed", "drift": "refreshed", "preview": "previewed"}
"""What is said of a tenant for which an operation ended well: after a preview, nothing has changed."""
_LOCK = re.compile(r"currently locked by .* created by (.*? at \S+)")
"""What the Pulumi CLI says of a lock, and by whom it is."""
_HEARTBEAT = 30.0
"""Seconds of silence after which a line says what is still at work: pipelines end jobs that print nothing."""


class Result(NamedTuple):
    """What became of one tenant."""

    tenant: str
    status: str
    """done, changed, failed, timeout, cancelled or skipped."""
    outcome: Outcome
    seconds: float
    log: Path | None

    @property
    def ended_well(self) -> bool:
        """Tell whether the operation was done."""
        return self.status in ENDED_WELL


@dataclass
class Limits:
    """What a run keeps to."""

    parallel: int
    timeout: float | None = None
    """Seconds for each tenant."""
    fail_fast: bool = False


@dataclass
class Runner:
    """One operation over many tenants."""

    verb: str
    record: Record
    engine_of: Callable[[str], Engine]
    limits: Limits
    interrupts: Interrupts
    view: Lines
    _stopped: str = ""

    def run(
        self, selected: Sequence[Selected], between: Callable[[Sequence[Selected]], str] | None = None
    ) -> list[Result]:
        """
        Do it for all *selected*, ring after ring, and return what became of each.

        *between* is asked, after a ring and with those of it that ended well, why the next ring may not begin; empty if
        it may.
        """
        with self.view.over(selected, self.verb):
            return self._rings(selected, between)

    def _rings(self, selected: Sequence[Selected], between: Callable[[Sequence[Selected]], str] | None) -> list[Result]:
        results: list[Result] = []
        rings = list(dict.fromkeys(one.ring.name for one in selected))
        for ring in rings:
            members = [one for one in selected if one.ring.name == ring]
            ended = self._ring(members)
            results += ended
            well = {one.tenant for one in ended if one.ended_well}
            failed, last = len(ended) - len(well), ring == rings[-1]
            if failed > members[0].ring.max_failures:
                self._stop("" if last else f"ring {ring} has {failed} failure{'s' if failed != 1 else ''}")
            elif between is not None and not self._why_not():
                self._stop(between([one for one in members if one.tenant in well]), last=last)
        return results

    def _why_not(self) -> str:
        """Return why no more tenants may be begun; empty if they may."""
        return self._stopped or ("it was interrupted" if self.interrupts.count else "")

    def _stop(self, reason: str, *, last: bool = False) -> None:
        """Begin no more tenants, for this *reason* if it is one; after the *last* ring there are none to begin."""
        if reason and not self._stopped:
            self._stopped = reason
            self.view.said(reason if last else f"no more tenants are begun: {reason}")

    def _ring(self, members: Sequence[Selected]) -> list[Result]:
        with ThreadPoolExecutor(self.limits.parallel) as pool:
            futures = [pool.submit(self._tenant, one) for one in members]
            left = set(futures)
            while left:
                done, left = wait(left, timeout=_HEARTBEAT)
                if not done:
                    self.view.still(self.interrupts.running)
            return [future.result() for future in futures]

    def _tenant(self, one: Selected) -> Result:
        tenant = one.tenant
        if self._why_not():
            return self._ended(Result(tenant, "skipped", Outcome(errors=[self._why_not()]), 0.0, None))
        output, log = (self.record.folder / f"{tenant}.{kind}" for kind in ("json", "log"))
        self.record.add(tenant, "started", verb=self.verb)
        try:
            line = self.engine_of(tenant).line(*VERBS[self.verb])
            begin = partial(Process, line, one.ring.identity, output, log)
            with self.interrupts.at_work(tenant, begin) as process:
                self.view.started(tenant, output)
                ended = process.wait(self.limits.timeout)
        except (OSError, EngineError) as error:  # it ends for itself, as one whose engine fails
            return self._ended(Result(tenant, "failed", Outcome(errors=[f"the engine did not run: {error}"]), 0.0, log))
        return self._ended(self._judged(tenant, ended, log))

    def _judged(self, tenant: str, ended: Ended, log: Path) -> Result:
        """Say what *ended* came to: an engine that says nothing that can be read has failed, whatever its code."""
        outcome = parse(ended.printed)
        if ended.status == 0 and outcome.parsed:
            return Result(tenant, "changed" if outcome.changes else "done", outcome, ended.seconds, log)
        interrupted = self.interrupts.count and ended.status != 0
        said = outcome.errors or ["it was interrupted" if interrupted and not ended.said else _reason(ended)]
        outcome.errors = [_unlocked(one, tenant) for one in said]
        status = "timeout" if ended.timed_out else "cancelled" if self.interrupts.count else "failed"
        if ended.timed_out:
            outcome.errors.insert(0, f"it took more than {self.limits.timeout:.0f} s: give a longer --timeout")
        return Result(tenant, status, outcome, ended.seconds, log)

    def _ended(self, result: Result) -> Result:
        counts = dict(sorted(result.outcome.counts.items()))
        errors = result.outcome.errors
        self.record.add(
            result.tenant,
            result.status,
            verb=self.verb,
            seconds=round(result.seconds, 1),
            counts=counts,
            errors=errors[:5],
            differences=[asdict(one) for one in result.outcome.differences],
            **({"plan": result.outcome.plan, "state": result.outcome.state} if self.verb == "preview" else {}),
        )
        changes = ", ".join(f"{count} {op}" for op, count in counts.items() if op != "same")
        said = errors[0] if errors else changes or "no change"
        became = _DONE[self.verb] if result.ended_well else result.status
        self.view.ended(result.tenant, f"{became} in {result.seconds:.0f} s: {said}")
        if self.limits.fail_fast and not result.ended_well:
            self._stop(f"{result.tenant} has failed")
        return result


def _unlocked(error: str, tenant: str) -> str:
    """Say in one sentence who has locked the stack, where that is the *error*."""
    found = _LOCK.search(error)
    if found is None:
        return error
    return (
        f"another run has locked it ({found[1]}): wait for its end, or end the lock of a dead one: "
        f"`pulumi cancel --stack {tenant}`"
    )


def _reason(ended: Ended) -> str:
    """Say why an engine failed that has told no error: events are for programs, and no sentence."""
    if ended.status < 0:
        return (
            f"the engine was killed by signal {-ended.status}: its state may be locked, which `pulumi cancel` ends; "
            "then run this again with --resume"
        )
    said = " ".join((ended.said or ended.printed).removeprefix("error: ").split())[:500]
    return said if said and not said.startswith("{") else f"the engine ended with {ended.status} and told no reason"
