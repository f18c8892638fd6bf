"""What the README and the pages of docs/ show as code: type-checked, and run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.sandbox_control import Portal
from tests.stack_runners import PROJECT, ROOT, Stack

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
HEAD = "import provider as intune\n\n"


def blocks(language: str) -> dict[str, str]:
    """Return the blocks of *language* in the documents, by document and line; guides have a test of their own."""
    found = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if path.parent.name == "guides":
            continue
        text = path.read_text(encoding="utf-8")
        for block in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, block.start()) + 1
            found[f"{path.relative_to(ROOT).as_posix()}:{line}"] = block[1]
    return found


PYTHON, YAML = blocks("python"), blocks("yaml")


def complete(block: str) -> str:
    """Return *block* with the import that a fragment leaves out."""
    return block if "import provider" in block else HEAD + block


def test_documents_have_code() -> None:
    """The search for blocks finds those that are known to be there."""
    assert {name.partition(":")[0] for name in PYTHON} >= {"README.md", "docs/operating.md"}
    assert {name.partition(":")[0] for name in YAML} >= {"README.md", "docs/reference/DerivedCredentialSettings.md"}


@pytest.mark.parametrize(
    "checker", [["mypy"], ["basedpyright", "--pythonpath", sys.executable]], ids=["mypy", "pyright"]
)
def test_python_of_the_documents_has_no_type_error(checker: list[str], tmp_path: Path) -> None:
    """An editor shows no red line in what a reader copies."""
    for number, block in enumerate(PYTHON.values()):
        (tmp_path / f"block_{number}.py").write_text(complete(block), encoding="utf-8")
    files = sorted(map(str, tmp_path.glob("*.py")))
    done = subprocess.run(
        [sys.executable, "-m", *checker, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PYTHON)
def test_python_of_the_documents_runs(
    stack: Stack, portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A preview of it ends well. What it reads from the tenant exists there."""
    program = complete(PYTHON[name])
    for id_ in re.findall(r"\.get\(\"\w+\", \"([\w-]{36})\"\)", program):
        fields = {"displayName": "C", "issuer": "purebred", "notificationType": "email"}
        program = program.replace(id_, portal.seed("derivedCredentials", **fields))
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    stack.configure(tenantId=stack.environment["AZURE_TENANT_ID"], cloud="sandbox")
    stack.project = folder
    done = stack.preview(signed_in=".get(" in program)
    assert done.status == 0, done.text
    assert "intune:" in done.text


@pytest.mark.parametrize("name", YAML)
def test_yaml_of_the_documents_previews(stack: Stack, name: str) -> None:
    """A stack file with it previews offline, and each entry is to be created."""
    config = yaml.safe_load(YAML[name])["config"]
    values = {key.partition(":")[2]: value for key, value in config.items()}
    stack.configure(**{**values, "tenantId": TENANT, "cloud": "sandbox"})
    done = stack.preview()
    assert done.status == 0, done.text
    entries = sum(len(value) for value in values.values() if isinstance(value, dict))
    assert done.counts["create"] == entries + 1  # the stack itself is one
