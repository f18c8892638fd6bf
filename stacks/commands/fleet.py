"""`python -m stacks preview|up|refresh|destroy|drift`: one operation over many tenants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stacks.commands.common import in_project, reported

_CODES = "0 done, 1 a tenant failed, 2 usage, 7 something differs, 8 cancelled, 10 stopped by a ring, or not approved."


def selecting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which tenants."""
    folder = click.Path(path_type=Path, exists=True, file_okay=False)
    for option in (
        in_project,
        click.option("--shard", metavar="N/K", help="Only the N-th of K parts: for as many jobs side by side."),
        click.option("--from", "approved", type=folder, metavar="FOLDER", help="Only what is previewed there; see up."),
        click.option("--failed", is_flag=True, help="Only tenants that failed in the last run."),
        click.option("--changed", metavar="BASE", help="Only tenants that a change since this commit may touch."),
        click.option("--ring", "ring_names", multiple=True, metavar="NAME", help="Only tenants of this ring."),
        click.option("--tenants", "patterns", multiple=True, metavar="GLOB", help="Only these; !GLOB takes some out."),
    ):
        command = option(command)
    return command


def _running(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how many at a time, and how it is told."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON document, and ask nothing."),
        click.option("--fail-fast", is_flag=True, help="Begin no more tenants when one has failed."),
        click.option("--timeout", type=float, metavar="SECONDS", help="The longest that one tenant may take."),
        click.option("--parallel", type=int, metavar="N", help="Tenants at a time; twice the processors, at most 8."),
        click.option(
            "--resume", metavar="RUN", is_flag=False, flag_value="last", help="Go on with a run: the last one."
        ),
    ):
        command = option(command)
    return command


def _consenting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that writes the options that agree to it."""
    for option in (
        click.option("--allow-replace", is_flag=True, help="Agree to replacements, such as that of an issuer."),
        click.option("--allow-delete", is_flag=True, help="Agree to deletions."),
        click.option("--yes", is_flag=True, help="Agree without being asked."),
    ):
        command = option(command)
    return command


def _previewing(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give `preview` the option that needs no state."""
    text = "Compare with what this commit declares, in the place of the states: needs neither them nor a secret."
    return click.option("--against", metavar="BASE", help=text)(command)


_MORE = {
    "preview": (_previewing,),
    "up": (_consenting,),
    "destroy": (_consenting,),
    "refresh": (_consenting,),
}
"""What a command takes beside the selection."""


def _command(verb: str, about: str) -> click.Command:
    def run(**given: Any) -> int:
        from stacks.commands.fleet_operation import FleetOperation  # noqa: PLC0415 - `--help` must not load the SDK

        return FleetOperation(verb, given).run()

    run.__doc__ = f"{about}\n\nExit codes: {_CODES}"
    command: Callable[..., Any] = reported(run)
    for more in (*_MORE.get(verb, ()), _running, selecting):
        command = more(command)
    example = f"Example: python -m stacks {verb} --ring pilot"
    return click.command(verb, epilog=example)(command)


preview = _command("preview", "Show what an update would do in many tenants. Needs no credential, and sends nothing.")
up = _command(
    "up",
    "Update many tenants, ring after ring. Previews first and shows what would change; a ring begins when the one "
    "before has ended well and a refresh shows no difference there. With --from FOLDER it does what the previews in "
    "that folder show, made by `preview` before; where a tenant would get something else, nothing is changed.",
)
refresh = _command("refresh", "Let the states of many tenants say what is really there.")
destroy = _command("destroy", "Delete what the stacks of the named tenants manage. Each must be named: no patterns.")
drift = _command("drift", "Say what differs in many tenants from what was applied. Writes nothing.")
