"""`python -m stacks report`: writes what the last runs of `drift` have seen as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from stacks.commands.common import DONE, in_project, print_json, reported


@click.command(epilog="Example: python -m stacks drift; python -m stacks report --out report.html")
@click.option("--out", type=click.Path(path_type=Path), default=Path("report.html"), help="Where to write the page.")
@click.option("--run", default="", metavar="RUN", help="A run other than the last one of drift.")
@click.option("--certificates", is_flag=True, help="List the certificates of each tenant: needs a sign-in.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, and write no page.")
@in_project
@reported
def report(**given: Any) -> int:
    """
    Write what the last run of `drift` has seen as one page that needs no network.

    Summary, what differs and since when, tenants and what they declare, what failed, drift over time, issuers,
    and with --certificates when certificates expire.

    Exit codes: 0 done, 1 failed, 2 usage.
    """
    from stacks import naming  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.files import disk  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.fleet.record import RUNS  # noqa: PLC0415
    from stacks.fleet.rings import rings  # noqa: PLC0415
    from stacks.fleet.selection import tenants  # noqa: PLC0415
    from stacks.report.certificates import by_month  # noqa: PLC0415
    from stacks.report.model import build  # noqa: PLC0415
    from stacks.report.page import document, page  # noqa: PLC0415

    folder = given["cwd"].resolve()
    model = build(folder, folder / RUNS, given["run"])
    stacks = folder / "stacks"
    identities = {tenant: ring.identity for ring in rings(stacks, tenants(stacks)) for tenant in ring.tenants}
    certificates = by_month(folder, identities) if given["certificates"] else {}
    if given["as_json"]:
        print_json(document(model, certificates))
        return DONE
    text = page(model, certificates, naming.load_all(folder / "stacks" / "names"))
    disk.replace(given["out"], text.encode("utf-8"))
    click.echo(f"{given['out']}: {len(model.rows)} tenants, {len(text) // 1024 + 1} KB")
    return DONE
