"""One-time codes of members (TOTP, RFC 6238), and their secrets under seal."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from pyotp.utils import strings_equal

__all__ = ["STEP_SECONDS", "InvalidToken", "find_step", "make_secret", "make_uri", "seal", "unseal"]

STEP_SECONDS = 30
# A clock may be wrong by one step in either direction.
STEPS_OFF_MAX = 1


def make_secret() -> str:
    return pyotp.random_base32()


def make_uri(secret: str, *, name: str) -> str:
    """Return the ``otpauth:`` address from which an authenticator app takes the secret."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=settings.BRAND_NAME)


def find_step(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """
    Return the number of the step whose code this is, or None.

    Steps up to ``after`` were used and are not accepted again.
    """
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    # All are compared, so that the time it takes says nothing.
    found = [
        step
        for step in range(current - STEPS_OFF_MAX, current + STEPS_OFF_MAX + 1)
        if strings_equal(totp.generate_otp(step), code)
    ]
    return next((step for step in found if step > after), None)


def seal(secret: str) -> str:
    """Encrypt a secret with a key made from ``SECRET_KEY``, so that a copy of the database alone reveals none."""
    return _cipher().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """
    Decrypt a secret.

    :raises InvalidToken: if ``SECRET_KEY`` is another one than it was sealed with
    """
    return _cipher().decrypt(sealed.encode()).decode()


def _cipher() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"console one-time codes")
    return Fernet(urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))
