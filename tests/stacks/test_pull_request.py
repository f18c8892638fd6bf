"""What a pull request shows without a record: the changed stacks, and one comment made of printed previews."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.preview_comment import LONGEST, MARKER, Preview, comment, names_of_ids, read, size
from stacks.pull_request import changed

ROOT = Path(__file__).parents[2]
STACKS = ["contoso", "demo", "fabrikam"]

REPLACED = """\
  pulumi:pulumi:Stack: (same)
    +-intune:DerivedCredentialSettings: (replace)
      ~ issuer: "purebred" => "intercede"
Resources:
    +-1 to replace
    2 unchanged
"""
DELETED = """\
    - intune:DerivedCredentialSettings: (delete)
        display_name: "C"
Resources:
    + 1 to create
    - 1 to delete
    2 changes. 1 unchanged
"""
UPDATED = """\
    ~ intune:DerivedCredentialSettings: (update)
      - help_url: "https://a.example"
Resources:
    ~ 1 to update
"""
CREATED = """\
    + intune:DerivedCredentialSettings: (create)
Resources:
    + 2 to create
"""
UNCHANGED = "Resources:\n    3 unchanged\n"
MISTAKES = "error: the config of stack f has a mistake:\n  derivedCredentials.a.issuer: must be one of intercede\n"
LONG = "".join(f"      + line {number} of a long preview\n" for number in range(150))


def written(**previews: str) -> str:
    """Write the comment for previews by stack; ``_`` in a name stands for ``-``."""
    return comment([Preview(stack.replace("_", "-"), text) for stack, text in previews.items()])


def order(text: str) -> list[str]:
    """Return the names of the stacks, in their order in the comment."""
    return re.findall(r"<b>([\w-]+)</b>", text)


@pytest.mark.parametrize(
    ("paths", "stacks"),
    [
        (["README.md", "tests/provider/schema/test_arguments.py"], []),
        (["stacks/Pulumi.contoso.yaml"], ["contoso"]),
        (["stacks/Pulumi.demo.yaml"], []),
        (["stacks/Pulumi.gone.yaml"], []),
        (["stacks/tenant.py"], ["contoso", "fabrikam"]),
        (["stacks/baselines/android.yaml"], ["contoso", "fabrikam"]),
        (["provider/graph/client.py", "stacks/Pulumi.contoso.yaml"], ["contoso", "fabrikam"]),
        (["requirements.txt"], ["contoso", "fabrikam"]),
        ([""], []),
    ],
)
def test_stack_is_previewed_when_its_file_or_shared_code_changes(paths: list[str], stacks: list[str]) -> None:
    """The demo has no tenant, and a deleted stack file has no stack."""
    assert changed(paths, STACKS) == stacks


def test_stacks_of_a_comment_stand_in_the_order_of_risk() -> None:
    """Failures, replacements, deletions, updates, creates, then stacks without changes."""
    previews = [
        Preview("a-unchanged", UNCHANGED, status=0),
        Preview("b-created", CREATED, status=0),
        Preview("c-updated", UPDATED, status=0),
        Preview("d-deleted", DELETED, status=0),
        Preview("e-replaced", REPLACED, status=0),
        Preview("f-failed", CREATED, MISTAKES, status=1),
    ]
    text = comment(previews)
    assert order(text) == ["f-failed", "e-replaced", "d-deleted", "c-updated", "b-created", "a-unchanged"]
    assert "<b>e-replaced</b>: 1 to replace, 2 unchanged" in text
    assert "<b>d-deleted</b>: 1 to create, 1 to delete, 1 unchanged" in text
    assert text.startswith(f"{MARKER}\n### Preview of 6 stacks\n\n1 failed, 4 with changes, 1 unchanged\n")


def test_removed_property_is_no_deletion() -> None:
    """Its line has the sign of a deletion; only the summary and the rows of resources count, with and without one."""
    row = '    ~ intune:DerivedCredentialSettings: (update)\n      - help_url: "Resources: (delete)"\n'
    assert Preview("x", UPDATED, status=0).counts == {"update": 1}
    assert Preview("x", "Resources:\n    + 1 to create\n    - 1 to delete\n    2 changes\n", status=0).counts == {
        "create": 1,
        "delete": 1,
    }
    assert Preview("x", row, status=0).counts == {"update": 1}
    assert Preview("x", DELETED.partition("Resources")[0], status=0).counts == {"delete": 1}
    assert order(written(a=UPDATED, b=DELETED, c=row + UPDATED)) == ["b", "a", "c"]


def test_unchanged_stack_takes_one_line() -> None:
    """It has nothing to unfold, unless there is a warning to read."""
    text = written(a=UNCHANGED)
    assert "<li><b>a</b>: 3 unchanged</li>" in text
    assert "<details>" not in text
    warned = comment([Preview("a", UNCHANGED, "warning: adopt has no effect", status=0)])
    assert "<details>" in warned
    assert "warning: adopt has no effect" in warned


def test_failed_preview_shows_its_mistakes(tmp_path: Path) -> None:
    """They stand before the resources, and survive a cut; a stack whose job wrote nothing is named as well."""
    (tmp_path / "f.txt").write_text("+ row\n" * 50_000, encoding="utf-8")
    (tmp_path / "f.err").write_text(MISTAKES, encoding="utf-8")
    (tmp_path / "f.status").write_text("1\n", encoding="utf-8")
    (tmp_path / "g.txt").write_text(UNCHANGED, encoding="utf-8")
    (tmp_path / "g.status").write_text("0\n", encoding="utf-8")
    text = comment(read(tmp_path, ["f", "g", "lost"]))
    assert text.index("<b>f</b>: the preview failed") < text.index("derivedCredentials.a.issuer: must be one of")
    assert "<b>lost</b>: the preview failed" in text
    assert "2 failed, 0 with changes, 1 unchanged" in text


def test_mistakes_are_shown_beside_many_long_previews() -> None:
    """Two hundred stacks that change do not take the room of one that failed."""
    others = [Preview(f"t-{number:03}", CREATED + LONG, status=0) for number in range(200)]
    assert "derivedCredentials.a.issuer: must be one of" in comment([*others, Preview("f", "", MISTAKES, 1)])


def test_removed_lines_are_coloured() -> None:
    """GitHub colours a line of a diff by its first character."""
    assert '\n-       help_url: "https://a.example"' in written(x=UPDATED)


@pytest.mark.parametrize("stacks", [1, 5, 200])
@pytest.mark.parametrize(
    "preview",
    ["+ line\n" * 10_000, DELETED + LONG, UNCHANGED, "€" * 70_000, "\n" * 70_000, "`" * 70_000, ""],
    ids=["long", "deletes", "unchanged", "no ascii", "empty lines", "backticks", "empty"],
)
def test_comment_is_never_longer_than_github_takes(preview: str, stacks: int) -> None:
    """In characters, in bytes and with line ends of two characters; and it says what it does not show, and where."""
    text = comment([Preview(f"stack-{index}", preview) for index in range(stacks)], "https://github.example/run/7")
    assert len(text.replace("\n", "\r\n")) <= size(text) <= LONGEST < 65_536
    missing = re.search(r"<b>(\d+) of (\d+) stacks are not shown.</b>", text)
    assert len(order(text)) + int(missing[1] if missing else 0) == stacks
    if missing or "… cut" in text:
        assert '<a href="https://github.example/run/7">' in text


def test_stacks_that_do_not_fit_are_counted() -> None:
    """The end of the comment says how many are not shown."""
    text = comment([Preview(f"stack-{index}", UPDATED, status=0) for index in range(2_000)])
    assert size(text) <= LONGEST
    assert f"<b>{2_000 - len(order(text))} of 2000 stacks are not shown.</b>" in text


def test_short_previews_leave_their_room_to_long_ones() -> None:
    """One long preview among many short ones is shown as far as the comment reaches."""
    text = written(long=CREATED + LONG * 6, **{f"s{number}": CREATED for number in range(20)})
    assert "… cut" not in text
    assert size(text) > 30_000


def test_long_previews_share_the_room() -> None:
    """Each shows its beginning; where that would be a line or two, there are only the counts."""
    some = {f"l{number}": CREATED + LONG * 9 for number in range(10)} | {f"s{number}": CREATED for number in range(20)}
    assert written(**some).count("<details>") == 30
    many = written(**{f"l{number}": CREATED + LONG for number in range(300)})
    assert "<details>" not in many
    assert many.count("2 to create") == 300


def test_preview_cannot_break_out_of_its_fold() -> None:
    """No fence in a description ends the block that shows it, however long it is."""
    text = written(x=f'description: "\n{"`" * 9}\n</details> # hello"')
    opening, closing = re.findall(r"^(`{10,})(?:diff)?$", text, re.MULTILINE)
    assert opening == closing
    assert text.index("hello") < text.rindex(closing)


def test_names_of_stacks_are_text() -> None:
    """A stack file of a pull request names its stack: it writes no HTML and notifies no one."""
    for text in (comment([Preview("<i>@octo/team`", one, status=0)]) for one in (UNCHANGED, UPDATED)):
        assert "<i>" not in text
        assert "&lt;i&gt;@&#8203;octo/team" in text


def test_command_line_writes_the_comment(tmp_path: Path) -> None:
    """In UTF-8, whatever the terminal speaks."""
    (tmp_path / "a.b.txt").write_text(f'"ü"\n{UPDATED}', encoding="utf-8")
    line = [sys.executable, "-m", "stacks.pull_request", "comment", str(tmp_path), "--stacks", '["a.b", "c"]']
    done = subprocess.run(line, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONUTF8": "0"})
    text = done.stdout.decode("utf-8")
    assert order(text.replace("a.b", "a-b")) == ["c", "a-b"]
    assert '"ü"' in text


def test_name_stands_beside_its_id_in_the_comment(tmp_path: Path) -> None:
    """From the committed names; an id without one stays as it is, and a hostile name stays inside the block."""
    known, other = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01", "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e02"
    (tmp_path / "names").mkdir()
    names = f"tenant_id: {other}\ngroups:\n  'Pilot: </pre><b>': {known}\nfilters: {{}}\n"
    (tmp_path / "names" / "a.yaml").write_text(names, encoding="utf-8")
    text = f"  ~ group_id: {known} => {other}\nResources:\n    ~ 1 to update\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "a.status").write_text("0", encoding="utf-8")
    written = comment(read(tmp_path, ["a"], names_of_ids(tmp_path / "names")))
    (block,) = re.findall(r"^(`{3,})diff\n(.*?)^\1$", written, re.MULTILINE | re.DOTALL) or [("", "")]
    assert f"{known} (Pilot: </pre><b>) => {other}\n" in block[1]
    assert "</pre>" not in written.replace(block[1], "")
