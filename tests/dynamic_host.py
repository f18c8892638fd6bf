"""Pulumi's dynamic host, as a module whose servicer can be called in this process."""

from __future__ import annotations

import ast
import importlib.util
from types import ModuleType


def host_module() -> ModuleType:
    """Load Pulumi's host, all but its last line, which serves for ever."""
    spec = importlib.util.find_spec("pulumi.dynamic.__main__")
    assert spec is not None
    assert spec.origin is not None
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123 - one line
        tree = ast.parse(file.read())
    last = tree.body.pop()
    assert ast.unparse(last) == "main()"
    module = ModuleType("host")
    exec(compile(tree, spec.origin, "exec"), module.__dict__)  # noqa: S102 - the SDK's own code
    return module
