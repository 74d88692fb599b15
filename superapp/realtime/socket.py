"""The one socket of a client: ready, commands up, hints down."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import structlog
from channels.consumer import AsyncConsumer
from django.conf import settings
from django.http import parse_cookie
from django.http.request import validate_host
from django.utils import translation
from prometheus_client import Counter

from superapp.core import clock
from superapp.core.errors import DomainError, NotLoggedIn, RateLimited, Unavailable
from superapp.core.frame_limits import CLOSE_FLOOD, frame_bucket
from superapp.realtime import (  # noqa: F401  # sync registers its commands.
    bus,
    pulse,
    registry,
    serving,
    sync,
)
from superapp.realtime import hub as lines
from superapp.realtime.allowance import allowance, connect_allowance
from superapp.realtime.arrivals import arrivals
from superapp.realtime.errors import (
    BadFrame,
    FrameTooLarge,
    TooManyCommands,
    TooManyTopics,
    UnknownCommand,
    UnknownTopic,
)
from superapp.realtime.hub import Arrival, Line, hub
from superapp.realtime.registry import Caller, Command, Shape, Welcome
from superapp.realtime.threads import threads

SUBPROTOCOL = "app.v1"
FRAME_BYTES_MAX = 65_536
FRAME_BYTES_PER_TOKEN = 8_192
FLOOD_COST = 30  # Connects that one flooded socket stands for.
COMMANDS_WAITING_MAX = 64
TOPICS_MAX = 100
TRUSTED_SECONDS = 300  # About this often an open socket's session is looked at again.
CLOSE_TRY_AGAIN = 1011
REFUSED_WITH: dict[type[DomainError], int] = {NotLoggedIn: lines.CLOSE_NOT_LOGGED_IN, RateLimited: CLOSE_FLOOD}
# How long a stopping server leaves its last frames to reach the wire.
LAST_WORDS_SECONDS = 0.2
DRAIN_IN_MS = 1_500
DRAIN = {"drain": {"in_ms": DRAIN_IN_MS, "jitter_ms": 8_000}}

sockets_refused = Counter("nusa_sockets_refused", "Sockets that were not let in.", ["why"])
log = structlog.get_logger(__name__)
encode = msgspec.json.Encoder().encode


class FrameUp(msgspec.Struct):
    """
    What a client may send: a command, or an acknowledgement. The fields of the command are read apart, by its shape.
    """

    do: str | None = None
    id: Annotated[int, msgspec.Meta(ge=1, le=serving.WHOLE_MAX)] | None = None
    ack: Annotated[int, msgspec.Meta(ge=0, le=serving.WHOLE_MAX)] | None = None


class TopicIn(Shape):
    topic: Annotated[str, msgspec.Meta(max_length=200)]


_read_frame = msgspec.json.Decoder(FrameUp).decode
_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_read_topic = msgspec.json.Decoder(TopicIn).decode


class HintSocket(AsyncConsumer):
    """
    One client's socket.

    A consumer without a channel layer: with one source of events there is nothing to multiplex, so it reads the socket
    itself instead of being dispatched to, which would cost a task and a hop to another thread for every frame.
    """

    line: Line

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        if not is_ours(scope):
            # Closing before accepting is a plain HTTP 403.
            sockets_refused.labels("origin").inc()
            await send({"type": "websocket.close"})
            return
        self._session_key = session_key_of(scope)
        accept = {
            "type": "websocket.accept",
            "subprotocol": SUBPROTOCOL if SUBPROTOCOL in scope["subprotocols"] else None,
        }
        with hub.arriving() as arrival:
            # Heard before the look: what other processes tell in between is then not missed.
            await bus.listen()
            welcomed = await self._look(accept, send)
            if welcomed is None:
                return
            await send(accept)
            self._join(welcomed, arrival, send)
        await self._live(receive)

    async def _look(self, accept: dict[str, Any], send: Any) -> Welcome | None:
        """Authenticate the socket: return its session, or None after refusing it."""
        try:
            welcomed = await arrivals.submit_async(self._session_key)
            connect_allowance.take(welcomed.caller.user_id, 1)
        except DomainError as error:
            await self._refuse(send, accept, REFUSED_WITH.get(type(error), CLOSE_TRY_AGAIN), error.code)
            return None
        pulse.watch()
        return welcomed

    async def _refuse(self, send: Any, accept: dict[str, Any], code: int, why: str) -> None:
        # Accepted first, since a browser does not show the code of a socket that was never open.
        sockets_refused.labels(why).inc()
        await send(accept)
        await send({"type": "websocket.close", "code": code})

    def _join(self, welcomed: Welcome, arrival: Arrival, send: Any) -> None:
        self.line = line = Line(welcomed.caller, send)
        line.caller = replace(welcomed.caller, line=line.number)
        # In every line of the log that this socket's frames cause.
        structlog.contextvars.bind_contextvars(socket=line.number, user=str(welcomed.caller.user_public_id))
        self._frames = frame_bucket()
        self._waiting = 0
        self._newest: dict[str, asyncio.Future[Any]] = {}  # Of the commands that are done in order.
        self._look_again_later()
        # Nothing is awaited in between: ``ready`` is the first frame, and no hint after it is missed.
        self._say({"ready": ready(welcomed)})
        hub.join(line, arrival)
        bus.line_joined(line.caller.user_id)

    async def _live(self, receive: Any) -> None:
        line = self.line
        try:
            while (event := await receive())["type"] == "websocket.receive":
                if line.is_open:
                    self._hear(event)
        except asyncio.CancelledError:
            # The server stops. It waits for us, so that the last frames reach the wire.
            self._say(DRAIN)
            line.close(lines.CLOSE_STOPPING)
            await asyncio.sleep(LAST_WORDS_SECONDS)
        finally:
            line.is_open = False
            hub.leave(line)
            self._look_again.cancel()

    def _hear(self, event: dict[str, Any]) -> None:
        text = event.get("text")
        # Every frame counts, whatever it is, and before it is read: a large one for as many as it takes to read it.
        if not self._frames.take(1 + len(text or "") // FRAME_BYTES_PER_TOKEN):
            self._close_flood()
            return
        if text is None:
            self.line.close(lines.CLOSE_BAD_FRAME)
            return
        # No character takes more than four bytes, so that short frames need no counting.
        if len(text) > FRAME_BYTES_MAX // 4 and len(text.encode(errors="replace")) > FRAME_BYTES_MAX:
            self._answer_error(None, FrameTooLarge(bytes_max=FRAME_BYTES_MAX))
            return
        try:
            frame = _read_frame(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            if _is_object(text):
                self._answer_error(None, BadFrame())
            else:
                self.line.close(lines.CLOSE_BAD_FRAME)
            return
        if frame.ack is not None and not self.line.acknowledge(frame.ack):
            self._answer_error(frame.id, BadFrame())
        elif frame.do is not None and frame.id is not None:
            self._begin(frame.id, frame.do, text)
        elif frame.ack is None:
            self._answer_error(frame.id, BadFrame())

    def _close_flood(self) -> None:
        user_id = self.line.caller.user_id
        log.info("socket_flood", user_id=user_id)
        with suppress(RateLimited):
            # Whoever floods one socket after the other waits longer each time to be let in.
            connect_allowance.take(user_id, FLOOD_COST)
        self.line.close(CLOSE_FLOOD)

    def _begin(self, number: int, name: str, text: str) -> None:
        began = time.perf_counter()
        command = registry.commands.get(name)
        own = _own_commands.get(name)
        try:
            if self._waiting >= COMMANDS_WAITING_MAX:
                raise TooManyCommands
            allowance.take(self.line.caller.user_id, command.cost if command else 1)
            if command is not None:
                answer = self._answer_of(command, text)
            elif own is not None:
                answer = asyncio.ensure_future(own(self, text))
            else:
                raise UnknownCommand
        except Exception as error:
            outcome = self._answer_error(number, serving.refusal(error, name))
            serving.observe(name if command or own else "unknown", outcome, began)
            return
        self._waiting += 1

        def end(answer: asyncio.Future[Any]) -> None:
            self._waiting -= 1
            serving.observe(name, self._answer(number, name, answer, command.shaped if command else None), began)

        answer.add_done_callback(end)

    def _answer_of(self, command: Command, text: str) -> asyncio.Future[Any]:
        caller = self.line.caller
        shape = serving.fields(command, text)
        if command.loop_handler is not None:
            return asyncio.ensure_future(command.loop_handler(caller, shape))
        if not command.in_order:
            return threads.start(serving.in_language, caller.language, command.handler, caller, shape)
        answer = asyncio.ensure_future(self._after(self._newest.get(command.name), command, shape))
        self._newest[command.name] = answer
        return answer

    async def _after(self, before: asyncio.Future[Any] | None, command: Command, shape: Shape) -> Any:
        if before is not None:
            await asyncio.wait([before])
        caller = self.line.caller
        return await threads.start(serving.in_language, caller.language, self._unless_gone, command, caller, shape)

    def _unless_gone(self, command: Command, caller: Caller, shape: Shape) -> Any:
        # The client says on its next line what it wants by then; nothing older may come after that.
        if not self.line.is_open:
            raise Unavailable
        assert command.handler is not None, "what is done in order is done in threads"
        return command.handler(caller, shape)

    def _answer(self, number: int, name: str, answer: asyncio.Future[Any], shaped: Callable[[Any], Any] | None) -> str:
        if answer.cancelled():
            return "cancelled"
        error = answer.exception()
        if error is None:
            try:
                ok = shaped(answer.result()) if shaped else answer.result()
                encoded = encode({"id": number, "ok": ok})
                self.line.send({"type": "websocket.send", "text": encoded.decode()})
                allowance.charge_size(self.line.caller.user_id, len(encoded))
            except (TypeError, ValueError) as unencodable:
                error = unencodable
            else:
                return "ok"
        return self._answer_error(number, serving.refusal(error, name))

    def _answer_error(self, number: int | None, error: DomainError) -> str:
        with translation.override(self.line.caller.language):
            self._say({"id": number, "err": error.body()})
        return error.code

    def _say(self, frame: dict[str, Any]) -> None:
        self.line.send({"type": "websocket.send", "text": encode(frame).decode()})

    def _look_again_later(self) -> None:
        seconds = TRUSTED_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311  # Spreads load, hides nothing.
        self._look_again = asyncio.get_running_loop().call_later(seconds, self._look_at_session)

    def _look_at_session(self) -> None:
        """
        A hint that the device was signed out may have been lost, and a session ends by itself: ask from time to time.
        """

        def seen(answer: asyncio.Future[Welcome]) -> None:
            error = answer.exception()
            if not self.line.is_open:
                return
            if isinstance(error, NotLoggedIn):
                self.line.close(lines.CLOSE_NOT_LOGGED_IN)
                return
            if error is None:
                # Its language may be another.
                self.line.caller = replace(answer.result().caller, line=self.line.number)
            self._look_again_later()

        try:
            arrivals.submit_async(self._session_key).add_done_callback(seen)
        except Unavailable:
            self._look_again_later()

    async def _ping(self, text: str) -> dict[str, Any]:
        return {"now": clock.wire(clock.now())}

    async def _watch(self, text: str) -> dict[str, Any]:
        """Hear a topic from now on; the answer is its rev, which no missed hint is above."""
        topic = serving.read(_read_topic, text).topic
        if len(self.line.topics) >= TOPICS_MAX:
            raise TooManyTopics
        caller = self.line.caller
        await threads.start(serving.in_language, caller.language, rev_of_topic, caller, topic)
        if self.line.is_open:
            hub.watch(self.line, topic)
        # Asked again, as the topic may have moved on between the first look and the watch.
        return {"rev": await threads.start(serving.in_language, caller.language, rev_of_topic, caller, topic)}

    async def _unwatch(self, text: str) -> dict[str, Any]:
        hub.unwatch(self.line, serving.read(_read_topic, text).topic)
        return {}


_own_commands = {"ping": HintSocket._ping, "watch": HintSocket._watch, "unwatch": HintSocket._unwatch}

# asgi.py hands every connection to ``/ws`` to this.
application = HintSocket.as_asgi()


async def drain() -> None:
    """Tell every client of this process to come back elsewhere, let what is being answered end, and close."""
    told = hub.every_line()
    if not told:
        return
    frame = {"type": "websocket.send", "text": encode(DRAIN).decode()}
    for line in told:
        line.send(frame)
    await asyncio.sleep(DRAIN_IN_MS / 1000)
    for line in told:
        line.close(lines.CLOSE_STOPPING)


def is_ours(scope: dict[str, Any]) -> bool:
    """
    Whether the page that opens the socket is one of ours: cookies are sent from any page, the origin cannot be forged
    by one.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin1")
    if origin == settings.PUBLIC_URL:
        return True
    # Embedded, the machine has several names of which the page may have used any; a foreign one pointed at it is none.
    page = urlsplit(origin)
    return (
        not settings.SERVED
        and page.netloc == headers.get(b"host", b"").decode("latin1")
        and validate_host(page.hostname or "", settings.ALLOWED_HOSTS)
    )


def session_key_of(scope: dict[str, Any]) -> str:
    """What the client's cookie claims to be its session; empty for none."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    claimed = parse_cookie(cookies.decode("latin1")).get(settings.SESSION_COOKIE_NAME, "")
    # Several are looked up together: one that cannot be looked up at all would fail for the others, too.
    return claimed if claimed.isascii() and claimed.isalnum() else ""


def ready(welcomed: Welcome) -> dict[str, Any]:
    caller = welcomed.caller
    return {
        "user": caller.user_public_id,
        "device": caller.device_public_id,
        "epoch": welcomed.epoch,
        "me": welcomed.me,
        "now": clock.wire(clock.now()),
        "language": caller.language,
        "limits": {"frame_bytes": FRAME_BYTES_MAX, **registry.limits},
    }


def rev_of_topic(caller: Caller, topic: str) -> int:
    """
    The rev of a topic that has to be watched.

    :raises UnknownTopic: if there is no such kind of topic; its owner refuses outsiders
    """
    kind = registry.topic_kinds.get(topic.partition(":")[0])
    if kind is None:
        raise UnknownTopic
    return kind.rev_for(caller, topic.partition(":")[2])


def _is_object(text: str) -> bool:
    try:
        _read_object(text)
    except (msgspec.MsgspecError, ValueError):
        return False
    except RecursionError:  # It was deep, so it began well.
        return text.lstrip().startswith("{")
    return True
