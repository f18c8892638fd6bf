"""`python -m stacks names`: looks up what a stack file calls by name."""

from __future__ import annotations

from typing import Any

import click

from stacks.commands.common import DIFFERS, DONE, FAILED, of_stack, print_json, reported, shown


@click.command(epilog="Example: python -m stacks names --stack contoso && git add stacks/names")
@of_stack()
@click.option("--check", is_flag=True, help="Write nothing; say which names no longer hold.")
@reported
def names(**given: Any) -> int:
    """
    Look up the groups, filters and scope tags that a stack file calls by name.

    Writes stacks/names/<stack>.yaml, which is committed: previews read the ids from there and need no network. Needs
    GroupMember.Read.All, DeviceManagementConfiguration.Read.All and DeviceManagementRBAC.Read.All, each where such
    names are used.

    Exit codes: 0 done, 1 failed, 2 usage, 7 a name no longer holds (with --check).
    """
    from provider.graph.connection import tenant_of  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks import project  # noqa: PLC0415
    from stacks.declared import declared  # noqa: PLC0415
    from stacks.existing.lookup import changed, look_up, text  # noqa: PLC0415
    from stacks.files import disk  # noqa: PLC0415
    from stacks.naming import named  # noqa: PLC0415

    folder = given["cwd"].resolve()
    found = declared(folder, given["stack"], given["config_file"])
    tenant = tenant_of(project.config(folder, given["stack"], given["config_file"]))
    used = list(dict.fromkeys(named(found.merged.entries)))
    if given["check"]:
        missing = [
            f'"{name}" is not in {found.names.path}'
            for section, name in used
            if name not in found.names.ids.get(section, {})
        ]
        return _told(given, [*missing, *changed(tenant, found.names)], "all names hold", DIFFERS, {})
    result = look_up(tenant, used)
    said = f"{len(used)} names are in {found.names.path}: commit it"
    if not result.problems:
        content = text(given["stack"], tenant.client.settings.tenant_id, result.ids)
        disk.replace(found.names.path, content.encode("utf-8"))
    return _told(given, result.problems, said, FAILED, result.ids)


def _told(given: dict[str, Any], problems: list[str], said: str, status: int, ids: dict[str, Any]) -> int:
    """Print how it ended."""
    if given["as_json"]:
        print_json({"stack": given["stack"], "done": not problems, "problems": problems, "names": ids})
    elif problems:
        for problem in problems:
            click.echo(f"error: {shown(problem)}", err=True)
    else:
        click.echo(shown(said))
    return status if problems else DONE
