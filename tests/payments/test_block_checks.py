"""The checks of blocks find and name whatever was changed while the guards were off, and so does a witness."""

# ruff: noqa: E501  # A statement is read best on one line.

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments.actions import sealing
from payments.domain import sealed_records
from payments.maintenance import block_checks, periodic_tasks
from payments.models import Block, Leaf, NightlyProof, Transfer
from payments.queries import sealing as queries
from payments.writers import ledger
from tests.payments.test_integrity_checks import guards_off
from tests.payments.test_nightly import NIGHT

CHAIN, LEAF, ROOT = block_checks.CHAIN_RULE, block_checks.LEAF_RULE, block_checks.ROOT_RULE
SIGNATURE, UNSEALED, KEYS = block_checks.SIGNATURE_RULE, block_checks.UNSEALED_RULE, block_checks.KEYS_RULE


@pytest.fixture
def later(now):
    return now + timedelta(minutes=1)


@pytest.fixture
def scene(real_db, wallet, entry, now, later):
    """Three blocks of two journals each; ids by name."""
    ana, bo = wallet("ana", 10_000), wallet("bo")
    journals = []
    for number in range(6):
        journals.append(ledger.post(entry(ana, bo, 10, memo=f"m{number}"), now=now).journal_id)
        if number % 2:
            sealing.seal_block(now=later + timedelta(seconds=number))
    sealing.seal_due(later)
    return {
        "ana": ana.pk,
        "journal": journals[2],
        "transfer": Transfer.objects.get(journal_id=journals[2]).pk,
        "head": Block.objects.get(number=1).head,
    }


LIES = {
    "another amount": ("UPDATE payments_transfer SET amount = 11 WHERE id = {transfer}", LEAF, "journal {journal}"),
    "another kind": ("UPDATE payments_journal SET kind = 'gift' WHERE id = {journal}", LEAF, "journal {journal}"),
    "another memo": ("UPDATE payments_journal SET memo_hash = 'x' WHERE id = {journal}", LEAF, "journal {journal}"),
    "another reference": ("UPDATE payments_journal SET reference = 'x' WHERE id = {journal}", LEAF, "journal {journal}"),
    "another day": ("UPDATE payments_journal SET posted_at = '2027-01-01 00:00:00' WHERE id = {journal}", LEAF, "journal {journal}"),
    "another receiver": ("UPDATE payments_transfer SET credit_id = debit_id, debit_id = credit_id WHERE id = {transfer}", LEAF, "journal {journal}"),
    "a deleted transfer": ("DELETE FROM payments_transfer WHERE id = {transfer}", LEAF, "journal {journal}"),
    "a deleted journal": ("DELETE FROM payments_journal WHERE id = {journal}", LEAF, "journal {journal}"),
    "an account under another name": ("UPDATE payments_account SET public_id = '01890000000070008000000000000009' WHERE id = {ana}", LEAF, "journal {journal}"),
    "a deleted leaf": ("DELETE FROM payments_leaf WHERE journal_id = {journal}", ROOT, "block 2"),
    "leaves that changed places": ("UPDATE payments_leaf SET \"index\" = 7 WHERE journal_id = {journal}", ROOT, "block 2"),
    "a leaf of another journal": ("UPDATE payments_leaf SET journal_id = 999 WHERE journal_id = {journal}", LEAF, "journal 999"),
    "another root": ("UPDATE payments_block SET root = previous WHERE number = 2", ROOT, "block 2"),
    "another time of a block": ("UPDATE payments_block SET sealed_at = '2027-01-01 00:00:00' WHERE number = 2", CHAIN, "block 2"),
    "another head": ("UPDATE payments_block SET head = root WHERE number = 2", CHAIN, "block 2"),
    "another block before": ("UPDATE payments_block SET previous = root WHERE number = 2", CHAIN, "block 2"),
    "a deleted block": ("DELETE FROM payments_block WHERE number = 2", CHAIN, "block 2"),
    "a deleted last block": ("DELETE FROM payments_block WHERE number = 3", CHAIN, "block 3"),
    "all blocks deleted": ("DELETE FROM payments_block", CHAIN, "block 1"),
    "a signature of nobody": ("UPDATE payments_block SET signature = '00' WHERE number = 2", SIGNATURE, "block 2"),
    "another key": ("UPDATE payments_ledgerkey SET public = 'b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk'", KEYS, "key 1"),
}  # fmt: skip


def found(now, **options):
    return block_checks.check_blocks(now=now, **options).violations


def tamper(statement):
    with guards_off(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0


def test_untouched_blocks_break_no_rule(scene, later, capsys):
    result = block_checks.check_blocks(now=later)

    assert (result.violations, result.blocks, result.journals) == ([], 3, 7)
    assert result.per_second > 0
    call_command("check_ledger")
    assert "7 sealed journals in 3 blocks were read, " in capsys.readouterr().out


@pytest.mark.parametrize("lie", LIES)
def test_change_behind_the_guards_is_found_with_its_row(lie, scene, later, capsys):
    statement, rule, row = LIES[lie]
    tamper(statement.format(**scene))

    violations = found(later)

    assert [one for one in violations if one.rule == rule and one.row == row.format(**scene)], violations
    with pytest.raises(CommandError):
        call_command("check_ledger")
    assert f"{rule}: {row.format(**scene)}" in capsys.readouterr().err


def test_every_rule_is_shown_to_find_its_violation():
    assert {rule for _statement, rule, _row in LIES.values()} | {UNSEALED} == set(block_checks.RULES)


def test_journal_added_below_what_was_sealed_is_found(scene, later):
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_journal SET id = -5 WHERE id = %s", [scene["journal"]])
        cursor.execute("UPDATE payments_transfer SET journal_id = -5 WHERE id = %s", [scene["transfer"]])
    sealing.seal_due(later)
    late = later + block_checks.UNSEALED_AGE_MAX

    unsealed = [one for one in found(late) if one.rule == UNSEALED]

    assert [one.row for one in unsealed] == ["journal -5"]
    assert "added below what was sealed" in unsealed[0].detail


def test_journals_that_nobody_seals_are_found(scene, wallet, entry, now):
    ledger.post(entry(wallet("cy", 50), wallet("dee"), 5), now=now)

    assert found(now + block_checks.UNSEALED_AGE_MAX) == []
    late = found(now + block_checks.UNSEALED_AGE_MAX + timedelta(seconds=1))
    assert {one.rule for one in late} == {UNSEALED}


def test_incremental_check_reads_later_blocks_alone(scene, now, later):
    tamper(f"UPDATE payments_transfer SET amount = 11 WHERE id = {scene['transfer']}")

    third = block_checks.check_blocks(now=later, since=later + timedelta(seconds=5))
    second = block_checks.check_blocks(now=later, since=later + timedelta(seconds=2))

    assert (third.blocks, third.violations) == (1, [])
    assert second.blocks == 2
    assert [one.row for one in second.violations] == [f"journal {scene['journal']}"]
    assert block_checks.check_blocks(now=later, since=later + timedelta(days=1)).blocks == 0


def test_nightly_check_names_a_changed_journal(scene, now):
    tamper(f"UPDATE payments_journal SET kind = 'gift' WHERE id = {scene['journal']}")
    NightlyProof.objects.create(date=NIGHT, begun_at=now)

    periodic_tasks.check_and_report(NIGHT, now)

    findings = NightlyProof.objects.get().findings
    assert [one for one in findings if one.startswith(f"{LEAF}: journal {scene['journal']} ")]


def test_block_signed_anew_by_another_key_is_found(scene, later, settings):
    block = Block.objects.get(number=2)
    header = sealed_records.encode_header(queries.to_header(block))
    stranger = "b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk"
    tamper(f"UPDATE payments_block SET signature = '{sealed_records.sign_header(header, stranger)}' WHERE number = 2")

    assert [(one.rule, one.row) for one in found(later)] == [(SIGNATURE, "block 2")]


def rewrite_everything(journal, settings):
    """Change a journal, and seal the whole chain anew with the right key, as its owner could."""
    with guards_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_journal SET reference = 'x' WHERE id = %s", [journal])
        hashes = dict(Leaf.objects.values_list("journal_id", "hash"))
        for pk, record in queries.read_records(list(hashes)).items():
            hashes[pk] = sealed_records.hash_record(record)
            Leaf.objects.filter(pk=pk).update(hash=hashes[pk])
        head = sealed_records.NO_HEAD
        for block in Block.objects.select_related("key").order_by("number"):
            leaves = [bytes(one) for _index, _journal, one in queries.list_leaves(block.number)]
            block.previous, block.root = head, sealing.compute_root(leaves).hex()
            header = sealed_records.encode_header(queries.to_header(block))
            block.head = head = sealed_records.compute_head(header)
            block.signature = sealed_records.sign_header(header, settings.LEDGER_KEY)
            block.save()


def test_chain_that_was_sealed_anew_differs_from_what_a_witness_has(scene, later, settings, tmp_path, capsys):
    file = tmp_path / "heads.jsonl"
    call_command("ledger_heads", "export", str(file))
    assert "3 heads were written, up to block 3." in capsys.readouterr().out
    rewrite_everything(scene["journal"], settings)
    assert found(later) == []

    with pytest.raises(
        CommandError, match=r"Block 2 differs: the witness has head .*, signed by a key of ours; the chain"
    ):
        call_command("ledger_heads", "check", str(file))


def test_witness_accepts_the_chain_that_went_on(scene, wallet, entry, later, tmp_path, capsys):
    file = tmp_path / "heads.jsonl"
    call_command("ledger_heads", "export", str(file))
    ledger.post(entry(wallet("cy", 50), wallet("dee"), 5), now=later)
    sealing.seal_block(now=later + timedelta(minutes=1))

    call_command("ledger_heads", "check", str(file))

    assert "All 3 heads are in the chain, which ends with block 4." in capsys.readouterr().out
    call_command("ledger_heads", "export", str(file), "--after", "3")
    assert [json.loads(json.loads(line)["block"])["block"] for line in file.read_text().splitlines()[1:]] == [4]


def test_witness_names_a_block_that_is_missing(scene, tmp_path):
    file = tmp_path / "heads.jsonl"
    call_command("ledger_heads", "export", str(file))
    tamper("DELETE FROM payments_block WHERE number = 3")

    with pytest.raises(CommandError, match=r"Block 3 is missing in the chain. The witness has head [0-9a-f]{64}\."):
        call_command("ledger_heads", "check", str(file))


def test_witness_file_that_somebody_altered_is_not_ours(scene, tmp_path):
    file = tmp_path / "heads.jsonl"
    call_command("ledger_heads", "export", str(file))
    file.write_text(file.read_text().replace("2027-03-01", "2027-03-02"))

    with pytest.raises(CommandError, match=r"Block 1 differs: .* which no key of ours signed"):
        call_command("ledger_heads", "check", str(file))


@pytest.mark.parametrize("text", ["{", '{"block": "x", "signature": ""}', "[]", '{"signature": "00", "other": 1}'])
def test_file_that_is_none_of_heads_is_refused(text, tmp_path, db):
    file = tmp_path / "heads.jsonl"
    file.write_text(f"\n{text}\n")

    with pytest.raises(CommandError, match="line 2 is no signed head"):
        call_command("ledger_heads", "check", str(file))
