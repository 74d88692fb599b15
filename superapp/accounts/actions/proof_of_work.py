"""
Proof of work (ALTCHA v1) that unknown browsers solve before a costly request.

The format is that of ALTCHA, version 1: ``challenge`` is the SHA-256 of ``salt`` followed by the number, ``signature``
our HMAC of the challenge. A solution is the Base64 of a JSON object with ``algorithm``, ``challenge``, ``number``,
``salt`` and ``signature``. The salt contains the challenge's expiry and subject, and ends in ``&``, so that digits
cannot shift between salt and number. A solution can be used once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

import msgspec
from django.utils.crypto import constant_time_compare, salted_hmac

from superapp.accounts.errors import ChallengeRequired
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit

ALGORITHM = "SHA-256"
# Longer than any pause, so that waiting for a turn needs no second solution.
CHALLENGE_TTL = timedelta(minutes=30)
SOLUTION_CHARS_MAX = 1_000
NONCE_BYTES = 12
SUBJECT_CHARS = 32
_SALT = re.compile(r"[0-9a-f]{24}\?expires=([0-9]{10})&for=([0-9a-f]{32})&")
_USED = RateLimit("challenge.used", 1, timedelta(days=1))


class Solution(msgspec.Struct, frozen=True):
    """The solution of a challenge as the client sends it."""

    algorithm: str
    challenge: str
    number: int
    salt: str
    signature: str


_decode_solution = msgspec.json.Decoder(Solution).decode


def check(work: int, *, subject: str, solution: str, now: datetime) -> None:
    """
    Check that no work is required or that the solution contains it, without using the solution up.

    :raises ChallengeRequired: otherwise, with a new challenge that takes up to ``work`` hashes
    """
    if work > 0 and _verify_solution(solution, subject, now) is None:
        raise _challenge(work, subject, now)


def require(work: int, *, subject: str, solution: str, now: datetime) -> None:
    """
    Check that no work is required or that the solution contains it, and use the solution up.

    Call it inside the transaction of the request, so that a refusal leaves the solution valid.

    :raises ChallengeRequired: otherwise, with a new challenge that takes up to ``work`` hashes
    """
    check(work, subject=subject, solution=solution, now=now)
    solved = _verify_solution(solution, subject, now) if work > 0 else None
    if solved is not None and not _is_first_use(solved):
        raise _challenge(work, subject, now)


def _challenge(work: int, subject: str, now: datetime) -> ChallengeRequired:
    """Return a new challenge that takes up to ``work`` hashes, half of that on average."""
    expires = int((now + CHALLENGE_TTL).timestamp())
    salt = f"{secrets.token_hex(NONCE_BYTES)}?expires={expires}&for={_subject_hash(subject)}&"
    challenge = _hash(salt, secrets.randbelow(work + 1))
    signature = _signature(challenge)
    return ChallengeRequired(algorithm=ALGORITHM, challenge=challenge, maxnumber=work, salt=salt, signature=signature)


def _verify_solution(written: str, subject: str, now: datetime) -> Solution | None:
    """Return the solution if it is right, signed by us, not expired and for this subject; else None."""
    try:
        solution = _decode_solution(base64.b64decode(written[:SOLUTION_CHARS_MAX], validate=True))
    except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError):
        return None
    salt = _SALT.fullmatch(solution.salt)
    if salt is None or solution.algorithm != ALGORITHM or not 0 <= solution.number < 2**53:
        return None
    is_right = (
        _expires_at(solution) > now
        and constant_time_compare(salt[2], _subject_hash(subject))
        and constant_time_compare(solution.challenge, _hash(solution.salt, solution.number))
        and constant_time_compare(solution.signature, _signature(solution.challenge))
    )
    return solution if is_right else None


def _is_first_use(solution: Solution) -> bool:
    # Counted in the window of its expiry, so that it counts as used for as long as it is valid.
    [count] = rate_limits.increment([(_USED, solution.signature)], now=_expires_at(solution))
    return count <= _USED.times


def _expires_at(solution: Solution) -> datetime:
    salt = _SALT.fullmatch(solution.salt)
    assert salt is not None, "only of a solution that was looked at"
    return datetime.fromtimestamp(int(salt[1]), UTC)


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _signature(challenge: str) -> str:
    return salted_hmac("accounts.challenge", challenge, algorithm="sha256").hexdigest()


def _subject_hash(subject: str) -> str:
    return salted_hmac("accounts.challenge.subject", subject, algorithm="sha256").hexdigest()[:SUBJECT_CHARS]
