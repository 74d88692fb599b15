"""The consumer behind ``/ws``: it sends ``ready``, executes commands and delivers hints."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any

import msgspec
import structlog
from channels.consumer import AsyncConsumer
from django.utils import translation
from prometheus_client import Counter

from superapp.core import clock
from superapp.core.errors import DomainError, NotLoggedIn, RateLimited, Unavailable
from superapp.core.frame_limits import CLOSE_FLOOD, make_frame_bucket
from superapp.core.websocket_frames import WRITE_FRAME
from superapp.realtime import (  # noqa: F401  # sync registers its commands.
    bus,
    command_execution,
    loop_monitor,
    registry,
    sync,
)
from superapp.realtime.command_threads import threads
from superapp.realtime.errors import (
    BadFrame,
    FrameTooLarge,
    TooManyCommands,
    TooManyTopics,
    UnknownCommand,
    UnknownTopic,
)
from superapp.realtime.handshake import has_allowed_origin, read_session_key
from superapp.realtime.hub import PendingConnection, hub
from superapp.realtime.rate_limits import command_throttle, connect_throttle
from superapp.realtime.registry import Caller, Command, RequestSchema, SessionState
from superapp.realtime.session_lookup import session_lookups
from superapp.realtime.socket_connection import (
    CLOSE_BAD_FRAME,
    CLOSE_NOT_LOGGED_IN,
    CLOSE_STOPPING,
    OutgoingFrame,
    SocketConnection,
    WriteFrame,
)

SUBPROTOCOL = "app.v1"
FRAME_BYTES_MAX = 65_536
FRAME_BYTES_PER_TOKEN = 8_192
FLOOD_COST = 30  # The number of connects that a flooded socket costs.
COMMANDS_WAITING_MAX = 64
TOPICS_MAX = 100
RECHECK_SESSION_SECONDS = 300  # The average interval between checks of an open socket's session.
CLOSE_TRY_AGAIN = 1011
CLOSE_CODES: dict[type[DomainError], int] = {NotLoggedIn: CLOSE_NOT_LOGGED_IN, RateLimited: CLOSE_FLOOD}
# The time that a stopping server waits for its last frames to be sent.
FINAL_FRAMES_SECONDS = 0.2
DRAIN_IN_MS = 1_500
DRAIN_FRAME = {"drain": {"in_ms": DRAIN_IN_MS, "jitter_ms": 8_000}}

sockets_refused = Counter("nusa_sockets_refused", "Refused WebSocket connections, by reason.", ["why"])
log = structlog.get_logger(__name__)
encode = msgspec.json.Encoder().encode


class ClientFrame(msgspec.Struct):
    """A frame from the client: a command or an acknowledgement; the fields of a command are decoded by its schema."""

    do: str | None = None
    id: Annotated[int, msgspec.Meta(ge=1, le=command_execution.INTEGER_MAX)] | None = None
    ack: Annotated[int, msgspec.Meta(ge=0, le=command_execution.INTEGER_MAX)] | None = None


class TopicRequest(RequestSchema):
    topic: Annotated[str, msgspec.Meta(max_length=200)]


_read_frame = msgspec.json.Decoder(ClientFrame).decode
_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_topic = msgspec.json.Decoder(TopicRequest).decode


class SocketConsumer(AsyncConsumer):
    """
    The consumer of one client's socket.

    It has no channel layer and no dispatch: a single source of events needs no multiplexing, and dispatching would
    cost a task and a switch of threads for each frame.
    """

    connection: SocketConnection

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        if not has_allowed_origin(scope):
            # Closing before accepting is answered with HTTP 403.
            sockets_refused.labels("origin").inc()
            await send({"type": "websocket.close"})
            return
        self._session_key = read_session_key(scope)
        accept = {
            "type": "websocket.accept",
            "subprotocol": SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None,
        }
        with hub.pending_connection() as pending:
            # Subscribed before the session is looked up, so that no sign-out in between is missed.
            await bus.listen()
            state = await self._authenticate(accept, send)
            if state is None:
                return
            await send(accept)
            self._join(state, pending, send, scope.get("extensions", {}).get(WRITE_FRAME))
        await self._receive_until_closed(receive)

    async def _authenticate(self, accept: dict[str, Any], send: Any) -> SessionState | None:
        """Authenticate the socket: return its session, or None after refusing it."""
        try:
            state = await session_lookups.submit_async(self._session_key)
            connect_throttle.take(state.caller.user_id, 1)
        except DomainError as error:
            await self._refuse(send, accept, CLOSE_CODES.get(type(error), CLOSE_TRY_AGAIN), error.code)
            return None
        loop_monitor.start()
        return state

    async def _refuse(self, send: Any, accept: dict[str, Any], code: int, why: str) -> None:
        # Accepted first, since a browser does not report the close code of a socket that was never open.
        sockets_refused.labels(why).inc()
        await send(accept)
        await send({"type": "websocket.close", "code": code})

    def _join(self, state: SessionState, pending: PendingConnection, send: Any, write_frame: WriteFrame | None) -> None:
        self.connection = connection = SocketConnection(state.caller, send, write_frame)
        connection.caller = replace(state.caller, connection_number=connection.number)
        # Bound to all log lines that this socket's frames cause.
        structlog.contextvars.bind_contextvars(socket=connection.number, user=str(state.caller.user_public_id))
        self._frames = make_frame_bucket()
        self._waiting = 0
        self._newest: dict[str, asyncio.Future[Any]] = {}  # The last call of each command that runs in order.
        self._schedule_recheck()
        # Nothing is awaited here: ``ready`` is the first frame, and no hint after it is missed.
        self._send({"ready": build_ready(state)})
        hub.join(connection, pending)
        bus.count_connections(connection.caller.user_id)

    async def _receive_until_closed(self, receive: Any) -> None:
        connection = self.connection
        try:
            while (event := await receive())["type"] == "websocket.receive":
                if connection.is_open:
                    self._receive(event)
        except asyncio.CancelledError:
            # The server is stopping and waits for this task, so that the last frames are sent.
            self._send(DRAIN_FRAME)
            connection.close(CLOSE_STOPPING)
            await asyncio.sleep(FINAL_FRAMES_SECONDS)
        finally:
            connection.is_open = False
            hub.leave(connection)
            self._recheck.cancel()

    def _receive(self, event: dict[str, Any]) -> None:
        text = event.get("text")
        # Each frame is charged before it is parsed; a large one costs more tokens.
        if not self._frames.take(1 + len(text or "") // FRAME_BYTES_PER_TOKEN):
            self._close_flood()
            return
        if text is None:
            self.connection.close(CLOSE_BAD_FRAME)
            return
        # A character has at most four bytes in UTF-8, so that short frames need no encoding.
        if len(text) > FRAME_BYTES_MAX // 4 and len(text.encode(errors="replace")) > FRAME_BYTES_MAX:
            self._answer_error(None, FrameTooLarge(bytes_max=FRAME_BYTES_MAX))
            return
        try:
            frame = _read_frame(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            if _is_object(text):
                self._answer_error(None, BadFrame())
            else:
                self.connection.close(CLOSE_BAD_FRAME)
            return
        if frame.ack is not None and not self.connection.acknowledge(frame.ack):
            self._answer_error(frame.id, BadFrame())
        elif frame.do is not None and frame.id is not None:
            self._start(frame.id, frame.do, text)
        elif frame.ack is None:
            self._answer_error(frame.id, BadFrame())

    def _close_flood(self) -> None:
        user_id = self.connection.caller.user_id
        log.info("socket_flood", user_id=user_id)
        with suppress(RateLimited):
            # A client that floods sockets repeatedly is let in after longer and longer waits.
            connect_throttle.take(user_id, FLOOD_COST)
        self.connection.close(CLOSE_FLOOD)

    def _start(self, number: int, name: str, text: str) -> None:
        started_at = time.perf_counter()
        command = registry.commands.get(name)
        own = _own_commands.get(name)
        try:
            if self._waiting >= COMMANDS_WAITING_MAX:
                raise TooManyCommands
            command_throttle.take(self.connection.caller.user_id, command.cost if command else 1)
            if command is not None:
                answer = self._start_command(command, text)
            elif own is not None:
                answer = asyncio.ensure_future(own(self, text))
            else:
                raise UnknownCommand
        except Exception as error:
            outcome = self._answer_error(number, command_execution.to_domain_error(error, name))
            command_execution.observe_command(name if command or own else "unknown", outcome, started_at)
            return
        self._waiting += 1

        def end(answer: asyncio.Future[Any]) -> None:
            self._waiting -= 1
            command_execution.observe_command(
                name, self._answer(number, name, answer, command.to_response if command else None), started_at
            )

        answer.add_done_callback(end)

    def _start_command(self, command: Command, text: str) -> asyncio.Future[Any]:
        caller = self.connection.caller
        schema = command_execution.decode_command(command, text)
        if command.loop_handler is not None:
            return asyncio.ensure_future(command.loop_handler(caller, schema))
        if not command.in_order:
            return threads.start(command_execution.call_in_language, caller.language, command.handler, caller, schema)
        answer = asyncio.ensure_future(self._run_in_order(self._newest.get(command.name), command, schema))
        self._newest[command.name] = answer
        return answer

    async def _run_in_order(self, before: asyncio.Future[Any] | None, command: Command, schema: RequestSchema) -> Any:
        if before is not None:
            await asyncio.wait([before])
        caller = self.connection.caller
        return await threads.start(
            command_execution.call_in_language, caller.language, self._run_if_open, command, caller, schema
        )

    def _run_if_open(self, command: Command, caller: Caller, schema: RequestSchema) -> Any:
        # After a reconnect the client sends its current wishes; an older command must not run after those.
        if not self.connection.is_open:
            raise Unavailable
        assert command.handler is not None, "what is done in order is done in threads"
        return command.handler(caller, schema)

    def _answer(
        self, number: int, name: str, answer: asyncio.Future[Any], to_response: Callable[[Any], Any] | None
    ) -> str:
        if answer.cancelled():
            return "cancelled"
        error = answer.exception()
        if error is None:
            try:
                ok = to_response(answer.result()) if to_response else answer.result()
                encoded = encode({"id": number, "ok": ok})
                self.connection.send(OutgoingFrame(encoded))
                command_throttle.charge_size(self.connection.caller.user_id, len(encoded))
            except (TypeError, ValueError) as unencodable:
                error = unencodable
            else:
                return "ok"
        return self._answer_error(number, command_execution.to_domain_error(error, name))

    def _answer_error(self, number: int | None, error: DomainError) -> str:
        with translation.override(self.connection.caller.language):
            self._send({"id": number, "err": error.body()})
        return error.code

    def _send(self, frame: dict[str, Any]) -> None:
        self.connection.send(OutgoingFrame(encode(frame)))

    def _schedule_recheck(self) -> None:
        seconds = RECHECK_SESSION_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311  # Spreads load, hides nothing.
        self._recheck = asyncio.get_running_loop().call_later(seconds, self._recheck_session)

    def _recheck_session(self) -> None:
        """
        Look up the socket's session again.

        A hint that the device was signed out may have been lost, and sessions expire.
        """

        def seen(answer: asyncio.Future[SessionState]) -> None:
            error = answer.exception()
            if not self.connection.is_open:
                return
            if isinstance(error, NotLoggedIn):
                self.connection.close(CLOSE_NOT_LOGGED_IN)
                return
            if error is None:
                # The person may have changed their language.
                self.connection.caller = replace(answer.result().caller, connection_number=self.connection.number)
            self._schedule_recheck()

        try:
            session_lookups.submit_async(self._session_key).add_done_callback(seen)
        except Unavailable:
            self._schedule_recheck()

    async def _ping(self, text: str) -> dict[str, Any]:
        return {"now": clock.to_wire(clock.now())}

    async def _watch(self, text: str) -> dict[str, Any]:
        """Watch a topic, and return its rev; hints of all later revs are delivered."""
        topic = command_execution.decode_request(_read_topic, text).topic
        if len(self.connection.topics) >= TOPICS_MAX:
            raise TooManyTopics
        caller = self.connection.caller
        await threads.start(command_execution.call_in_language, caller.language, fetch_topic_rev, caller, topic)
        if self.connection.is_open:
            hub.watch(self.connection, topic)
        # Fetched again, since the topic may have changed between the first fetch and the watch.
        return {
            "rev": await threads.start(
                command_execution.call_in_language, caller.language, fetch_topic_rev, caller, topic
            )
        }

    async def _unwatch(self, text: str) -> dict[str, Any]:
        hub.unwatch(self.connection, command_execution.decode_request(_read_topic, text).topic)
        return {}


_own_commands = {"ping": SocketConsumer._ping, "watch": SocketConsumer._watch, "unwatch": SocketConsumer._unwatch}

# asgi.py routes all connections to ``/ws`` to this application.
application = SocketConsumer.as_asgi()


async def drain() -> None:
    """Send all clients the drain frame, wait ``DRAIN_IN_MS`` for running commands, and close the sockets."""
    open_connections = hub.all_connections()
    if not open_connections:
        return
    frame = OutgoingFrame(encode(DRAIN_FRAME))
    for connection in open_connections:
        connection.send(frame)
    await asyncio.sleep(DRAIN_IN_MS / 1000)
    for connection in open_connections:
        connection.close(CLOSE_STOPPING)


def build_ready(state: SessionState) -> dict[str, Any]:
    caller = state.caller
    return {
        "user": caller.user_public_id,
        "device": caller.device_public_id,
        "epoch": state.epoch,
        "me": state.user_rev,
        "now": clock.to_wire(clock.now()),
        "language": caller.language,
        "limits": {"frame_bytes": FRAME_BYTES_MAX, **registry.limits},
    }


def fetch_topic_rev(caller: Caller, topic: str) -> int:
    """
    Return the rev of a topic that has to be watched.

    :raises UnknownTopic: if there is no such kind of topic; the kind itself refuses outsiders
    """
    kind = registry.topic_kinds.get(topic.partition(":")[0])
    if kind is None:
        raise UnknownTopic
    return kind.fetch_rev(caller, topic.partition(":")[2])


def _is_object(text: str) -> bool:
    try:
        _read_object(text)
    except (msgspec.MsgspecError, ValueError):
        return False
    except RecursionError:  # It is nested too deeply to parse, so its beginning is valid JSON.
        return text.lstrip().startswith("{")
    return True
