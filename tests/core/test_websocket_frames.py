"""Text frames that are read and written by hand are what Autobahn would have read and written."""

from __future__ import annotations

import random

import pytest
from twisted.internet.testing import StringTransport

from superapp.core import daphne_server, websocket_frames
from superapp.core.frame_limits import CLOSE_FLOOD

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXTS = ["{}", "halo 🙏", "x" * 125, "x" * 126, "é" * 5_000, "x" * 65_535, "x" * 65_536, "雅加达"]


class Application(list):
    """A server with one application, which is told what comes."""

    root_path = ""
    proxy_forwarded_address_header = None

    def create_application(self, _protocol, _scope):
        return self

    def put_nowait(self, event):
        if event["type"] == "websocket.disconnect":
            event = {"type": event["type"]}  # The reactor of a test never runs, and nobody takes the time.
        self.append(event)

    def protocol_connected(self, _protocol):
        pass

    protocol_disconnected = protocol_connected

    def log_action(self, *_args):
        pass


def opened(kind):
    """An open socket of this kind, and what its application is told."""
    told = Application()
    factory = daphne_server.WebSocketFactory(told)
    factory.setProtocolOptions(
        openHandshakeTimeout=0, maxMessagePayloadSize=100_000, maxFramePayloadSize=100_000, autoPingTimeout=30
    )
    socket = kind()
    socket.factory, socket._raw_query_string = factory, b""
    transport = StringTransport()
    transport.registerProducer(told, True)  # As the HTTP channel is, through which a socket begins.
    socket.makeConnection(transport)
    socket.dataReceived(HANDSHAKE)
    socket.handle_reply({"type": "websocket.accept"})
    socket.transport.clear()
    return socket, told


def frame(payload, *, first=0x81, mask=b"\x01\x02\x03\xff", size=None):
    """A frame as clients make them, byte for byte."""
    length = len(payload) if size is None else size
    if length < 126:
        head = bytes((first, 0x80 | length))
    elif length < 65_536:
        head = bytes((first, 0x80 | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + length.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def strange(chance):
    """A frame that is not one whole text."""
    return chance.choice(
        [
            frame(b"p" * chance.randint(0, 125), first=0x89),  # A ping,
            frame(b"", first=0x8A),  # a pong,
            frame(b"ha", first=0x01) + frame(b"lo", first=0x80),  # in two pieces,
            frame(b"ha", first=0x01) + frame(b"ping", first=0x89) + frame(b"lo", first=0x80),
            frame("🙏".encode()[:2], first=0x01) + frame("🙏".encode()[2:], first=0x80),
            frame(b"bytes", first=0x82),
        ]
    )


def broken(chance):
    """A frame that ends the connection."""
    return chance.choice(
        [
            frame(b"\xff\xfe"),
            frame("🙏".encode()[:3]),
            frame("\ud800".encode(errors="surrogatepass")),
            frame(b"x", first=0xC1),  # Squeezed, which was not agreed upon,
            frame(b"x", first=0x83),  # of a kind that there is not,
            b"\x81\x02hi",  # without a mask,
            b"\x81\xfe\x00\x05\x00\x00\x00\x00halo!",  # its size said in more bytes than it takes,
            frame(b"x" * 100_001),  # too large,
            frame((1_000).to_bytes(2, "big"), first=0x88),  # a good-bye,
            frame(b"lo", first=0x80),  # the end of what never began.
        ]
    )


def stream(chance):
    """Generate the frames that a client sends, mostly text."""
    parts = []
    for _ in range(chance.randint(1, 12)):
        mask = chance.choice([b"\0\0\0\0", chance.randbytes(4)])
        parts.append(frame(chance.choice(TEXTS).encode(), mask=mask) if chance.random() < 0.7 else strange(chance))
    if chance.random() < 0.4:
        parts.append(broken(chance))
        parts.append(frame(b"after it"))
    return b"".join(parts)


@pytest.mark.parametrize("seed", range(60))
def test_frames_in_any_pieces_are_parsed_as_autobahn_does(seed):
    chance = random.Random(seed)
    sent = stream(chance)
    cuts = sorted(chance.sample(range(len(sent)), k=min(len(sent), chance.choice([0, 1, 3, 20]))))
    pieces = [sent[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]

    (ours, told), (theirs, expected) = opened(daphne_server.BoundedWebSocket), opened(daphne_server.WebSocketProtocol)
    for piece in pieces:
        ours.dataReceived(piece)
        theirs.dataReceived(piece)

    assert told == expected
    assert (ours.transport.value(), ours.state) == (theirs.transport.value(), theirs.state)


@pytest.mark.parametrize("text", TEXTS)
def test_text_frame_equals_the_one_of_autobahn(text):
    (ours, _), (theirs, _) = opened(daphne_server.BoundedWebSocket), opened(daphne_server.WebSocketProtocol)

    ours.handle_reply({"type": "websocket.send", "text": text})
    theirs.handle_reply({"type": "websocket.send", "text": text})

    assert ours.transport.value() == theirs.transport.value()


def test_text_frames_bypass_autobahn(monkeypatch):
    socket, told = opened(daphne_server.BoundedWebSocket)
    monkeypatch.setattr(daphne_server.WebSocketProtocol, "dataReceived", None)
    monkeypatch.setattr(daphne_server.WebSocketProtocol, "serverSend", None)

    socket.dataReceived(frame(b"one") + frame(b"two"))
    socket.handle_reply({"type": "websocket.send", "text": "three"})

    assert [event["text"] for event in told if "text" in event] == ["one", "two"]
    assert socket.transport.value() == websocket_frames.encode_text_frame(b"three")


@pytest.mark.parametrize("text", TEXTS)
def test_encoded_frame_equals_the_text_frame(text):
    (framed, _), (plain, _) = opened(daphne_server.BoundedWebSocket), opened(daphne_server.BoundedWebSocket)

    is_written = framed.write_frame(websocket_frames.encode_text_frame(text.encode()))
    plain.handle_reply({"type": "websocket.send", "text": text})

    assert is_written
    assert framed.transport.value() == plain.transport.value()


def test_encoded_frame_is_not_written_to_a_closing_socket():
    socket, _ = opened(daphne_server.BoundedWebSocket)
    socket.serverClose(4503)
    before = socket.transport.value()

    assert not socket.write_frame(websocket_frames.encode_text_frame(b"late"))
    assert socket.transport.value() == before


def test_socket_whose_client_reads_no_encoded_frames_is_aborted():
    socket, _ = opened(daphne_server.BoundedWebSocket)
    frame = websocket_frames.encode_text_frame(b"x" * (daphne_server.SEND_BUFFER_BYTES_MAX // 2))
    aborted = []
    socket.transport.abortConnection = lambda: aborted.append(True)
    socket.pauseProducing()

    assert socket.write_frame(frame)
    assert not aborted
    socket.write_frame(frame)

    assert aborted


def test_client_that_sends_need_not_answer_a_ping():
    socket, _ = opened(daphne_server.BoundedWebSocket)
    socket._sendAutoPing()
    assert socket.autoPingTimeoutCall is not None

    socket.dataReceived(frame(b"{}"))

    assert socket.autoPingTimeoutCall is None


def test_muted_socket_is_not_read():
    socket, told = opened(daphne_server.BoundedWebSocket)
    socket.muted = True
    before = list(told)

    socket.dataReceived(frame(b"{}"))

    assert told == before


def test_socket_closed_for_flooding_is_not_read():
    socket, told = opened(daphne_server.BoundedWebSocket)
    socket.serverClose(CLOSE_FLOOD)
    before = list(told)

    socket.dataReceived(frame(b"{}") * 3)

    assert told == before
