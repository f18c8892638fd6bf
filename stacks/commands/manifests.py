"""`python -m stacks manifests`: a manifest for each tenant, for the Pulumi Kubernetes Operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stacks.commands.common import DONE, in_project, print_json, reported


@click.command(
    epilog="Example: python -m stacks manifests --out manifests --repository https://github.com/contoso/intune "
    "--backend azblob://states?storage_account=contoso"
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write to.")
@click.option("--repository", required=True, metavar="URL", help="Where the operator clones this project from.")
@click.option("--backend", required=True, metavar="URL", help="Where the states are, as `pulumi login` takes it.")
@click.option("--branch", default="refs/heads/main", show_default=True, metavar="REF", help="What it follows.")
@click.option("--namespace", default="intune", show_default=True, metavar="NAME", help="Where the objects live.")
@click.option("--image", default="pulumi/pulumi:3.260.0-nonroot", show_default=True, help="The image of a workspace.")
@click.option("--secrets-provider", default="", metavar="URL", help="What encrypts the secrets of the states.")
@click.option("--drift", is_flag=True, help="A second object for each tenant, which looks every day and only looks.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifests as one JSON document, and write nothing.")
@in_project
@reported
def manifests(**given: Any) -> int:
    """
    Write a manifest for each tenant, for version 2 of the Pulumi Kubernetes Operator.

    The rings of stacks/rings.yaml become prerequisites, and their identities service accounts with workload identity.
    The operator updates without asking. Deleting an object never deletes what a tenant has.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from stacks import project  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.files import disk  # noqa: PLC0415
    from stacks.files.edit import dump  # noqa: PLC0415
    from stacks.fleet.rings import rings  # noqa: PLC0415
    from stacks.fleet.selection import tenants  # noqa: PLC0415
    from stacks.kubernetes.manifests import Place  # noqa: PLC0415
    from stacks.kubernetes.manifests import manifests as made_of  # noqa: PLC0415

    folder = given["cwd"].resolve()
    stacks = folder / "stacks"
    named = ("repository", "branch", "backend", "namespace", "image", "secrets_provider")
    place = Place(project.name(folder), **{name: given[name] for name in named})
    files = made_of(rings(stacks, tenants(stacks)), place, drift=given["drift"])
    if given["as_json"]:
        print_json({"files": files})
        return DONE
    for name, documents in files.items():
        text = "---\n".join(dump(one) for one in documents)
        disk.replace(given["out"] / name, text.encode("utf-8"))
    click.echo(f"{given['out']}: {len(files)} files")
    return DONE
