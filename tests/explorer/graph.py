"""
A small model of Microsoft Graph in memory: the routes that the provider uses, and reads that are late.

It knows nothing of the provider and little of Intune: two collections, assignments, a reference, filters by name and
`$batch`. What each write does is certain; what is told about it is decided elsewhere (`tests.explorer.wire`).
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.explorer.world import CREDENTIALS, PROFILES, STRANGER, Json, World

_ROUTE = re.compile(
    r"/deviceManagement/(?P<collection>derivedCredentials|deviceConfigurations)"
    r"(\('(?P<id>[^']+)'\)|/(?P<id2>[\w-]+))?(?P<rest>(/[^?]*)?)(\?(?P<query>.*))?"
)
_FILTER = re.compile(r"displayName eq '((?:[^']|'')*)'")
_LATEST = 45.0
"""Seconds after which no read is late any more."""
_DEFAULTS: dict[str, Json] = {CREDENTIALS: {"renewalThresholdPercentage": 20}, PROFILES: {"roleScopeTagIds": ["0"]}}


class Answer(NamedTuple):
    """What the service says."""

    status: int
    body: Json | None = None


class Request(NamedTuple):
    """What it was asked."""

    method: str
    path: str
    body: Json
    by: str


class Graph:
    """One tenant of a world as the service sees it."""

    def __init__(self, world: World, tenant: str) -> None:
        self._world = world
        self.tenant = tenant

    @property
    def objects(self) -> dict[str, Json]:
        """Every object, by id."""
        return self._world.objects[self.tenant]

    def serve(self, request: Request) -> Answer:
        """Do what is asked and say so."""
        if request.path.startswith("/$batch"):
            return self._batch(request)
        found = _ROUTE.fullmatch(request.path)
        if found is None:
            return _error(400, "No method match route template")
        collection, id_, rest = found["collection"], found["id"] or found["id2"], found["rest"]
        if request.method == "GET":
            return self._read(collection, id_, rest, unquote(found["query"] or ""))
        if id_ is None:
            return self._create(collection, request)
        if id_ not in self.objects:
            return _error(404, "not found")
        return self._write(id_, rest, request)

    def writes(self, request: Request) -> str:
        """Name the collection that *request* writes to; empty for a read."""
        found = _ROUTE.fullmatch(request.path)
        return found["collection"] if found and request.method != "GET" else ""

    def delay(self, collection: str, before: dict[str, Json], reads: int, *, wide: bool, deleted: bool) -> None:
        """
        Let the next *reads* of lists show the collection as it was *before*; *wide*: reads by id as well.

        *deleted*: it is a delete that shows late.
        """
        shown = {id_: one for id_, one in before.items() if one["collection"] == collection}
        self._world.late.append(
            {
                "tenant": self.tenant,
                "collection": collection,
                "left": reads,
                "wide": wide,
                "deleted": deleted,
                "until": self._world.clock + _LATEST,
                "objects": shown,
            }
        )

    # ------------------------------------------------------------------------------------------ people

    def appear(self, collection: str, odata_type: str, body: Json, by: str = STRANGER, **beside: Any) -> str:
        """Let somebody make an object by hand."""
        id_ = self._world.new_id()
        made: Json = {"collection": collection, "type": odata_type, "body": {**_DEFAULTS[collection], **body}, "by": by}
        self.objects[id_] = {**made, "assignments": [], "binding": None, **deepcopy(beside)}
        return id_

    # ------------------------------------------------------------------------------------------ reads

    def _read(self, collection: str, id_: str | None, rest: str, query: str) -> Answer:
        visible = self._visible(collection, by_list=id_ is None)
        if id_ is None:
            wanted = _FILTER.search(query)
            name = wanted[1].replace("''", "'") if wanted else None
            shown = [_show(key, one) for key, one in visible.items() if one["collection"] == collection]
            return Answer(200, {"value": [one for one in shown if name is None or one.get("displayName") == name]})
        one = visible.get(id_)
        if one is None or one["collection"] != collection:
            return _error(404, "not found")
        if rest.endswith("/derivedCredentialSettings"):
            target = self.objects.get(one["binding"] or "")
            return Answer(200, _show(one["binding"], target)) if target else _error(404, "no reference")
        if rest == "/assignments":
            return Answer(200, {"value": _assigned(one)})
        return _error(400, "No method match route template") if rest else Answer(200, _show(id_, one))

    def _visible(self, collection: str, *, by_list: bool) -> dict[str, Json]:
        self._world.late[:] = [view for view in self._world.late if view["until"] > self._world.clock]
        for view in self._world.late:
            fits = view["tenant"] == self.tenant and view["collection"] == collection
            if fits and (by_list or view["wide"]):
                view["left"] -= 1
                if not view["left"]:
                    self._world.late.remove(view)
                shown: dict[str, Json] = view["objects"]
                return shown
        return self.objects

    def _batch(self, request: Request) -> Answer:
        def part(one: Json) -> Json:
            answer = self.serve(Request(one["method"], one["url"], {}, request.by))
            return {"id": one["id"], "status": answer.status, "body": answer.body}

        return Answer(200, {"responses": [part(one) for one in request.body["requests"]]})

    # ------------------------------------------------------------------------------------------ writes

    def _create(self, collection: str, request: Request) -> Answer:
        body = dict(request.body)
        odata_type = body.pop("@odata.type", "")
        address = body.pop("derivedCredentialSettings@odata.bind", None)
        id_ = self.appear(collection, odata_type, body, request.by, binding=_target(address))
        return Answer(201, _show(id_, self.objects[id_]))

    def _write(self, id_: str, rest: str, request: Request) -> Answer:
        one = self.objects[id_]
        if one["by"] != request.by and not (one["by"] == STRANGER and rest.endswith("/$ref")):
            self._world.harm.append(f"{request.method} {rest or 'the object'} of {one['by']} by {request.by}: {id_}")
        if request.method == "DELETE" and not rest:
            del self.objects[id_]
            return Answer(204)
        if request.method == "PATCH" and not rest:
            one["body"].update({name: value for name, value in request.body.items() if name != "@odata.type"})
            return Answer(200, _show(id_, one))
        if request.method == "POST" and rest == "/assign":
            one["assignments"] = [{"target": each["target"]} for each in request.body["assignments"]]
            return Answer(200, {"value": _assigned(one)})
        if rest.endswith("/derivedCredentialSettings/$ref"):
            one["binding"] = _target(request.body.get("@odata.id")) if request.method == "PUT" else None
            return Answer(204)
        return _error(400, "No method match route template")


def _target(address: str | None) -> str | None:
    found = re.search(r"[\w-]{36}(?='?\)?$)", address or "")
    return found[0] if found else None


def _assigned(one: Json) -> list[Json]:
    return [{"id": f"a{number}", "source": "direct", **each} for number, each in enumerate(one["assignments"])]


def _show(id_: str, one: Json) -> Json:
    shown = {"@odata.type": one["type"], "id": id_, **one["body"]}
    return {**shown, "assignments": _assigned(one)} if one["collection"] == PROFILES else shown


def _error(status: int, message: str) -> Answer:
    return Answer(status, {"error": {"code": "explored", "message": message}})
