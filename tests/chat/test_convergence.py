"""
Clients that applied hints and deltas equal one that read everything afresh, whatever is lost, doubled or reordered.

People send, retry, edit, recall, react, read, come and go, ask and block each other, on devices whose lines break and
whose hints get lost or arrive in any order (as they do from two processes); now and then a device comes back with
``sync``. Pages are tiny, so that everything is read in several.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chat import api
from chat.actions import preferences, sending
from chat.contracts import PostedMessage
from chat.domain.extras import MessageExtras
from chat.models import Message
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.core.errors import DomainError
from superapp.realtime import bus, sync
from tests.chat.conftest import caller_of
from tests.chat.convergence_of_attachments import AttachmentDeeds
from tests.chat.convergence_of_groups import REFUSALS, GroupDeeds
from tests.chat.in_process_server import InProcessServer
from tests.chat.model_client import ModelClient
from tests.harness import depth

# An example is forty steps of five devices, each step a commit: a second of work.
EXAMPLES = depth.examples(check=48, deep=1_000)
PARTS = 4
START = datetime(2027, 3, 1, 2, 3, 4, 567_000, tzinfo=UTC)

people = strategies.integers(0, 3)
places = strategies.integers(0, 1)
picks = strategies.integers(0, 30)
bodies = strategies.sampled_from(["halo", "sudah dikirim kak?", "baik", "👍🏽", "سلام", "berapa?"])
emojis = strategies.sampled_from(["👍", "❤️", "😂", None])
switches = strategies.sampled_from(["is_archived", "is_marked_unread", "muted_until"])
maybe = strategies.sampled_from([None, True, False])
# Mostly friendly, or nobody would have anything to say.
dealings = strategies.sampled_from(["ask", "ask", "accept", "accept", "unblock", "decline", "remove", "block"])


class Convergence(GroupDeeds, AttachmentDeeds, RuleBasedStateMachine):
    """Four people, a conversation of two of them and a group; everybody has one device that is watched."""

    @initialize()
    def begin(self) -> None:
        self.now = START
        self.in_flight: list[tuple[int, bytes]] = []
        bus.publish = self.carry  # The machine is the network.
        self.users = [accounts.create_person(name=f"Orang {place}", now=START) for place in range(4)]
        for place, user in enumerate(self.users):
            self.command(place, "accounts.profile_change", handle=f"orang.{user.pk}")
        accounts.connect_people(user_id=self.users[0].pk, peer_id=self.users[1].pk, now=START)
        self.places = [
            api.open_direct_conversation(user_id=self.users[0].pk, peer_id=self.users[1].pk, now=START).public_id,
            api.create_group(
                owner_id=self.users[0].pk, title="Arisan", member_ids=[self.users[2].pk], now=START
            ).public_id,
        ]
        self.make_link()
        self.begin_photos()
        self.clients = [ModelClient(InProcessServer(caller_of(user))) for user in self.users]
        for client in self.clients:
            client.connect()
        self.acknowledged: dict[tuple[int, int, str], tuple[PostedMessage, str]] = {}
        self.unlucky: list[tuple[int, int, str, str]] = []
        self.marked: tuple[int, int, int] | None = None
        self.carried: list[tuple[int, int, str]] = []
        self.numbers = count()
        self.mentions: list[tuple[int, str]] = []

    def carry(self, tidings: Any) -> None:
        positions = {user.pk: place for place, user in enumerate(self.users)}
        for one in tidings:
            to = [
                positions[user_id] for user_id in one.user_ids if positions[user_id] + 1 not in one.excluded_connections
            ]
            self.in_flight += [(who, one.encoded) for who in to]

    def answer(self, who: int, outcomes: list[PostedMessage | DomainError]) -> None:
        """Return what only the connection that asked is told."""
        for outcome in outcomes:
            if isinstance(outcome, PostedMessage) and self.clients[who].is_connected:
                assert len(outcome.hints) == 2
                for hint in outcome.hints:
                    self.clients[who].hear(hint)

    # What people do.

    @rule(who=people, where=places, body=bodies, count=strategies.integers(1, 4), is_answered=strategies.booleans())
    def send(self, who: int, where: int, body: str, count: int, is_answered: bool = True) -> None:
        batch = [(who, where, f"c{len(self.acknowledged)}-{len(self.unlucky)}-{one}", body) for one in range(count)]
        outcomes = log.write([self.entry(*item, connection_number=who + 1) for item in batch])
        if is_answered:
            self.answer(who, outcomes)
        else:
            self.break_line(who)
        for item, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, DomainError):
                assert outcome.code in REFUSALS
                self.unlucky.append(item)
            else:
                assert outcome.is_new
                self.acknowledged[item[:3]] = (outcome, body)

    @rule(who=people, whom=people, is_all=strategies.booleans())
    def mention(self, who: int, whom: int, is_all: bool) -> None:
        named = (*(["all"] if is_all else []), str(self.users[whom].public_id))
        entry = self.entry(who, 1, f"m{next(self.numbers)}", "halo @semua", extras=MessageExtras(mentions=named))
        [outcome] = log.write([entry])
        if isinstance(outcome, PostedMessage):
            self.mentions.append((outcome.seq, entry.client_id))

    @precondition(lambda self: self.acknowledged)
    @rule(pick=picks, is_honest=strategies.booleans())
    def retry(self, pick: int, is_honest: bool) -> None:
        key = sorted(self.acknowledged)[pick % len(self.acknowledged)]
        first, body = self.acknowledged[key]
        outcome = log.write([self.entry(*key, body if is_honest else body + "!")])[0]
        if isinstance(outcome, DomainError):
            assert (outcome.code, is_honest) == ("chat.client_id_reused", False)
        else:
            assert is_honest
            assert (outcome.seq, outcome.sent_at, outcome.is_new) == (first.seq, first.sent_at, False)

    @rule(who=people, where=places, pick=picks, body=bodies, stale=strategies.booleans())
    def edit(self, who: int, where: int, pick: int, body: str, stale: bool) -> None:
        row = self.seen(who, where, pick)
        if row:
            edits = max(0, row["edits"] - stale)
            self.attempt(api.edit_message, who, where, seq=row["seq"], body=body, edits=edits, now=self.now)

    @rule(who=people, where=places, pick=picks)
    def recall(self, who: int, where: int, pick: int) -> None:
        row = self.seen(who, where, pick)
        if row:
            self.attempt(api.recall_message, who, where, seq=row["seq"], now=self.now)

    @rule(who=people, where=places, pick=picks, emoji=emojis)
    def react(self, who: int, where: int, pick: int, emoji: str | None) -> None:
        row = self.seen(who, where, pick)
        if row:
            self.attempt(api.set_reaction, who, where, seq=row["seq"], emoji=emoji, now=self.now)

    @rule(who=people, where=places, to=places, pick=picks)
    def forward(self, who: int, where: int, to: int, pick: int) -> None:
        row = self.seen(who, where, pick)
        if row:
            source = {"source_conversation_id": self.places[where], "source_seq": row["seq"]}
            self.carry_more(sending.forward_message, who, to, **source)

    def carry_more(self, action: Any, who: int, where: int, **fields: Any) -> None:
        client_id = f"m{len(self.carried)}"
        sender = self.users[who]
        with suppress(DomainError):
            posted = action(
                conversation_id=self.places[where],
                sender_id=sender.pk,
                sender_public_id=sender.public_id,
                client_id=client_id,
                now=self.now,
                **fields,
            )
            self.carried.append((where, posted.seq, client_id))

    @rule(who=people, where=places, pick=picks, hidden=maybe, starred=maybe)
    def mark(self, who: int, where: int, pick: int, hidden: bool | None, starred: bool | None) -> None:
        row = self.seen(who, where, pick)
        if row:
            marks = {"is_hidden": hidden, "is_starred": starred}
            self.attempt_mine(api.mark_message, who, where, seq=row["seq"], now=self.now, **marks)
            self.marked = (who, where, row["seq"])

    @precondition(lambda self: self.marked)
    @rule(hidden=strategies.booleans())
    def mark_again(self, hidden: bool) -> None:
        """Change a mark that was set last, as by taking a deletion back."""
        who, where, seq = self.marked
        self.attempt_mine(api.mark_message, who, where, seq=seq, now=self.now, is_hidden=hidden)

    @rule(who=people, where=places, pick=picks)
    def read(self, who: int, where: int, pick: int) -> None:
        row = self.seen(who, where, pick)
        if row:
            self.attempt_mine(api.mark_read, who, where, seq=row["seq"])

    @rule(who=people, where=places, pick=picks)
    def receive(self, who: int, where: int, pick: int) -> None:
        row = self.seen(who, where, pick)
        if row:
            api.mark_delivered(self.users[who].pk, [(self.places[where], row["seq"])])

    @rule(who=people, where=places, draft=bodies, pinned=strategies.booleans(), hidden=strategies.booleans())
    def keep(self, who: int, where: int, draft: str, pinned: bool, hidden: bool) -> None:
        self.attempt_mine(api.update_preferences, who, where, draft=draft, is_pinned=pinned, is_hidden=hidden)

    @rule(who=people, where=places, is_on=strategies.booleans(), name=switches)
    def switch(self, who: int, where: int, is_on: bool, name: str) -> None:
        until = self.now + timedelta(hours=8) if is_on else None
        self.attempt_mine(api.update_preferences, who, where, **{name: until if name == "muted_until" else is_on})

    @rule(who=people, where=places, beside=places, below=strategies.booleans())
    def move_pinned(self, who: int, where: int, beside: int, below: bool) -> None:
        self.attempt_mine(preferences.move_pinned, who, where, beside=self.places[beside], is_below=below)

    @rule(who=people, whom=people, deed=dealings)
    def deal(self, who: int, whom: int, deed: str) -> None:
        them = str(self.users[whom].public_id)
        if deed == "ask":
            self.command(who, "accounts.contact_ask", handle=f"orang.{self.users[whom].pk}")
        elif deed in ("accept", "decline"):
            self.command(who, "accounts.contact_answer", user=them, accept=deed == "accept")
        elif deed == "remove":
            self.command(who, "accounts.contact_remove", user=them)
        else:
            self.command(who, "accounts.block", user=them, blocked=deed == "block")

    @rule(minutes=strategies.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    # What the network does.

    @precondition(lambda self: self.in_flight)
    @rule(pick=picks, again=strategies.booleans())
    def deliver(self, pick: int, again: bool) -> None:
        whose, frame = self.in_flight[pick % len(self.in_flight)]
        if not again:
            del self.in_flight[pick % len(self.in_flight)]
        if self.clients[whose].is_connected:
            self.clients[whose].hear(frame)

    @rule()
    def deliver_all_in_order(self) -> None:
        arrived, self.in_flight = self.in_flight, []
        for whose, frame in arrived:
            if self.clients[whose].is_connected:
                self.clients[whose].hear(frame)

    @precondition(lambda self: self.in_flight)
    @rule(pick=picks)
    def lose(self, pick: int) -> None:
        del self.in_flight[pick % len(self.in_flight)]

    @rule(who=people)
    def lose_all(self, who: int) -> None:
        """Then only ``sync`` can tell what happened."""
        self.in_flight.clear()
        self.equals_one_that_read_afresh(who)

    @rule(who=people)
    def lose_patience(self, who: int) -> None:
        if self.clients[who].is_connected:
            self.clients[who].lose_patience()

    @rule(who=people)
    def break_line(self, who: int) -> None:
        self.clients[who].disconnect()
        self.in_flight = [(whose, frame) for whose, frame in self.in_flight if whose != who]

    @rule(who=people)
    def come_back(self, who: int) -> None:
        self.clients[who].connect()

    # What must be true.

    @rule(who=people)
    def equals_one_that_read_afresh(self, who: int) -> None:
        client = self.clients[who]
        client.connect()
        fresh = ModelClient(client.server)
        fresh.connect()
        assert client.picture() == fresh.picture()

    @invariant()
    def nobody_holds_what_is_not_theirs(self) -> None:
        for client in getattr(self, "clients", []):
            for held in client.conversations.values():
                assert all(held.from_seq <= seq <= (held.until_seq or seq) for seq in held.rows)

    def teardown(self) -> None:
        if not hasattr(self, "clients"):
            return
        self.deliver_all_in_order()
        for who in range(len(self.clients)):
            self.equals_one_that_read_afresh(who)
        self.nothing_acknowledged_is_lost_doubled_or_reordered()
        self.photos_are_seen_with_their_message_and_gone_with_it()

    def nothing_acknowledged_is_lost_doubled_or_reordered(self) -> None:
        for where, place in enumerate(self.places):
            logged = log_of(place)
            expected = [(posted.seq, key[2]) for key, (posted, _) in self.acknowledged.items() if key[1] == where]
            expected += [(seq, client_id) for place, seq, client_id in self.carried if place == where]
            expected += self.mentions if where == 1 else []
            assert [(seq, client_id) for seq, client_id, kind in logged if kind != "event"] == sorted(expected)
            assert [seq for seq, _, _ in logged] == list(range(1, len(logged) + 1))

    def entry(self, who: int, where: int, client_id: str, body: str, **fields: Any) -> Any:
        return api.compose_message(
            conversation_id=self.places[where],
            sender_id=self.users[who].pk,
            sender_public_id=self.users[who].public_id,
            client_id=client_id,
            body=body,
            **fields,
        )

    def seen(self, who: int, where: int, pick: int) -> dict[str, Any] | None:
        """Return some message that this person's device shows."""
        held = self.clients[who].conversations.get(str(self.places[where]))
        if held is None or not held.rows:
            return None
        return held.rows[sorted(held.rows)[pick % len(held.rows)]]

    def attempt(self, action: Any, who: int, where: int, **fields: Any) -> None:
        with suppress(DomainError):
            action(conversation_id=self.places[where], by_user_id=self.users[who].pk, **fields)

    def attempt_mine(self, action: Any, who: int, where: int, **fields: Any) -> None:
        with suppress(DomainError):
            action(conversation_id=self.places[where], user_id=self.users[who].pk, **fields)

    def command(self, who: int, do: str, **fields: Any) -> None:
        with suppress(DomainError):
            InProcessServer(caller_of(self.users[who])).ask(do, **fields)


def test_rejoined_member_who_missed_a_hint_catches_up_with_the_next(real_db, monkeypatch):
    monkeypatch.setattr(bus, "publish", bus.publish)
    machine = Convergence()
    machine.begin()
    machine.send(body="halo", count=2, where=1, who=0)
    machine.leave(who=2)
    machine.deliver_all_in_order()

    machine.add(who=0, whom=2)
    machine.in_flight = [(who, frame) for who, frame in machine.in_flight if b'"on":"chat:' in frame]
    machine.deliver_all_in_order()

    machine.nobody_holds_what_is_not_theirs()
    back = machine.clients[2].conversations[str(machine.places[1])]
    assert (back.from_seq, back.until_seq, sorted(back.rows)) == (4, None, [4])


def log_of(place: Any) -> list[tuple[int, str, str]]:
    rows = Message.objects.filter(conversation__public_id=place).order_by("seq")
    return list(rows.values_list("seq", "client_id", "kind"))


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("part", range(PARTS))
def test_client_state_from_hints_equals_a_fresh_read(real_db, monkeypatch, part):
    monkeypatch.setattr(bus, "publish", bus.publish)  # Restored after the machine put itself in its place.
    monkeypatch.setattr("chat.queries.history.PAGE_MAX", 3)
    monkeypatch.setattr("chat.queries.summaries.SUMMARIES_PER_PAGE", 1)
    monkeypatch.setattr(sync, "ME_ROWS_PAGE", 2)
    run_state_machine_as_test(
        Convergence,
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
