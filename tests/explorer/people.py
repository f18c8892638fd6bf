"""
What others do to the tenant meanwhile: a person in the admin center, and a second stack with the same declarations.

Each act is offered only before a request whose answer it can change: everywhere else it comes to the same.

One thing is left out. While it is in doubt whether a POST had an effect, or a list is late that tells what existed
before it, no person makes an object that is equal to its body in each field: nothing in the tenant tells one from the
other, so a run that looks must take it for its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.explorer.graph import Graph, Request
from tests.explorer.world import CREDENTIALS, OURS, PROFILES

if TYPE_CHECKING:
    from tests.explorer.wire import Wire

_BY_ID = re.compile(r"\('([\w-]{36})'\)")


def acts(wire: Wire, request: Request) -> Sequence[str]:
    """Return what others may do before *request* is answered, so that it makes a difference."""
    if request.path.startswith("/$batch"):
        return ()
    collection = CREDENTIALS if CREDENTIALS in request.path else PROFILES
    by_id = _BY_ID.search(request.path)
    ids = own(wire.graph, collection) if by_id is None else [by_id[1]] if by_id[1] in wire.graph.objects else []
    numbers = [own(wire.graph).index(id_) for id_ in ids if id_ in own(wire.graph)]
    others = ["second stack"] if by_id is None and request.method == "GET" else []
    twin = wire.twin()
    if others and twin is not None and not wire.world.late and twin[2]["displayName"] not in wire.world.doubt:
        others.append("twin")
    return [*others, *(f"edit {number}" for number in numbers), *(f"remove {number}" for number in numbers)]


def own(graph: Graph, collection: str = "") -> list[str]:
    """Return the ids of the objects that the explored stack made."""
    return [id_ for id_, one in graph.objects.items() if one["by"] == OURS and collection in one["collection"]]


def act(wire: Wire, what: str) -> None:
    """Do it."""
    if what == "second stack":
        wire.second()
    elif what == "twin":
        made = wire.twin()
        if made is not None:
            wire.graph.appear(*made)
    elif what:
        verb, number = what.split()
        id_ = own(wire.graph)[int(number)]
        wire.world.drifted.append(id_)
        wire.world.late.clear()  # what a person sees done is done
        if verb == "remove":
            del wire.graph.objects[id_]
        else:
            one = wire.graph.objects[id_]
            field = "helpUrl" if one["collection"] == CREDENTIALS else "description"
            one["body"][field] = "https://edited.example/"
