"""Writes a file at once: a reader, and a run after a kill, finds the old text or the new one, whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

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
