"""One client that sends without end, on a real socket, beside somebody who only wants an answer."""

from __future__ import annotations

import json
import statistics
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_websocket

from bench import socket_client
from superapp.core.frame_limits import CLOSE_FLOOD, FRAMES_BURST, FRAMES_PER_SECOND, TokenBucket
from superapp.realtime import consumer
from superapp.realtime.rate_limits import Throttle
from tests.harness.socket_client import log_in

FLOOD_SECONDS = 1.0
# Before frames were counted, a bystander waited 491 ms; what else this machine does costs some milliseconds.
PING_SECONDS_MAX = 0.1
MASK = b"\0\0\0\0"
FLOODS = {
    "acknowledgements": socket_client.frame(b'{"ack":0}'),
    "pings of the protocol": b"\x89\x80" + MASK,
    "pieces of one message": b"\x00\x80" + MASK,
    "what is no command": socket_client.frame(b'{"x":1}'),
    "commands": socket_client.frame(b'{"id":1,"do":"ping"}'),
    "large nonsense": socket_client.frame(b'{"x":"' + b"a" * 60_000 + b'"}'),
}


def dial(url: str, session_key: str) -> ClientConnection:
    return open_websocket(
        url.replace("http", "ws") + "/ws",
        origin=url,
        subprotocols=["app.v1"],
        additional_headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_key}"},
    )


def asked(websocket: ClientConnection) -> float:
    """Return how long a ping takes."""
    began = time.perf_counter()
    websocket.send('{"id":1,"do":"ping"}')
    while "id" not in json.loads(websocket.recv(timeout=30)):
        pass
    return time.perf_counter() - began


def flood(url: str, session_key: str, frames: bytes, until: float) -> list[int]:
    """Send as fast as the line takes it, on a new socket whenever one is closed; the codes they were closed with."""
    codes: list[int] = []
    address = urlsplit(url)
    while time.monotonic() < until:
        line = socket_client.SocketConnection(1, address.port, "/ws", session_key)
        line.socket.settimeout(0.2)
        with suppress(OSError):
            if frames[0] == 0:
                line.socket.sendall(b"\x01\x80" + MASK)  # A message begins.
            while time.monotonic() < until:
                line.socket.sendall(frames)
        try:
            line.socket.settimeout(2)
            while True:
                line.read()
        except ConnectionError as closed:
            if str(closed).startswith("closed with"):
                codes.append(int(str(closed).rsplit(" ", 1)[1]))
        except OSError:
            pass
        line.close()
    return codes


def test_flood_on_one_socket_is_closed_and_a_bystander_is_answered(make_site, make_user, monkeypatch):
    site = make_site()
    monkeypatch.setattr(socket_client, "PUBLIC_URL", site.url)
    of_ana = log_in(make_user("ana"))
    seen = {}

    with dial(site.url, of_ana.session_key) as bystander:
        asked(bystander)
        for number, (kind, one) in enumerate(FLOODS.items()):
            of_eve = log_in(make_user(f"eve{number}"))
            seen[kind] = beside_a_flood(site.url, of_eve.session_key, one, bystander)

    assert {kind: codes for kind, (codes, _) in seen.items()} == {kind: {CLOSE_FLOOD} for kind in FLOODS}
    assert {kind: seconds for kind, (_, seconds) in seen.items() if seconds > PING_SECONDS_MAX} == {}
    assert "Traceback" not in site.web_processes[0].log


def beside_a_flood(url: str, session_key: str, one: bytes, bystander: ClientConnection) -> tuple[set[int], float]:
    """With which codes the flood is closed, and how long a bystander's ping takes meanwhile (median)."""
    codes: list[int] = []
    frames = one * max(1, 65_536 // len(one))
    until = time.monotonic() + FLOOD_SECONDS
    flooding = threading.Thread(target=lambda: codes.extend(flood(url, session_key, frames, until)))
    flooding.start()
    times = []
    while flooding.is_alive():
        times.append(asked(bystander))
        time.sleep(0.02)
    flooding.join()
    return set(codes), statistics.median(times)


def test_ordinary_clients_stay_far_below_the_flood_limit(connect, make_user):
    client = connect(make_user("ana"))

    # A thousand hints at once are acknowledged by fifty frames; a flushed outbox has 48 commands under way.
    for _ in range(50):
        client.send({"ack": 0})
    answers = [client.ok("ping") for _ in range(200)]

    assert len(answers) == 200
    assert client.closed is None


@pytest.mark.parametrize("frame", ['{"ack":0}', '{"x":1}', '{"id":1,"do":"ping"}', '{"id":1,"do":"no.such"}'])
def test_every_kind_of_frame_counts(connect, make_user, monkeypatch, frame):
    monkeypatch.setattr(consumer, "make_frame_bucket", lambda: TokenBucket(per_second=1, burst=20, timer=lambda: 5.0))
    client = connect(make_user("ana"))

    for _ in range(21):
        client.send(frame)

    assert client.wait_closed() == CLOSE_FLOOD


def test_large_frames_count_by_size(connect, make_user, monkeypatch):
    monkeypatch.setattr(consumer, "make_frame_bucket", lambda: TokenBucket(per_second=1, burst=20, timer=lambda: 5.0))
    client = connect(make_user("ana"))

    for _ in range(3):
        client.send(json.dumps({"x": "a" * 60_000}))

    assert client.wait_closed() == CLOSE_FLOOD


def test_endless_connecting_is_rate_limited_per_person(connect, make_user, monkeypatch):
    monkeypatch.setattr(consumer, "connect_throttle", Throttle(per_second=1, burst=3, timer=lambda: 5.0))
    eve, bo = make_user("eve"), make_user("bo")

    codes = [connect(eve).closed for _ in range(5)]

    assert codes == [None, None, None, CLOSE_FLOOD, CLOSE_FLOOD]
    assert connect(bo).closed is None


def test_flooding_uses_up_the_connect_limit(connect, make_user, monkeypatch):
    allowance = Throttle(per_second=1, burst=consumer.FLOOD_COST + 2, timer=lambda: 5.0)
    monkeypatch.setattr(consumer, "connect_throttle", allowance)
    monkeypatch.setattr(consumer, "make_frame_bucket", lambda: TokenBucket(per_second=1, burst=5, timer=lambda: 5.0))
    eve = make_user("eve")
    client = connect(eve)
    for _ in range(6):
        client.send({"ack": 0})
    client.wait_closed()

    codes = [connect(eve).closed for _ in range(2)]

    assert codes == [None, CLOSE_FLOOD]


def test_token_bucket_refills_up_to_its_capacity():
    now = 0.0
    bucket = TokenBucket(per_second=2, burst=4, timer=lambda: now)

    first = [bucket.take() for _ in range(5)]
    now = 1.0
    second = [bucket.take() for _ in range(3)]
    now = 1_000.0
    third = [bucket.take() for _ in range(5)]

    assert first == [True, True, True, True, False]
    assert second == [True, True, False]
    assert third == [True, True, True, True, False]


def test_frame_limit_is_above_the_command_limit():
    # Whoever sends commands too fast is told so long before the socket is closed.
    assert FRAMES_BURST > 300
    assert FRAMES_PER_SECOND > 50
