"""The strings below the fields of a class of inputs, which no running program can see."""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from pathlib import Path

from provider.schema import Arguments


def field_docs(cls: type[Arguments]) -> dict[str, str]:
    """Return the string below each field that *cls* and its bases declare."""
    docs: dict[str, str] = {}
    for base in reversed([base for base in cls.__mro__ if issubclass(base, Arguments)]):
        module = ast.parse(Path(str(sys.modules[base.__module__].__file__)).read_text(encoding="utf-8"))
        body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == base.__name__)
        for field, below in itertools.pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                docs[ast.unparse(field.target)] = inspect.cleandoc(str(below.value.value))
    return docs
