"""`python -m stacks adopt`: takes what a tenant has already into a stack."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DIFFERS, DONE, columns, of_stack, print_json, reported, shown

if TYPE_CHECKING:
    from stacks.existing.entries import Entry
    from stacks.existing.inventory import Existing
    from stacks.existing.plan import Plan


@click.command(epilog='Example: python -m stacks adopt --stack contoso --kind androidProfiles --name "Android*"')
@of_stack()
@click.option("--kind", "keys", multiple=True, metavar="MAP", help="Only objects of this map, such as androidProfiles.")
@click.option("--name", "names", multiple=True, metavar="GLOB", help="Only objects whose display name matches.")
@click.option("--id", "ids", multiple=True, metavar="ID", help="Only the object with this id.")
@click.option("--dry-run", is_flag=True, help="Only show what would be adopted.")
@reported
def adopt(**given: Any) -> int:
    """
    Take what a tenant has already into a stack.

    Adds an entry for each object to the stack file, takes the objects into the state, and proves with a preview that
    nothing changes. Writes nothing to the tenant. If the proof fails, file and state are as they were.

    Exit codes: 0 done, 1 failed, 2 usage, 7 the preview shows changes.
    """
    from stacks.existing.plan import plan  # noqa: PLC0415 - `--help` must not load the SDK

    made = plan(given["stack"], given["cwd"].resolve(), given["config_file"], given["state"], given["keys"])
    wanted = [one for one in made.adoptable if _is_wanted(one, given)]
    refused = [one for one in made.refused if _is_wanted(one, given)]
    entries = made.entries(wanted)
    if not given["as_json"]:
        _show(entries, refused)
    said, differs = _done(given, made, entries)
    if given["as_json"]:
        print_json(
            {
                "stack": given["stack"],
                "done": bool(entries) and not differs and not given["dry_run"],
                "result": said,
                "differs": differs,
                "adopted": [{**_document(one.object), "entry": one.name, "notes": one.object.notes} for one in entries],
                "notAdopted": [{**_document(one), "reason": one.reason} for one in refused],
            }
        )
    else:
        click.echo(("\n" if entries or refused else "") + shown(said), err=bool(differs))
    return DIFFERS if differs else DONE


def _done(given: dict[str, Any], made: Plan, entries: list[Entry]) -> tuple[str, list[str]]:
    """Adopt the *entries*; return how it ended, and what a preview would change."""
    from stacks.existing.adoption import Adoption, NotProven  # noqa: PLC0415 - `--help` must not load the SDK

    if not entries:
        return f"nothing to adopt for {given['stack']}", []
    if given["dry_run"]:
        return "nothing was written: this is a dry run", []
    try:
        left = Adoption(made.engine, made.file, entries, made.computed).run()
    except NotProven as problem:
        return str(problem), problem.differences
    many = f"{len(entries)} objects are" if len(entries) > 1 else "1 object is"
    return f"{many} in the state of {given['stack']}, and a preview shows no change: {left}", []


def _is_wanted(one: Existing, given: dict[str, Any]) -> bool:
    names, ids = given["names"], [id_.lower() for id_ in given["ids"]]
    return (not names or any(fnmatchcase(one.name, name) for name in names)) and (not ids or one.id.lower() in ids)


def _show(entries: list[Entry], refused: list[Existing]) -> None:
    rows = [(one.object.key, one.name, one.object.id, f'"{shown(one.object.name)}"') for one in entries]
    if rows:
        click.echo("\n".join(columns([("MAP", "ENTRY", "ID", "DISPLAY NAME"), *rows])))
    for one in entries:
        for note in one.object.notes:
            click.echo(f"note: {one.object.key}.{one.name}: {shown(note)}")
    if refused:
        click.echo("\nnot adopted:")
    for each in refused:
        click.echo(f'  {each.key}  {each.id}  "{shown(each.name)}"\n      {shown(each.reason)}')


def _document(one: Existing) -> dict[str, Any]:
    return {"map": one.key, "id": one.id, "displayName": one.name}
