"""
What Pulumi's dynamic host knows but does not hand to a provider: every use of its private parts, and no other.

A dynamic provider gets dictionaries and gives dictionaries. The plugin process around it knows more (which resource is
meant, its old inputs, where the engine listens) and can do more (serve more calls at once, say that a create was half
done). Each function here reaches for one of those things and **degrades**: where a new version of the SDK has moved
it, the function says so by its result and the provider works on without. tests/provider/plugin pins all of them against
the version that requirements.txt allows, in the real plugin process.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, status_pb2

_SECONDS_TO_LOG = 2.0
_LONGEST_WALK = 32


def _local(name: str, attribute: str) -> Any:
    """Find the local variable *name* that has *attribute* in one of the calling frames: the host's own."""
    frame = sys._getframe(1)  # noqa: SLF001 - the point of this module
    for _ in range(_LONGEST_WALK):
        if frame.f_back is None:
            return None
        frame = frame.f_back
        value = frame.f_locals.get(name)
        if value is not None and hasattr(value, attribute):
            return value
    return None


_about: ContextVar[str] = ContextVar("_about", default="")


def remember_resource() -> None:
    """Find out what the call at hand is about, for all that it does, in this thread and in those that work for it."""
    request = _local("request", "urn")
    _about.set(str(request.urn) if request is not None else "")


def current_urn() -> str:
    """Name the resource that this call is about; empty where the host does not tell."""
    return _about.get()


def old_inputs() -> dict[str, Any] | None:
    """
    Return the inputs in the state of the resource that is being read; None where there are none.

    A dynamic provider's `read` gets only the old outputs, and those cannot tell a field that was declared from one
    that is left to the server.
    """
    request = _local("request", "urn")
    inputs = getattr(request, "inputs", None)
    return dict(rpc.deserialize_properties(inputs)) if inputs else None


def widen_pool(threads: int) -> bool:
    """
    Let the host serve *threads* calls at once instead of its four. Returns False where that cannot be done.

    Call it from a thread of the pool: a worker of ThreadPoolExecutor holds a weak reference to its executor.
    """
    try:
        executor = vars(threading.current_thread())["_args"][0]()
        executor._max_workers = max(executor._max_workers, threads)  # noqa: SLF001
        for _ in range(executor._work_queue.qsize()):  # noqa: SLF001
            executor.submit(bool)  # a thread starts when work is handed in, and these calls came before
    except (AttributeError, KeyError, IndexError, TypeError, RuntimeError):
        debug("the host's pool of threads cannot be widened: it serves four calls at once")
        return False
    return True


class _Engine:
    """The engine, at the address that is the plugin's last argument: its log, and whether it is still there."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._seen = False
        self.gone = threading.Event()

    def log(self, request: engine_pb2.LogRequest) -> bool:
        try:
            engine_pb2_grpc.EngineStub(self._connection()).Log(request, timeout=_SECONDS_TO_LOG)
        except (grpc.RpcError, ValueError, IndexError):
            return False
        return True

    def watch(self) -> None:
        """Notice when an engine that was there goes away. Does nothing if there was no engine."""
        self._connection().subscribe(self._changed, try_to_connect=True)

    def _connection(self) -> grpc.Channel:
        with self._lock:
            self._channel = self._channel or grpc.insecure_channel(sys.argv[-1])
            return self._channel

    def _changed(self, state: grpc.ChannelConnectivity) -> None:
        if state is grpc.ChannelConnectivity.READY:
            self._seen = True
        elif self._seen and state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            self.gone.set()  # it was there, and reconnecting failed
        elif self._seen and state is grpc.ChannelConnectivity.IDLE:
            self._connection().unsubscribe(self._changed)
            self._connection().subscribe(self._changed, try_to_connect=True)  # an idle channel does not look by itself


_engine = _Engine()


def watch_engine(gone: Callable[[], None]) -> bool:
    """
    Call *gone* in a thread of its own when the engine that started this process has died.

    An engine that is killed leaves its plugins behind, and they go on with what they have accepted. Returns False
    where there is no engine to watch.
    """
    try:
        _engine.watch()
    except (ValueError, IndexError):
        return False

    def wait() -> None:
        _engine.gone.wait()
        gone()

    threading.Thread(target=wait, name="engine-watch", daemon=True).start()
    return True


def engine_is_gone() -> bool:
    """Tell whether the engine has died since `watch_engine`."""
    return _engine.gone.is_set()


def show_status(message: str) -> bool:
    """Show *message* in the live row of the resource at hand. Returns False where there is no engine."""
    return _log(message, engine_pb2.INFO, passing=True)


def warn(message: str) -> bool:
    """Show *message* as a warning of the resource at hand, in the row and below the results."""
    return _log(message, engine_pb2.WARNING, passing=False)


def log_for_run(message: str) -> bool:
    """Show *message* once and for good, as one of the whole run and of no resource."""
    return _engine.log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message))


def debug(message: str) -> bool:
    """Log *message*, which `pulumi --debug` shows."""
    return _engine.log(engine_pb2.LogRequest(severity=engine_pb2.DEBUG, message=message))


def _log(message: str, severity: engine_pb2.LogSeverity.ValueType, *, passing: bool) -> bool:
    return _engine.log(engine_pb2.LogRequest(severity=severity, message=message, urn=current_urn(), ephemeral=passing))


def report_partial(id_: str, outputs: Mapping[str, Any], reason: str) -> bool:
    """
    Make the error that is about to be raised say that the object *id_* exists, with *outputs* done so far.

    The engine then keeps the resource in the state and finishes it in the next update. Pulumi has the message for it
    (ErrorResourceInitFailed), but the Python host offers no way to send it; its gRPC context does. Returns False where
    the context is out of reach: then only `create` itself can recognise the object later.
    """
    context = _local("context", "set_trailing_metadata")
    request = _local("request", "urn")
    inputs = getattr(request, "properties", None) or getattr(request, "news", None)
    if context is None or not inputs:
        return False
    properties = struct_pb2.Struct()
    properties.update({**outputs, "__provider": inputs["__provider"]})
    failed = provider_pb2.ErrorResourceInitFailed(id=id_, properties=properties, inputs=properties, reasons=[reason])
    detail = any_pb2.Any()
    detail.Pack(failed)
    # The engine takes the details only if their code is the one the host aborts with.
    details = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason, details=[detail])
    context.set_trailing_metadata((("grpc-status-details-bin", details.SerializeToString()),))
    return True
