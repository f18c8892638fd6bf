"""
A preview against what another commit declares, with no state and no secret: for a pull request from a fork.

The program of that commit is previewed for a stack that has nothing. What it would create becomes a state, with ids
that are made of the URNs, and the program at hand is previewed against that.
"""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from provider.kinds.guards import CLOUD, TENANT
from stacks import project
from stacks.engine import Engine, EngineError, stand_in
from stacks.fleet import git
from stacks.yamlfile import FileProblem

Json = dict[str, Any]
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi writes where a value is not known yet."""
_DEFAULT_PROVIDER = "::default::"


class Base:
    """The project as a commit has it, and the states that it declares."""

    def __init__(self, folder: Path, base: Path) -> None:
        self._folder, self._base = folder, base

    def engine_of(self, tenant: str) -> Engine:
        """Return the engine that previews *tenant* against the base. Raises EngineError: the base has a mistake."""
        state = self._base / f"{tenant}.state.json"
        path, _ = project.stack_file(self._base, tenant)
        if path.exists():
            before = stand_in(tenant, self._base, self._base / "none.json")
            try:
                steps = before.digest(path)
            except EngineError as error:
                raise EngineError(f"what the base declares cannot be previewed: {error}") from None
            state.write_text(json.dumps(state_of(steps, project.config(self._base, tenant))), encoding="utf-8")
        return stand_in(tenant, self._folder, state)


@contextmanager
def checked_out(folder: Path, commit: str) -> Iterator[Base]:
    """Have the project in *folder* as *commit* has it, for as long as it lasts. Raises FileProblem: git has not."""
    packed = git.archive(folder, commit)
    with tempfile.TemporaryDirectory(prefix="intune-base-") as private:
        try:
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(private, filter="data")
        except tarfile.TarError as error:  # such as a link that leads out of the folder
            raise FileProblem(f"--against {commit}: it cannot be unpacked: {error}") from None
        yield Base(folder, Path(private))


def state_of(digest: Json, config: Mapping[str, str]) -> Json:
    """Return a state that has what the *digest* of a preview of an empty stack would create."""
    found = [one["newState"] for one in digest.get("steps") or [] if isinstance(one.get("newState"), dict)]
    ids = {one["urn"]: str(uuid.uuid5(uuid.NAMESPACE_URL, one["urn"])) for one in found}
    providers: dict[str, Json] = {}
    resources = [_resource(one, ids, config, providers) for one in found]
    stacks = [one for one in resources if not one.get("custom")]
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "0001-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": [*stacks, *providers.values(), *(one for one in resources if one.get("custom"))],
        },
    }


def _resource(new: Json, ids: Mapping[str, str], config: Mapping[str, str], providers: dict[str, Json]) -> Json:
    if not new.get("custom"):
        return {**new, "outputs": {}}
    urn = str(new.get("provider", "")).rpartition("::")[0]
    reference = str(uuid.uuid5(uuid.NAMESPACE_URL, urn))
    type_ = urn.split("::")[2] if _DEFAULT_PROVIDER in f"{urn}::" else ""
    providers[urn] = {"urn": urn, "custom": True, "id": reference, "type": type_, "inputs": {}, "outputs": {}}
    inputs = {key: _known(key, value, new, ids) for key, value in (new.get("inputs") or {}).items()}
    tenant = {TENANT: config.get("tenantId", ""), CLOUD: config.get("cloud", "")}
    return {
        **new,
        "id": ids[new["urn"]],
        "inputs": inputs,
        "outputs": {**inputs, **tenant},
        "provider": f"{urn}::{reference}",
    }


def _known(key: str, value: Any, new: Json, ids: Mapping[str, str]) -> Any:
    """Return *value*, or the id of the resource that it is taken from."""
    sources = (new.get("propertyDependencies") or {}).get(key) or []
    return ids.get(sources[0], value) if value == _UNKNOWN and sources else value
