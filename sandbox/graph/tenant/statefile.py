"""
Keeps the tenant in a file, so that it survives a restart.

A change is on disk before it is answered. Writers that come while the file is being written wait and are then served by
one more write together, so the file costs little even when many create at once.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

_VERSION = 1


class StateFile:
    """A JSON file that is replaced as a whole. Settings, faults and the journal are not kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._saved = 0

    def load(self) -> dict[str, Any]:
        """Return the collections, empty when there is no file yet. A folder for it is made if need be."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():
            return {}
        document = json.loads(self._path.read_text(encoding="utf-8"))
        if document.get("version") != _VERSION:
            raise ValueError(f"{self._path} is not a state file of this version of the sandbox")
        collections: dict[str, Any] = document["collections"]
        return collections

    def save(self, number: int, document: Callable[[], tuple[int, dict[str, Any]]]) -> None:
        """Return once the write *number* is in the file, written by this call or by one that ran meanwhile."""
        with self._lock:
            if self._saved >= number:
                return
            latest, collections = document()
            text = json.dumps({"version": _VERSION, "collections": collections}, ensure_ascii=False)
            draft = self._path.with_name(self._path.name + ".new")
            # No fsync: the promise is to survive the end of this process, not of the machine.
            draft.write_text(text, encoding="utf-8")
            os.replace(draft, self._path)  # noqa: PTH105 - Path.replace is the same, less obviously atomic
            self._saved = latest
