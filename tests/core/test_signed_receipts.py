"""Receipts: what we signed is known as ours by anybody, and nothing else is."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from superapp.core import signed_receipts

# RFC 8037, appendix A: a key, its thumbprint, and the signature of one sentence.
RFC_SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
RFC_SIGNED = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
RFC_SIGNATURE = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
OTHER_SEED = base64.urlsafe_b64encode(b"another-key-of-32-bytes-01234567").decode()
DOCUMENT = {"total": {"asset": "IDR", "amount_minor": 125_000_00}, "order": "0198", "shop": "Warung “Bu Tini” ☕"}


@pytest.fixture
def rfc_key(settings):
    settings.RECEIPT_KEY = RFC_SEED
    settings.RECEIPT_KEYS_BEFORE = []


def parts(receipt):
    return receipt.split(".")


def as_text(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_signing_key_equals_the_jwk_of_the_standard(rfc_key):
    assert signed_receipts.current_key() == signed_receipts.PublicKey(RFC_THUMBPRINT, RFC_PUBLIC)
    assert signed_receipts.current_key().jwk() == {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "use": "sig",
        "kid": RFC_THUMBPRINT,
        "x": RFC_PUBLIC,
    }


def test_signature_equals_the_example_of_the_standard():
    key = Ed25519PrivateKey.from_private_bytes(signed_receipts.decode_seed(RFC_SEED))

    signature = base64.urlsafe_b64encode(key.sign(RFC_SIGNED.encode())).decode().rstrip("=")

    assert signature == RFC_SIGNATURE


def test_receipt_contains_what_was_signed_and_is_deterministic(rfc_key):
    receipt = signed_receipts.sign(DOCUMENT)

    assert signed_receipts.verify(receipt) == DOCUMENT
    assert signed_receipts.sign(dict(reversed(DOCUMENT.items()))) == receipt
    assert json.loads(as_text(parts(receipt)[0])) == {"alg": "EdDSA", "kid": RFC_THUMBPRINT, "typ": "receipt"}
    assert as_text(parts(receipt)[1]) == (
        '{"order":"0198","shop":"Warung “Bu Tini” ☕","total":{"amount_minor":12500000,"asset":"IDR"}}'
    )


def test_receipt_with_any_changed_character_is_invalid(rfc_key):
    receipt = signed_receipts.sign({"order": "0198"})
    alphabet = "ABab01-_."
    changed = [
        receipt[:place] + letter + receipt[place + 1 :]
        for place in range(len(receipt))
        for letter in alphabet
        if letter != receipt[place]
    ]

    assert len(changed) > 1_000
    assert [one for one in changed if signed_receipts.verify(one) is not None] == []


@pytest.mark.parametrize(
    "receipt",
    [
        *("", ".", "..", "a.b", "a.b.c.d", "é.é.é", "e30.e30.", "bnVsbA.e30.AA", "." * 20_000),
        *("WyJhbGciXQ.e30.AA", "ImFsZyI.e30.AA"),  # The headers ["alg"] and "alg".
    ],
)
def test_malformed_receipt_is_not_verified(receipt):
    assert signed_receipts.verify(receipt) is None


def test_receipt_with_another_algorithm_is_invalid(rfc_key):
    header, document, signature = parts(signed_receipts.sign({"order": "0198"}))
    for alg in ("none", "HS256", None):
        forged = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": RFC_THUMBPRINT}).encode()).decode().rstrip("=")

        assert signed_receipts.verify(f"{forged}.{document}.{signature}") is None
        assert signed_receipts.verify(f"{forged}.{document}.") is None
    assert signed_receipts.verify(f"{header}.{document}.{signature}") == {"order": "0198"}


def test_receipt_of_a_former_key_verifies_and_of_a_foreign_key_does_not(settings):
    settings.RECEIPT_KEY, settings.RECEIPT_KEYS_BEFORE = RFC_SEED, []
    old = signed_receipts.sign(DOCUMENT)

    settings.RECEIPT_KEY = OTHER_SEED
    as_a_strangers = signed_receipts.verify(old)
    settings.RECEIPT_KEYS_BEFORE = [RFC_PUBLIC]

    assert as_a_strangers is None
    assert signed_receipts.verify(old) == DOCUMENT
    assert [key.x for key in signed_receipts.public_keys()][1:] == [RFC_PUBLIC]
    assert signed_receipts.sign(DOCUMENT) != old


def test_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        signed_receipts.decode_seed("AAAA")
