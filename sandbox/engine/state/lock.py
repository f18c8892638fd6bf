"""
One engine per state: a lock file that names the process which holds it.

A lock whose process is gone (killed, or the machine restarted) is taken over without a word.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.engine.errors import Locked, StateError


@contextmanager
def lock(state_file: Path) -> Iterator[None]:
    """Hold the lock of a state file; raise `Locked` when a living process holds it, `StateError` where none can be."""
    path = state_file.with_name(f"{state_file.name}.lock")
    try:
        state_file.parent.mkdir(parents=True, exist_ok=True)
        if not _claim(path):
            _remove_stale(path)
            if not _claim(path):
                raise _locked(path)
    except OSError as error:
        raise StateError(f"The state file {state_file} cannot be locked, so it is not touched: {error}.") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _claim(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"pid": os.getpid()}, stream)
    return True


def _remove_stale(path: Path) -> None:
    """
    Remove a lock that no process holds.

    Two engines may find the same stale lock. It is moved aside first and looked at again, so that the slower one
    cannot take away the fresh lock of the faster one.
    """
    if _held(path):
        raise _locked(path)
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return
    if _held(aside):
        aside.replace(path)
        raise _locked(path)
    aside.unlink()


def _held(path: Path) -> bool:
    pid = _holder(path)
    return pid is None or (pid > 0 and _alive(pid))


def _holder(path: Path) -> int | None:
    """Return the process that a lock names: 0 when there is no lock, None when its owner has yet to write it."""
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["pid"])
    except FileNotFoundError:
        return 0
    except (OSError, ValueError, KeyError, TypeError):
        return None


if sys.platform == "win32":

    def _alive(pid: int) -> bool:
        """Ask the system for the process, for signal 0 would end it on Windows."""
        import ctypes  # noqa: PLC0415 - windll exists only here

        query_limited_information, still_active = 0x1000, 259
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(query_limited_information, False, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == still_active

else:

    def _alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # somebody else's
        return True


def _locked(path: Path) -> Locked:
    pid = _holder(path)
    who = f"process {pid}" if pid else "another process"
    return Locked(f"The stack is currently locked by {who}; wait for it to end, or remove {path} if it never will.")
