"""What a pull request shows: the changed stacks, and one comment for all of them."""

from __future__ import annotations

import pytest

from stacks.pull_request import LONGEST, changed, comment

STACKS = ["contoso", "demo", "fabrikam"]

REPLACED = """\
  pulumi:pulumi:Stack: (same)
    +-intune:DerivedCredentialSettings: (replace)
      ~ issuer: "purebred" => "intercede"
Resources:
    +-1 to replace
    2 unchanged
"""
UPDATED = """\
    ~ intune:DerivedCredentialSettings: (update)
      - help_url: "https://a.example"
Resources:
    ~ 1 to update
"""
UNCHANGED = "Resources:\n    3 unchanged\n"


@pytest.mark.parametrize(
    ("paths", "stacks"),
    [
        (["README.md", "tests/unit/test_schema.py"], []),
        (["stacks/Pulumi.contoso.yaml"], ["contoso"]),
        (["stacks/Pulumi.demo.yaml"], []),
        (["stacks/Pulumi.gone.yaml"], []),
        (["stacks/tenant.py"], ["contoso", "fabrikam"]),
        (["provider/graph/client.py", "stacks/Pulumi.contoso.yaml"], ["contoso", "fabrikam"]),
        (["requirements.txt"], ["contoso", "fabrikam"]),
        ([""], []),
    ],
)
def test_a_stack_is_previewed_when_its_file_or_shared_code_changes(paths: list[str], stacks: list[str]) -> None:
    """The demo has no tenant, and a deleted stack file has no stack."""
    assert changed(paths, STACKS) == stacks


def test_the_riskiest_stack_stands_first() -> None:
    """Replacements, then updates, then stacks without changes; each folded, with its counts in sight."""
    text = comment({"a-unchanged": UNCHANGED, "b-updated": UPDATED, "c-replaced": REPLACED})
    assert text.index("c-replaced") < text.index("b-updated") < text.index("a-unchanged")
    assert "<b>c-replaced</b>: 1 to replace, 2 unchanged" in text
    assert text.startswith("### Preview of 3 stacks")


def test_removed_lines_are_coloured() -> None:
    """GitHub colours a line of a diff by its first character."""
    assert '\n-       help_url: "https://a.example"' in comment({"x": UPDATED})


def test_a_comment_is_never_longer_than_github_takes() -> None:
    """Every stack keeps its share, and says that it was cut."""
    text = comment({f"stack-{index}": "+ line\n" * 100_000 for index in range(5)})
    assert len(text) < LONGEST
    assert text.count("… cut: the rest is in the log of the job") == 5


def test_a_preview_cannot_break_out_of_its_fold() -> None:
    """A fence in a description must not end the block that shows it."""
    assert comment({"x": 'description: "```\n# hello"'}).count("```") == 2
