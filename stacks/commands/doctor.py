"""`python -m stacks doctor`: says what is missing before a first preview or update."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DONE, FAILED, of_stack, print_json, reported, shown

if TYPE_CHECKING:
    from stacks.health.check import Check

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗", "skip": "-"}


@click.command(epilog="Example: python -m stacks doctor --stack contoso")
@of_stack(required=False)
@click.option("--strict", is_flag=True, help="End with 1 for warnings, too.")
@reported
def doctor(**given: Any) -> int:
    """
    Say what is missing before a first preview or update.

    Each line has a stable id; what is wrong has its remedy below it, and what was not checked says why. Only reads,
    and prints nothing secret.

    Exit codes: 0 nothing is wrong, 1 something is, 2 usage.
    """
    found = _checks(given)
    failed = sum(one.status == "fail" for one in found)
    warned = sum(one.status == "warn" for one in found)
    if given["as_json"]:
        checks = [
            {"id": one.id, "status": one.status.value, "summary": one.summary, "remedy": one.remedy} for one in found
        ]
        print_json({"stack": given["stack"], "checks": checks, "failed": failed, "warned": warned})
    else:
        _print(found)
        stack = given["stack"] or "<stack>"
        next_ = f"next: pulumi preview --stack {stack}" if given["stack"] else "next: doctor --stack <stack>"
        click.echo(f"\n{failed} to mend, {warned} to look at" if failed or warned else f"\nnothing is wrong; {next_}")
    return FAILED if failed or (warned and given["strict"]) else DONE


def _checks(given: dict[str, Any]) -> list[Check]:
    from stacks import project  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.health import files, machine, tenant  # noqa: PLC0415
    from stacks.health.check import skip  # noqa: PLC0415

    folder, stack = given["cwd"].resolve(), given["stack"]
    found = list(machine.checks(folder))
    if not stack:
        return [*found, skip("files.stack", "give --stack to check its files, state, sign-in and tenant")]
    found += files.checks(folder, stack, given["config_file"], given["state"])
    try:
        config = project.config(folder, stack, given["config_file"])
    except project.ProjectError as problem:
        return [*found, skip("sign-in.token", str(problem))]
    return [*found, *tenant.checks(config)]


def _print(found: list[Check]) -> None:
    width = max(len(one.id) for one in found)
    for one in found:
        click.echo(f"{_MARKS[one.status.value]} {one.id:{width}}  {shown(one.summary)}")
        if one.remedy:
            click.echo(f"  {'':{width}}  → {shown(one.remedy)}")
