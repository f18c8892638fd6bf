"""`python -m stacks comment`: one comment on a pull request, from the record of a preview of many tenants."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from stacks.digest import Difference
from stacks.fleet.record import Record
from stacks.preview_comment import size
from stacks.report.comment import comment as comment_of
from tests.stack_runners import ROOT

GROUP = "0f3c1a52-7d84-4c0a-9a65-2f1b0c9d8e01"
PROFILE = "IosDerivedCredentialAuthenticationConfiguration mail"
UPDATE = Difference(PROFILE, "update", "description", '"a"', '"b"')
ISSUER = Difference("DerivedCredentialSettings issuer", "replace", "issuer", '"purebred"', '"entrust"')
HOSTILE = "```\n</details><script>alert(1)</script> @admin #1 [x](https://example.com) ::error:: \u202e\x1b[2J|*_~"


def _record(results: Mapping[str, tuple[str, list[Difference], list[str]]], *unended: str) -> Record:
    lines: dict[str, dict[str, Any]] = {
        tenant: {"status": status, "differences": [asdict(one) for one in differences], "errors": errors}
        for tenant, (status, differences, errors) in results.items()
    }
    return Record(Path("run"), {"command": "preview", "tenants": [*results, *unended]}, lines)


def comment(*given: Any) -> str:
    """Return the text alone."""
    return comment_of(*given).text


def test_same_change_stands_once_with_its_tenants_riskiest_first() -> None:
    """Failures, then replacements and deletions, then the rest; tenants as declared are one line."""
    results: dict[str, tuple[str, list[Difference], list[str]]] = {f"t{n}": ("done", [], []) for n in range(46)}
    results |= {"c1": ("changed", [UPDATE], []), "c2": ("changed", [UPDATE, ISSUER], [])}
    results |= {"bad": ("failed", [], ["the stack file has a mistake"])}
    text = comment(_record(results, "lost"), {})
    assert text.splitlines()[1] == "### Preview of 50 tenants: 2 would change, 46 as declared, 2 failed"
    assert text.count("<code>IosDerivedCredentialAuthenticationConfiguration mail</code> in 2 tenants") == 1
    places = [
        text.index(one) for one in ("‼ replace", "mistake", "open><summary>‼ replace", "<summary>update", "46 ten")
    ]
    assert places == sorted(places)
    assert "its preview has not ended" in text
    assert "In between, their profiles have no issuer." in text
    assert '```diff\n- description: "a"\n+ description: "b"\n```' in text
    assert "mail</code> in 2 tenants: <code>description</code></summary>" in text


def test_drift_is_told_in_its_own_words() -> None:
    """What differs from what was applied is no change to come, and not readable is not as applied."""
    record = _record({"t0": ("changed", [UPDATE], []), "t1": ("done", [], []), "t2": ("failed", [], ["403"])})
    record.head["command"] = "drift"
    made = comment_of(record, {})
    assert made.text.splitlines()[1] == "### Drift of 3 tenants: 1 different, 1 as applied, 1 not readable"
    assert (made.risky, made.well) == (True, False)
    started = _record({}, "t3")
    started.head["command"] = "drift"
    assert "its refresh has not ended" in comment_of(started, {}).text
    well = _record({"t1": ("done", [], [])})
    assert comment_of(well, {})[1:] == (False, True, False)


def test_same_resource_with_other_values_is_another_change() -> None:
    """A reviewer must not take one for the other."""
    other = Difference(PROFILE, "update", "description", '"a"', '"c"')
    text = comment(_record({"t0": ("changed", [UPDATE], []), "t1": ("changed", [other], [])}), {})
    assert text.count("<summary>update") == 2


def test_deletion_of_an_issuer_comes_before_other_deletions() -> None:
    """Also where more tenants have the other one."""
    issuer, profile = Difference("DerivedCredentialSettings issuer", "delete"), Difference(PROFILE, "delete")
    text = comment(_record({"t0": ("changed", [profile], []), "t1": ("changed", [profile, issuer], [])}), {})
    assert text.index("<summary>‼ delete <code>DerivedCredentialSettings") < text.index("<summary>‼ delete <code>Ios")
    assert "profiles that use them have no issuer any more" in text


def test_name_stands_beside_its_id() -> None:
    """In the values of a difference, and in what a failure says."""
    assigned = Difference(PROFILE, "update", "assignments", "[]", f'[{{"group_id": "{GROUP}"}}]')
    text = comment(
        _record({"t0": ("changed", [assigned], []), "t1": ("failed", [], [f"no {GROUP}"])}), {GROUP: "Pilot"}
    )
    assert f'"{GROUP} (Pilot)"' in text
    assert "Pilot" in text.partition("<details")[0]


def test_long_list_shows_the_part_that_changes() -> None:
    """A reviewer of twenty assignments is shown the one that is new, not the first sixty characters."""
    groups = [{"group_id": f"{n:08}-0000-4000-8000-000000000000"} for n in range(20)]
    change = Difference(PROFILE, "update", "assignments", json.dumps(groups[:-1]), json.dumps(groups))
    text = comment(_record({"t0": ("changed", [change], [])}), {groups[19]["group_id"]: "Pilot"})
    assert f'+  "group_id": "{groups[19]["group_id"]} (Pilot)"' in text
    assert groups[3]["group_id"] not in text


def test_text_of_tenants_has_no_effect() -> None:
    """Neither as HTML nor as Markdown, a mention, a command of the runner or a control character."""
    evil = Difference(f"IosProfile {HOSTILE}", "update", f"description{HOSTILE}", HOSTILE, HOSTILE)
    text = comment(_record({HOSTILE: ("changed", [evil], []), "t1": ("failed", [], [HOSTILE])}), {})
    fenced = re.findall(r"^(`{4,})diff\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    assert len(fenced) == 1
    assert [line[0] for line in fenced[0][1].splitlines()] == ["-", "+"]
    outside = text.replace(fenced[0][1], "")
    for sign in ("<script", "@admin", "#1 ", "[x]", "https://", "::error", "\u202e", "\x1b", "|*"):
        assert sign not in outside
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"^::", text, re.MULTILINE)


@pytest.mark.parametrize("limit", [2_000, 65_000, 150_000])
def test_comment_never_is_longer_than_its_limit(limit: int) -> None:
    """What does not fit is left out whole, from the least risky on, and counted."""
    results: dict[str, tuple[str, list[Difference], list[str]]] = {
        f"tenant-{n:03}": (
            "changed",
            [Difference(f"IosProfile p{n}-{m}", "update", "description", '"é"', f'"{n}"') for m in range(9)],
            [],
        )
        for n in range(300)
    }
    results["tenant-000"] = ("changed", [ISSUER], [])
    text = comment(_record(results), {}, "https://example.com/run", limit)
    assert size(text) <= limit
    assert "‼ replace" in text
    assert "parts are not shown" in text
    assert text.count("<details") == text.count("</details>")
    assert text.count("```") % 2 == 0


def test_name_of_ten_thousand_characters_is_cut() -> None:
    """The comment stays readable."""
    text = comment(_record({"t0": ("changed", [Difference("IosProfile " + "x" * 10_000, "create")], [])}), {})
    assert len(text) < 2_000


def test_command_prints_the_comment_of_the_last_preview(tmp_path: Path) -> None:
    """From the record alone; without one, a sentence and exit code 1."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "stacks", "comment", "--cwd", str(tmp_path), *words]
        return subprocess.run(line, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    none = run()
    assert none.returncode == 1
    assert "there is no run of preview" in none.stderr
    record = Record.begin(tmp_path / ".pulumi" / "fleet", "preview", ["t0"], {"commit": "c", "config": "d"})
    record.add("t0", "changed", differences=[asdict(UPDATE)], errors=[])
    printed = run()
    assert printed.returncode == 0
    assert printed.stdout.startswith("<!-- intune-preview -->\n### Preview of 1 tenant: 1 would change")
    assert json.loads(run("--json").stdout)["comment"] == printed.stdout
