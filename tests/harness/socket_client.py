"""
Clients of the socket inside the test's own process: the whole ASGI application, an event loop on a thread of its own.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client as Browser

from superapp.accounts.models import Device, User
from superapp.core import clock
from superapp.realtime.rate_limits import command_throttle, connect_throttle

ANSWER_SECONDS_MAX = 10
Json = dict[str, Any]


class LoopThread:
    """An event loop that runs on its own thread until it is stopped."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sockets of the test")
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run it on the loop, and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(ANSWER_SECONDS_MAX * 2)

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function on the loop, and wait for what it returns."""

        async def called() -> Any:
            return function(*args)

        return self.run(called())

    def stop(self) -> None:
        self.run(_end_all_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _end_all_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class SocketClient:
    """
    One socket, read in the order in which its frames came.

    ``ready`` is the frame of that name, or None when it was not let in; ``closed`` the code with which the server
    closed it.
    """

    def __init__(self, loop: LoopThread, scope: Json) -> None:
        from superapp.asgi import application

        self._loop = loop
        self._numbers = iter(range(1, 1_000_000))
        self._set_aside: list[Json] = []
        self.refused = False
        self.closed: int | None = None
        self.ready: Json | None = None
        self._line: ApplicationCommunicator = loop.run(_made(application, scope))
        self._connect()

    def _connect(self) -> None:
        self._put({"type": "websocket.connect"})
        event = self._event()
        if event["type"] == "websocket.close":
            self.refused = True
            return
        self.subprotocol = event["subprotocol"]
        first = self.read()
        self.ready = None if first is None else first["ready"]

    def send(self, frame: Any) -> None:
        """Send a frame: an object, or the very text or bytes that shall go up."""
        if isinstance(frame, bytes):
            self._put({"type": "websocket.receive", "bytes": frame})
        else:
            self._put({"type": "websocket.receive", "text": frame if isinstance(frame, str) else json.dumps(frame)})

    def read(self) -> Json | None:
        """The next frame, or None when the server has closed the socket."""
        if self._set_aside:
            return self._set_aside.pop(0)
        return self._frame()

    def ask(self, do: str, **fields: Any) -> Json:
        """Send a command and wait for its answer, whole; hints that come first stay to be read."""
        number = next(self._numbers)
        self.send({"id": number, "do": do, **fields})
        while (frame := self._frame()) is not None:
            if "id" in frame and frame["id"] == number:
                return frame
            self._set_aside.append(frame)
        raise AssertionError(f"the socket was closed ({self.closed}) before {do} was answered")

    def ok(self, do: str, **fields: Any) -> Any:
        """Send a command that must succeed, and return its result."""
        answer = self.ask(do, **fields)
        assert "ok" in answer, answer
        return answer["ok"]

    def err(self, do: str, **fields: Any) -> Json:
        """Send a command that must be refused, and return its error."""
        answer = self.ask(do, **fields)
        assert "err" in answer, answer
        return answer["err"]

    def hints(self) -> list[Json]:
        """Every hint that has come so far: a ping's answer comes after all that was told before it."""
        self.ok("ping")
        told, self._set_aside = self._set_aside, []
        return told

    def is_silent(self, seconds: float = 0.05) -> bool:
        """Return whether nothing arrives for a moment."""
        return not self._set_aside and self._loop.run(self._line.receive_nothing(timeout=seconds))

    def wait_closed(self) -> int | None:
        """Read until the server closes, and return its code."""
        while self.closed is None:
            self._frame()
        return self.closed

    def leave(self, code: int = 1001) -> None:
        """Be gone, as when the line breaks, and wait until the server has noticed."""
        self._put({"type": "websocket.disconnect", "code": code})
        self._loop.run(self._line.wait(timeout=ANSWER_SECONDS_MAX))

    def _put(self, event: Json) -> None:
        self._loop.run(self._line.send_input(event))

    def _event(self) -> Json:
        event: Json = self._loop.run(self._line.receive_output(timeout=ANSWER_SECONDS_MAX))
        return event

    def _frame(self) -> Json | None:
        event = self._event()
        if event["type"] == "websocket.close":
            self.closed = event["code"]
            return None
        frame: Json = json.loads(event["text"])
        return frame


async def _made(application: Any, scope: Json) -> ApplicationCommunicator:
    return ApplicationCommunicator(application, scope)


def log_in(user: User, now: datetime | None = None) -> Device:
    """A device on which this person is logged in, with a real session."""
    now = now or clock.now()
    session = SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return Device.objects.create(
        user=user, session_key=session.session_key, name="Firefox", signed_in_at=now, last_seen_at=now
    )


def make_trusted_device(user: User | int) -> int:
    """Return the id of a trusted device of this person, who is logged in on one if they were not."""
    user_id = user if isinstance(user, int) else user.pk
    found = Device.objects.filter(user_id=user_id, ended_at=None, trusted_at__isnull=False).first()
    if found is None:
        found = log_in(User.objects.get(pk=user_id))
        Device.objects.filter(pk=found.pk).update(trusted_at=found.signed_in_at)
    return found.pk


def browser_on(device: Device, *, enforce_csrf_checks: bool = False) -> Browser:
    """A browser that sends this device's session with every request."""
    browser = Browser(enforce_csrf_checks=enforce_csrf_checks)
    browser.cookies[settings.SESSION_COOKIE_NAME] = device.session_key
    return browser


def websocket_scope(session_key: str, *, origin: str | None, host: str = "localhost:8000", path: str = "/ws") -> Json:
    """Return the ASGI scope of a browser that opens the socket."""
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    if session_key:
        headers.append((b"cookie", f"theme=dark; {settings.SESSION_COOKIE_NAME}={session_key}".encode()))
    return {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "subprotocols": ["app.v1"],
        "client": ["127.0.0.1", 50_000],
        "server": ["127.0.0.1", 8000],
    }


@pytest.fixture
def loop(real_db: Any) -> Iterator[LoopThread]:
    """The event loop on which the sockets of the test live."""
    for one in (command_throttle, connect_throttle):
        one.forget_everybody()  # People of other tests had the same keys.
    loop = LoopThread()
    yield loop
    loop.stop()


@pytest.fixture
def connect(loop: LoopThread) -> Callable[..., SocketClient]:
    """Open a socket: ``connect(user)`` logs in on a new device, ``connect(device=…)`` uses one that there is."""

    def open_socket(
        user: User | None = None,
        *,
        device: Device | None = None,
        session_key: str | None = None,
        origin: str | None = settings.PUBLIC_URL,
        **scope: Any,
    ) -> SocketClient:
        if session_key is None:
            if device is None and user is not None:
                device = log_in(user)
            session_key = "" if device is None else device.session_key
        return SocketClient(loop, websocket_scope(session_key, origin=origin, **scope))

    return open_socket
