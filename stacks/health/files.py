"""Checks of a stack's files and of its state."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from stacks.declared import Declared, declared
from stacks.engine import EngineError, choose
from stacks.files.stack_file import LARGEST_CONFIG, config_bytes
from stacks.health.check import Check, fail, ok, skip
from stacks.naming import named
from stacks.project import ProjectError
from stacks.yamlfile import FileProblem


def checks(folder: Path, stack: str, config_file: Path | None, state: Path | None) -> Iterator[Check]:
    """Check the files of *stack*, then its state."""
    try:
        found = declared(folder, stack, config_file)
    except (FileProblem, ProjectError) as problem:
        yield fail("files.stack", str(problem), "write the file; see stacks/Pulumi.contoso.yaml")
        yield skip("files.names", "the stack file cannot be read")
        yield skip("state.secrets", "the stack file cannot be read")
    else:
        yield _stack_file(found)
        yield _size(found)
        yield _names(found, stack)
        yield _secrets(found)
    yield _state(folder, stack, state)


def _stack_file(found: Declared) -> Check:
    if found.mistakes:
        more = f" (and {len(found.mistakes) - 1} more)" if len(found.mistakes) > 1 else ""
        return fail("files.stack", found.mistakes[0] + more, "`python -m stacks show` lists all mistakes")
    count = sum(len(one) for one in found.ids.values() if isinstance(one, dict))
    return ok("files.stack", f"{found.file.path} declares {count} resources")


def _size(found: Declared) -> Check:
    size, most = config_bytes(found.file.document.values.get("config")), LARGEST_CONFIG // 1024
    if size > LARGEST_CONFIG:
        return fail("files.size", f"the config has {size // 1024} KB, more than {most}", "move entries into a baseline")
    return ok("files.size", f"the config has {max(size // 1024, 1)} KB of {most}")


def _names(found: Declared, stack: str) -> Check:
    used = set(named(found.merged.entries))
    missing = sorted(name for section, name in used if name not in found.names.ids.get(section, {}))
    again = f"run `python -m stacks names --stack {stack}` and commit the file"
    if missing:
        return fail("files.names", f"{', '.join(missing)}: not in {found.names.path}", again)
    return ok("files.names", f"{len(used)} names are looked up" if used else "no names are used")


def _secrets(found: Declared) -> Check:
    """Say whether what decrypts the state is there; not whether it is right, which the state shows."""
    values = found.file.document.values
    if values.get("secretsprovider") and values["secretsprovider"] != "passphrase":
        return ok("state.secrets", f"encrypted by {str(values['secretsprovider']).partition(':')[0]}")
    if "encryptionsalt" not in values:
        return ok("state.secrets", "the stack file has no passphrase yet")
    if "PULUMI_CONFIG_PASSPHRASE" in os.environ or "PULUMI_CONFIG_PASSPHRASE_FILE" in os.environ:
        return ok("state.secrets", "a passphrase is set")
    remedy = "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"
    return fail("state.secrets", "the stack file has a passphrase, and none is set", remedy)


def _state(folder: Path, stack: str, state: Path | None) -> Check:
    engine = choose(stack, folder, state)
    try:
        document = engine.export(empty=True)
    except EngineError as error:
        return fail("state.backend", str(error), f"check PULUMI_BACKEND_URL; `pulumi stack init {stack}` makes a stack")
    deployment = document["deployment"]
    pending = len(deployment.get("pending_operations") or [])
    if pending:
        remedy = f"run `python -m stacks recover --stack {stack}`"
        return fail("state.backend", f"{pending} operations of a killed run are pending in the state", remedy)
    return ok("state.backend", f"the state has {len(deployment.get('resources') or [])} resources")
