"""
What an engine says of one operation, as counts, differences and errors: digests and event lines by one parser.

`pulumi preview --json` prints one digest, and so does the stand-in for every command; `pulumi up --json` prints one
event a line. Shapes: pkg/display/json.go and sdk/go/common/apitype/events.go of pulumi/pulumi.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_QUIET = {"same", "refresh", "read", "discard", "discard-replaced"}
_PROVIDER = "pulumi:providers:"
_STACK = "pulumi:pulumi:Stack"
_CODE = "__provider"
REPLACES = {"replace", "create-replacement", "delete-replaced"}


@dataclass(frozen=True, order=True)
class Difference:
    """One property, or a whole resource, that is or would be changed."""

    resource: str
    """Class and name: ``IosDerivedCredentialAuthenticationConfiguration mail``."""
    op: str
    property: str = ""
    old: str = ""
    """JSON, whole: two values are equal only if they are."""
    new: str = ""

    def __str__(self) -> str:
        """Read as one line of a summary."""
        where = f"{self.resource}.{self.property}" if self.property else self.resource
        change = " {} → {}".format(*shortened(self.old, self.new)) if self.property and self.op != "create" else ""
        return f"{self.op} {where}{change}"


@dataclass
class Outcome:
    """What became of one operation of one tenant."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    parsed: bool = False
    """Whether the engine has said anything that could be read."""
    plan: str = ""
    """A hash of what a preview would do to each resource; an approval is bound to it."""
    state: str = ""
    """A hash of the state that the preview has read: whole, where it names unchanged resources too."""

    @property
    def changes(self) -> int:
        """How many resources differ."""
        return sum(count for op, count in self.counts.items() if op not in _QUIET)


def shortened(old: str, new: str, longest: int = 60) -> tuple[str, str]:
    """Cut two values to *longest* characters, so that what is left of them still differs where they do."""
    pairs = enumerate(zip(old, new, strict=False))
    first = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    begin = max(0, first - longest // 4) if first > longest // 2 and max(len(old), len(new)) > longest else 0
    return _cut(old, begin, longest), _cut(new, begin, longest)


def _cut(text: str, begin: int, longest: int) -> str:
    before = "…" if begin else ""
    room = longest - len(before)
    rest = text[begin:]
    return before + (rest if len(rest) <= room else f"{rest[: room - 1]}…")


def parse(text: str) -> Outcome:
    """Read what an engine has printed; what is neither a digest nor an event is passed over."""
    outcome = Outcome()
    document = _json(text)
    events = [document] if document is not None else [one for one in map(_json, text.splitlines()) if one is not None]
    for one in events:
        _take(outcome, one)
    outcome.differences = sorted(set(outcome.differences))
    steps = [one for one in (document or {}).get("steps") or [] if isinstance(one, Mapping)]
    outcome.plan = _hash([[one.get("urn"), one.get("op"), _of_state(one.get("newState"), "inputs")] for one in steps])
    outcome.state = _hash(
        [[one.get("urn"), _of_state(one.get("oldState"), "id", "inputs", "outputs")] for one in steps]
    )
    return outcome


def _of_state(state: Any, *parts: str) -> Any:
    """Return some parts of a resource, without the provider's code, which is the same in all of them."""
    values = [state.get(part) for part in parts] if isinstance(state, Mapping) else []
    return [
        {key: each for key, each in one.items() if key != _CODE} if isinstance(one, dict) else one for one in values
    ]


def _hash(steps: list[Any]) -> str:
    """Return the same for the same steps in any order: resources that do not need each other have none."""
    lines = sorted(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in steps)
    return hashlib.sha256("\n".join(lines).encode("utf-8", errors="replace")).hexdigest()


def last_step(text: str) -> str:
    """Return the last thing that the event lines of an engine say it does, in a few words; empty if none says so."""
    for line in reversed(text.splitlines()):
        one = _json(line) or {}
        step = (one.get("resourcePreEvent") or one.get("resOutputsEvent") or {}).get("metadata") or {}
        urn, op = str(step.get("urn")), str(step.get("op"))
        if step and op not in _QUIET and urn.count("::") > 2:  # noqa: PLR2004 - stack, project, type, name
            return f"{op} {urn.rpartition('::')[2]}"
        told = one.get("diagnosticEvent") or {}
        said = " ".join(str(told.get("message", "")).split())
        if said and told.get("severity") != "debug":  # the events of the CLI include its own debugging
            return said
    return ""


def _take(outcome: Outcome, one: Json) -> None:
    if "changeSummary" in one or "steps" in one or "diagnostics" in one:
        outcome.parsed = True
        outcome.counts.update(_numbers(one.get("changeSummary")))
        for step in one.get("steps") or []:
            outcome.differences += _differences(step, step.get("oldState"), step.get("newState"))
        outcome.errors += _errors(one.get("diagnostics") or [])
    elif "summaryEvent" in one:
        outcome.parsed = True
        outcome.counts.update(_numbers(one["summaryEvent"].get("resourceChanges")))
    elif "resOutputsEvent" in one:
        step = one["resOutputsEvent"].get("metadata") or {}
        outcome.differences += _differences(
            {**step, "diffReasons": step.get("diffs")}, step.get("old"), step.get("new")
        )
    elif "diagnosticEvent" in one:
        outcome.errors += _errors([one["diagnosticEvent"]])


def _json(text: str) -> Json | None:
    try:
        document = json.loads(text)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _numbers(counts: Any) -> dict[str, int]:
    found = counts.items() if isinstance(counts, Mapping) else ()
    return {str(op): int(count) for op, count in found if isinstance(count, int)}


def _errors(diagnostics: list[Json]) -> list[str]:
    """Return the errors of a run, each on one line; what the engine adds about its own update is left out."""
    found = [str(one.get("message", "")) for one in diagnostics if one.get("severity") == "error"]
    lines = [" ".join(one.split()).removeprefix("error: ") for one in found]
    return [one for one in lines if one and one not in ("update failed", "preview failed")]


def _differences(step: Json, old: Any, new: Any) -> Iterator[Difference]:
    op, urn = str(step.get("op")), str(step.get("urn"))
    type_ = urn.split("::")[2] if urn.count("::") > 2 else ""  # noqa: PLR2004 - stack, project, type, name
    if op in _QUIET or type_.startswith((_PROVIDER, _STACK)):
        return
    resource = f"{type_.rpartition(':')[2]} {urn.rpartition('::')[2]}"
    paths = list(step.get("detailedDiff") or {}) or list(step.get("diffReasons") or [])
    if op not in ("update", "replace") or not paths:
        yield Difference(resource, op)
    for path in paths if op in ("update", "replace") else ():
        name = path.partition(".")[0].partition("[")[0]
        yield Difference(resource, op, name, _value(old, name), _value(new, name))


def _value(state: Any, name: str) -> str:
    inputs = (state or {}).get("inputs") if isinstance(state, Mapping) else None
    value = inputs.get(name) if isinstance(inputs, Mapping) else None
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
