"""The simulated bank lets its client in, and nobody else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from payments.adapters import bank_keys, snap_signatures
from payments.adapters.snap_signatures import format_timestamp
from tests.payments import test_snap_signatures as snap_vector
from tests.payments.test_snap_signatures import BODY
from tests.simulators.snap_client import moment

INQUIRY, ASKED = "/account-inquiry-internal", {"beneficiaryAccountNo": "1000000001"}


def off_by(**difference) -> str:
    return format_timestamp(datetime.now(UTC) + timedelta(**difference))


def test_token_is_issued_for_a_signed_request(bank):
    status, answer = bank.ask_token()

    assert (status, answer["responseCode"]) == (200, "2007300")
    assert (answer["tokenType"], answer["expiresIn"]) == ("Bearer", "900")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (None, {"X-SIGNATURE": "x"}, "4017300"),
        (None, {"X-SIGNATURE": None}, "4007302"),
        (None, {"X-CLIENT-KEY": "eve"}, "4017300"),
        (None, {"X-TIMESTAMP": "now"}, "4007301"),
        ({"grantType": "password"}, {}, "4007301"),
        ({}, {}, "4007302"),
        ([], {}, "4007300"),
    ],
)
def test_token_request_of_nobody_is_refused(bank, body, headers, code):
    status, answer = bank.ask_token(body, **headers)

    assert (f"{status}", answer["responseCode"]) == (code[:3], code)
    assert "accessToken" not in answer


def test_token_request_signed_by_a_stranger_is_refused(bank):
    timestamp = moment()
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signature = snap_signatures.sign_token_request(stranger, client_id=bank.keys.client_id, timestamp=timestamp)

    assert bank.ask_token(**{"X-TIMESTAMP": timestamp, "X-SIGNATURE": signature})[0] == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-SIGNATURE": "x"}, "4011500"),
        ({"X-SIGNATURE": snap_vector.SIGNATURE}, "4011500"),
        ({"X-SIGNATURE": None}, "4001502"),
        ({"Authorization": "Bearer eve"}, "4011501"),
        ({"Authorization": "eve"}, "4011501"),
        ({"Authorization": None}, "4001502"),
        ({"X-PARTNER-ID": "eve"}, "4011500"),
        ({"X-PARTNER-ID": None}, "4001502"),
        ({"X-EXTERNAL-ID": "x1"}, "4001501"),
        ({"X-EXTERNAL-ID": "1" * 37}, "4001501"),
        ({"X-EXTERNAL-ID": None}, "4001502"),
        ({"CHANNEL-ID": None}, "4001502"),
        ({"X-TIMESTAMP": "2027-03-01 09:03:04"}, "4001501"),
    ],
    ids=[
        "no base64",
        "signature of another",
        "no signature",
        "unknown token",
        "no bearer",
        "no token",
        "other partner",
        "no partner",
        "external id no number",
        "external id too long",
        "no external id",
        "no channel",
        "no time",
    ],
)
def test_request_that_the_client_did_not_sign_now_is_refused(bank, headers, code):
    status, answer = bank.order(INQUIRY, ASKED, **headers)

    assert (f"{status}", answer["responseCode"]) == (code[:3], code)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_request_of_another_time_is_refused(bank, minutes):
    status, answer = bank.order(INQUIRY, ASKED, **{"X-TIMESTAMP": off_by(minutes=minutes)})

    assert (status, answer["responseCode"]) == (401, "4011500")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_request_a_little_off_is_served(bank, minutes):
    assert bank.order(INQUIRY, ASKED, **{"X-TIMESTAMP": off_by(minutes=minutes)})[0] == 200


def test_body_that_was_changed_is_refused(bank):
    timestamp, path = moment(), f"/v1.0{INQUIRY}"
    signature = snap_signatures.sign_request(
        bank.keys.client_secret,
        method="POST",
        path=path,
        access_token=bank.token,
        body=json.dumps(ASKED).encode(),
        timestamp=timestamp,
    )

    changed = {"beneficiaryAccountNo": "1000000002"}
    status, answer = bank.order(INQUIRY, changed, **{"X-TIMESTAMP": timestamp, "X-SIGNATURE": signature})

    assert (status, answer["responseCode"]) == (401, "4011500")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 30_000])
def test_body_that_is_no_object_is_refused(bank, raw):
    status, answer = bank.order(INQUIRY, raw=raw)

    assert (status, answer["responseCode"]) == (400, "4001500")


def test_body_that_is_too_large_is_refused(bank):
    assert bank.order(INQUIRY, raw=b"{" + b" " * 70_000 + b"}")[1]["responseCode"] == "4001500"


def test_external_id_is_taken_once_a_day(bank):
    number = {"X-EXTERNAL-ID": f"{datetime.now(UTC):%H%M%S%f}"}

    assert bank.order(INQUIRY, ASKED, **number)[0] == 200
    assert bank.order(INQUIRY, ASKED, **number)[1]["responseCode"] == "4091500"


def test_refused_request_does_not_use_up_its_external_id(bank):
    number = {"X-EXTERNAL-ID": f"1{datetime.now(UTC):%H%M%S%f}"}

    assert bank.order(INQUIRY, ASKED, **number, **{"X-SIGNATURE": "x"})[0] == 401
    assert bank.order(INQUIRY, ASKED, **number)[0] == 200


def test_other_method_is_refused(bank):
    assert bank.send("/v1.0/transfer-intrabank", b"", {}, method="GET")[1]["responseCode"] == "4051701"
    assert bank.send("/v1.0/access-token/b2b", b"", {}, method="PUT")[1]["responseCode"] == "4057301"


def test_published_example_is_signed_alike_and_expired(bank):
    path, sent_at = "/qr/qr-mpm-generate", snap_vector.SIGNED["timestamp"]
    signed = snap_signatures.sign_request(snap_vector.SECRET, **snap_vector.SIGNED, body=json.dumps(BODY).encode())

    old = bank.order(path, BODY, **{"X-TIMESTAMP": sent_at, "X-SIGNATURE": signed})
    now = bank.order(path, BODY)

    assert signed == snap_vector.SIGNATURE
    assert (old[1]["responseCode"], old[1]["responseMessage"]) == ("4014700", "Unauthorized. X-TIMESTAMP")
    # All that is wrong with its body is its age.
    assert now[1]["responseMessage"] == "Invalid Field Format {validityPeriod}"


def test_controls_take_json_alone(bank):
    form = {"Content-Type": "text/plain"}
    status, _ = bank.send("/faults", b'{"name": "delay", "times": 1}', form)

    assert status == 415


def test_keys_made_by_both_sides_at_once_fit(tmp_path, in_threads):
    in_threads(*[lambda: bank_keys.ensure_keys(tmp_path)] * 3)

    keys = bank_keys.load(tmp_path)
    assert keys.client_public.public_numbers() == keys.client_private.public_key().public_numbers()
    assert keys.bank_private is not None
    assert keys.bank_public.public_numbers() == keys.bank_private.public_key().public_numbers()
    assert (len(keys.va_prefix), len(keys.pan_prefix), keys.nmid[:2]) == (8, 8, "ID")
    assert {path.name for path in tmp_path.iterdir()} == {
        "client.json",
        *(f"{side}_{kind}.pem" for side in ("client", "bank") for kind in ("private", "public")),
    }
    assert all((path.stat().st_mode & 0o077) == 0 for path in tmp_path.iterdir())


def test_keys_that_are_there_are_kept(tmp_path):
    bank_keys.ensure_keys(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    bank_keys.ensure_keys(tmp_path)

    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_private_key_of_a_real_bank_is_not_needed(tmp_path: Path):
    bank_keys.ensure_keys(tmp_path)
    (tmp_path / "bank_private.pem").unlink()

    assert bank_keys.load(tmp_path).bank_private is None


@pytest.mark.parametrize(
    ("name", "content"),
    [("client.json", "[]"), ("client.json", "{}"), ("client_private.pem", "x"), ("bank_public.pem", "x")],
)
def test_files_that_are_no_keys_are_refused(tmp_path, name, content):
    bank_keys.ensure_keys(tmp_path)
    (tmp_path / name).write_text(content)

    with pytest.raises(ValueError):  # noqa: PT011  The message is cryptography's, and changes with its versions.
        bank_keys.load(tmp_path)
