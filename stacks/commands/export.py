"""`python -m stacks export`: prints a tenant as a stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DONE, of_stack, print_json, reported, shown

if TYPE_CHECKING:
    from stacks.existing.entries import Entry
    from stacks.existing.inventory import Existing


@click.command(epilog="Example: python -m stacks export --tenant-id 3f0e1c52-… > stacks/Pulumi.contoso.yaml")
@of_stack(required=False)
@click.option("--tenant-id", metavar="GUID", help="A tenant that has no stack yet.")
@click.option("--cloud", metavar="CLOUD", help="Where that tenant lives; public, if it is not given.")
@click.option("--auth", metavar="METHOD", help="How to sign in there: docs/sign-in.md.")
@reported
def export(**given: Any) -> int:
    """
    Print a tenant as a stack file.

    The same tenant gives the same text, to the byte. What no entry can declare is listed at the end. Permissions to
    read are enough: DeviceManagementConfiguration.Read.All.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from provider.graph.connection import tenant_of  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks import project  # noqa: PLC0415
    from stacks.existing.entries import entries  # noqa: PLC0415
    from stacks.existing.inventory import existing  # noqa: PLC0415

    if bool(given["stack"]) == bool(given["tenant_id"]):
        raise click.UsageError("give --stack, or --tenant-id for a tenant that has no stack yet")
    folder = given["cwd"].resolve()
    asked = {"tenantId": given["tenant_id"], "cloud": given["cloud"], "auth": given["auth"]}
    config = project.config(folder, given["stack"], given["config_file"]) if given["stack"] else {}
    config.update({key: value for key, value in asked.items() if value})
    tenant = tenant_of(config)
    found = existing(tenant)
    settings = tenant.client.settings
    kept = entries([one for one in found if not one.reason], {}, {})
    left = [one for one in found if one.reason]
    document = _document(project.name(folder), {"tenantId": settings.tenant_id, "cloud": settings.cloud.name}, kept)
    if given["as_json"]:
        reasons = [{"map": one.key, "id": one.id, "displayName": one.name, "reason": one.reason} for one in left]
        print_json({"tenantId": settings.tenant_id, **document, "notExported": reasons})
    else:
        click.echo(_text(document, left), nl=False)
    return DONE


def _document(project: str, head: dict[str, str], kept: list[Entry]) -> dict[str, Any]:
    maps: dict[str, Any] = {}
    for one in kept:
        maps.setdefault(f"{project}:{one.object.key}", {})[one.name] = one.declared
    return {"config": {**{f"{project}:{key}": value for key, value in head.items()}, **maps}}


def _text(document: dict[str, Any], left: list[Existing]) -> str:
    from stacks.files.edit import dump  # noqa: PLC0415 - `--help` must not load the SDK

    lines = ["# yaml-language-server: $schema=stack.schema.json", dump(document).rstrip("\n")]
    lines += ["# Not exported:"] if left else []
    lines += [f'#   {one.key} {one.id} "{shown(one.name)}": {shown(one.reason)}' for one in left]
    return "\n".join(lines) + "\n"
