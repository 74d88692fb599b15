"""Replacing a lost signing key: old proofs stay valid, and each check of a proof or of the heads names it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from structlog.testing import capture_logs

from payments import api
from payments.actions import sealing
from payments.domain import sealed_records
from payments.domain.proofs import ProofRejected, encode_proof, verify_proof
from payments.domain.sealed_records import KeyStatement, LedgerKeyUnusable, make_key_id, public_key_of, sign_statement
from payments.maintenance import block_checks
from payments.maintenance.periodic_tasks import alarm_replaced_keys
from payments.models import Block, LedgerKey
from payments.queries.proofs import get_proof
from superapp.core.money import Money
from tests.payments.purses import PIN

NEW_SEED = "b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk"
STRANGER_SEED = "b2YtYS1zdHJhbmdlcnMta2V5LTAwMTIzNDU2Nzg5MDE"


@pytest.fixture
def later(now):
    return now + timedelta(minutes=1)


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def send(ana, bo, now):
    def send(key):
        money = {"amount": Money(15_000_00), "memo": "bakso", "pin": PIN}
        return api.send_to_person(
            sender_id=ana.pk, receiver=bo.public_id, **money, idempotency_key=key, now=now
        ).public_id

    return send


@pytest.fixture
def lost(send, later, settings):
    """The id of the key that sealed the first block and is lost."""
    send("before")
    assert sealing.seal_block(now=later)
    settings.LEDGER_KEY = ""
    return LedgerKey.objects.get().key_id


@pytest.fixture
def replaced(lost, later, settings):
    """The new key's row, which the processes have in their settings."""
    key = sealing.replace_lost_key(NEW_SEED, lost=lost, now=later)
    settings.LEDGER_KEY = NEW_SEED
    return key


@pytest.fixture
def document(replaced, send, later, ana):
    journal = send("after")
    assert sealing.seal_block(now=later) == 1
    return encode_proof(get_proof(ana.pk, journal))


def test_sealing_goes_on_under_a_key_that_names_the_lost_one(document, replaced, lost, later):
    statement = json.loads(json.loads(document)["keys"][1]["statement"])

    assert list(Block.objects.order_by("number").values_list("key", flat=True)) == [1, 2]
    assert (statement["key"], statement["previous"], statement["replaces"]) == (replaced.key_id, replaced.key_id, lost)
    found = block_checks.check_blocks(now=later)
    assert found.violations == []
    assert [one.replaces for one in found.replacements] == [lost]


def test_key_that_was_rotated_says_nothing_of_a_replacement(ana, later, now, settings):
    sealing.get_signing_key(now=now)
    sealing.rotate_key(NEW_SEED, now=now)

    assert b"replaces" not in b"".join(
        sealed_records.encode_statement(sealing.sealing.to_statement(key)) for key in LedgerKey.objects.all()
    )


def test_verifier_is_told_of_the_replacement(document, replaced, lost):
    proof = verify_proof(document, trusted_keys=[replaced.key_id])

    assert [(one.key, one.replaces) for one in proof.replacements] == [(replaced.key_id, lost)]


def test_trust_in_the_lost_key_does_not_reach_beyond_it(document, lost):
    with pytest.raises(ProofRejected, match="the key that you trust was lost"):
        verify_proof(document, trusted_keys=[lost])


def test_trust_in_the_lost_key_holds_for_what_it_sealed(replaced, send, ana, lost):
    proof = get_proof(ana.pk, send("before"))

    assert verify_proof(encode_proof(proof), trusted_keys=[lost]).replacements == ()


def test_replacement_of_another_key_than_the_one_before_breaks_the_chain(document):
    changed = json.loads(document)
    public = public_key_of(STRANGER_SEED)
    statement = KeyStatement(
        key=make_key_id(public), public=public, previous=make_key_id(public), since="", replaces="x"
    )
    text = sealed_records.encode_statement(statement)
    forged = {"statement": text.decode(), "signature": sign_statement(text, STRANGER_SEED)}

    for keys in ([*changed["keys"], forged], [forged], [changed["keys"][0], forged]):
        with pytest.raises(ProofRejected, match="chain of keys is broken"):
            verify_proof(json.dumps(changed | {"keys": keys}).encode())


def test_key_that_is_there_is_not_replaced(ana, later, settings):
    key = sealing.get_signing_key(now=later)

    with pytest.raises(LedgerKeyUnusable, match="rotate"):
        sealing.replace_lost_key(NEW_SEED, lost=key.key_id, now=later)
    settings.LEDGER_KEY = ""
    with pytest.raises(LedgerKeyUnusable, match="not the newest key"):
        sealing.replace_lost_key(NEW_SEED, lost="other", now=later)
    assert LedgerKey.objects.count() == 1


def test_ledger_without_a_key_has_none_to_replace(ana, later, settings):
    with pytest.raises(LedgerKeyUnusable, match="not the newest key"):
        sealing.replace_lost_key(NEW_SEED, lost="", now=later)


def test_first_key_replaces_none(ana, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerKey.objects.create(number=1, key_id="k", public="p", signature="", since=now, is_replacement=True)


def test_command_replaces_a_lost_key_and_says_what_to_do(lost, settings, tmp_path, capsys):
    settings.VAR_DIR, settings.SERVED = tmp_path, True

    call_command("ledger_key", "replace", "--lost", lost)

    said = capsys.readouterr().out
    seed = said.partition("LEDGER_KEY=")[2].split()[0]
    assert LedgerKey.objects.get(is_replacement=True).public == public_key_of(seed)
    assert f"took the place of lost key {lost}" in said
    assert "ledger_heads export" in said
    with pytest.raises(CommandError, match="not the newest key"):
        call_command("ledger_key", "replace", "--lost", lost)


def test_witness_and_the_check_are_told(lost, later, settings, send, tmp_path, capsys):
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    call_command("ledger_heads", "export", str(before))
    key = sealing.replace_lost_key(NEW_SEED, lost=lost, now=later)
    call_command("ledger_heads", "check", str(before))
    unused = capsys.readouterr().out
    settings.LEDGER_KEY = NEW_SEED
    send("after")
    sealing.seal_block(now=later)
    call_command("ledger_heads", "export", str(after))
    call_command("ledger_heads", "check", str(before))
    unseen = capsys.readouterr().out
    call_command("ledger_heads", "check", str(after))
    seen = capsys.readouterr().out
    call_command("check_ledger")

    line = f"Replaced without signature: key {key.key_id} took the place of lost key {lost}"
    assert all(line in one for one in (unused, unseen, seen, capsys.readouterr().out))
    assert "it has signed no block yet; the witness does not have it" in unused
    assert "it signs from block 2 on; the witness does not have it" in unseen
    assert "it signs from block 2 on; the witness has it" in seen


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [("replaces", "replaced", "differs"), ('{\\"key\\":\\"', '{\\"key\\":\\"x', "is missing in the chain")],
    ids=["changed", "missing"],
)
def test_key_of_a_witness_that_we_do_not_have_is_named(document, tmp_path, old, new, refusal):
    file = tmp_path / "heads.jsonl"
    call_command("ledger_heads", "export", str(file))
    file.write_text(file.read_text().replace(old, new))

    with pytest.raises(CommandError, match=refusal):
        call_command("ledger_heads", "check", str(file))


def test_command_that_verifies_says_it(document, replaced, lost, tmp_path, capsys):
    file = tmp_path / "bukti.json"
    file.write_bytes(document)

    call_command("verify_receipt", str(file))

    said = capsys.readouterr().out
    assert f"Replaced without signature: key {replaced.key_id} took the place of lost key {lost}" in said
    assert f"Compare the newest replaced key with the operator's, or name it by --key: {replaced.key_id}" in said


def test_replacement_is_alarmed_for_a_week(replaced, lost, now):
    with capture_logs() as lines:
        assert (alarm_replaced_keys(now), alarm_replaced_keys(now + timedelta(days=8))) == (1, 0)

    (line,) = lines
    assert (line["event"], line["log_level"]) == ("ledger_key_replaced", "critical")
    assert f"lost key {lost}" in line["replacement"]


def test_rotated_key_is_no_alarm(ana, now):
    sealing.get_signing_key(now=now)
    sealing.rotate_key(NEW_SEED, now=now)

    assert alarm_replaced_keys(now) == 0
