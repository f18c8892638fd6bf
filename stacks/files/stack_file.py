"""One stack file on the disk: read once, and written only while it is as it was read."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stacks.files import disk
from stacks.files.document import Document, FileProblem, decode, load, parse

_ENGINE_LINE = re.compile(rb"^(?:encryptionsalt|encryptedkey|secretsprovider):.*(?:\r?\n|$)", re.MULTILINE)
"""What the Pulumi CLI writes into the file by itself, as it first keeps a state for it."""


@dataclass
class StackFile:
    """The text of a stack file, and what it says."""

    path: Path
    project: str
    text: str = ""
    document: Document = field(default_factory=lambda: Document(Path(), {}))
    original: bytes = b""
    """The file as it was read."""
    _there: bytes = b""

    @classmethod
    def read(cls, path: Path, project: str) -> StackFile:
        """Read it. Raises FileProblem: it is missing, or is not what it should be."""
        there = load(path)
        text = decode(there, path)
        return cls(path, project, text, parse(text, path), there, there)

    def maps(self, keys: tuple[str, ...]) -> dict[str, Any]:
        """Return what the file has of the maps called *keys*."""
        config = self.document.values.get("config")
        known = config if isinstance(config, dict) else {}
        full = ((key, f"{self.project}:{key}") for key in keys)
        return {key: known[one] for key, one in full if one in known}

    def require_writable(self) -> None:
        """Make sure that the file can be written. Raises FileProblem."""
        mode = self.path.stat().st_mode
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(self.path, os.W_OK):
            raise FileProblem(f"{self.path}: is read-only: allow writing to it, then run this again")

    def write(self, text: str) -> None:
        """
        Put *text* in the place of the file, at once: a reader finds the old text or the new one, whole.

        Raises FileProblem: the file was changed since it was read, or cannot be written.
        """
        newline = "\r\n" if b"\r\n" in self.original else "\n"
        data = text.replace("\r\n", "\n").replace("\n", newline).encode("utf-8")
        there = self.path.read_bytes() if self.path.exists() else b""
        more = [line.group() for line in _ENGINE_LINE.finditer(there) if line.group().strip() not in data]
        self._put(data + b"".join(more))

    def restore(self) -> None:
        """Put the file back as it was read. Raises FileProblem, as `write` does."""
        if self._there != self.original:
            self._put(self.original)

    def _put(self, data: bytes) -> None:
        self.require_writable()
        now = self.path.read_bytes()
        if _ENGINE_LINE.sub(b"", now) != _ENGINE_LINE.sub(b"", self._there):
            raise FileProblem(f"{self.path}: was changed while this ran, and is left as it is")
        disk.replace(self.path, data)
        self._there = data
