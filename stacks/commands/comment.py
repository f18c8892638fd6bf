"""`python -m stacks comment`: one comment on a pull request, from the last preview of many tenants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from stacks.commands.common import DONE, ROOT, print_json, reported


@click.command(epilog="Example: python -m stacks preview --changed main; python -m stacks comment > comment.md")
@click.option(
    "--from",
    "handed",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="The records of other jobs, in this folder and below, as one.",
)
@click.option("--run", default="", metavar="RUN", help="A run other than the last one of preview.")
@click.option("--link", default="", metavar="URL", help="Where the previews are in full, for what does not fit.")
@click.option(
    "--limit",
    type=click.IntRange(min=2000),
    default=65_000,
    metavar="N",
    help="The longest that it may be: GitHub takes 65,536 characters, Azure DevOps 150,000, GitLab 1,000,000.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document with the comment in it.")
@click.option("--cwd", type=click.Path(path_type=Path), default=ROOT, help="The folder of Pulumi.yaml.")
@reported
def comment(**given: Any) -> int:
    """
    Print one comment in Markdown on the last run of `preview`: the same change once, with its tenants.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from stacks import naming  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.fleet import artifact  # noqa: PLC0415
    from stacks.fleet.record import Record  # noqa: PLC0415
    from stacks.report.comment import comment as text_of  # noqa: PLC0415

    folder = given["cwd"].resolve()
    if given["handed"]:
        record = artifact.read(given["handed"], "preview")
    else:
        record = Record.last(folder / ".pulumi" / "fleet", "" if given["run"] else "preview", given["run"])
    text = text_of(record, naming.load_all(folder / "stacks" / "names"), given["link"], given["limit"])
    if given["as_json"]:
        print_json({"run": record.folder.name, "comment": text})
    else:
        sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
    return DONE
