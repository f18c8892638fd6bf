"""What was measured: samples by case, subject and number of objects."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

OURS, FLOOR, INTUNECD = "this provider", "floor", "IntuneCD"
FLEET, SINGLES = "one command", "side by side"


@dataclass(frozen=True)
class Sample:
    """One operation, measured."""

    seconds: float
    """From the start of the command to its end."""
    peak_bytes: int
    """The largest resident set of the plugin process, or of IntuneCD."""
    requests: int
    """To Graph; a batch is one."""
    writes: int
    lists: int
    """Pages of a collection."""
    tokens: int
    throttled: int
    write_seconds: float
    """From the first write to the last."""
    served_seconds: float
    """What the sandbox worked for it, latency not counted."""


@dataclass(frozen=True)
class FleetSample:
    """One operation over many tenants, measured."""

    seconds: float
    cpu_seconds: float
    """Of all processes together."""
    peak_bytes: int
    """The largest resident set of the command itself, without its engines; 0 where there is none."""


@dataclass(frozen=True)
class Spread:
    """The least, the middle and the largest of some numbers."""

    least: float
    middle: float
    most: float

    @staticmethod
    def of(numbers: Iterable[float]) -> Spread:
        """Return the spread of *numbers*, of which there must be one at least."""
        listed = sorted(numbers)
        return Spread(listed[0], statistics.median(listed), listed[-1])


@dataclass
class Figures:
    """All samples of a bench run with one engine."""

    engine: str = ""
    """What it is called."""
    samples: dict[tuple[str, str, int], list[Sample]] = field(default_factory=dict)
    state: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    """By subject and size: bytes of outputs in the state of a profile, and of all of its entry but the inputs."""
    import_seconds: list[float] = field(default_factory=list)
    """What `import provider` takes after `import pulumi`."""
    import_bytes: dict[str, int] = field(default_factory=dict)
    """What each module that the plugin loads adds to its memory, in the order of loading."""
    fleet: dict[tuple[str, str, int], list[FleetSample]] = field(default_factory=dict)
    """By operation, subject and number of tenants."""
    notes: list[str] = field(default_factory=list)
    """What was left out, and why."""

    def add(self, case: str, subject: str, size: int, sample: Sample) -> None:
        """Keep one sample."""
        self.samples.setdefault((case, subject, size), []).append(sample)

    def add_fleet(self, verb: str, subject: str, tenants: int, sample: FleetSample) -> None:
        """Keep one sample of a fleet."""
        self.fleet.setdefault((verb, subject, tenants), []).append(sample)

    def fleet_spread(self, verb: str, subject: str, tenants: int, what: str = "seconds") -> Spread:
        """Return the spread of one figure of a fleet: the name of a field of `FleetSample`."""
        return Spread.of(getattr(sample, what) for sample in self.fleet[verb, subject, tenants])

    def has(self, case: str, subject: str, size: int) -> bool:
        """Tell whether there is a sample."""
        return (case, subject, size) in self.samples

    def spread(self, case: str, subject: str, size: int, what: str = "seconds") -> Spread:
        """Return the spread of one figure: the name of a field of `Sample`."""
        return Spread.of(getattr(sample, what) for sample in self.samples[case, subject, size])

    def middle(self, case: str, subject: str, size: int, what: str = "seconds") -> float:
        """Return the median of one figure."""
        return self.spread(case, subject, size, what).middle

    def sizes(self, case: str, subject: str) -> list[int]:
        """Return the sizes for which there are samples, in order."""
        return sorted(size for one, who, size in self.samples if (one, who) == (case, subject))
