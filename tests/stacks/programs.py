"""Programs of one's own, as a project beside this one has them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from tests.stack_runners import PROJECT


def project_of(folder: Path, body: str) -> Path:
    """Write a project whose program runs *body* as `intune.run_program` does; the stack's config is this project's."""
    project = folder / "program"
    project.mkdir()
    (project / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
    declare = textwrap.indent(textwrap.dedent(body), "    ")
    program = f"import pulumi\nimport provider as intune\n\ndef declare():\n{declare}\n\nintune.run_program(declare)\n"
    (project / "__main__.py").write_text(program, encoding="utf-8")
    return project
