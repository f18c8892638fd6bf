"""`python -m stacks matrix`: the parts of a selection, for a pipeline that runs them as jobs side by side."""

from __future__ import annotations

import json
from typing import Any

import click

from stacks.commands.common import DONE, reported
from stacks.commands.fleet import selecting


@click.command(epilog="Example: python -m stacks matrix --changed origin/main --shards 20")
@selecting
@click.option("--shards", type=click.IntRange(1, 256), default=1, metavar="K", help="At most so many parts.")
@click.option("--rings", "as_rings", is_flag=True, help="One part for each ring, in their order.")
@reported
def matrix(**given: Any) -> int:
    """
    Print the parts of a selection as the matrix of a pipeline, one line of JSON.

    {"shard": ["1/3", "2/3", "3/3"]} for --shard of the other commands, or with --rings {"ring": ["pilot", "broad"]}.
    No tenant is named in it, so no name reaches a shell. Nothing selected: an empty list, and no job.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from stacks.commands.fleet_operation import approved, chosen  # noqa: PLC0415 - `--help` must not load the SDK

    selected = chosen(given, approved(given))
    if given["as_rings"]:
        parts = {"ring": list(dict.fromkeys(one.ring.name for one in selected))}
    else:
        many = min(given["shards"], len(selected))
        parts = {"shard": [f"{number}/{many}" for number in range(1, many + 1)]}
    click.echo(json.dumps(parts))
    return DONE
