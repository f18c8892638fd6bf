"""
One comment on a pull request with the previews of all stacks, never longer than GitHub takes.

Stacks stand in the order of their risk: a failed preview first, then replacements, deletions, updates and creations. A
stack without changes takes one line. Where the room ends, previews lose their ends first, then whole stacks are left
out, and the comment says how many and where they are. Standard library only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LONGEST = 65_000
"""The size of a comment: GitHub refuses more than 65,536 characters. See `size`, which counts no less than GitHub."""
MARKER = "<!-- intune-preview -->"
"""The first line, by which the workflow finds the comment of the last run."""

_RISKS = ("replace", "delete", "update", "create")
_UNCHANGED = "unchanged"
_SHORTEST_PREVIEW = 200
"""What is worth unfolding: where previews would have less room than this, they are left out."""
_ROOM_FOR_THE_END = 1000
_CUT = "… cut: the rest is in the artifacts of the run"
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(rf"^  (\S.*): ({_ID.pattern})$", re.MULTILINE)
"""A line of a names file; what YAML writes in another way keeps its id alone. Only the standard library is at hand."""
_COUNT = re.compile(r"^ +(?:\d+ changes?\. )?(?:[^\w\s]{1,2} *)?(\d+) (?:to )?([\w-]+)$", re.MULTILINE)
_ROW = re.compile(r"^ *[^\w\s]{1,2} *\S+: \((replace|delete|update|create)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Preview:
    """What the preview of one stack printed, and how it ended."""

    stack: str
    text: str
    """The resources and their differences."""
    messages: str = ""
    """Mistakes and warnings, which the CLI prints to stderr."""
    status: int | None = None
    """The exit code; None where it was not kept."""

    @cached_property
    def counts(self) -> dict[str, int]:
        """
        What the preview would do: ``{"update": 1, "unchanged": 3}``.

        From its summary, or from the rows of resources where there is no summary. A property that is removed has the
        sign of a deleted resource, so signs alone say nothing.
        """
        _, found, summary = f"\n{self.text}\n".rpartition("\nResources:\n")
        if found:
            counts = {verb: int(number) for number, verb in _COUNT.findall(summary)}
            return {verb: number for verb, number in counts.items() if verb not in {"change", "changes"}}
        rows = _ROW.findall(self.text)
        return {verb: rows.count(verb) for verb in _RISKS if verb in rows}

    @property
    def failed(self) -> bool:
        """Tell whether the preview failed; without an exit code, one that has no summary did."""
        return not self.counts if self.status is None else self.status != 0

    @property
    def unchanged(self) -> bool:
        """Tell whether there is nothing to look at."""
        return not self.failed and not self.messages.strip() and set(self.counts) == {_UNCHANGED}

    @property
    def risk(self) -> int:
        """The place in the comment: the smaller, the earlier."""
        if self.failed:
            return -1
        return next((rank for rank, verb in enumerate(_RISKS) if self.counts.get(verb)), len(_RISKS))

    @property
    def summary(self) -> str:
        """What the preview would do, in words."""
        counts = ", ".join(f"{n} {verb if verb == _UNCHANGED else f'to {verb}'}" for verb, n in self.counts.items())
        if self.failed:
            return "the preview failed"
        return counts or "no summary"

    @cached_property
    def shown(self) -> str:
        """All that there is to see: mistakes and warnings first, for the end may be cut."""
        text = "\n".join(part.strip("\n") for part in (self.messages, self.text) if part.strip())
        # The signs go to the first column, where GitHub colours them.
        text = re.sub(r"^( *)([+-])(?!\S)", r"\2\1", text, flags=re.MULTILINE)
        return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", text)


def names_of_ids(folder: Path) -> dict[str, str]:
    """Return the names that the files of `python -m stacks names` in *folder* have, by id."""
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.yaml")))
    return {id_: name.strip("'\"") for text in texts for name, id_ in _NAME.findall(text)}


def read(folder: Path, expected: Iterable[str] = (), names: Mapping[str, str] | None = None) -> list[Preview]:
    """
    Read the files that the previews wrote: ``STACK.txt``, and beside it ``STACK.err`` and ``STACK.status``.

    A stack that is *expected* and has no file is a failed preview: its job ended before. Beside each id that has one
    of *names* stands its name.
    """
    known = names or {}

    def named(id_: re.Match[str]) -> str:
        return f"{id_[0]} ({known[id_[0]]})" if id_[0] in known else id_[0]

    def content(stack: str, kind: str) -> str:
        path = folder / f"{stack}.{kind}"
        return _ID.sub(named, path.read_text(encoding="utf-8", errors="replace")) if path.exists() else ""

    found = [path.name.removesuffix(".txt") for path in sorted(folder.glob("*.txt"))]
    previews = []
    for stack in found:
        status = content(stack, "status").strip()
        code = int(status) if status.isdecimal() else None
        previews.append(Preview(stack, content(stack, "txt"), content(stack, "err"), code))
    lost = "The job of this stack ended before the preview began: see the run."
    return previews + [Preview(stack, "", lost, 1) for stack in sorted(set(expected) - set(found))]


def comment(previews: Sequence[Preview], run: str = "") -> str:
    """Write one comment for *previews*; *run* is the address of the run that has them in full."""
    ordered = sorted(previews, key=lambda one: (one.risk, one.unchanged, one.stack))
    parts = [_head(ordered)]
    room = LONGEST - size(parts[0]) - _ROOM_FOR_THE_END
    caps = _caps(ordered, room)
    cut = left_out = 0
    for one in ordered:
        text = "" if one.unchanged else _cut(one.shown, caps[one.stack])
        choices = [_block(one, text), _line(one)] if text else [_line(one)]
        part = next((choice for choice in choices if size(choice) <= room), "")
        parts.append(part)
        room -= size(part)
        left_out += not part
        cut += not one.unchanged and text != one.shown
    return "".join(parts) + _end(cut, left_out, len(ordered), run)


def size(text: str) -> int:
    """Return the room that *text* takes: bytes of UTF-8, which are never fewer than characters, a line end for two."""
    return len(text.encode("utf-8", errors="replace")) + text.count("\n")


def _head(previews: Sequence[Preview]) -> str:
    failed, unchanged = (sum(getattr(one, what) for one in previews) for what in ("failed", "unchanged"))
    many = f"{len(previews)} stack{'s' if len(previews) != 1 else ''}"
    counts = f"{failed} failed, {len(previews) - failed - unchanged} with changes, {unchanged} unchanged"
    return f"{MARKER}\n### Preview of {many}\n\n{counts}\n\n"


def _caps(ordered: Sequence[Preview], room: int) -> dict[str, int]:
    """
    Return the size to which the text of each stack is to be cut, so that all fit into *room*.

    Failures, replacements and deletions have the first half for themselves, and lines of unchanged stacks no more than
    a half.
    """
    lines = sum(size(_line(one)) for one in ordered if one.unchanged)
    room = max(room - lines, room // 2)
    caps: dict[str, int] = {}
    risky = [one for one in ordered if one.risk < _RISKS.index("update")]
    for among in (risky, [one for one in ordered if one not in risky and not one.unchanged]):
        sizes = [size(_block(one, one.shown)) for one in among]
        share = _share(sizes, room // 2 if among is risky and len(risky) < len(ordered) else room)
        room -= sum(min(one, share) for one in sizes)
        caps.update({one.stack: share - size(_block(one, "")) for one in among})
    return caps


def _share(sizes: Sequence[int], room: int) -> int:
    """Return the size to which each is to be cut so that all fit into *room*; short ones leave theirs to long ones."""
    for number, one in enumerate(sorted(sizes)):
        share = max(room, 0) // (len(sizes) - number)
        if one > share:
            return share
        room -= one
    return LONGEST


def _line(preview: Preview) -> str:
    return f"<li>{_name(preview)}: {preview.summary}</li>\n"


def _end(cut: int, left_out: int, total: int, run: str) -> str:
    """Say what the comment does not show, and where it is."""
    where = f'<a href="{html.escape(run)}">the run</a>' if run else "the run"
    said = [f"<b>{left_out} of {total} stacks are not shown.</b>"] if left_out else []
    said += [f"{cut} previews are cut."] if cut else []
    return f"\n<p>{' '.join(said)} The artifacts of {where} have every preview in full.</p>\n" if said else ""


def _cut(text: str, cap: int) -> str:
    """Cut *text* to the size *cap*, at the end of a line; to nothing where that would show too little."""
    if size(text) <= cap:
        return text
    if cap < _SHORTEST_PREVIEW:
        return ""
    room = cap - size(_CUT)
    kept: list[str] = []
    for line in text.split("\n"):
        room -= size(f"{line}\n")
        if room < 0:
            break
        kept.append(line)
    start = text.encode("utf-8", errors="replace")[: cap - size(_CUT)].decode("utf-8", errors="ignore")
    return "\n".join([*(kept or [start.partition("\n")[0]]), _CUT])


def _block(preview: Preview, text: str) -> str:
    """Fold *text* below the name of its stack. No fence in the text ends the block: this one is longer than any."""
    fence = "`" * max([3, *(len(ticks) + 1 for ticks in re.findall(r"`+", text))])
    title = f"<details><summary>{_name(preview)}: {preview.summary}</summary>"
    return f"{title}\n\n{fence}diff\n{text}\n{fence}\n\n</details>\n\n"


def _name(preview: Preview) -> str:
    """Write the name of the stack as text: no HTML, and an @ notifies no person."""
    return f"<b>{html.escape(preview.stack).replace('@', '@&#8203;')}</b>"
