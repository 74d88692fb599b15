"""People who were online before a restore, and what their devices must show after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from chat import api
from chat.writers import log
from superapp.accounts import api as accounts
from tests.chat.conftest import caller_of
from tests.chat.model_client import ModelClient
from tests.chat.test_convergence import InProcessServer


class Town:
    """Ana and Bo talk in two conversations, and both have a device that is online."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people = [accounts.create_person(name=name, now=now) for name in ("Ana", "Bo")]
        ana, bo = self.people
        accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
        self.places: list[UUID] = [
            api.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now).public_id,
            api.create_group(owner_id=ana.pk, title="Arisan", member_ids=[bo.pk], now=now).public_id,
        ]
        self.clients = [ModelClient(InProcessServer(caller_of(person))) for person in self.people]

    def say(self, where: int, *bodies: str) -> None:
        for body in bodies:
            entry = api.compose_message(
                conversation_id=self.places[where],
                sender_id=self.people[1].pk,
                sender_public_id=self.people[1].public_id,
                client_id=body.replace(" ", "-"),
                body=body,
            )
            log.write([entry])

    def come_back(self) -> None:
        """Every device asks what changed."""
        for client in self.clients:
            client.connect()

    def bodies(self, client: ModelClient, where: int) -> list[str]:
        rows = client.conversations[str(self.places[where])].rows
        return [rows[seq]["body"] for seq in sorted(rows) if rows[seq]["kind"] == "text"]

    def everybody_equals_one_that_reads_afresh(self) -> None:
        for client in self.clients:
            fresh = ModelClient(client.server)
            fresh.connect()
            assert client.picture() == fresh.picture()


def lose_a_life(now: datetime, *, copy: Callable[[], None], put_back: Callable[[], None]) -> Town:
    """
    Have two devices see what a restore then takes away, and more be said after it than was lost.

    ``put_back`` ends with the start of a process. No device has asked anything since it was online in the old life.
    """
    town = Town(now)
    town.say(0, "kept")
    town.say(1, "kept too")
    copy()
    town.say(0, "lost 1", "lost 2", "lost 3")
    town.say(1, "lost 4")
    town.come_back()
    assert town.bodies(town.clients[0], 0) == ["kept", "lost 1", "lost 2", "lost 3"]
    put_back()
    town.say(0, "new 1", "new 2", "new 3", "new 4", "new 5")
    return town


def nothing_is_hidden(town: Town) -> None:
    """Assert that every device shows all that the database knows, and nothing that it lost."""
    town.come_back()
    for client in town.clients:
        assert town.bodies(client, 0) == ["kept", "new 1", "new 2", "new 3", "new 4", "new 5"]
        assert town.bodies(client, 1) == ["kept too"]
    town.everybody_equals_one_that_reads_afresh()
