"""Mistakes in a program of one's own: the mistake is the last word, and no secret is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox_control import Portal
from tests.stack_runners import ROOT, Stack
from tests.stacks.programs import project_of

pytestmark = pytest.mark.slow

TENANT = "5a9db0c5-0000-4000-8000-00000000000a"
OF_THE_HOST = ("Traceback", "KeyboardInterrupt", "unhandled", "exit code", "unclosed", "never retrieved")


@pytest.fixture
def program(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Give the stack a program with this body."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    stack.configure(tenantId=TENANT, cloud="sandbox")

    def write(body: str) -> None:
        stack.project = project_of(tmp_path, body)

    return write


CREDENTIAL = """
intune.DerivedCredentialSettings({name!r}, intune.DerivedCredentialSettingsArgs(
    display_name={display_name}, issuer="purebred", notification_types=["email"], help_url={help_url}))
"""


def credential(name: str, display_name: str = "'C'", help_url: str = "None") -> str:
    """Return the line that declares a credential."""
    return CREDENTIAL.format(name=name, display_name=display_name, help_url=help_url)


MISTAKES = {
    "plain": (credential("c", help_url="'wrong'"), 'DerivedCredentialSettings "c": help_url must be an address'),
    "output": (
        credential("c", help_url="pulumi.Output.from_input('wrong')"),
        'DerivedCredentialSettings "c": help_url must be an address that begins with https:// or http://, not "wrong"',
    ),
    "f-string": (
        "c = " + credential("c").strip() + credential("d", display_name="f'of {c.display_name}'"),
        'DerivedCredentialSettings "d": display_name has an Output that was turned into text',
    ),
    "name": (
        "c = " + credential("c").strip() + credential("d").replace("'d'", "f'{c.display_name}'"),
        "the name of a DerivedCredentialSettings has an Output in it",
    ),
    "import": (
        credential("c").rstrip()[:-1] + f", pulumi.ResourceOptions(import_='{TENANT}'))",
        "c: Pulumi cannot import_ dynamic resources; declare adopt=",
    ),
    # So many that the program still waits for replies when the engine interrupts it.
    "check failure": ("".join(credential(f"c{number}") for number in range(60)), "is declared by the resource"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_in_a_program_is_the_last_word(stack: Stack, program: object, portal: Portal, mistake: str) -> None:
    """One sentence, in previews as in updates: no traceback and no error of the language host follow it."""
    body, said = MISTAKES[mistake]
    assert callable(program)
    program(body)
    for outcome in (stack.preview(), stack.up()):
        assert outcome.status != 0
        assert said in outcome.text
        assert [word for word in OF_THE_HOST if word in outcome.text] == []
    assert "d" not in {one["displayName"] for one in portal.objects()}


@pytest.mark.parametrize(
    "body",
    [
        credential("c", help_url="pulumi.Output.secret('CANARY')"),
        credential("c", display_name="pulumi.Output.secret('CANARY')", help_url="pulumi.Output.secret('CANARY')"),
        credential("c", display_name="pulumi.Output.secret('CANARY')")
        + credential("d", display_name="pulumi.Output.secret('CANARY')"),
    ],
)
def test_wrong_value_that_is_secret_is_not_shown(stack: Stack, program: object, body: str) -> None:
    """Neither by the program, nor by the plugin, nor by the engine; a right one is kept secret anyway."""
    assert callable(program)
    program(body)
    preview = stack.preview("--diff")
    assert preview.status != 0
    assert "help_url" in preview.text or "display_name" in preview.text
    assert "CANARY" not in preview.text
