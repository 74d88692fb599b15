"""``manage.py serve``: the embedded product from its first answer to its last."""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import time
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from websockets.exceptions import ConnectionClosed

from chat import api as chat
from chat.writers import log as chat_log
from superapp.accounts import api as accounts
from superapp.accounts.models import DeveloperSms, LoginCode, User
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.management.commands import serve
from superapp.parcel_settings import require_usable, simulated_couriers
from tests.runtime.conftest import get, manage
from tests.runtime.person import Person

pytestmark = pytest.mark.embedded_only


def test_server_responds_and_prints_its_address(make_site):
    site = make_site()

    assert get(f"{site.url}/-/ready").json == {"ready": True, "wrong": {}}
    assert f"Nusa is at {site.url}\n" in site.web_processes[0].log
    assert f"{site.url}/masuk/kotak-sms/" in site.web_processes[0].log


def test_second_server_on_the_same_data_refuses(make_site, real_db):
    site = make_site()

    second = manage("serve", "--port", "0", env=real_db.env)

    assert second.returncode == 1
    assert (
        f"Another server (process {site.web_processes[0].pid}) already serves the data in {real_db.var_dir}."
        in second.stderr
    )
    assert get(f"{site.url}/-/live").status == 200


def test_taken_port_is_named(real_db):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        refused = manage("serve", "--port", str(port), env=real_db.env)

    assert refused.returncode == 1
    assert f"Port {port} is taken by another program" in refused.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_the_server_cleanly(make_site, number):
    site = make_site()
    door = site.web_processes[0]

    door._popen.send_signal(number)

    assert door._popen.wait(60) == 0
    assert "Traceback" not in door.log


def test_open_socket_is_closed_with_retry_after_before_the_server_stops(make_site):
    site = make_site()
    ana = Person(site.url, lambda phone: DeveloperSms.objects.get(number=phone).text, "+628120000001")

    with ana.socket() as line:
        site.web_processes[0]._popen.send_signal(signal.SIGTERM)
        told = json.loads(line.recv(10))
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(10)

    assert told == {"drain": {"in_ms": 1500, "jitter_ms": 8000}}
    assert closed.value.rcvd.code == 4503
    assert site.web_processes[0]._popen.wait(60) == 0


def long_history(site):
    """Return a person with a socket, and a command that reads 400 kB of their messages."""
    ana = Person(site.url, lambda phone: DeveloperSms.objects.get(number=phone).text, "+628120000001")
    ana_id = User.objects.get().pk
    bo = accounts.create_person(name="Bo", now=clock.now())
    accounts.connect_people(user_id=ana_id, peer_id=bo.pk, now=clock.now())
    conversation = chat.open_direct_conversation(user_id=ana_id, peer_id=bo.pk, now=clock.now()).public_id
    for number in range(100):
        entry = chat.compose_message(
            conversation_id=conversation,
            sender_id=bo.pk,
            sender_public_id=bo.public_id,
            client_id=str(number),
            body="x" * 4_000,
        )
        [posted] = chat_log.write([entry])
        assert not isinstance(posted, DomainError)
    return ana, {"do": "chat.history", "conversation": str(conversation), "limit": 100}


def test_client_reading_nothing_is_closed_before_buffers_grow(make_site):
    site = make_site()
    ana, ask = long_history(site)

    with ana.socket() as line:
        # Of all that, this client takes the first few answers from the wire and none after.
        for number in range(1, 101):
            line.send(json.dumps({**ask, "id": number}))
        with pytest.raises(ConnectionClosed) as cut:
            ping_until_cut(line)

    assert cut.value.rcvd is None, "no word of farewell: it would only have joined what is not read"
    assert "socket_unread" in site.web_processes[0].log
    assert get(f"{site.url}/-/live").status == 200


def test_slow_client_gets_the_whole_response(make_site):
    site = make_site()
    ana, ask = long_history(site)
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    narrow.connect(("localhost", urlsplit(site.url).port))

    with ana.socket(sock=narrow, max_queue=1) as line:
        # More than a connection holds, so that the server waits for room again and again.
        for number in range(1, 9):
            line.send(json.dumps({**ask, "id": number}))
        time.sleep(1)
        answers = [json.loads(line.recv(timeout=10)) for _ in range(8)]

    assert {answer["id"]: [row["body"] for row in answer["ok"]["rows"]] for answer in answers} == {
        number: ["x" * 4_000] * 100 for number in range(1, 9)
    }


def ping_until_cut(line):
    for number in range(200):
        time.sleep(0.05)
        line.send(json.dumps({"do": "ping", "id": 101 + number}))


def test_unfinished_response_does_not_block_shutdown(make_site, real_db):
    site = make_site()
    with socket.create_connection(("localhost", urlsplit(site.url).port)) as slow:
        # A body that is announced and never sent: nothing is under way yet.
        slow.sendall(b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        site.web_processes[0]._popen.send_signal(signal.SIGTERM)

        assert site.web_processes[0]._popen.wait(60) == 0


def test_served_instance_refuses_the_embedded_server(real_db):
    served = {**real_db.env, "DATABASE_URL": "postgres://nusa@localhost:1/nusa", "REDIS_URL": "redis://localhost:1/0"}

    refused = manage("serve", "--port", "0", env=served)

    assert refused.returncode == 1
    assert "manage.py serve_all" in refused.stderr


def test_killed_server_keeps_acknowledged_data_and_restarts(make_site, real_db):
    site = make_site()
    token = re.search(r"csrftoken=(\w+)", get(f"{site.url}/masuk/").headers["set-cookie"])[1]
    headers = {"Content-Type": "application/json", "Cookie": f"csrftoken={token}", "X-CSRFToken": token}

    answer = get(f"{site.url}/api/v1/login/code", headers, data=json.dumps({"phone": "+628120000001"}).encode())
    site.kill()

    assert answer.status == 200, answer.body
    assert LoginCode.objects.count() == 1
    with sqlite3.connect(real_db.var_dir / "nusa.sqlite3") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    site.start()
    assert get(f"{site.url}/-/ready").status == 200


def test_port_of_the_command_line_is_the_one_that_links_name(settings):
    settings.PORT, settings.PUBLIC_URL = 8000, "http://localhost:8000"
    serve.follow_port(8141)
    assert settings.PUBLIC_URL == "http://localhost:8141"

    settings.PUBLIC_URL = "https://nusa.example"
    serve.follow_port(8142)
    assert settings.PUBLIC_URL == "https://nusa.example"


def test_simulated_courier_follows_the_port_of_the_command_line_and_real_ones_do_not(settings):
    settings.SIMULATED_COURIER, settings.PORT, settings.SIMULATED_COURIER_PORT = True, 8000, 8200
    settings.COURIERS = simulated_couriers(8200)
    serve.follow_courier(8141)
    assert (settings.SIMULATED_COURIER_PORT, settings.COURIERS["JNE"]["url"]) == (8341, "http://127.0.0.1:8341/v1/jne")

    settings.COURIERS = real = {"JNE": {"url": "https://jne.example", "key": "k"}}
    serve.follow_courier(8142)
    assert (8341, real) == (settings.SIMULATED_COURIER_PORT, settings.COURIERS)


USABLE = {"url": "https://jne.example/v1", "key": "k"}


@pytest.mark.parametrize(
    "change",
    [
        {"url": ""},
        {"url": "jne.example"},
        {"url": "ftp://jne.example"},
        {"url": "https://"},
        {"key": ""},
        {"codes": []},
    ],
    ids=["no url", "no scheme", "another scheme", "no host", "no key", "codes that are a list"],
)
def test_courier_that_cannot_be_asked_is_refused_at_the_start(change):
    assert require_usable({"JNE": USABLE}) == {"JNE": USABLE}

    with pytest.raises(ImproperlyConfigured, match="JNE"):
        require_usable({"JNE": {**USABLE, **change}})
    with pytest.raises(ImproperlyConfigured, match="JNE"):
        require_usable({"JNE": "https://jne.example"})
