"""The command line of this project: ``python -m stacks COMMAND``. What it needs is in requirements-cli.txt."""

from __future__ import annotations

import sys

try:
    import click
except ModuleNotFoundError:
    sys.exit("`python -m stacks` needs click: run `python3 tasks.py setup`, or pip install -r requirements-cli.txt")

from stacks.recover import recover


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Commands beside those of Pulumi, for the stacks of this project."""


main.add_command(recover)

if __name__ == "__main__":
    main(prog_name="python -m stacks")
