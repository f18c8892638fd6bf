"""
What belongs to this machine: the folder for the state of programs, and locks that tell which processes are alive.

A process holds its lock as long as it lives, so that another can tell whether it still does.

A killed engine leaves its plugin behind for a while, with a request under way. A process id would not tell: it is
given out again, and a process that has ended keeps it until its parent takes notice. The system releases the lock of
a file at the moment its process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

_held: dict[Path, str] = {}
"""The name of the lock that this process holds in each folder."""


def state_folder(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """
    Return the system's own folder for what a program keeps on this machine.

    Sources: the XDG Base Directory Specification; Apple's File System Programming Guide; Windows' known folders.
    """
    name = "intune-derived-credentials"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / name
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / name
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / name


def hold(folder: Path) -> str:
    """Hold a lock in *folder* until this process ends, and return its name: the same one at each call."""
    if folder not in _held:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{uuid.uuid4()}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(descriptor)  # never closed: it ends with the process
        _held[folder] = path.name
    return _held[folder]


def release(folder: Path) -> None:
    """Remove the lock of this process in *folder*: it ends well, and left nothing to wait for."""
    name = _held.pop(folder, "")
    if name:
        (folder / name).unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove the locks in *folder* whose processes have ended."""
    for path in folder.glob("*.lock"):
        is_held(folder, path.name)


def is_held(folder: Path, name: str) -> bool:
    """Tell whether another process still holds the lock *name* in *folder*; one that is free is removed."""
    if not name or name == _held.get(folder):
        return False
    path = folder / name
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        _lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    path.unlink(missing_ok=True)
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        """Lock the first byte. Raises OSError where another process has it."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        """Lock the whole file. Raises OSError where another process has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
