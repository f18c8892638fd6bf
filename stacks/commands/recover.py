"""`python -m stacks recover`: ends the creates of runs that were killed on a machine that is not there any more."""

from __future__ import annotations

from typing import Any

import click

from stacks.commands.common import of_stack, reported


@click.command(epilog="Example: python -m stacks recover --stack contoso")
@of_stack()
@click.option("--take", multiple=True, metavar="URN=ID", help="The object that a create made; none for no object.")
@click.option("--yes", is_flag=True, help="Write the state without asking.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@reported
def recover(**given: Any) -> int:
    """
    End the creates that a killed run has left pending in the state of a stack.

    Looks in the tenant for what they made and, with your consent, takes it into the state. Writes nothing to the
    tenant.

    Exit codes: 0 done, 1 failed, 2 usage, 3 a decision is needed.
    """
    from stacks.commands.recovery import Recovery  # noqa: PLC0415 - `--help` must not load the SDK

    return Recovery(**given).run()
