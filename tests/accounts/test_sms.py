"""The SMS gateway, against real servers on real ports."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from superapp.accounts.adapters import sms_gateways
from superapp.accounts.errors import CodeNotSent
from superapp.accounts.models import LoginCode
from tests.harness.ports import free_port

Answer = Callable[[BaseHTTPRequestHandler], None]


class Provider:
    """A gateway that writes down what it is sent, and answers as it is told."""

    def __init__(self, answer: Answer) -> None:
        self.received: list[tuple[str, dict[str, str], Any]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                provider.received.append((self.path, dict(self.headers), json.loads(body)))
                answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/send?v=2"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def says(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drips(handler: BaseHTTPRequestHandler) -> None:
    try:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for _ in range(100):
            handler.wfile.write(b"X-Slow: yes\r\n")
            time.sleep(0.1)
    except OSError:  # Who asked has gone, as they should.
        return


def is_silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(4)


def talks_garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\xff\xfe not http at all\r\n\r\n")


@pytest.fixture
def make_provider() -> Iterator[Callable[[Answer], Provider]]:
    providers: list[Provider] = []

    def make(answer: Answer) -> Provider:
        providers.append(Provider(answer))
        return providers[-1]

    yield make
    for provider in providers:
        provider.stop()


def gateway(provider: Provider, **options: Any) -> sms_gateways.HttpSmsGateway:
    fields = {"to": "{number}", "text": "{text}"}
    return sms_gateways.HttpSmsGateway(
        **{"url": provider.url, "headers": {}, "fields": fields, "seconds_max": 1, **options}
    )


def test_sms_gateway_gets_the_configured_json_object(make_provider):
    provider = make_provider(says(200))
    fields = {"message": {"recipients": [{"msisdn": "{digits}"}], "body": "NUSA {text}", "flash": False}, "ttl": 300}

    gateway(provider, headers={"X-Api-Key": "secret"}, fields=fields).send(number="+6281234567890", text="{digits} 1")

    [(path, headers, body)] = provider.received
    assert path == "/send?v=2"
    assert headers["X-Api-Key"] == "secret"
    assert headers["Content-Type"] == "application/json"
    assert body == {
        "message": {"recipients": [{"msisdn": "6281234567890"}], "body": "NUSA {digits} 1", "flash": False},
        "ttl": 300,
    }


@pytest.mark.parametrize(
    "answer",
    [
        says(500),
        says(401),
        says(302, Location="http://127.0.0.1:9/elsewhere"),
        is_silent,
        drips,
        talks_garbage,
    ],
    ids=["500", "401", "redirect", "silent", "drip", "garbage"],
)
def test_sms_gateway_refusal_is_reported_in_time(make_provider, answer):
    provider = make_provider(answer)
    began = time.monotonic()

    with pytest.raises(CodeNotSent) as refused:
        gateway(provider).send(number="+6281234567890", text="halo")

    assert refused.value.retry_after == 10
    assert time.monotonic() - began < 2
    assert len(provider.received) == 1


def test_unreachable_gateway_is_reported():
    unreachable = sms_gateways.HttpSmsGateway(
        url=f"http://127.0.0.1:{free_port()}/", headers={}, fields={}, seconds_max=1
    )

    with pytest.raises(CodeNotSent):
        unreachable.send(number="+6281234567890", text="halo")


def test_sms_gateway_error_with_status_200_is_an_error(make_provider):
    taken = make_provider(says(200, b'{"result": {"status": 0}}'))
    refused = make_provider(says(200, b'{"result": {"status": 7}}'))
    garbage = make_provider(says(200, b"<html>OK</html>"))
    yes = {"ok_field": "result.status", "ok_value": "0"}

    gateway(taken, **yes).send(number="+6281234567890", text="halo")
    with pytest.raises(CodeNotSent):
        gateway(refused, **yes).send(number="+6281234567890", text="halo")
    with pytest.raises(CodeNotSent):
        gateway(garbage, **yes).send(number="+6281234567890", text="halo")


def test_code_is_committed_before_it_is_sent(real_db, make_provider, ask_for_code, prove, settings):
    seen = []

    def looks(handler: BaseHTTPRequestHandler) -> None:
        seen.append(LoginCode.objects.count())  # From another thread: a connection of its own.
        says(200)(handler)

    provider = make_provider(looks)
    settings.SMS_URL = provider.url
    settings.SMS_FIELDS = {"text": "{text}"}

    ask_for_code("0812 3456 7890")

    assert seen == [1]
    code = provider.received[0][2]["text"].rsplit("#", 1)[1]
    assert prove("0812 3456 7890", code).is_new


def test_served_without_a_gateway_no_code_is_shown(settings, db, ask_for_code):
    settings.SMS_INBOX = False

    with pytest.raises(CodeNotSent):
        ask_for_code("0812 3456 7890")

    assert not LoginCode.objects.exists()


def test_developer_inbox_is_404_with_a_gateway(settings, db, ask_for_code, now):
    ask_for_code("0812 3456 7890")
    from superapp.core import clock

    assert [row.number for row in sms_gateways.list_developer_inbox(now=clock.now())] == ["+6281234567890"]
    settings.SMS_URL = "https://sms.example/"
    assert sms_gateways.list_developer_inbox(now=clock.now()) == []
