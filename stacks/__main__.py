"""The command line of this project: ``python -m stacks COMMAND``. What it needs is in requirements-cli.txt."""

from __future__ import annotations

import importlib
import sys

try:
    import click
except ModuleNotFoundError:
    sys.exit("`python -m stacks` needs click: run `python3 tasks.py setup`, or pip install -r requirements-cli.txt")

COMMANDS = {
    "adopt": "Take what a tenant has already into a stack, and prove that nothing changes.",
    "comment": "Print one comment on the last preview of many tenants, for a pull request.",
    "destroy": "Delete what the stacks of the named tenants manage.",
    "doctor": "Say what is missing before a first preview or update.",
    "drift": "Say what differs in many tenants from what was applied.",
    "export": "Print a tenant as a stack file.",
    "manifests": "Write a manifest for each tenant, for the Pulumi Kubernetes Operator.",
    "matrix": "Print the parts of a selection, for jobs of a pipeline side by side.",
    "names": "Look up the groups, filters and scope tags that a stack file calls by name.",
    "preview": "Show what an update would do in many tenants.",
    "recover": "End the creates that a killed run has left pending in the state of a stack.",
    "refresh": "Let the states of many tenants say what is really there.",
    "report": "Write what the last runs of drift have seen as one page.",
    "rotate": "Change the issuer of an entry: show what it means, then do it step by step.",
    "show": "Print what a stack declares, and from which file each value is.",
    "up": "Update many tenants, ring after ring.",
}
"""The commands, and what each does: known here, so that `--help` loads none of them."""

_FLEET = ("destroy", "drift", "preview", "refresh", "up")
"""The commands over many tenants, which are one module."""


class _Commands(click.Group):
    """The commands, each loaded when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        if cmd_name not in COMMANDS:
            return None
        module = "fleet" if cmd_name in _FLEET else cmd_name
        command: click.Command = getattr(importlib.import_module(f"stacks.commands.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """
    Commands beside those of Pulumi, for the stacks of this project.

    Exit codes: 0 done, 1 failed, 2 usage, 3 a decision is needed, 7 something differs, 8 cancelled, 10 stopped by a
    ring.
    """


if __name__ == "__main__":
    main(prog_name="python -m stacks")
