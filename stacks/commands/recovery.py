"""What `python -m stacks recover` does: looks, shows, asks, and writes the state."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from typing import Any

import click

from provider.graph.connection import tenant_of
from provider.kinds.guards import computed_outputs
from provider.settings import Settings
from stacks import project
from stacks.commands.common import UNDECIDED, print_json, shown
from stacks.engine import Json, choose
from stacks.existing.pending import (
    Action,
    Finding,
    examine,
    has_secret,
    others_pending,
    pending_creates,
    require_tenant_of_state,
)
from stacks.existing.recovered import recovered


class Recovery:
    """One call of the command."""

    def __init__(self, **given: Any) -> None:
        self._given = given
        self._stack = str(given["stack"])
        self._engine = choose(self._stack, given["cwd"].resolve(), given["state"])

    def run(self) -> int:
        """Look, show, ask and write; return the exit code."""
        before = self._engine.export()
        ours, foreign = pending_creates(before["deployment"])
        if not ours:
            return self._end([], 0, f"nothing to recover: no create of this project is pending in {self._stack}")
        secret = any(has_secret(one["resource"].get("inputs")) for one in ours)
        readable = self._engine.export(show_secrets=True) if secret else before
        tenant = tenant_of(project.config(self._engine.folder, self._stack, self._given["config_file"]))
        settings = tenant.client.settings
        require_tenant_of_state(before["deployment"], settings)
        findings = examine(before["deployment"], readable["deployment"], tenant)
        _decide(findings, self._given["take"])
        if not self._given["as_json"]:
            self._show(findings, before["deployment"])
        return self._settle(before, findings, foreign, settings)

    def _settle(self, before: Json, findings: list[Finding], foreign: Sequence[str], settings: Settings) -> int:
        """Write the state, if nothing is left to decide and a person agrees."""
        if any(one.action is Action.DECIDE for one in findings):
            return self._end(findings, UNDECIDED, "nothing was written: decide with --take URN=ID, or --take URN=none")
        if foreign:
            return self._end(
                findings,
                UNDECIDED,
                f"nothing was written: creates of other providers are pending too ({', '.join(foreign)}). Settle them "
                f"with `pulumi refresh --stack {self._stack}`, answer skip for those of this project, run this again",
            )
        try:
            after = recovered(before, findings, computed_outputs(settings))
        except ValueError as error:
            remedy = "declare adopt with the id of the object, then run this again with --take URN=none"
            return self._end(findings, UNDECIDED, f"nothing was written: {error}: {remedy}")
        if self._given["dry_run"]:
            return self._end(findings, 0, "nothing was written: this is a dry run")
        if not self._agreed():
            return self._end(findings, UNDECIDED, "nothing was written: type yes, or give --yes")
        self._engine.replace(before, after)
        return self._end(findings, 0, f"done: run `pulumi preview --refresh --stack {self._stack}`", done=True)

    def _agreed(self) -> bool:
        if self._given["yes"] or self._given["as_json"]:
            return bool(self._given["yes"])
        click.echo(f"\nThe state of {self._stack} is written; the tenant is not. Type yes to go on: ", nl=False)
        return sys.stdin.readline().strip() == "yes"

    def _show(self, findings: Sequence[Finding], deployment: Json) -> None:
        for one in findings:
            click.echo(f'{shown(one.urn)}\n  "{shown(one.name)}" → {one.action.value}: {shown(one.reason)}')
            for candidate in one.candidates:
                differs = f"differs in {', '.join(candidate.differs)}" if candidate.differs else "is as declared"
                mark = "*" if candidate is one.chosen else " "
                click.echo(f"  {mark} {shown(candidate.id)} {differs}")
                if one.action is Action.DECIDE:
                    click.echo(f"      --take {shlex.quote(f'{shown(one.urn)}={shown(candidate.id)}')}")
        for urn in others_pending(deployment):
            click.echo(f"{shown(urn)}\n  another pending operation, which a refresh settles")

    def _end(self, findings: Sequence[Finding], status: int, said: str, *, done: bool = False) -> int:
        """Say how it ended."""
        if self._given["as_json"]:
            pending = [_document(one) for one in findings]
            print_json({"stack": self._stack, "done": done, "result": said, "pending": pending})
        else:
            click.echo(shown(said), err=status != 0)
        return status


def _decide(findings: Sequence[Finding], takes: Sequence[str]) -> None:
    """Settle what the command line decides. Raises UsageError: it names what is not there."""
    by_urn = {urn: one for one in findings for urn in (one.urn, shown(one.urn))}
    for take in takes:
        urn, _, id_ = take.rpartition("=")
        if urn not in by_urn:
            known = ", ".join(shown(one.urn) for one in findings)
            raise click.UsageError(f"--take {shown(take)}: give URN=ID; the pending creates are {known}")
        try:
            by_urn[urn].decide(id_)
        except ValueError as error:
            raise click.UsageError(f"--take {shown(take)}: {shown(str(error))}") from None
    claimed = [one.chosen.id for one in findings if one.chosen is not None]
    for id_ in claimed:
        if claimed.count(id_) > 1:
            raise click.UsageError(f"--take gives {shown(id_)} to several resources: one object has one owner")


def _document(one: Finding) -> Json:
    objects = [{"id": each.id, "differs": each.differs} for each in one.candidates]
    chosen = one.chosen.id if one.chosen is not None else None
    return {
        "urn": one.urn,
        "name": one.name,
        "action": one.action.value,
        "reason": one.reason,
        "id": chosen,
        "objects": objects,
    }
