"""The records of the sealed ledger, byte by byte: whoever keeps one must find the same bytes in years."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from payments.domain import sealed_records
from payments.domain.sealed_records import BlockHeader, KeyStatement, LeafRecord, TransferRecord

SEED = "b2YtdGhlLWxlZGdlci0wMTIzNDU2Nzg5LTAxMjM0NTY"
OTHER_SEED = "b2YtYW5vdGhlci1sZWRnZXIta2V5LTAxMjM0NTY3ODk"
# The example of RFC 8037, appendices A.1 to A.3.
RFC_SEED = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_leaf_is_compact_json_in_a_fixed_order():
    transfer = TransferRecord(line=0, phase="posted", debit="d", credit="c", amount="1500000", asset="IDR")
    leaf = LeafRecord(
        journal="j", kind="transfer", reference="r", actor="a", reverses="", memo_hash="m", event_at="e",
        posted_at="p", transfers=[transfer],
    )  # fmt: skip

    text = sealed_records.encode_leaf(leaf)

    assert text == (
        b'{"journal":"j","kind":"transfer","reference":"r","actor":"a","reverses":"","memo_hash":"m","event_at":"e",'
        b'"posted_at":"p","transfers":[{"line":0,"phase":"posted","debit":"d","credit":"c","amount":"1500000",'
        b'"asset":"IDR","pending":"","expires_at":""}],"v":1}'
    )
    assert sealed_records.hash_record(leaf) == hashlib.sha256(b"\0" + text).digest()


def test_header_and_its_head_are_compact_json_and_its_hash():
    header = BlockHeader(block=2, previous="f", root="e", leaves=3, sealed_at="t", key="k")

    text = sealed_records.encode_header(header)

    assert text == b'{"block":2,"previous":"f","root":"e","leaves":3,"sealed_at":"t","key":"k"}'
    assert sealed_records.compute_head(text) == hashlib.sha256(text).hexdigest()
    assert sealed_records.NO_HEAD == "0000000000000000000000000000000000000000000000000000000000000000"


def test_statement_names_a_lost_key_only_where_it_replaced_one():
    first = KeyStatement(key="k", public="p", previous="k", since="s")
    later = KeyStatement(key="k", public="p", previous="k", since="s", replaces="l")

    assert sealed_records.encode_statement(first) == b'{"key":"k","public":"p","previous":"k","since":"s"}'
    assert sealed_records.encode_statement(later).endswith(b',"replaces":"l"}')
    assert sealed_records.describe_replacement(later) == "key k took the place of lost key l on s"


def test_moment_is_written_in_utc_to_the_microsecond():
    jakarta = timezone(timedelta(hours=7))

    assert sealed_records.format_moment(datetime(2027, 3, 1, 9, tzinfo=jakarta)) == "2027-03-01T02:00:00.000000Z"
    assert sealed_records.format_moment(datetime(2027, 3, 1, 2, 0, 0, 7, tzinfo=UTC)) == "2027-03-01T02:00:00.000007Z"
    assert sealed_records.format_moment(None) == ""


def test_person_is_another_hash_in_each_journal():
    one, other, person = (f"01890000-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))

    hashed = sealed_records.hash_actor(one, person)

    both = bytes.fromhex("01890000000070008000000000000001" + "01890000000070008000000000000003")
    assert hashed == hashlib.sha256(both).hexdigest()
    assert sealed_records.hash_actor(other, person) != hashed


def test_memo_is_hashed_behind_its_salt():
    assert sealed_records.hash_memo("salt", "bakso ✓") == hashlib.sha256("saltbakso ✓".encode()).hexdigest()


def test_key_has_the_public_half_and_the_name_of_the_standard():
    assert sealed_records.public_key_of(RFC_SEED) == RFC_PUBLIC
    assert sealed_records.make_key_id(RFC_PUBLIC) == RFC_THUMBPRINT
    assert sealed_records.to_jwks([RFC_PUBLIC]) == {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": RFC_THUMBPRINT, "x": RFC_PUBLIC}]
    }


@pytest.mark.parametrize("written", [SEED + "=", f" {SEED}\n"], ids=["padded", "blanks around it"])
def test_seed_is_read_as_people_copy_it(written):
    assert sealed_records.public_key_of(written) == sealed_records.public_key_of(SEED)


@pytest.mark.parametrize("seed", ["", SEED[:-3], SEED + "AAA"], ids=["none", "short", "long"])
def test_seed_of_another_length_is_refused(seed):
    with pytest.raises(ValueError, match="a key has 32 bytes"):
        sealed_records.private_key(seed)


def test_signature_is_over_the_kind_of_record_and_its_text():
    key = sealed_records.private_key(SEED)

    assert sealed_records.sign_header(b"{}", SEED) == key.sign(b"nusa ledger block\0{}").hex()
    assert sealed_records.sign_statement(b"{}", SEED) == key.sign(b"nusa ledger key\0{}").hex()


def test_signature_holds_for_its_text_kind_and_key_alone():
    public, other = (sealed_records.public_key_of(seed) for seed in (SEED, OTHER_SEED))
    of_header, of_statement = sealed_records.sign_header(b"{}", SEED), sealed_records.sign_statement(b"{}", SEED)

    assert sealed_records.is_header_signed(b"{}", of_header, public) is True
    assert sealed_records.is_statement_signed(b"{}", of_statement, public) is True
    refused = [
        sealed_records.is_header_signed(b"[]", of_header, public),
        sealed_records.is_header_signed(b"{}", of_statement, public),
        sealed_records.is_statement_signed(b"{}", of_header, public),
        sealed_records.is_header_signed(b"{}", of_header, other),
        sealed_records.is_header_signed(b"{}", "no hex", public),
        sealed_records.is_header_signed(b"{}", of_header, "no key"),
    ]
    assert refused == [False] * 6
