"""The report: what the runs of `drift` have seen, as one page that needs no network and is readable by everyone."""

from __future__ import annotations

import base64
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from provider.errors import IntuneError
from sandbox.graph import Sandbox
from sandbox.graph.identity import tenant_ids
from stacks.digest import Difference
from stacks.report.certificates import by_month
from stacks.report.model import Model, build
from stacks.report.page import document, page
from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, ROOT
from tests.stacks.reports import ASSIGNED, BEGUN, DRIFT, GROUP, fifty_tenants, project, run


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """Make the report of three days in fifty tenants."""
    return fifty_tenants(tmp_path)


def _page(model: Model) -> str:
    return page(model, {"2027-03": 4, "2027-04": 9}, {GROUP: "Pilot"})


def test_model_counts_and_dates_what_differs(model: Model) -> None:
    """Not readable is neither drift nor its end: a difference keeps the day on which it was first seen."""
    assert (model.count("same"), model.count("differs")) == (46, 2)
    assert (model.count("not readable"), model.count("not looked at")) == (1, 1)
    (first, second) = model.groups
    assert (first[0], first[1]) == (DRIFT, ["t03", "t05"])
    assert model.since["t03", DRIFT] < model.since["t05", DRIFT] == model.since["t05", ASSIGNED]
    assert second[1] == ["t05"]
    assert ("t04", DRIFT) not in model.since
    assert [counts for _, *counts in model.days] == [[49, 1, 0], [48, 1, 1], [46, 2, 1]]
    assert model.rows[3].entries == {"derivedCredentials.c": "same", "iosProfiles.mail": "differs"}
    assert model.rows[6].entries == {"derivedCredentials.c": "not readable", "iosProfiles.mail": "not readable"}


def test_tenant_whose_last_update_failed_is_not_as_applied(tmp_path: Path) -> None:
    """A refresh shows no difference from what was applied before: the report must not call that well."""
    folder, runs = project(tmp_path, 5), tmp_path / ".pulumi" / "fleet"
    names = [f"t{number:02}" for number in range(5)]
    run(runs, 0, {"t00": ("failed", [], ["403"]), "t01": ("failed", [], ["403"])}, "up")
    last = {"t00": "done", "t01": "failed", "t02": "skipped", "t03": "started", "t04": "changed"}
    run(runs, 1, {name: (status, [], ["403"] if status == "failed" else []) for name, status in last.items()}, "up")
    run(runs, 2, dict.fromkeys(names, ("done", [], [])))
    model = build(folder, runs, now=BEGUN)
    assert [row.status for row in model.rows] == ["same", *["update failed"] * 3, "same"]
    assert set(model.rows[1].entries.values()) == {"update failed"}
    assert [text for text, _ in model.failures] == [
        "the last update failed: 403",
        "the last update did not begin: the run was ended: run it again with --resume",
        "the last update did not end: the run was ended: run it again with --resume",
    ]
    assert "3</strong> with an update that failed" in page(model, {}, {})


def test_page_is_small_and_needs_no_network(model: Model) -> None:
    """50 tenants are under 300 KB, and nothing in it leads anywhere."""
    text = _page(model)
    assert len(text.encode()) < 300 * 1024
    assert not re.findall(r"(?:src|href)=\"(?!data:)", text)
    assert "@import" not in text
    assert "url(" not in text


def test_text_of_a_tenant_is_escaped(model: Model) -> None:
    """Everywhere: in the tables, in the failures, in what is downloaded."""
    text = _page(model)
    assert "<script>alert" not in text
    assert text.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert f"{GROUP} (Pilot)" in text
    downloads = [base64.b64decode(one).decode() for one in re.findall(r"base64,([A-Za-z0-9+/=]+)", text)]
    assert downloads[0].splitlines()[0] == "tenant,ring,resource,operation,property,declared,actual,since"
    assert json.loads(downloads[1]) == json.loads(json.dumps(document(model, {"2027-03": 4, "2027-04": 9})))


class _Outline(HTMLParser):
    """What a screen reader finds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember each tag."""
        self.tags.append((tag, dict(attrs)))


def test_page_can_be_read_without_seeing_it(model: Model) -> None:
    """Language, one first heading, headings in order, captions, scopes, labels, titles of pictures."""
    outline = _Outline()
    outline.feed(_page(model))
    names = [tag for tag, _ in outline.tags]
    assert ("html", {"lang": "en"}) in outline.tags
    assert names.count("h1") == 1
    assert not {"h3", "h4"} & set(names)
    assert names.count("caption") == names.count("table")
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in outline.tags if tag == "th")
    labelled = {attributes.get("for") for tag, attributes in outline.tags if tag == "label"}
    assert {attributes.get("id") for tag, attributes in outline.tags if tag == "input"} <= labelled
    pictures = [attributes for tag, attributes in outline.tags if tag == "svg"]
    assert all(one["role"] == "img" and one["aria-labelledby"] for one in pictures)
    assert len(pictures) == 2


def test_certificates_are_listed_with_the_identity_of_each_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each tenant has its own; the environment is as it was in the end."""
    with Sandbox(tenants=3) as sandbox:
        given = dict(sandbox.environment)
        identity = {"INTUNE_CLIENT_ID": given.pop("INTUNE_CLIENT_ID")}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("INTUNE_CLIENT_ID", raising=False)
        (tmp_path / "stacks").mkdir()
        (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        for number, tenant in enumerate(tenant_ids(3)):
            config = json.dumps({"config": {f"{PROJECT}:tenantId": tenant, f"{PROJECT}:cloud": "sandbox"}})
            (tmp_path / "stacks" / f"Pulumi.t{number}.yaml").write_text(config, encoding="utf-8")
            expiry = {"certificateExpirationDateTime": f"2027-0{number + 1}-01T00:00:00Z"}
            portal = Portal(sandbox.graph_endpoint, tenant)
            portal.seed("deviceConfigurationsAllManagedDeviceCertificateStates", **expiry)
        assert by_month(tmp_path, {"t0": identity, "t1": identity}) == {"2027-01": 1, "2027-02": 1}
        assert "INTUNE_CLIENT_ID" not in os.environ
        with pytest.raises(IntuneError):
            by_month(tmp_path, {"t2": {**identity, "INTUNE_CLIENT_ID": "3f0e1c52-7d84-4c0a-9a65-2f1b0c9d8e7a"}})


def test_cell_that_begins_a_formula_is_no_formula(tmp_path: Path) -> None:
    """A spreadsheet would run it."""
    folder, runs = project(tmp_path, 1), tmp_path / "runs"
    evil = Difference("X y", "update", "description", "=cmd()", "@x")
    run(runs, 0, {"t00": ("changed", [evil], [])})
    text = _page(build(folder, runs, now=BEGUN))
    csv = base64.b64decode(re.findall(r"base64,([A-Za-z0-9+/=]+)", text)[0]).decode()
    assert "'=cmd(),'@x" in csv
