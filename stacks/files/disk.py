"""Writes a file or a line at once: after a kill, what was written before it can be read, whole."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from stacks.yamlfile import FileProblem


def replace(path: Path, data: bytes) -> None:
    """Put *data* in the place of the file *path*, or make it. Raises FileProblem: the disk refuses; nothing changed."""
    target = Path(os.path.realpath(path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            else:
                temporary.chmod(0o644)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileProblem(f"{path}: cannot be written: {error.strerror or error}") from None


def append(path: Path, document: Mapping[str, Any]) -> None:
    """Add *document* as a line of JSON, on the disk when this returns. Raises FileProblem: the disk refuses."""
    try:
        with path.open("a+b") as stream:
            if stream.tell() and _is_cut_off(stream):
                stream.write(b"\n")
            stream.write(json.dumps(document, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise FileProblem(f"{path}: cannot be written: {error.strerror or error}") from None


def _is_cut_off(stream: BinaryIO) -> bool:
    """Tell whether a kill has cut off the last line: what is added must not become a part of it."""
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) != b"\n"


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON of each line of *path*, none if it does not exist; a line that a kill has cut off is left out."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return [one for one in map(_json, text.splitlines()) if one is not None]


def _json(line: str) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
