"""
What may go otherwise in a run: a path names choices and what was chosen there; all else goes well.

A choice is offered wherever something can deviate, and named by what it is about. A run that repeats a path comes to
the same choices; and those that it meets behind its last deviation are where longer paths begin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

Path = Mapping[str, str]


class Point(NamedTuple):
    """One choice that a run came to."""

    name: str
    options: Sequence[str]


class Pruned(BaseException):
    """What is to come was explored already: not an Exception, so that no handler of the provider keeps it."""


class Killed(BaseException):
    """The process is gone: not an Exception, so that no handler of the provider keeps it."""


class Strayed(BaseException):
    """The path has a deviation that the run does not offer there."""


class Choices:
    """
    The choices of one run along *path*.

    *known* tells, of a moment, whether its future was explored; None where a path is only replayed. *last*: no longer
    path begins here.
    """

    def __init__(self, path: Path, known: Callable[[str], bool] | None = None, *, last: bool = False) -> None:
        self._path = path
        self._last = last
        self._known = known
        self._waiting = set(path)
        self._names: dict[str, int] = {}
        self._met: set[str] = set()
        self._seen = ""
        self._told = blake2b(digest_size=12)
        self.moment: Callable[[], str] = lambda: ""
        """A digest of the world as it is."""
        self.points: list[Point] = []
        """The choices behind the last deviation."""
        self.outage = False
        """Whether Graph answers nothing more in this run."""
        self.taken: list[str] = []
        """The deviations that were met, in words."""
        self.quiet = False
        """Whether nothing deviates for now: somebody else acts."""

    def choose(self, about: str, options: Sequence[str]) -> str:
        """Return what deviates here, one of *options*; empty where all goes well."""
        if self.quiet or not options:
            return ""
        self._names[about] = count = self._names.get(about, 0) + 1
        name = about if count == 1 else f"{about} #{count}"
        if self._waiting:
            self._waiting.discard(name)
            chosen = self._path.get(name, "")
            if chosen and chosen not in options:
                raise Strayed(f"{name} cannot be {chosen}: {', '.join(options)}")
            self.taken.extend([f"{name}: {chosen}"] if chosen else [])
            return chosen
        if self._known is not None:
            moment = f"{about} {self._told.hexdigest()} {self.moment()} {self.outage}"
            if self._known(moment):
                raise Pruned
            if moment not in self._met:  # a look that is repeated and sees the same is one
                self._met.add(moment)
                self.points.extend([] if self._last else [Point(name, options)])
        return ""

    def pause(self, moment: Callable[[], str]) -> None:
        """
        Take note of a *moment* between two steps of the engine: all that is remembered, and the world.

        How it came to be does not count: what was told before is forgotten.
        """
        if self._known is None or self._waiting:
            return
        digest = moment()
        if self._known(digest):
            raise Pruned
        self._told = blake2b(digest.encode(), digest_size=12)

    @property
    def missed(self) -> list[str]:
        """Name the choices of the path that the run never came to."""
        return sorted(self._waiting)

    def observe(self, what: str) -> None:
        """Note what the provider was told: it does the same again when it is told the same."""
        if not self.quiet and what != self._seen:
            self._seen = what
            self._told.update(what.encode() + b"\n")
