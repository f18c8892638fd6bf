"""One stack file on the disk: read once, and written only while it is as it was read."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.files import disk
from stacks.yamlfile import Document, FileProblem, decode, load, parse

_ENGINE_LINE = re.compile(rb"^(?:encryptionsalt|encryptedkey|secretsprovider):.*(?:\r?\n|$)", re.MULTILINE)
"""What the Pulumi CLI writes into the file by itself, as it first keeps a state for it."""

LARGEST_CONFIG = 120 * 1024
"""Bytes: Pulumi hands the config to a program in one variable of the environment, of which Linux takes 128 KiB."""


@dataclass
class StackFile:
    """The text of a stack file, and what it says."""

    path: Path
    project: str
    text: str = ""
    document: Document = field(default_factory=lambda: Document(Path(), {}))
    original: bytes | None = b""
    """The file as it was read; None if there was none."""
    _there: bytes | None = b""

    @classmethod
    def read(cls, path: Path, project: str) -> StackFile:
        """Read it. Raises FileProblem: it is missing, or is not what it should be."""
        there = load(path)
        text = decode(there, path)
        return cls(path, project, text, parse(text, path), there, there)

    @classmethod
    def new(cls, path: Path, project: str) -> StackFile:
        """Begin a file that does not exist. Raises FileProblem: it does."""
        if path.exists():
            raise FileProblem(f"{path}: exists already: rename it, then run this again")
        return cls(path, project, original=None, _there=None)

    def maps(self, keys: tuple[str, ...]) -> dict[str, Any]:
        """Return what the file has of the maps called *keys*."""
        config = self.document.values.get("config")
        known = config if isinstance(config, dict) else {}
        full = ((key, f"{self.project}:{key}") for key in keys)
        return {key: known[one] for key, one in full if one in known}

    def require_writable(self) -> None:
        """Make sure that the file can be written, if it exists. Raises FileProblem."""
        if not self.path.exists():
            return
        mode = self.path.stat().st_mode
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(self.path, os.W_OK):
            raise FileProblem(f"{self.path}: is read-only: allow writing to it, then run this again")

    def write(self, text: str) -> None:
        """
        Put *text* in the place of the file, at once: a reader finds the old text or the new one, whole.

        Raises FileProblem: the file was changed since it was read, or cannot be written.
        """
        newline = "\r\n" if b"\r\n" in (self.original or b"") else "\n"
        data = text.replace("\r\n", "\n").replace("\n", newline).encode("utf-8")
        there = self.path.read_bytes() if self.path.exists() else b""
        more = [line.group() for line in _ENGINE_LINE.finditer(there) if line.group().strip() not in data]
        self._put(data + b"".join(more))

    def restore(self) -> None:
        """Put the file back as it was read. Raises FileProblem, as `write` does."""
        if self._there != self.original:
            self._put(self.original)

    def _put(self, data: bytes | None) -> None:
        now = self.path.read_bytes() if self.path.exists() else None
        known = self._there
        if (now is None) != (known is None) or without_engine_lines(now or b"") != without_engine_lines(known or b""):
            raise FileProblem(f"{self.path}: was changed while this ran, and is left as it is")
        if data is None:
            self.path.unlink()
        else:
            self.require_writable()
            disk.replace(self.path, data)
        self._there = data


def config_bytes(config: Any) -> int:
    """Return about how many bytes *config* takes as Pulumi hands it to a program: JSON in JSON."""
    values = config if isinstance(config, dict) else {}
    return len(json.dumps({key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}))


def without_engine_lines(data: bytes) -> bytes:
    """Return a stack file without what the CLI writes into it by itself."""
    return _ENGINE_LINE.sub(b"", data)
