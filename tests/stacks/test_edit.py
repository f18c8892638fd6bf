"""Entries are added to a stack file as text: every other character stays, and what comes of it is read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stacks.files.edit import with_baseline, with_entries
from stacks.yamlfile import FileProblem, parse
from tests.stack_runners import PROJECT

PATH = Path("Pulumi.dev.yaml")
ENTRY: dict[str, Any] = {
    "display_name": "x: y #z",
    "description": "1e3\nzwei",
    "assignments": [{"target": "allDevicesAssignmentTarget"}],
    "role_scope_tag_ids": ["0", "7"],
    "odd": ["2026-01-01", "010", "on", "null", " lead", "é😀", "0x1F", "", "- a", "<<"],
}
KEY = f"{PROJECT}:iosProfiles"
FILES = {
    "a comment at the end": f"config:\n  {PROJECT}:cloud: public # here\n",
    "an empty file": "",
    "only a comment": "# nothing yet\n",
    "an empty config": "config: {}\n",
    "a config without a value": "config:\n",
    "a comment behind config": "config:  # nothing yet\nencryptionsalt: v1\n",
    "a map in the middle": (
        f"config:\n  {KEY}:\n    b:\n      display_name: B # b\n      # of b\n\n  # of cloud\n  {PROJECT}:cloud: a\n"
    ),
    "an empty map": f"config:\n  {KEY}: {{}}\n  {PROJECT}:cloud: public",
    "a map without a value": f"config:\n    {KEY}: # none\n    {PROJECT}:cloud: public\n",
    "JSON": f'{{"config": {{"{PROJECT}:cloud": "public"}}}}',
    "a map in JSON": f'config: {{"{KEY}": {{"b": {{"display_name": "B"}}}}}}',
    "a trailing comma": f'config: {{"{KEY}": {{"b": {{"display_name": "B"}},}}}}',
    "a block of text": (
        f"config:\n  {KEY}:\n    b:\n      description: |\n        zwei\n        drei\n\n  {PROJECT}:cloud: public\n"
    ),
    "lists without indent": f"config:\n  {KEY}:\n    b:\n      role_scope_tag_ids:\n      - a\n      - b\n",
    "Windows newlines": f"config:\r\n  {KEY}:\r\n    b:\r\n      display_name: B\r\n",
    "no newline at the end": f"config:\n  {PROJECT}:cloud: public",
    "four blanks": f"config:\n    {KEY}:\n        b:\n            display_name: B\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_entry_is_added_and_the_rest_stays(text: str) -> None:
    """Each old line is still there, in its order; the values are the old ones and the new entry."""
    before = parse(text, PATH).values
    after = with_entries(text, PATH, PROJECT, {"iosProfiles": {"a": ENTRY}})
    config = {**(before.get("config") or {})}
    config[KEY] = {**(config.get(KEY) or {}), "a": ENTRY}
    assert parse(after, PATH).values == {**before, "config": config}
    comments = [line for line in text.splitlines() if "#" in line]
    assert all(any(line.split("#")[1] in one for one in after.splitlines()) for line in comments)


def test_comment_below_an_entry_stays_with_it() -> None:
    """What is indented further than the entries belongs to the entry above; what is not, to what comes."""
    after = with_entries(FILES["a map in the middle"], PATH, PROJECT, {"iosProfiles": {"a": {"display_name": "A"}}})
    assert after == (
        f"config:\n  {KEY}:\n    b:\n      display_name: B # b\n      # of b\n    a:\n      display_name: A\n"
        f"\n  # of cloud\n  {PROJECT}:cloud: a\n"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"config:\n  {KEY}:\n    secure: abc\n", "is encrypted, so no entry can be added to it"),
        (f"config:\n  {KEY}: text\n", "Pulumi.dev.yaml:2: is not a map"),
        (f"x: &a {{q: 1}}\nconfig:\n  {KEY}: *a\n", "write its maps in block style"),
        ("config: text\n", "its config is not a map"),
        ("a: [\n", "is not YAML"),
    ],
)
def test_file_that_no_entry_can_be_added_to_is_refused(text: str, said: str) -> None:
    """Nothing is guessed: the sentence says where and why."""
    with pytest.raises(FileProblem, match=said):
        with_entries(text, PATH, PROJECT, {"iosProfiles": {"a": ENTRY}})


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        (f"  {PROJECT}:cloud: public\n", ["new"]),
        (f"  {PROJECT}:baselines: [standard] # shared\n", ["standard", "new"]),
        (f"  {PROJECT}:baselines: [standard, gov]\n  {PROJECT}:cloud: a\n", ["standard", "gov", "new"]),
    ],
)
def test_baseline_is_added_above_those_that_are_there(config: str, wanted: list[str]) -> None:
    """The last of the list wins."""
    after = with_baseline(f"config:\n{config}", PATH, PROJECT, "new")
    assert parse(after, PATH).values["config"][f"{PROJECT}:baselines"] == wanted


def test_list_of_baselines_in_lines_is_left_to_a_person() -> None:
    """The sentence says what to write."""
    with pytest.raises(FileProblem, match="add new to its baselines by hand"):
        with_baseline(f"config:\n  {PROJECT}:baselines:\n    - standard\n", PATH, PROJECT, "new")
