"""Journals are sealed in blocks: all of them, once, in a chain that anybody can check."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.actions import sealing
from payments.domain import sealed_records
from payments.domain.sealed_records import NO_HEAD, LedgerKeyUnusable
from payments.maintenance import block_checks
from payments.models import Account, Block, Journal, Leaf, LedgerKey, Sealer, Transfer
from payments.queries import sealing as queries
from payments.writers import ledger
from superapp.core import scheduler
from tests.payments.test_merkle import root_by_definition

OTHER_SEED = "b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk"


@pytest.fixture
def pay(wallet, entry, now):
    """Post so many journals between ana and bo, a moment ago or at another time."""
    ana, bo = wallet("ana", 100_000), wallet("bo")

    def post(count=1, *, at=now, **fields):
        return [ledger.post(entry(ana, bo, 10, **fields), now=at).journal_id for _ in range(count)]

    return post


@pytest.fixture
def later(now):
    return now + timedelta(minutes=1)


def check(now, **options):
    return [str(one) for one in block_checks.check_blocks(now=now, **options).violations]


def test_journals_are_sealed_in_a_chain_of_signed_blocks(pay, later, db):
    pay(3)
    assert sealing.seal_block(now=later) == 4
    pay(2)

    assert sealing.seal_block(now=later) == 2

    first, second = Block.objects.order_by("number")
    assert (first.number, first.previous, first.leaves) == (1, NO_HEAD, 4)
    assert (second.number, second.previous, second.leaves) == (2, first.head, 2)
    header = sealed_records.encode_header(queries.to_header(second))
    assert sealed_records.is_header_signed(header, second.signature, LedgerKey.objects.get().public)
    assert sorted(Leaf.objects.values_list("journal_id", flat=True)) == sorted(
        Journal.objects.values_list("pk", flat=True)
    )
    assert check(later) == []


def test_root_is_that_of_the_records_in_their_order(pay, later, db):
    pay(6)
    sealing.seal_block(now=later)

    ordered = list(Leaf.objects.order_by("index").values_list("journal_id", flat=True))

    records = queries.read_records(ordered)
    texts = [sealed_records.encode_leaf(records[pk]) for pk in ordered]
    assert Block.objects.get().root == root_by_definition(texts).hex()


def test_accounts_that_are_known_are_not_read_again(pay, later, db):
    pay(2)
    sealing.seal_block(now=later)
    assert sealing.known_accounts == {pk: str(public) for pk, public in Account.objects.values_list("pk", "public_id")}
    pay(2)

    with CaptureQueriesContext(connection) as asked:
        assert sealing.seal_block(now=later) == 2

    assert not [query for query in asked if '"payments_account"' in query["sql"]]
    assert check(later) == []


def test_few_accounts_are_known(pay, later, monkeypatch, db):
    monkeypatch.setattr(sealing, "ACCOUNTS_MAX", 1)
    sealing.known_accounts.update({-1: "", -2: ""})
    pay()

    sealing.seal_block(now=later)

    assert not {-1, -2} & sealing.known_accounts.keys()
    assert check(later) == []


def test_hold_that_is_resolved_is_named(wallet, entry, now, later, db):
    ana, bo = wallet("ana", 100_000), wallet("bo")
    held = ledger.post(entry(ana, bo, 10, phase="hold", expires_at=later), now=now)
    [hold] = Transfer.objects.filter(journal_id=held.journal_id)
    taken = ledger.post(entry(ana, bo, 10, phase="capture", pending_id=hold.pk), now=now)

    [transfer] = queries.read_records([taken.journal_id])[taken.journal_id].transfers

    assert transfer.pending == f"{hold.journal.public_id}:{hold.line}"
    assert (transfer.debit, transfer.credit) == (str(ana.public_id), str(bo.public_id))


def test_leaf_names_nobody(pay, later, make_user, wallet, entry, now, db):
    ana = make_user("ana", name="Ana Wijaya")
    [journal] = pay(memo="untuk bakso", actor_id=ana.pk)

    text = sealed_records.encode_leaf(queries.read_records([journal])[journal]).decode()

    for personal in ("Ana", "bakso", "wallet:", str(ana.public_id), ana.public_id.hex, str(ana.phone)):
        assert personal not in text
    row = Journal.objects.get(pk=journal)
    assert row.memo_hash in text
    assert str(row.public_id) in text
    assert sealed_records.hash_actor(str(row.public_id), str(ana.public_id)) in text


def test_fresh_journals_wait_for_the_delay(pay, now, db):
    pay(2)

    assert sealing.seal_block(now=now + sealing.TRAILING_DELAY - timedelta(milliseconds=1)) == 0
    assert sealing.seal_block(now=now + sealing.TRAILING_DELAY) == 3


def test_empty_ledger_and_a_sealed_one_write_nothing(pay, later, db):
    assert sealing.seal_due(later) == 1  # What filled the wallet of ana.
    for _ in range(3):
        sealing.seal_due(later)
    before = list(Sealer.objects.values())

    assert sealing.seal_due(later) == 0
    assert list(Sealer.objects.values()) == before
    assert Block.objects.count() == 1


def test_nothing_is_sealed_without_a_key(pay, later, settings, db):
    settings.LEDGER_KEY = ""
    pay()

    assert sealing.seal_due(later) == 0
    assert not Block.objects.exists()
    assert check(later + timedelta(days=1)) == []


def test_large_backlog_takes_several_blocks(pay, later, monkeypatch, db):
    monkeypatch.setattr(sealing, "LEAVES_MAX", 3)
    pay(7)

    assert sealing.seal_due(later) == 8
    assert list(Block.objects.order_by("number").values_list("leaves", flat=True)) == [3, 3, 2]
    assert check(later) == []


def test_journal_that_is_skipped_at_first_is_sealed_later(pay, now, later, db):
    pay(1, at=now + timedelta(minutes=5))
    pay(2)
    sealing.seal_due(later)
    sealing.seal_due(later)
    assert Leaf.objects.count() == 3

    sealing.seal_due(now + timedelta(minutes=6))

    assert Leaf.objects.count() == Journal.objects.count() == 4


@pytest.mark.served_only
def test_late_commit_with_a_lower_id_is_sealed(real_db, pay, later):
    posted, may_commit = threading.Event(), threading.Event()

    def post_slowly():
        with transaction.atomic():
            pay()
            posted.set()
            assert may_commit.wait(20)
        connection.close()

    pay()
    slow = threading.Thread(target=post_slowly)
    # Its own accounts, since the other transaction has locked those of ana and bo.
    slow.start()
    assert posted.wait(20)
    Sealer.objects.get_or_create(pk=1)
    with connection.cursor() as cursor:  # An id above that of the other, committed before it.
        cursor.execute(
            "INSERT INTO payments_journal (public_id, kind, reference, memo_hash, event_at, posted_at)"
            " SELECT gen_random_uuid(), kind, '', '', event_at, posted_at FROM payments_journal LIMIT 1"
        )
    for _ in range(3):
        sealing.seal_due(later)
    unsealed_yet = Journal.objects.filter(leaf=None).count()
    may_commit.set()
    slow.join()
    late = Journal.objects.get(leaf=None)
    assert unsealed_yet == 0
    assert late.pk < Journal.objects.order_by("-pk").first().pk

    assert sealing.seal_due(later) == 1
    for _ in range(3):
        sealing.seal_due(later)
    assert Sealer.objects.get().settled == Journal.objects.order_by("-pk").first().pk
    assert check(later) == []


@pytest.mark.parametrize("rounds", [1, 4])
def test_two_sealers_seal_each_journal_once(real_db, pay, later, in_threads, rounds):
    for _ in range(rounds):
        pay(5)
        answers = in_threads(*[lambda: sealing.seal_block(now=later)] * 4)
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
    sealing.seal_due(later)

    assert Leaf.objects.count() == Journal.objects.count()
    assert list(Block.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, Block.objects.count() + 1)
    )
    assert check(later) == []


def test_crash_in_the_middle_of_sealing_leaves_nothing(real_db, pay, later, monkeypatch):
    pay(3)
    whole = sealing.append_block

    def die(*arguments):
        whole(*arguments)
        raise ConnectionError("the process was killed")

    monkeypatch.setattr(sealing, "append_block", die)
    with pytest.raises(ConnectionError):
        sealing.seal_block(now=later)
    assert (Block.objects.count(), Leaf.objects.count()) == (0, 0)
    monkeypatch.setattr(sealing, "append_block", whole)

    assert sealing.seal_block(now=later) == 4
    assert Block.objects.get().number == 1
    assert check(later) == []


def test_sealing_goes_on_in_a_restored_database(pay, later, db):
    pay()
    for _ in range(3):
        sealing.seal_due(later)
    Sealer.objects.update(reached_stamp=2**60)  # Of a cluster that counted much further.
    pay()

    newest = Journal.objects.order_by("-pk").values_list("pk", flat=True)[0]
    # A transaction that is open elsewhere in the cluster holds it up for as long as it lasts.
    for _ in range(200):
        sealing.seal_due(later)
        if Sealer.objects.get().settled == newest:
            break
        time.sleep(0.05)

    assert Sealer.objects.get().settled == newest


@pytest.mark.parametrize("column", ["number", "previous"])
def test_block_that_does_not_follow_is_refused(pay, later, column, db):
    pay()
    sealing.seal_block(now=later)
    last = Block.objects.get()
    other = {"number": 3} if column == "number" else {"previous": "1" * 64}
    fields = {"number": 2, "previous": last.head, "root": "2" * 64, "head": "3" * 64, "leaves": 1} | other

    with pytest.raises(IntegrityError, match="follows the block before it"), transaction.atomic():
        Block.objects.create(**fields, sealed_at=later, key=last.key, signature="")


def test_rotated_key_is_signed_by_the_one_before(pay, later, settings, db):
    pay()
    sealing.seal_block(now=later)
    old = settings.LEDGER_KEY
    new = sealing.rotate_key(OTHER_SEED, now=later)
    pay()
    sealing.seal_block(now=later)  # By a process that still has the old key.
    settings.LEDGER_KEY = OTHER_SEED
    pay()
    sealing.seal_block(now=later)

    assert list(Block.objects.order_by("number").values_list("key", flat=True)) == [1, 1, 2]
    statement = sealed_records.encode_statement(queries.to_statement(new))
    assert sealed_records.is_statement_signed(statement, new.signature, sealed_records.public_key_of(old))
    assert check(later) == []

    settings.LEDGER_KEY = old
    pay()
    with pytest.raises(LedgerKeyUnusable):
        sealing.seal_block(now=later)
    with pytest.raises(LedgerKeyUnusable):
        sealing.rotate_key(OTHER_SEED, now=later)
    assert Block.objects.count() == 3


def test_unregistered_key_seals_nothing(pay, later, settings, db):
    pay()
    sealing.seal_block(now=later)
    settings.LEDGER_KEY = OTHER_SEED
    pay()

    with pytest.raises(LedgerKeyUnusable):
        sealing.seal_block(now=later)
    assert (Block.objects.count(), LedgerKey.objects.count()) == (1, 1)


def test_rotate_command_replaces_the_file_of_the_embedded_mode(pay, later, settings, tmp_path, capsys, db):
    settings.VAR_DIR, settings.SERVED = tmp_path, False
    (tmp_path / "ledger_key").write_text(settings.LEDGER_KEY)

    call_command("ledger_key", "rotate")

    seed = (tmp_path / "ledger_key").read_text()
    assert seed not in capsys.readouterr().out
    assert (tmp_path / "ledger_key").stat().st_mode & 0o777 == 0o600
    assert LedgerKey.objects.get(number=2).public == sealed_records.public_key_of(seed)
    call_command("ledger_key", "show")
    assert LedgerKey.objects.get(number=1).public in capsys.readouterr().out


def test_rotate_command_prints_the_key_when_served(settings, tmp_path, capsys, db):
    settings.VAR_DIR, settings.SERVED = tmp_path, True

    call_command("ledger_key", "rotate")

    seed = capsys.readouterr().out.partition("LEDGER_KEY=")[2].split()[0]
    assert LedgerKey.objects.get(number=2).public == sealed_records.public_key_of(seed)
    settings.LEDGER_KEY = ""
    with pytest.raises(CommandError, match="LEDGER_KEY is not set"):
        call_command("ledger_key", "rotate")


def test_sealer_is_a_periodic_task():
    assert "payments.actions.sealing.seal_due" in scheduler.periodic_tasks
