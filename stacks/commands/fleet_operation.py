"""What `python -m stacks preview|up|refresh|destroy|drift` do: select, ask, run and sum up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from stacks.commands.common import CANCELLED, DIFFERS, DONE, FAILED, STOPPED, print_json, shown
from stacks.digest import REPLACES
from stacks.engine import Engine, choose
from stacks.fleet import artifact, record, summary
from stacks.fleet.approval import departures
from stacks.fleet.base import checked_out
from stacks.fleet.interrupts import Interrupts
from stacks.fleet.proof import with_proof
from stacks.fleet.record import RUNS, Record
from stacks.fleet.rings import rings
from stacks.fleet.runner import Limits, Result, Runner
from stacks.fleet.selection import Selected, changed, select, shard, tenants
from stacks.fleet.view import Lines, is_terminal
from stacks.naming import load_all, with_names


class FleetOperation:
    """One call of a command."""

    def __init__(self, verb: str, given: dict[str, Any]) -> None:
        self._verb, self._given = verb, given
        self._folder: Path = given["cwd"].resolve()
        self._runs = self._folder / RUNS
        self._fingerprint = record.fingerprint(self._folder)
        self._engine_of: Callable[[str], Engine] = lambda tenant: choose(tenant, self._folder)
        self._approved = approved(given)
        self._parallel: int = max(1, given["parallel"] or min(2 * (os.cpu_count() or 1), 8))
        self._unsettled = ""
        self._view = _view(plain=given["as_json"])
        self._interrupts = Interrupts(self._view.said)

    def run(self) -> int:
        """Select, ask, run and sum up; return the exit code."""
        with self._interrupts.forwarded():
            if not self._given.get("against"):  # an option of preview alone
                return self._do()
            with checked_out(self._folder, self._given["against"]) as base:
                self._engine_of = base.engine_of
                return self._do()

    def _do(self) -> int:
        selected, resumed = self._select()
        for line in summary.reasons({one.tenant: one.reason for one in selected}):
            self._view.said(line)
        if self._verb in ("up", "destroy"):
            refused = self._agreed(selected)
            if refused is not None:
                return refused
        return self._sum_up(self._run(self._verb, selected, resumed))

    def _select(self) -> tuple[list[Selected], Record | None]:
        """Return the tenants, and the run that is resumed, if one is."""
        given = self._given
        if self._verb == "destroy" and (not given["patterns"] or set("*?[!") & set("".join(given["patterns"]))):
            raise click.UsageError("destroy: name each tenant with --tenants; patterns are not taken")
        resumed, left = None, None
        if given["resume"]:
            resumed = Record.last(self._runs, self._verb, "" if given["resume"] == "last" else given["resume"])
            resumed.require(self._fingerprint)
            left = dict.fromkeys(resumed.left(), f"left of run {resumed.folder.name}")
        selected = chosen(given, self._approved, left)
        if not selected:
            raise click.UsageError("no tenant is selected: see --tenants, --ring, --changed, --failed and --resume")
        return selected, resumed

    def _agreed(self, selected: list[Selected]) -> int | None:
        """Preview, show, and ask; return an exit code where it must not go on."""
        if self._verb == "destroy":
            if not (self._given["yes"] and self._given["allow_delete"]):
                raise click.UsageError("destroy deletes: it needs --yes and --allow-delete")
            return None
        previews = self._run("preview", selected, None, "plan")
        results = with_proof(previews, self._engine_of, self._parallel)
        self._show(results, "would change")
        failed = sum(not one.ended_well for one in results)
        changing = sum(one.status == "changed" for one in results)
        refused = self._refused(results, changing)
        if self._interrupts.count:
            code, said = CANCELLED, "nothing was changed: it was interrupted"
        elif failed:
            code, said = FAILED, f"nothing was changed: the preview of {failed} tenants failed"
        elif not changing:
            code, said = DONE, "nothing to change"
        elif refused:
            code, said = STOPPED, f"nothing was changed: {refused}"
        else:
            return None
        self._view.said(said)
        if self._given["as_json"]:
            self._print(results)
        return code

    def _refused(self, results: list[Result], changing: int) -> str:
        """Return why what a preview has shown may not be done; empty if it may."""
        other = departures(self._approved, results) if self._approved is not None else []
        if other:
            return f"it is not what was approved: {'; '.join(other)}"
        ops = {one.op for result in results for one in result.outcome.differences}
        for flag, risky in (("allow_replace", ops & REPLACES), ("allow_delete", ops & {"delete"})):
            if risky and not self._given[flag]:
                return f"{', '.join(sorted(risky))} needs --{flag.replace('_', '-')}"
        if self._given["yes"] or not changing or any(not one.ended_well for one in results):
            return ""
        question = f"Type {changing}, the number of tenants that change, to go on"
        try:
            typed = "" if self._given["as_json"] else str(click.prompt(question, default="", show_default=False))
        except click.Abort:
            typed = ""
        return "" if typed == str(changing) else "it was not agreed to"

    def _run(self, verb: str, selected: Sequence[Selected], resumed: Record | None, name: str = "") -> list[Result]:
        """Do *verb*, with a record called *name*, or as the verb."""
        run = resumed or Record.begin(self._runs, name or verb, [one.tenant for one in selected], self._fingerprint)
        limits = Limits(self._parallel, self._given["timeout"], self._given["fail_fast"])
        runner = Runner(verb, run, self._engine_of, limits, self._interrupts, self._view)
        return runner.run(selected, self._is_settled if verb == "up" else None)

    def _is_settled(self, members: Sequence[Selected]) -> str:
        """Return why the ring after *members* may not begin: a refresh shows that they are not as declared."""
        results = self._run("drift", members, None, "look") if members else []
        if self._interrupts.count:
            return ""
        differ = [one.tenant for one in results if one.status == "changed"]
        unread = [one.tenant for one in results if not one.ended_well]
        said = f"a refresh shows another state than was just applied in {', '.join(differ)}" if differ else ""
        self._unsettled = said or (f"a refresh could not read {', '.join(unread)}" if unread else "")
        return self._unsettled

    def _sum_up(self, results: list[Result]) -> int:
        if self._given["as_json"]:
            self._print(results)
        else:
            self._show(results, "different" if self._verb in ("preview", "drift") else "changed")
        statuses = {one.status for one in results}
        if self._interrupts.count:
            return CANCELLED
        if statuses & {"failed", "timeout"}:
            return FAILED
        if "skipped" in statuses or self._unsettled:
            return STOPPED
        return DIFFERS if "changed" in statuses and self._verb == "drift" else DONE

    def _print(self, results: list[Result]) -> None:
        print_json({"command": self._verb, "tenants": [_document(one) for one in results]})

    def _show(self, results: list[Result], what: str) -> None:
        if self._given["as_json"]:
            return
        good = {one.tenant: one.outcome.differences for one in results if one.ended_well}
        bad = {one.tenant: one.outcome.errors for one in results if not one.ended_well}
        same = sum(one.status == "done" for one in results)
        known_as = "as applied" if self._verb == "drift" else "as declared"
        known = load_all(self._folder / "stacks" / "names")
        lines = [group.line() for group in summary.differences(good)]
        lines += [f"failed: {group.line()}" for group in summary.failures(bad)]
        click.echo("")
        for line in lines:
            click.echo(shown(with_names(line, known)))
        logs = [str(one.log) for one in results if one.log and one.tenant in bad]
        if logs:
            click.echo(f"what they said: {Path(logs[0]).parent}")
        click.echo(
            f"{summary.many(results)}: {same} {known_as}, {len(good) - same} {what}, {len(bad)} did not end well"
        )


def approved(given: Mapping[str, Any]) -> Record | None:
    """Return the previews that --from names, as they are now; None where it is not given. Raises FileProblem."""
    return artifact.read(given["approved"], "preview") if given["approved"] else None


def chosen(given: Mapping[str, Any], previewed: Record | None, left: Mapping[str, str] | None = None) -> list[Selected]:
    """Return the tenants that the options of a command choose; of those that are *left* of a run, if one is resumed."""
    folder = given["cwd"].resolve()
    stacks = folder / "stacks"
    reasons = left if left is not None else _reasons(folder, given, previewed)
    selected = select(rings(stacks, tenants(stacks)), given["patterns"], given["ring_names"], reasons)
    return shard(selected, given["shard"]) if given["shard"] else selected


def _reasons(folder: Path, given: Mapping[str, Any], previewed: Record | None) -> dict[str, str] | None:
    """Return the only tenants that may be chosen, each with its reason; None for all."""
    if given["failed"]:
        last = Record.last(folder / RUNS)
        return dict.fromkeys(last.failed(), f"failed in run {last.folder.name}")
    if previewed is not None:
        tenants_there, results = previewed.head["tenants"], previewed.results
        changing = [one for one in tenants_there if results.get(one, {}).get("status") != "done"]
        return dict.fromkeys(changing, f"would change, as previewed in {given['approved']}")
    return changed(folder / "stacks", given["changed"]) if given["changed"] else None


def _view(*, plain: bool) -> Lines:
    """Return what shows a run: a drawing on a terminal, else lines; both on standard error."""
    if plain or not is_terminal():
        return Lines(lambda line: click.echo(shown(line), err=True))
    from stacks.fleet.live import Live  # noqa: PLC0415 - rich takes a tenth of a second, which only a drawing needs

    return Live(shown)


def _document(one: Result) -> dict[str, Any]:
    return {
        "tenant": one.tenant,
        "status": one.status,
        "counts": dict(sorted(one.outcome.counts.items())),
        "seconds": round(one.seconds, 1),
        "differences": [str(each) for each in one.outcome.differences],
        "errors": one.outcome.errors,
        "log": str(one.log) if one.log else None,
    }
