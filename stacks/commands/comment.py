"""`python -m stacks comment`: one comment on a pull request, from a run of preview over many tenants."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DONE, in_project, print_json, reported

if TYPE_CHECKING:
    from stacks.report.comment import Comment


@click.command(epilog="Example: python -m stacks preview --changed main; python -m stacks comment > comment.md")
@click.option(
    "--from",
    "handed",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="The records of other jobs, in this folder and below, as one.",
)
@click.option("--ended", metavar="TEXT", help="With --from: how those jobs ended, for where they left no record.")
@click.option("--of", type=click.Choice(["preview", "drift"]), default="preview", help="Which runs it is about.")
@click.option("--run", default="", metavar="RUN", help="A run other than the last one of preview.")
@click.option("--link", default="", metavar="URL", help="Where the previews are in full, for what does not fit.")
@click.option(
    "--limit",
    type=click.IntRange(min=2000),
    default=65_000,
    metavar="N",
    help="The longest that it may be: GitHub takes 65,536 characters, Azure DevOps 150,000, GitLab 1,000,000.",
)
@click.option(
    "--post",
    type=click.Choice(["github", "azure", "gitlab", "github-issue"]),
    help="Keep it on the pull request that the environment names, as one comment; or as an issue.",
)
@click.option("--title", default="Drift", metavar="TEXT", help="The title of the issue: there is one of each title.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document with the comment in it.")
@in_project
@reported
def comment(**given: Any) -> int:
    """
    Print one comment in Markdown on a run of `preview` or `drift`: the same change once, with its tenants.

    With --post it is kept current on the host: posted once, and edited from then on.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from stacks import naming  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.fleet import artifact  # noqa: PLC0415
    from stacks.fleet.record import RUNS, Record  # noqa: PLC0415
    from stacks.report.comment import comment as comment_of  # noqa: PLC0415
    from stacks.report.comment import without_record  # noqa: PLC0415

    folder = given["cwd"].resolve()
    if given["handed"] and given["ended"] and not artifact.found(given["handed"]):
        made = without_record(given["ended"], given["link"])
    else:
        if given["handed"]:
            record = artifact.read(given["handed"], given["of"])
        else:
            record = Record.last(folder / RUNS, "" if given["run"] else given["of"], given["run"])
        made = comment_of(record, naming.load_all(folder / "stacks" / "names"), given["link"], given["limit"])
    if given["post"]:
        click.echo(_posted(made, given), err=True)
    if given["as_json"]:
        print_json({"comment": made.text, "risky": made.risky, "well": made.well})
    else:
        sys.stdout.buffer.write(made.text.encode("utf-8", errors="replace"))
    return DONE


def _posted(made: Comment, given: dict[str, Any]) -> str:
    """Keep the comment on its host, and say what was done."""
    from stacks.preview_comment import MARKER  # noqa: PLC0415 - `--help` must not load requests
    from stacks.report import hosts  # noqa: PLC0415

    if given["post"] == "github-issue":
        marker = f"<!-- intune-drift {hashlib.sha256(given['title'].encode()).hexdigest()[:16]} -->"
        text = made.text.replace(MARKER, marker, 1)
        issue = hosts.GitHubIssue(os.environ, given["title"], well=made.well)
        return f"{given['title']}: {hosts.keep(issue, marker, text, create=not made.well)}"
    host: hosts.Host
    if given["post"] == "azure":
        host = hosts.AzureThread(os.environ, risky=made.risky)
    elif given["post"] == "gitlab":
        host = hosts.GitLabNote(os.environ)
    else:
        host = hosts.GitHubComment(os.environ)
    return f"comment: {hosts.keep(host, MARKER, made.text, create=not made.empty)}"
