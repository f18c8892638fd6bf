"""
Generated answers, through create, read, update and delete, over real HTTP.

A tenant answers, and one of its answers is spoiled on the way. What comes of it is either the right result or an error
of the provider's own, never a traceback; nothing is taken for gone that is there; and nothing is made twice.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from provider.errors import IntuneError, ProviderBug
from provider.kinds.entity import Entity
from provider.kinds.kind import Kind, kinds
from sandbox.graph import Sandbox
from tests.fuzz.inputs import Finding
from tests.fuzz.values import spoiled
from tests.in_process import Runs, Told, runs
from tests.properties.inputs import examples
from tests.properties.scenes import Scene, scene_of
from tests.properties.stack import Stack
from tests.sandbox_control import Portal
from tests.tampering_server import Answer, Relay

_STATUSES = [200, 200, 201, 202, 204, 206, 226, 300, 302, 304, 400, 401, 403, 404, 405, 409, 410, 418, 429, 451, 500]
_MORE = [501, 502, 503, 504, 507, 599, 600, 999]
_HEADERS = [
    ("Content-Type", "text/html"),
    ("Content-Type", "\x07;;;charset=klingon"),
    ("Content-Encoding", "gzip"),
    ("Content-Encoding", "br, deflate"),
    ("Transfer-Encoding", "chunked"),
    ("Location", "http://127.0.0.1:9/"),
    ("Set-Cookie", "a=b; Domain=.example"),
    ("request-id", "x" * 9000),
    *(
        ("Retry-After", value)
        for value in ("-1", "nan", "1e999", "0x10", "Wed, 99 Foo", "", "٣".encode().decode("latin-1"))
    ),
    ("Retry-After", "Thu, 01 Jan 1970 00:00:00 -0000"),
]
_BODIES = [
    b"",
    b" \r\n",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b'{"value": null}',
    b'{"value": []}',
    b'{"value": {}}',
    b'{"error": "text"}',
    b'{"error": {"message": {"a": []}, "code": 7, "innerError": []}}',
    b'{"error": {"message": "{\\"Message\\": [1]}"}}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b'{"id": "' + b"x" * 200_000 + b'"}',
    b'{"id": ' + b"9" * 5000 + b"}",
    b'{"value": [{"id": null}, {"id": 7}, {"id": "\\ud800"}]}',
    b'{"@odata.nextLink": "http://127.0.0.1:9/beta/x", "value": []}',
    b'{"responses": [{"id": "0"}, null, {"id": "1", "status": "200"}]}',
]
_PARTS: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**70, float("nan"), float("inf"), "", "x", "\ud800", "\x00", "é" * 5000),
    json.loads("[" * 600 + "]" * 600),
    *([], {}, [[]], [None], {"id": {}}, {"value": [7]}, "2026-99-99T00:00:00Z", "#microsoft.graph.iosVpnConfiguration"),
]
_QUICK = {"INTUNE_REQUEST_TIMEOUT": "1", "INTUNE_JOURNAL": "off"}  # some answers never end
_ROUNDS = 40  # answers spoiled in one tenant


def fuzz_replies(count: int, start: int) -> Counter[str]:
    """Spoil *count* answers; return how the calls ended. Raises Finding."""
    chance = random.Random(start)  # noqa: S311 - no secret
    seen: Counter[str] = Counter()
    with Sandbox() as sandbox, Relay(sandbox.graph_endpoint) as relay, runs(sandbox, _QUICK) as started:
        portal = Portal(sandbox.graph_endpoint)
        started.endpoint = relay.endpoint
        for kind in _forever(kinds()):
            if seen["answers"] >= count:
                break
            scene = scene_of(kind, portal)
            trial = Trial(kind, scene, started, relay, chance)
            trial.play(min(_ROUNDS, count - seen["answers"]), seen)
        portal.close()
    return seen


class Trial:
    """One resource, whose calls get one spoiled answer each."""

    def __init__(self, kind: Kind, scene: Scene, started: Runs, relay: Relay, chance: random.Random) -> None:
        self._stack = Stack(kind.name, started)
        self._kind = kind
        self._scene = scene
        self._relay = relay
        self._chance = chance
        self._declared = examples(scene.inputs(), 10, chance.randrange(2**32))
        self._last = self._declared[0]
        self._spoiled: Answer | None = None

    def play(self, rounds: int, seen: Counter[str]) -> None:
        """Spoil so many answers."""
        made = 0
        while made < rounds:
            self._arm()
            ended = self._act()
            if self._spoiled is not None:
                made += 1
                seen["answers"] += 1
                seen[ended] += 1
            self._relay.change = lambda answer: answer
            self._recover()

    def _arm(self) -> None:
        self._spoiled = None
        wait = self._chance.choice([0, 0, 1, 2, 3])

        def change(answer: Answer) -> Answer:
            nonlocal wait
            wait -= 1
            if wait != -1:
                return answer
            self._spoiled = spoil(answer, self._chance)
            return self._spoiled

        self._relay.change = change

    def _act(self) -> str:
        """Do one thing; return how it ended."""
        before = self._stack.id
        acts = [self._up, self._stack.refresh, self._delete] if before else [self._up]
        act = self._chance.choice(acts)
        try:
            well = act()
        except Finding:
            raise
        except Exception as error:  # an error that is none of the provider's: exactly what is looked for
            raise self._finding(f"{type(error).__name__}: {error}") from error
        self._stack.told.encode()
        if act == self._stack.refresh and well and not self._stack.id and not self._may_be_gone():
            raise self._finding(f"{before} was taken for gone")
        self._assert_one()
        return "done" if well else "told off"

    def _up(self) -> bool:
        self._last = self._chance.choice(self._declared)
        return self._stack.up(self._last)

    def _delete(self) -> bool:
        with self._stack.runs.run() as plugin:
            try:
                plugin(self._kind.name).delete(self._stack.id, self._stack.outputs)
            except Told as told:
                if isinstance(told.error, ProviderBug) or not isinstance(told.error, IntuneError):
                    raise told.error from None
                return False
        self._stack.forget()
        return True

    def _may_be_gone(self) -> bool:
        """Tell whether Graph said so of a reference: by 404, by nothing, by null, or by another id."""
        answer = self._spoiled
        if answer is None:
            return False
        if self._kind.name not in {"binding", "scopedSettings"}:
            return False
        if answer.status in {404, 410} or not answer.body.strip():
            return True
        said = json.loads(answer.body)
        return ("value" in said and said["value"] is None) or isinstance(said.get("id"), str) or "responses" in said

    def _recover(self) -> None:
        """Run again, as people do after an error: the resource must be what was declared last."""
        for _ in range(3):
            if self._stack.up({**self._last, **self._stack.remedy}, refresh=True):
                break
        else:
            raise self._finding(f"it does not recover: {self._stack.told}")
        self._assert_one()

    def _assert_one(self) -> None:
        if isinstance(self._kind, Entity) and len(self._scene.ours()) > 1:
            raise self._finding(f"made twice: {self._scene.ours()}")

    def _finding(self, what: str) -> Finding:
        return Finding(f"{self._kind.name}: {what[:1500]}\nanswer {self._spoiled!r:.1500}")


def spoil(answer: Answer, chance: random.Random) -> Answer:
    """Spoil one answer, in one way or two."""
    for _ in range(chance.choice([1, 1, 2])):
        answer = chance.choice([_body, _part, _part, _part, _part, _status, _header, _cut])(answer, chance)
    return answer


def _body(answer: Answer, chance: random.Random) -> Answer:
    return answer._replace(body=chance.choice(_BODIES))


def _part(answer: Answer, chance: random.Random) -> Answer:
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return answer._replace(body=json.dumps(chance.choice(_PARTS)).encode())
    return answer._replace(body=json.dumps(spoiled(document, chance, chance.choice(_PARTS))).encode())


def _status(answer: Answer, chance: random.Random) -> Answer:
    return answer._replace(status=chance.choice(_STATUSES + _MORE))


def _header(answer: Answer, chance: random.Random) -> Answer:
    name, value = chance.choice(_HEADERS)
    return answer._replace(headers={**answer.headers, name: value})


def _cut(answer: Answer, chance: random.Random) -> Answer:
    told = chance.choice([len(answer.body) + 7, max(len(answer.body) - 3, 0), 0])
    return answer._replace(length=told, body=answer.body[: chance.randrange(len(answer.body) + 1)])


def _forever(every: list[Kind]) -> Iterator[Kind]:
    while True:
        yield from every
