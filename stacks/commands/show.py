"""`python -m stacks show`: prints what a stack declares, and from which file each value is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from stacks.commands.common import DONE, FAILED, of_stack, print_json, reported, shown

if TYPE_CHECKING:
    from stacks.baseline import Merged


@click.command(epilog="Example: python -m stacks show --stack contoso")
@of_stack()
@reported
def show(**given: Any) -> int:
    """
    Print what a stack declares, and from which file each value is.

    Baselines are merged and names are looked up in the committed file, as the program does it. Needs no network.

    Exit codes: 0 done, 1 the files have mistakes, 2 usage.
    """
    from stacks.declared import declared  # noqa: PLC0415 - `--help` must not load the SDK

    found = declared(given["cwd"].resolve(), given["stack"], given["config_file"])
    if given["as_json"]:
        sources = {path: found.merged.place(path) for path in found.merged.sources}
        print_json({"stack": given["stack"], "maps": found.ids, "sources": sources, "mistakes": found.mistakes})
    else:
        for line in _lines(found.merged):
            click.echo(line)
        for mistake in found.mistakes:
            click.echo(f"mistake: {shown(mistake)}", err=True)
    return FAILED if found.mistakes else DONE


def _lines(merged: Merged) -> list[str]:
    """Write the maps as YAML, with the place of each field behind it."""
    from stacks.files.edit import dump  # noqa: PLC0415 - `--help` must not load the SDK

    rows: list[tuple[str, str]] = []
    for key, named in merged.entries.items():
        if not isinstance(named, dict) or not named:
            continue
        rows.append((f"{key}:", ""))
        for name, entry in named.items():
            rows.append((f"  {dump({name: None}).partition(': null')[0]}:", ""))
            for field, value in entry.items() if isinstance(entry, dict) else ():
                first, *more = dump({field: value}).splitlines()
                rows.append((f"    {first}", merged.place(f"{key}.{name}.{field}")))
                rows += [(f"    {line}", "") for line in more]
    width = min(max((len(text) for text, place in rows if place), default=0), 72)
    return [f"{shown(text):{width}}  # {place}" if place else shown(text) for text, place in rows]
