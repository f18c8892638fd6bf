"""Four stacks, and how the commands over many tenants are run on them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.stack_runners import PROJECT, ROOT, Outcome

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
FOUR = ["t0", "t1", "t2", "t3"]
RINGS = "rings:\n  - name: pilot\n    tenants: [t0]\n  - name: broad\n    tenants: [t1, t2, t3]\n"


@dataclass
class Fleet:
    """Four stacks of one sandbox tenant, told apart by the names of their objects."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *words: str) -> Outcome:
        """Run a command of `python -m stacks`."""
        line = [sys.executable, "-m", "stacks", *words, "--cwd", str(self.folder)]
        done = subprocess.run(
            line, cwd=ROOT, env=self.environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        return Outcome(done.returncode, done.stdout + done.stderr)

    def baseline(self, description: str) -> None:
        """Give all of them this description."""
        text = f"iosProfiles:\n  mail:\n    description: {description}\n"
        (self.folder / "stacks" / "baselines" / "standard.yaml").write_text(text, encoding="utf-8")

    def stack(self, tenant: str, **more: str) -> None:
        """Write the stack file of *tenant*; a salt that the CLI has put there stays."""
        path = self.folder / "stacks" / f"Pulumi.{tenant}.yaml"
        there = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        salt = [line for line in there if line.startswith("encryptionsalt")]
        config: dict[str, Any] = {"tenantId": TENANT, "cloud": "sandbox", "baselines": ["standard"]}
        config["iosProfiles"] = {"mail": {"display_name": f"Mail {tenant}", **more}}
        text = json.dumps({"config": {f"{PROJECT}:{key}": value for key, value in config.items()}})
        path.write_text("\n".join([*salt, text[1:-1]]), encoding="utf-8")

    def leave_pending(self, tenant: str, name: str) -> None:
        """Make the state as a kill during the create of the resource *name* leaves it: the object has been created."""
        places = (f"state/.pulumi/stacks/*/{tenant}.json", f".pulumi/engine/{tenant}.json")
        (path,) = [path for place in places for path in self.folder.glob(place)]
        document = json.loads(path.read_text(encoding="utf-8"))
        deployment = document["checkpoint"]["latest"] if "checkpoint" in document else document["deployment"]
        (killed,) = [one for one in deployment["resources"] if one["urn"].endswith(f"::{name}")]
        deployment["resources"].remove(killed)
        begun = {key: value for key, value in killed.items() if key not in ("id", "outputs")}
        deployment["pending_operations"] = [{"resource": begun, "type": "creating"}]
        path.write_text(json.dumps(document), encoding="utf-8")

    def newest(self, command: str) -> str:
        """Return the folder of the last run of *command*."""
        return str(max((self.folder / ".pulumi" / "fleet").glob(f"*-{command}-*")))
