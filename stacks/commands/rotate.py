"""`python -m stacks rotate`: another issuer for an entry of `derivedCredentials`."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DONE, STOPPED, of_stack, print_json, reported, shown

if TYPE_CHECKING:
    from stacks.rotation.plan import Plan
    from stacks.rotation.rotation import Rotation


@click.command(epilog="Example: python -m stacks rotate --stack contoso --entry purebred --issuer entrustDatacard")
@of_stack()
@click.option("--entry", required=True, metavar="KEY", help="The entry of derivedCredentials.")
@click.option("--issuer", required=True, metavar="ISSUER", help="The issuer that it is to have.")
@click.option("--apply", is_flag=True, help="Carry the plan out, or go on with it after a kill.")
@click.option("--yes", is_flag=True, help="Agree without being asked.")
@reported
def rotate(**given: Any) -> int:
    """
    Show what it means to change the issuer of an entry, and with --apply do it.

    Intune cannot change the issuer of settings: they are deleted and created again, and the profiles then get their
    new id. Edits the stack file itself, takes the protection off the entry for as long as it needs to, and proves the
    end with a refresh. Each step is noted in .pulumi/rotations, so that the same command goes on after a kill.

    Exit codes: 0 done, 1 failed, 2 usage, 10 not agreed to.
    """
    from stacks import project  # noqa: PLC0415 - `--help` must not load the SDK
    from stacks.engine import choose  # noqa: PLC0415
    from stacks.rotation.rotation import Rotation  # noqa: PLC0415

    folder, stack, entry = given["cwd"].resolve(), given["stack"], given["entry"]
    path, name = project.stack_file(folder, stack, given["config_file"])
    home = folder / ".pulumi" / "rotations" / _folder_name(stack.rpartition("/")[2], entry)
    tell = (lambda _: None) if given["as_json"] else (lambda line: click.echo(shown(line)))
    rotation = Rotation(home, choose(stack, folder, given["state"]), path, name, entry, tell)
    return _resume(rotation, given) if rotation.begun else _begin(rotation, given)


def _folder_name(stack: str, entry: str) -> str:
    """Return a name for the entry's own folder; a key may be any text, and a folder may not."""
    plain = re.fullmatch(r"[\w.-]{1,60}", entry, re.ASCII)
    return f"{stack}-{entry if plain else hashlib.sha256(entry.encode()).hexdigest()[:16]}"


def _begin(rotation: Rotation, given: dict[str, Any]) -> int:
    from stacks.rotation.plan import Wanted, plan  # noqa: PLC0415 - `--help` must not load the SDK

    wanted = Wanted(given["entry"], given["issuer"])
    made = plan(given["stack"], given["cwd"].resolve(), given["config_file"], given["state"], wanted)
    if made.old == made.new:
        return _end(given, made, f"{made.entry} has this issuer already", DONE)
    if not given["as_json"]:
        click.echo("\n".join(map(shown, _told(made))))
    if not given["apply"]:
        return _end(given, made, "nothing was changed: this is the plan; --apply carries it out", DONE)
    if not given["yes"] and (given["as_json"] or not _agrees(made.entry)):
        return _end(given, made, "nothing was changed: it was not agreed to", STOPPED)
    rotation.begin(made.new, protected=made.protected)
    rotation.run()
    return _end(given, made, f"{made.entry} has the issuer {made.new}: commit {rotation.path}", DONE)


def _resume(rotation: Rotation, given: dict[str, Any]) -> int:
    issuer, entry = rotation.begun, given["entry"]
    if issuer != given["issuer"] or not given["apply"]:
        click.echo(
            f"error: a rotation of {entry} to {issuer} is not done: go on with --issuer {issuer} --apply", err=True
        )
        return STOPPED
    rotation.tell(f"going on with the rotation of {entry} to {issuer}")
    rotation.run()
    return _end(given, None, f"{entry} has the issuer {issuer}: commit {rotation.path}", DONE)


def _agrees(entry: str) -> bool:
    try:
        return str(click.prompt(f"Type {entry} to go on", default="", show_default=False)) == entry
    except click.Abort:
        return False


def _end(given: dict[str, Any], made: Plan | None, said: str, status: int) -> int:
    if given["as_json"]:
        print_json({"stack": given["stack"], "entry": given["entry"], "result": said, "plan": _document(made)})
    else:
        click.echo(shown(said))
    return status


def _told(made: Plan) -> list[str]:
    """Return the plan as lines."""
    means = ", ".join(made.notifies) or "nothing"
    lines = [f"{made.entry} ({made.id}): issuer {made.old} → {made.new}", "", "Profiles that use it:"]
    lines += [f"  {one.entry}  {_quoted(one.name)}  {_targets(one.targets)}" for one in made.users] or ["  none"]
    if made.others:
        lines += [
            "",
            "Profiles that use it and are not in this stack; they will have no issuer until someone edits them:",
        ]
        lines += [f"  {one.id}  {_quoted(one.name)}" for one in made.others]
    return [
        *lines,
        "",
        "In this order:",
        f"  1. {made.file.path} gets the issuer{', and the entry loses its protection' if made.protected else ''}",
        "  2. the settings are deleted: credentials issued before stop working, and devices get no new ones",
        "  3. the settings are created again, with another id",
        "  4. the profiles of this stack get the new id",
        *(["  5. the entry is protected again"] if made.protected else []),
        f"Users then request new credentials; Intune tells them by: {means}.",
        "",
    ]


def _quoted(name: str) -> str:
    return f'"{name}"' if name else ""


def _targets(targets: list[str] | None) -> str:
    if targets is None:
        return "assigned elsewhere"
    return f"assigned to {', '.join(targets)}" if targets else "not assigned"


def _document(made: Plan | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "id": made.id,
        "from": made.old,
        "to": made.new,
        "protected": made.protected,
        "notifies": made.notifies,
        "profiles": [{"entry": one.entry, "displayName": one.name, "assignedTo": one.targets} for one in made.users],
        "others": [{"id": one.id, "displayName": one.name} for one in made.others],
    }
