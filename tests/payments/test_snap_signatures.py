"""Signatures between us and a bank: the published example, and everything that a signature names."""

from __future__ import annotations

import base64
import json
import subprocess
import timeit
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from payments.adapters import snap_signatures

# A worked example that Midtrans, a payment provider, publishes.
SECRET = "myclientsecret"
SIGNED = {
    "method": "POST",
    "path": "/v1.0/qr/qr-mpm-generate",
    "access_token": "myaccesstoken",
    "timestamp": "2024-03-05T10:37:16.196Z",
}
BODY = {
    "partnerReferenceNo": "2020102900000000000001",
    "amount": {"value": "12345678.00", "currency": "IDR"},
    "feeAmount": {"value": "12345678.00", "currency": "IDR"},
    "merchantId": "00007100010926",
    "terminalId": "213141251124",
    "validityPeriod": "2009-07-03T12:08:56-07:00",
}
BODY_HASH = "01463f60dbb6ca538581579dd95b31c8ba9fc6600eca750e4d8460ca4e402111"
SIGNATURE = "wmzT7yjg1SxxCsxNsFgCR9SYXiZGGbceF6fV8xe97sAMHxZ+7OEBMIBmvb6Sj6GcksGp3iv77DiomgSbcST3XQ=="
BODIES = [json.dumps(BODY, separators=(",", ":")).encode(), json.dumps(BODY, indent=2).encode()]
NOTIFIED = {
    "method": "POST",
    "path": "/v1.0/qr/qr-mpm-notify",
    "body": b'{"amount": "1"}',
    "timestamp": "2027-03-01T09:03:04+07:00",
}


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.parametrize("body", BODIES, ids=["without blanks", "with blanks"])
def test_request_is_signed_as_in_the_published_example(body):
    assert snap_signatures.hash_body(body) == BODY_HASH
    assert snap_signatures.sign_request(SECRET, **SIGNED, body=body) == SIGNATURE
    assert snap_signatures.is_request_signed(SIGNATURE, SECRET, **SIGNED, body=body)


def test_blanks_and_quotes_inside_of_a_text_are_signed():
    body = rb'{ "a" : "x  y \" : z\\" , "b":1 }'

    assert snap_signatures.hash_body(body) == snap_signatures.hash_body(rb'{"a":"x  y \" : z\\","b":1}')
    assert snap_signatures.hash_body(body) != snap_signatures.hash_body(rb'{"a":"x y \" : z\\","b":1}')


@pytest.mark.parametrize("piece", [b'\\"', b'"\\', b" "], ids=["quotes", "escapes", "blanks"])
def test_body_of_a_stranger_is_hashed_in_time_that_grows_with_its_length(piece):
    """A signature, right or wrong, has the body hashed, and all of a process waits for that."""
    seconds = timeit.timeit(lambda: snap_signatures.hash_body(b'"' + piece * 8_000), number=1)

    assert seconds < 0.2, "16 KiB took seconds where each quote was looked at to the end of the body"


@pytest.mark.parametrize("name", [*SIGNED, "body", "secret"])
def test_request_with_anything_changed_is_not_signed(name):
    signed = {"secret": SECRET, **SIGNED, "body": BODIES[0]}
    signed[name] = signed[name] + (b" x" if name == "body" else "x")

    assert not snap_signatures.is_request_signed(SIGNATURE, **signed)


@pytest.mark.parametrize("signature", ["", "x", "ü", "\ud83d", SIGNATURE.lower()])
def test_signature_that_is_none_is_refused(signature, key):
    public = key.public_key()
    named = {"client_id": "nusa", "timestamp": SIGNED["timestamp"]}

    assert not snap_signatures.is_request_signed(signature, SECRET, **SIGNED, body=BODIES[0])
    assert not snap_signatures.is_token_request_signed(signature, public, **named)
    assert not snap_signatures.is_notification_signed(signature, public, **NOTIFIED)


def test_token_request_is_signed_by_the_owner_of_the_key_alone(key):
    named = {"client_id": "nusa", "timestamp": SIGNED["timestamp"]}
    signature = snap_signatures.sign_token_request(key, **named)
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()

    def is_signed(of=None, **changed):
        return snap_signatures.is_token_request_signed(signature, of or key.public_key(), **{**named, **changed})

    assert is_signed()
    assert not is_signed(of=stranger)
    assert not is_signed(client_id="eve")
    assert not is_signed(timestamp="2024-03-05T10:37:16.197Z")


@pytest.mark.parametrize("name", list(NOTIFIED))
def test_notification_with_anything_changed_is_not_signed(name, key):
    signature = snap_signatures.sign_notification(key, **NOTIFIED)
    assert snap_signatures.is_notification_signed(signature, key.public_key(), **NOTIFIED)

    changed = {**NOTIFIED, name: NOTIFIED[name] + (b"x" if name == "body" else "x")}

    assert not snap_signatures.is_notification_signed(signature, key.public_key(), **changed)


def test_openssl_verifies_a_notification_of_ours(key, tmp_path):
    signature = snap_signatures.sign_notification(key, **NOTIFIED)
    files = {name: tmp_path / name for name in ("key.pem", "signature", "text")}
    files["key.pem"].write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    files["signature"].write_bytes(base64.b64decode(signature))
    named = f"{NOTIFIED['method']}:{NOTIFIED['path']}:{snap_signatures.hash_body(NOTIFIED['body'])}"
    files["text"].write_text(f"{named}:{NOTIFIED['timestamp']}")

    command = ["openssl", "dgst", "-sha256", "-verify", files["key.pem"], "-signature", files["signature"]]
    assert "Verified OK" in subprocess.run([*command, files["text"]], capture_output=True, text=True, check=True).stdout


def test_timestamp_is_of_western_indonesia():
    assert snap_signatures.format_timestamp(datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)) == "2027-03-01T09:03:04+07:00"
