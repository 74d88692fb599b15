"""Guards of packets and slots refuse raw SQL on both databases, and none of them can go missing."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, InternalError, connection, transaction

import angpao.migrations
from angpao import api
from angpao.maintenance import guards
from angpao.models import Packet, Slot
from tests.angpao.conftest import open_one

REFUSALS = (IntegrityError, DataError, InternalError)


@pytest.fixture
def scene(ana, bo, cici, send, now):
    """A packet of which bo opened the first of two slots, a finished one, and one that went back; ids by name."""
    half, done, back = send(mode="equal"), send(slots=1), send(slots=1)
    open_one(half, bo, now)
    open_one(done, bo, now)
    Packet.objects.filter(pk=back.pk).update(return_at=now + timedelta(days=1))
    assert api.return_due(now + timedelta(days=1)) == 2
    late = send(mode="equal")
    open_one(late, bo, now)
    first, second = Slot.objects.filter(packet=late).order_by("position")
    return {
        "open": late.pk,
        "done": done.pk,
        "back": back.pk,
        "first": first.pk,
        "second": second.pk,
        "ana": ana.pk,
        "bo": bo.pk,
        "cici": cici.pk,
        "journal": "01890000000070008000000000000009",
        "at": "'2027-03-01 02:03:04+00'" if connection.vendor == "postgresql" else "'2027-03-01 02:03:04'",
        "late": "'2099-03-01 02:03:04+00'" if connection.vendor == "postgresql" else "'2099-03-01 02:03:04'",
        "next": 900,
    }


OPEN = "UPDATE angpao_slot SET opened_by_id = {who}, opened_at = {at}, journal = '{{journal}}' WHERE id = {{{of}}}"
FILL = "INSERT INTO angpao_slot (id, packet_id, position, amount_sen, opened_by_id, opened_at, journal) VALUES ({{next}}, {{{of}}}, {position}, {amount}, NULL, NULL, NULL)"
CLOSE = "UPDATE angpao_packet SET state = '{state}', closed_at = {{at}} WHERE id = {{{of}}}"
COPY = "INSERT INTO angpao_packet (public_id, sender_id, audience, is_group, mode, total_sen, least_sen, slot_count, message, seed, commitment, state, sent_at, expires_at, return_at, closed_at) SELECT '01890000000070008000000000000008', sender_id, audience, is_group, {mode}, {total}, least_sen, {slots}, message, seed, commitment, {state}, sent_at, {expires}, return_at, {closed} FROM angpao_packet WHERE id = {{open}}"
SOUND = {
    "mode": "mode",
    "total": "total_sen",
    "slots": "slot_count",
    "state": "state",
    "expires": "expires_at",
    "closed": "NULL",
}
ILLEGAL = {
    # Slots.
    "slot opened twice": OPEN.format(who="{cici}", at="{at}", of="first"),
    "slot closed again": "UPDATE angpao_slot SET opened_by_id = NULL, opened_at = NULL, journal = NULL WHERE id = {first}",
    "second slot of a person": OPEN.format(who="{bo}", at="{at}", of="second"),
    "slot of the sender": OPEN.format(who="{ana}", at="{at}", of="second"),
    "slot opened too late": OPEN.format(who="{cici}", at="{late}", of="second"),
    "slot opened at no time": "UPDATE angpao_slot SET opened_by_id = {cici}, journal = '{journal}' WHERE id = {second}",
    "slot opened for no money": "UPDATE angpao_slot SET opened_by_id = {cici}, opened_at = {at} WHERE id = {second}",
    "slot opened with the money of another": "UPDATE angpao_slot SET opened_by_id = {cici}, opened_at = {at}, journal = (SELECT journal FROM angpao_slot WHERE id = {first}) WHERE id = {second}",
    "slot of a returned packet": "UPDATE angpao_slot SET opened_by_id = {cici}, opened_at = {at}, journal = '{journal}' WHERE packet_id = {back}",
    "richer slot": "UPDATE angpao_slot SET amount_sen = amount_sen + 100 WHERE id = {second}",
    "slot of another packet": "UPDATE angpao_slot SET packet_id = {done}, position = 7 WHERE id = {second}",
    "slot in another place": "UPDATE angpao_slot SET position = 7 WHERE id = {second}",
    "slot deleted": "DELETE FROM angpao_slot WHERE id = {second}",
    "slot too many": FILL.format(of="open", position=2, amount=100),
    "place used twice": FILL.format(of="open", position=1, amount=100),
    "slot beyond the total": FILL.format(of="open", position=1, amount=100_000_000),
    "slot of nothing": FILL.format(of="open", position=1, amount=0),
    "slot below nothing": FILL.format(of="open", position=1, amount=-100),
    "slot of a closed packet": FILL.format(of="done", position=0, amount=100),
    # Packets.
    "packet deleted": "DELETE FROM angpao_packet WHERE id = {open}",
    "packet of somebody else": "UPDATE angpao_packet SET sender_id = {bo} WHERE id = {open}",
    "packet for others": "UPDATE angpao_packet SET audience = 'chat.conversation:x' WHERE id = {open}",
    "smaller packet": "UPDATE angpao_packet SET total_sen = 100 WHERE id = {open}",
    "packet with a lower minimum": "UPDATE angpao_packet SET least_sen = 100 WHERE id = {open}",
    "other seed": "UPDATE angpao_packet SET seed = 'ab' WHERE id = {open}",
    "other commitment": "UPDATE angpao_packet SET commitment = 'ab' WHERE id = {open}",
    "other message": "UPDATE angpao_packet SET message = 'x' WHERE id = {open}",
    "packet that lasts longer": "UPDATE angpao_packet SET expires_at = {late}, return_at = {late} WHERE id = {open}",
    "finished with a slot left": CLOSE.format(state="finished", of="open"),
    "closed at no time": "UPDATE angpao_packet SET state = 'returned' WHERE id = {open}",
    "opened again": "UPDATE angpao_packet SET state = 'open', closed_at = NULL WHERE id = {back}",
    "finished after it went back": CLOSE.format(state="finished", of="back"),
    "returned after it was finished": CLOSE.format(state="returned", of="done"),
    "state that nobody knows": CLOSE.format(state="lost", of="open"),
    "packet that begins closed": COPY.format(**SOUND | {"state": "'returned'", "closed": "{at}"}),
    "packet of nothing": COPY.format(**SOUND | {"total": "0"}),
    "packet without slots": COPY.format(**SOUND | {"slots": "0"}),
    "packet for a crowd": COPY.format(**SOUND | {"slots": "501"}),
    "packet in another mode": COPY.format(**SOUND | {"mode": "'greedy'"}),
    "packet that ends before it begins": COPY.format(**SOUND | {"expires": "sent_at"}),
}


def contents():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM angpao_packet ORDER BY id")
        packets = cursor.fetchall()
        cursor.execute("SELECT * FROM angpao_slot ORDER BY id")
        return packets, cursor.fetchall()


@pytest.mark.parametrize("what", ILLEGAL)
def test_database_refuses_from_raw_sql(what, scene):
    before = contents()

    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ILLEGAL[what].format(**scene))

    assert contents() == before


def test_statements_are_refused_for_what_they_say(scene):
    legal = OPEN.format(who="{cici}", at="{at}", of="second")

    with connection.cursor() as cursor:
        cursor.execute(COPY.format(**SOUND).format(**scene))
        cursor.execute(legal.format(**scene))
        cursor.execute(CLOSE.format(state="finished", of="open").format(**scene))

    assert Packet.objects.get(pk=scene["open"]).state == "finished"


@pytest.mark.embedded_only
def test_sqlite_refuses_replacing_a_row(scene):
    before = contents()

    for table in ("packet", "slot"):
        with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT OR REPLACE INTO angpao_{table} SELECT * FROM angpao_{table}")

    assert contents() == before


@pytest.mark.served_only
def test_postgresql_refuses_truncation(real_db, scene):
    before = contents()

    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE angpao_packet, angpao_slot")

    assert contents() == before


def test_migrated_database_has_every_guard(db):
    assert guards.missing(connection) == []


def test_missing_guard_is_named(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER angpao_slot_opened_once ON angpao_slot")
        else:
            cursor.execute("DROP TRIGGER angpao_slot_opened_once")

    named = guards.missing(connection)

    assert [one.split()[-1] for one in named] == ["angpao_slot_opened_once"]
    guards.install(connection)
    assert guards.missing(connection) == []


def test_every_migration_ends_with_the_guards():
    modules = [
        importlib.import_module(f"angpao.migrations.{found.name}")
        for found in pkgutil.iter_modules(angpao.migrations.__path__)
    ]

    assert len(modules) >= 1
    assert [type(one.Migration.operations[-1]) for one in modules] == [guards.InstallGuards] * len(modules)
