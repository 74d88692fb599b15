"""Inclusion proofs: for the two sides, checked by an independent verifier, refused with a reason when altered."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.urls import reverse

from payments import api
from payments.actions import sealing
from payments.domain.proofs import ProofRejected, encode_proof, verify_proof
from payments.domain.sealed_records import public_key_of
from payments.errors import ProofPending, ReceiptNotFound
from payments.queries.proofs import get_proof
from superapp.core.money import Money
from tests.payments.purses import PIN, browser_of

pytestmark = pytest.mark.usefixtures("still_clock")
ROOT = Path(__file__).resolve().parents[2]
OTHER_SEED = "b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk"


@pytest.fixture
def ana(make_payer):
    return make_payer("ana", 100_000_00)


@pytest.fixture
def sent(ana, bo, now):
    """Three transfers of ana to bo; the second one's journal."""
    return [
        api.send_to_person(
            sender_id=ana.pk,
            receiver=bo.public_id,
            amount=Money(15_000_00),
            memo="bakso ✓",
            pin=PIN,
            idempotency_key=f"k{number}",
            now=now,
        ).public_id
        for number in range(3)
    ][1]


@pytest.fixture
def sealed(sent, now, settings):
    """The proof's document, of a ledger whose key was replaced once."""
    sealing.get_signing_key(now=now)
    sealing.rotate_key(OTHER_SEED, now=now)
    settings.LEDGER_KEY = OTHER_SEED
    assert sealing.seal_block(now=now + timedelta(minutes=1)) == 4
    return sent


@pytest.fixture
def document(sealed, ana):
    return encode_proof(get_proof(ana.pk, sealed))


def verify_independently(document):
    """Verify as an auditor would from docs/proofs.md, with nothing of ours."""
    proof = json.loads(document)
    publics = []
    for key in proof["keys"]:
        statement = json.loads(key["statement"])
        publics.append(statement["public"])
        check(publics[max(len(publics) - 2, 0)], b"nusa ledger key\0", key["statement"], key["signature"])
    check(publics[-1], b"nusa ledger block\0", proof["block"], proof["signature"])
    block = json.loads(proof["block"])
    node = hashlib.sha256(b"\0" + proof["leaf"].encode()).digest()
    index, last, path = proof["index"], block["leaves"] - 1, [bytes.fromhex(one) for one in proof["path"]]
    while last:
        if index % 2:
            node = hashlib.sha256(b"\1" + path.pop(0) + node).digest()
        elif index < last:
            node = hashlib.sha256(b"\1" + node + path.pop(0)).digest()
        index, last = index // 2, last // 2
    assert (node.hex(), path) == (block["root"], [])
    return json.loads(proof["leaf"])


def check(public, context, text, signature):
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public + "="))
    key.verify(bytes.fromhex(signature), context + text.encode())


def test_proof_holds_for_an_independent_verifier(document, sealed):
    leaf = verify_independently(document)

    assert leaf["journal"] == str(sealed)
    assert leaf["transfers"][0]["amount"] == "1500000"
    with pytest.raises(InvalidSignature):
        verify_independently(document.replace(b'\\"leaves\\":4', b'\\"leaves\\":5'))


def test_both_sides_download_the_same_proof_and_nobody_else(document, sealed, ana, bo, make_user):
    address = reverse("payments:receipt_proof", args=[sealed])

    mine, theirs = (browser_of(person).get(address) for person in (ana, bo))

    assert mine.content == theirs.content == document
    assert mine["Content-Type"] == "application/json"
    assert mine["Content-Disposition"].startswith('attachment; filename="bukti-')
    assert browser_of(make_user("eve")).get(address).status_code == 404
    with pytest.raises(ReceiptNotFound):
        get_proof(make_user("eva").pk, sealed)


def test_proof_names_nobody(document, ana, bo):
    for personal in (ana.name, bo.name, str(ana.public_id), str(bo.public_id), str(ana.phone)):
        assert personal not in document.decode()


def test_page_says_that_the_proof_is_being_sealed(sent, ana, settings, now):
    browser = browser_of(ana)

    page = browser.get(reverse("payments:receipt", args=[sent])).content.decode()
    early = browser.get(reverse("payments:receipt_proof", args=[sent]))

    assert "Bukti sedang disegel, biasanya dalam 5 detik." in page
    assert "segel.json" not in page
    assert early.status_code == 409
    with pytest.raises(ProofPending):
        get_proof(ana.pk, sent)
    sealing.seal_block(now=now + timedelta(minutes=1))
    page = browser.get(reverse("payments:receipt", args=[sent])).content.decode()
    assert "Transaksi ini sudah disegel" in page
    assert "segel.json" in page
    settings.LEDGER_KEY = ""


def test_page_of_an_instance_that_does_not_seal_promises_nothing(sent, ana, settings):
    settings.LEDGER_KEY = ""

    page = browser_of(ana).get(reverse("payments:receipt", args=[sent])).content.decode()

    assert "disegel" not in page


def altered(document):
    """Yield each field's name, and the document with that field alone changed."""
    proof = json.loads(document)
    flip = {"0": "1"}
    changes = {
        "format": "nusa-ledger-proof-2",
        "leaf": proof["leaf"].replace("1500000", "1500001"),
        "index": proof["index"] + 1,
        "path": proof["path"][1:],
        "path of another": [flip.get(proof["path"][0][0], "0") + proof["path"][0][1:], *proof["path"][1:]],
        "block": proof["block"].replace('"leaves":4', '"leaves":5'),
        "signature": "00" * 64,
        "memo": {**proof["memo"], "text": "bakso"},
        "salt": {**proof["memo"], "salt": "0"},
        "keys": proof["keys"][:1],
        "keys in another order": proof["keys"][::-1],
        "no keys": [],
        "unknown": 1,
    }
    fields = {"path of another": "path", "salt": "memo", "keys in another order": "keys", "no keys": "keys"}
    for name, value in changes.items():
        yield name, json.dumps({**proof, fields.get(name, name): value}).encode()
    for part in ("statement", "signature"):
        keys = json.loads(document)["keys"]
        keys[1][part] = keys[1][part].replace("a", "b").replace("0", "1")
        yield f"key's {part}", json.dumps({**proof, "keys": keys}).encode()


REASONS = {
    "format": "no proof of a kind",
    "leaf": "not in the block",
    "index": "not in the block",
    "path": "not in the block",
    "path of another": "not in the block",
    "block": "signature is wrong",
    "signature": "signature is wrong",
    "memo": "memo is not that of the journal",
    "salt": "memo is not that of the journal",
    "keys": "names another key",
    "keys in another order": "chain of keys is broken",
    "no keys": "no proof of a kind",
    "unknown": "no proof, or it is damaged",
    "key's statement": "chain of keys is broken",
    "key's signature": "chain of keys is broken",
}


def test_proof_with_any_field_altered_is_refused_with_the_reason(document):
    assert verify_proof(document).memo == "bakso ✓"
    told = {}
    for name, forged in altered(document):
        with pytest.raises(ProofRejected) as refused:
            verify_proof(forged)
        told[name] = str(refused.value)

    assert {name: reason for name, reason in REASONS.items() if reason not in told[name]} == {}
    assert told.keys() == REASONS.keys()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"format": 1}', b"x" * 300_000])
def test_file_that_is_no_proof_is_refused(content):
    with pytest.raises(ProofRejected, match=r"no proof|too large"):
        verify_proof(content)


def test_command_verifies_without_a_database(document, tmp_path, capsys):
    file, keys, heads = tmp_path / "bukti.json", tmp_path / "keys.json", tmp_path / "heads.jsonl"
    file.write_bytes(document)
    call_command("ledger_key", "show")
    keys.write_text(capsys.readouterr().out)
    call_command("ledger_heads", "export", str(heads))

    told = subprocess.run(
        [sys.executable, "manage.py", "verify_receipt", file, "--key", keys, "--heads", heads],
        cwd=ROOT,
        env={
            **os.environ,
            "VAR_DIR": str(tmp_path / "elsewhere"),
            "DJANGO_SETTINGS_MODULE": "superapp.settings",
            "DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "PUBLIC_URL": "https://nusa.example",
            "SECRET_KEY": "s" * 60,
            "SMS_URL": "https://sms.example/",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, told.stderr
    assert "Genuine: journal " in told.stdout
    assert "1500000 IDR" in told.stdout
    assert "The witness has the same head." in told.stdout


def test_command_refuses_what_a_witness_or_a_key_contradicts(document, tmp_path, capsys):
    file, keys, heads = tmp_path / "bukti.json", tmp_path / "keys.json", tmp_path / "heads.jsonl"
    file.write_bytes(document)
    x = public_key_of("b2YtYS1zdHJhbmdlcnMta2V5LTAwMTIzNDU2Nzg5MDE")
    keys.write_text(json.dumps({"keys": [{"x": x}]}))
    call_command("ledger_heads", "export", str(heads))

    with pytest.raises(CommandError, match="no key of the chain is one that you trust"):
        call_command("verify_receipt", str(file), "--key", str(keys))
    heads.write_text(heads.read_text().replace(":4,", ":3,"))
    with pytest.raises(CommandError, match="the witness has another head of block 1"):
        call_command("verify_receipt", str(file), "--heads", str(heads))
    heads.write_text("")
    with pytest.raises(CommandError, match="the witness has no head of block 1"):
        call_command("verify_receipt", str(file), "--heads", str(heads))
    call_command("verify_receipt", str(file))
    assert "Compare the first key with the operator's" in capsys.readouterr().out
