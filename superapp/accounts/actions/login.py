"""Log-in with a one-time code sent to a phone number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from superapp.accounts import queries
from superapp.accounts.actions import code_queue, login_throttling, proof_of_work, sms_budget
from superapp.accounts.actions.login_throttling import UnknownBrowser
from superapp.accounts.actions.people import create_person
from superapp.accounts.adapters import sms_gateways
from superapp.accounts.domain import phone_numbers
from superapp.accounts.errors import AccountClosed, CodeNotSent, CodeOver, CodeWrong
from superapp.accounts.events import PhoneMoved
from superapp.accounts.models import LoginCode, PhoneNumber, User
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit, RateLimitUse
from superapp.core import outbox
from superapp.core.errors import DomainError, RateLimited

CODE_DIGITS = 6
# For numbers with many wrong guesses: too long to be found by guessing.
LONG_CODE_DIGITS = 8
CODE_TTL = timedelta(minutes=5)
CODE_RETENTION = timedelta(days=7)
ATTEMPTS_MAX = 5
RESEND_AFTER = login_throttling.RESEND_PAUSE
# After this long without a seen device, the number is taken to be recycled to another person.
DORMANT_AFTER = timedelta(days=90)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Limits of one browser. What browsers share, a number or an address, is only slowed down: see ``login_throttling``.
KNOWN_BROWSER_LIMITS = (RateLimit("code.known.hour", 5, HOUR), RateLimit("code.known.day", 10, DAY))
UNKNOWN_BROWSER_LIMITS = (RateLimit("code.browser.hour", 10, HOUR), RateLimit("code.browser.day", 30, DAY))
KNOWN_BROWSER_GUESS_LIMIT = RateLimit("guess.known", 20, DAY)


@dataclass(frozen=True, slots=True)
class CodeSent:
    """The result of sending a code: its number of digits, and the seconds until another may be requested."""

    retry_after: int
    digits: int


@dataclass(frozen=True, slots=True)
class PhoneProof:
    """The user whose number was verified, and whether the account is new."""

    user: User
    is_new: bool


def send_login_code(*, phone: str, browser: str, address: str, now: datetime, solution: str = "") -> CodeSent:
    """
    Send a code to a number, valid only in this ``browser`` (a hash of its cookie).

    The result does not depend on whether the number has an account, except in a browser that the account knows. That
    browser has limits of its own, which strangers cannot use up.

    :raises PhoneInvalid: if it is not a phone number
    :raises CountryNotServed: if codes are not sent to its country
    :raises RateLimited: if the last code was sent too recently, or this browser requested too many
    :raises ChallengeRequired: if proof of work is required and ``solution`` does not contain it
    :raises CodesUsedUp: if the SMS budget is used up
    :raises CodeNotSent: if the gateway failed; then the number and the browser are not charged
    """
    number = phone_numbers.parse_phone_number(phone)
    try:
        if queries.is_known_browser(number=number, browser_hash=browser):
            sent = send_code_to_known_browser(number=number, browser=browser, now=now)
        else:
            phone_numbers.require_served_country(number)
            sent = _send_to_unknown_browser(UnknownBrowser(number, browser, address), solution, now)
    except DomainError as refused:
        sms_budget.requests.labels(refused.code).inc()
        raise
    sms_budget.requests.labels("sent").inc()
    return sent


def send_code_to_known_browser(*, number: str, browser: str, now: datetime) -> CodeSent:
    """
    Send a code to a number whose account knows this browser, counted only against this browser's limits.

    :raises RateLimited: if this browser requested too many codes, or one a moment ago
    :raises CodesUsedUp: if the SMS budget is used up, including its reserve
    :raises CodeNotSent: if the gateway failed; then nothing is charged
    """
    uses: list[RateLimitUse] = [(limit, f"{number}:{browser[:32]}") for limit in KNOWN_BROWSER_LIMITS]
    with transaction.atomic():
        rate_limits.consume(uses, now=now)
        sent_at = queries.get_last_code_sent_at(number=number, browser_hash=browser)
        _require_elapsed(sent_at and sent_at + RESEND_AFTER, now)
        sms_budget.spend(is_known=True, now=now)
        row, code = _new_code(number, browser, CODE_DIGITS, now)
    _send_sms(row, code, uses, now)
    return CodeSent(int(RESEND_AFTER.total_seconds()), CODE_DIGITS)


def verify_code(
    *, phone: str, code: str, browser: str, address: str, language: str, now: datetime, solution: str = ""
) -> PhoneProof:
    """
    Verify a code and return the account of its number, created if there is none.

    If the account was not used for ``DORMANT_AFTER``, the number is taken to have moved to another person, unless the
    account knows the browser. The number then moves to a new account; the old account stays unchanged, without it.

    :raises PhoneInvalid: if it is not a phone number
    :raises CodeOver: if there is no valid code; nothing is counted
    :raises ChallengeRequired: if proof of work is required after wrong guesses from this address
    :raises RateLimited: if a known browser tried too many codes
    :raises CodeWrong: if the code is wrong; the attempt is counted
    :raises AccountClosed: if an operator closed the account
    """
    number = phone_numbers.parse_phone_number(phone)
    if queries.is_known_browser(number=number, browser_hash=browser):
        return verify_code_in_known_browser(number=number, code=code, browser=browser, language=language, now=now)
    stranger = UnknownBrowser(number, browser, address)
    with transaction.atomic():
        row = _lock_open_code(number, browser, now)
        work = login_throttling.get_work_for_guess(stranger, now=now)
        proof_of_work.require(work, subject=stranger.subject("login"), solution=solution, now=now)
        proof = _check_code(row, code, language, now)
        if proof is None:
            login_throttling.record_wrong_guess(stranger, now=now)
    return _require_right_code(proof, row)


def verify_code_in_known_browser(*, number: str, code: str, browser: str, language: str, now: datetime) -> PhoneProof:
    """
    Verify a code in a browser that the account knows; only this browser's limit is charged.

    :raises RateLimited: if this browser tried too many codes
    :raises CodeOver, CodeWrong, AccountClosed: as ``verify_code``
    """
    with transaction.atomic():
        row = _lock_open_code(number, browser, now)
        rate_limits.consume([(KNOWN_BROWSER_GUESS_LIMIT, f"{number}:{browser[:32]}")], now=now)
        proof = _check_code(row, code, language, now)
    return _require_right_code(proof, row)


def browser_hash(browser_token: str) -> str:
    """Return the hash under which a browser's secret is stored."""
    return salted_hmac("accounts.browser", browser_token, algorithm="sha256").hexdigest()


def delete_old_codes(now: datetime) -> int:
    """Delete codes that were sent longer than ``CODE_RETENTION`` ago, and return how many."""
    deleted, _per_model = LoginCode.objects.filter(sent_at__lt=now - CODE_RETENTION).delete()
    return deleted


def _send_to_unknown_browser(stranger: UnknownBrowser, solution: str, now: datetime) -> CodeSent:
    subject = stranger.subject("code")
    outlook = login_throttling.forecast(stranger, now=now)
    proof_of_work.check(outlook.work, subject=subject, solution=solution, now=now)
    uses: list[RateLimitUse] = [(limit, f"browser:{stranger.browser[:32]}") for limit in UNKNOWN_BROWSER_LIMITS]
    try:
        return _send_in_turn(stranger, uses, outlook, solution, now)
    except _TooEarly as early:
        # The counts were rolled back; only the place in the queue is stored.
        if not early.is_frequent:
            code_queue.join(stranger, now=now)
        raise RateLimited(retry_after=ceil((early.turn_at - now).total_seconds())) from None


class _TooEarly(Exception):
    """The request must wait for its turn."""

    def __init__(self, turn_at: datetime, *, is_frequent: bool) -> None:
        super().__init__()
        self.turn_at, self.is_frequent = turn_at, is_frequent


def _send_in_turn(
    stranger: UnknownBrowser,
    uses: list[RateLimitUse],
    outlook: login_throttling.ThrottleForecast,
    solution: str,
    now: datetime,
) -> CodeSent:
    subject = stranger.subject("code")
    with transaction.atomic():
        rate_limits.consume(uses, now=now)
        counts = login_throttling.record_code(stranger, now=now)
        # Requests are serialized here: the rows counted above stay locked until the commit.
        sent_at = queries.get_last_code_sent_at(number=stranger.number, browser_hash=None)
        if sent_at is not None:
            opens_at = sent_at + counts.pause()
            if now < (turn_at := code_queue.get_turn(stranger, opens_at=opens_at, now=now)):
                raise _TooEarly(turn_at, is_frequent=counts.is_frequent)
            code_queue.consume_turn(stranger, opens_at=opens_at, now=now)
        is_short = sms_budget.spend(is_known=False, now=now)
        work = max(counts.work(), login_throttling.WORK_UNDER_PRESSURE if is_short else 0)
        proof_of_work.require(work, subject=subject, solution=solution, now=now)
        digits = LONG_CODE_DIGITS if outlook.is_long else CODE_DIGITS
        row, code = _new_code(stranger.number, stranger.browser, digits, now)
    _send_sms(row, code, [*uses, *login_throttling.list_refundable_uses(stranger)], now)
    return CodeSent(int(counts.with_one_more().pause().total_seconds()), digits)


def _require_elapsed(moment: datetime | None, now: datetime) -> None:
    if moment is not None and now < moment:
        raise RateLimited(retry_after=ceil((moment - now).total_seconds()))


def _new_code(number: str, browser: str, digits: int, now: datetime) -> tuple[LoginCode, str]:
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    row = LoginCode(number=number, browser_hash=browser, sent_at=now, expires_at=now + CODE_TTL)
    row.code_hash = _code_hash(row, code)
    row.save()
    return row, code


def _send_sms(row: LoginCode, code: str, uses: list[RateLimitUse], now: datetime) -> None:
    # After the commit: the code is stored before it is sent, and no lock is held while the gateway responds.
    try:
        sms_gateways.get_gateway().send(number=row.number, text=_compose_sms(code))
    except CodeNotSent:
        with transaction.atomic():
            rate_limits.refund(uses, now=now)
            sms_budget.refund(now=now)
            LoginCode.objects.filter(pk=row.pk).delete()
        raise


def _lock_open_code(number: str, browser: str, now: datetime) -> LoginCode:
    row = queries.lock_open_code(number=number, browser_hash=browser, now=now)
    if row is None:
        raise CodeOver
    return row


def _check_code(row: LoginCode, code: str, language: str, now: datetime) -> PhoneProof | None:
    """Count an attempt at a locked code, and return the proof if it was right, else None."""
    row.tries += 1
    is_right = row.tries <= ATTEMPTS_MAX and constant_time_compare(row.code_hash, _code_hash(row, code.strip()))
    if is_right or row.tries >= ATTEMPTS_MAX:
        row.used_at = now
    row.save(update_fields=["tries", "used_at"])
    return _get_or_create_person(row.number, row.browser_hash, language, now) if is_right else None


def _require_right_code(proof: PhoneProof | None, row: LoginCode) -> PhoneProof:
    # Raised only after the commit: a rollback would undo the count of the wrong attempt.
    if proof is None:
        raise CodeWrong(tries_left=ATTEMPTS_MAX - row.tries)
    if not proof.user.is_active:
        raise AccountClosed
    return proof


def _code_hash(row: LoginCode, code: str) -> str:
    # Keyed, so that a stolen table cannot be searched for the code; within five minutes slow hashing adds nothing.
    return salted_hmac("accounts.login_code", f"{row.public_id}:{row.number}:{code}", algorithm="sha256").hexdigest()


def _compose_sms(code: str) -> str:
    words = _("{code} is your code for {brand}. It is good for 5 minutes. Never give it to anybody.")
    # The last line binds the code to our origin, so that phones offer it only there.
    return f"{words.format(code=code, brand=settings.BRAND_NAME)}\n\n@{urlsplit(settings.PUBLIC_URL).hostname} #{code}"


def _get_or_create_person(number: str, browser: str, language: str, now: datetime) -> PhoneProof:
    owner = queries.find_user_by_phone_number(number)
    if owner is None:
        try:
            with transaction.atomic():
                return PhoneProof(create_person(name="", number=number, language=language, now=now), is_new=True)
        except IntegrityError:  # The number was verified concurrently in another browser.
            owner = queries.find_user_by_phone_number(number)
            assert owner is not None
    if _has_moved(owner, number, browser, now):
        return PhoneProof(_move_number(number, language, from_user=owner, now=now), is_new=True)
    PhoneNumber.objects.filter(number=number).update(verified_at=now)
    return PhoneProof(owner, is_new=False)


def _has_moved(owner: User, number: str, browser: str, now: datetime) -> bool:
    seen_at = queries.get_last_seen_at(owner.pk)
    is_silent = seen_at is not None and now - seen_at >= DORMANT_AFTER
    return is_silent and not queries.is_known_browser(number=number, browser_hash=browser)


def _move_number(number: str, language: str, *, from_user: User, now: datetime) -> User:
    PhoneNumber.objects.filter(number=number, user=from_user).delete()
    successor = create_person(name="", number=number, language=language, now=now)
    outbox.publish(PhoneMoved(user_id=from_user.pk, to_user_id=successor.pk))
    return successor
