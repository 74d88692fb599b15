"""
The keys and numbers that a bank and its client have agreed on, as files in a directory.

``client.json`` holds the numbers, ``client_private.pem`` and ``bank_public.pem`` what the client needs, and
``client_public.pem`` and ``bank_private.pem`` what the bank does. Of a real bank, ``bank_private.pem`` is never here.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

NUMBERS_FILE = "client.json"
KEY_BITS = 2048
# The number of the simulated bank; no bank of the country has it.
SIMULATED_BANK_CODE = "900"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientNumbers:
    """
    The names and numbers of a client of a bank.

    ``va_prefix`` has 8 characters, padded with spaces on the left; ``pan_prefix`` is the national number of the bank as
    an acquirer, ``nmid`` the client's number in the national register of merchants.
    """

    client_id: str
    client_secret: str
    partner_id: str
    channel_id: str
    va_prefix: str
    bank_code: str
    account_number: str
    pan_prefix: str
    nmid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankKeys(ClientNumbers):
    """The numbers, and the keys of both sides; the private key of a real bank is None."""

    client_private: RSAPrivateKey
    client_public: RSAPublicKey
    bank_private: RSAPrivateKey | None
    bank_public: RSAPublicKey


def ensure_keys(directory: Path) -> None:
    """
    Make what is missing of the keys between the client and the simulated bank.

    Both sides call this, and the first to finish a file decides its content.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _ensure_file(directory / NUMBERS_FILE, lambda: json.dumps(_make_numbers(), indent=1).encode())
    for side in ("client", "bank"):
        _ensure_file(directory / f"{side}_private.pem", _make_private_key)
        # Made from the key that was kept, so that the two fit whoever was first.
        public = _load_private(directory / f"{side}_private.pem").public_key()
        _ensure_file(directory / f"{side}_public.pem", partial(_write_public, public))


def load(directory: Path) -> BankKeys:
    """
    Load the keys from a directory.

    :raises OSError: if one that a client needs is missing
    :raises ValueError: if a file is none of its kind
    """
    numbers = json.loads((directory / NUMBERS_FILE).read_bytes())
    names = {field.name for field in fields(ClientNumbers)}
    if not isinstance(numbers, dict) or not names <= numbers.keys():
        raise ValueError(f"{NUMBERS_FILE} must have {', '.join(sorted(names))}")
    client_private = _load_private(directory / "client_private.pem")
    bank_private = directory / "bank_private.pem"
    return BankKeys(
        **{name: str(numbers[name]) for name in names},
        client_private=client_private,
        client_public=client_private.public_key(),
        bank_private=_load_private(bank_private) if bank_private.exists() else None,
        bank_public=_load_public(directory / "bank_public.pem"),
    )


def _make_numbers() -> dict[str, str]:
    return {
        "client_id": f"client-{secrets.token_hex(8)}",
        "client_secret": secrets.token_urlsafe(32),
        "partner_id": "90000001",
        "channel_id": "95221",
        "va_prefix": "88008".rjust(8),
        "bank_code": SIMULATED_BANK_CODE,
        "account_number": "9000000001",
        "pan_prefix": f"93600{SIMULATED_BANK_CODE}",
        "nmid": "ID1026000000001",
    }


def _ensure_file(path: Path, make: Callable[[], bytes]) -> None:
    if path.exists():
        return
    # Linked to its name only when it is complete; of two processes the second finds the first one's file.
    fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    with fresh.open("wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _make_private_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_public(key: RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _load_private(path: Path) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path.name} is no RSA key")  # noqa: TRY004  Of the file, not of an argument.
    return key


def _load_public(path: Path) -> RSAPublicKey:
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{path.name} is no RSA key")  # noqa: TRY004  Of the file, not of an argument.
    return key
