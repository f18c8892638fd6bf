"""Records of drift in many tenants, and the report of fifty."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stacks.digest import Difference
from stacks.fleet.record import Record
from stacks.report.model import Model, build
from tests.stack_runners import PROJECT, ROOT

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
HOSTILE = "<script>alert(1)</script>\"'&"
DRIFT = Difference(
    "IosDerivedCredentialAuthenticationConfiguration mail", "update", "description", '"a"', f'"{HOSTILE}"'
)
ASSIGNED = Difference(
    "IosDerivedCredentialAuthenticationConfiguration mail",
    "update",
    "assignments",
    "[]",
    f'[{{"group_id": "{GROUP}"}}]',
)
_DAY = 86_400.0
BEGUN = 1_795_000_000.0


def project(folder: Path, tenants: int) -> Path:
    """Make the files of a project with so many tenants, which declare the same."""
    (folder / "stacks").mkdir()
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for number in range(tenants):
        entry = {"display_name": "P", "derived_credential": "c"}
        credential = {"display_name": "C", "issuer": "purebred", "notification_types": ["email"]}
        config = {"tenantId": TENANT, "derivedCredentials": {"c": credential}, "iosProfiles": {"mail": entry}}
        text = json.dumps({"config": {f"{PROJECT}:{key}": value for key, value in config.items()}})
        (folder / "stacks" / f"Pulumi.t{number:02}.yaml").write_text(text, encoding="utf-8")
    return folder


def run(
    runs: Path, day: int, results: dict[str, tuple[str, list[Difference], list[str]]], command: str = "drift"
) -> None:
    """Write the record of one run, as the runner does, *day* days after the first."""
    folder = runs / f"2026112{day}-000000-{command}-1"
    folder.mkdir(parents=True)
    record = Record(folder, {"version": 1, "run": folder.name, "command": command, "tenants": list(results)}, {})
    lines: list[dict[str, Any]] = [{**record.head, "commit": "c" * 40}]
    for tenant, (status, differences, errors) in results.items():
        more = {"differences": [asdict(one) for one in differences], "errors": errors}
        lines.append({"tenant": tenant, "status": status, "at": BEGUN + day * _DAY, **more})
    (folder / "run.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")


def fifty_tenants(tmp_path: Path) -> Model:
    """Make the report of three days in fifty tenants."""
    folder, runs = project(tmp_path, 50), tmp_path / ".pulumi" / "fleet"
    names = [f"t{number:02}" for number in range(50)]
    well: tuple[str, list[Difference], list[str]] = ("done", [], [])
    run(runs, 0, {**dict.fromkeys(names, well), "t03": ("changed", [DRIFT], [])})
    run(runs, 1, {**dict.fromkeys(names, well), "t03": ("failed", [], ["403"]), "t04": ("changed", [DRIFT], [])})
    last: dict[str, tuple[str, list[Difference], list[str]]] = {**dict.fromkeys(names, well)}
    last.update({"t03": ("changed", [DRIFT], []), "t04": well, "t05": ("changed", [DRIFT, ASSIGNED], [])})
    last["t06"] = ("failed", [], [f"GET /x → 403: {HOSTILE}"])
    del last["t07"]
    run(runs, 2, last)
    return build(folder, runs, now=BEGUN)
