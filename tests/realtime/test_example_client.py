"""The client of ``docs/examples``, which knows the protocol alone: what two of them say arrives once, in order."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path

import pytest
from django.conf import settings

from chat import api as chat
from chat.models import Message
from superapp.accounts import api as accounts
from superapp.core import clock
from tests.harness.servers import wait_until
from tests.screens.world import session_of

FILE = Path(__file__).parents[2] / "docs/examples/client.py"
LINES_MAX = 150
SAID = 40


@pytest.fixture
def example():
    spec = importlib.util.spec_from_file_location("example_client", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def talk(real_db, make_user):
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=clock.now())
    return ana, bo, str(chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=clock.now()).public_id)


def bodies(client, conversation):
    rows = client.messages.get(conversation, {})
    return [rows[seq]["body"] for seq in sorted(rows)]


def test_example_client_is_short():
    assert len(FILE.read_text().splitlines()) <= LINES_MAX


@pytest.mark.timeout(120)
def test_two_example_clients_agree_after_a_killed_server(example, site, talk):
    assert settings.SESSION_COOKIE_NAME == "sessionid"
    ana, bo, conversation = talk
    address = site.url.replace("http", "ws", 1) + "/ws"
    clients = [example.Client(address, session_of(user, now=clock.now())) for user in (ana, bo)]
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    try:
        for number in range(SAID):
            clients[number % 2].send(conversation, f"pesan {number}")
            if number == SAID // 2:
                wait_until(lambda: len(bodies(clients[0], conversation)) > SAID // 4, "some messages")
                site.web_processes[0].kill()
                site.web_processes[0].start()

        for client in clients:
            wait_until(lambda client=client: len(bodies(client, conversation)) == SAID, "all messages", 60)
    finally:
        for client in clients:
            client.is_over = True
        for thread in threads:
            thread.join()

    stored = list(Message.objects.order_by("seq").values_list("body", flat=True))
    assert bodies(clients[0], conversation) == bodies(clients[1], conversation) == stored
    assert sorted(stored) == sorted(f"pesan {number}" for number in range(SAID))
    for one in range(2):
        mine = [body for body in stored if int(body.split()[1]) % 2 == one]
        assert mine == [f"pesan {number}" for number in range(one, SAID, 2)]
