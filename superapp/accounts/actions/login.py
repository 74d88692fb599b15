"""Proving a phone number with a one-time code."""

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

from superapp.accounts import limits, phones, proof_of_work, queries, slowing, sms, sms_budget, waiting
from superapp.accounts.actions.people import create_person
from superapp.accounts.errors import AccountClosed, CodeNotSent, CodeOver, CodeWrong
from superapp.accounts.events import PhoneMoved
from superapp.accounts.limits import Limit, Use
from superapp.accounts.models import LoginCode, PhoneNumber, User
from superapp.accounts.slowing import Stranger
from superapp.core import outbox
from superapp.core.errors import DomainError, RateLimited

CODE_DIGITS = 6
# Where strangers have guessed often, so that they may go on for ever and find nothing.
LONG_CODE_DIGITS = 8
CODE_LIVES_FOR = timedelta(minutes=5)
CODE_KEPT_FOR = timedelta(days=7)
TRIES_MAX = 5
ASK_AGAIN_AFTER = slowing.PAUSE
# An account of which no device was seen for this long may have lost its number to somebody else.
SILENT_AFTER = timedelta(days=90)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Of one browser. What strangers share by number or address is slowed down and never closed: see ``slowing``.
KNOWN_LIMITS = (Limit("code.known.hour", 5, HOUR), Limit("code.known.day", 10, DAY))
BROWSER_LIMITS = (Limit("code.browser.hour", 10, HOUR), Limit("code.browser.day", 30, DAY))
KNOWN_GUESSES = Limit("guess.known", 20, DAY)


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code went out: after how many seconds another may be asked for, and how many digits it has."""

    retry_after: int
    digits: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose number was proved, and whether the account was made by it."""

    user: User
    is_new: bool


def send_login_code(*, phone: str, browser: str, address: str, now: datetime, solution: str = "") -> CodeSent:
    """
    Send a code to the number, good for this browser alone (its ``browser_hash``).

    Nothing here asks whether the number has an account, but for the browser that the account knows already: that one
    has an allowance of its own, which no stranger can use up.

    :raises PhoneInvalid: if it is no phone number
    :raises CountryNotServed: if codes are not sent to its country
    :raises RateLimited: if the last code was sent too recently, or this browser asked for too many
    :raises ChallengeRequired: if so many strangers asked that work is asked for, and ``solution`` does not show it
    :raises CodesUsedUp: if the instance may send no more
    :raises CodeNotSent: if it could not be handed on; then the number and the browser are not counted
    """
    number = phones.parse(phone)
    try:
        if queries.is_known_browser(number=number, browser_hash=browser):
            sent = send_known_code(number=number, browser=browser, now=now)
        else:
            phones.require_served(number)
            sent = _send_to_stranger(Stranger(number, browser, address), solution, now)
    except DomainError as refused:
        sms_budget.requests.labels(refused.code).inc()
        raise
    sms_budget.requests.labels("sent").inc()
    return sent


def send_known_code(*, number: str, browser: str, now: datetime) -> CodeSent:
    """
    Send a code to a number whose account knows this browser, or is logged in there. Counted against it alone.

    :raises RateLimited: if this browser asked for too many, or a moment ago
    :raises CodesUsedUp: if the instance may send no more, its reserve included
    :raises CodeNotSent: if it could not be handed on; then nothing is counted
    """
    uses: list[Use] = [(limit, f"{number}:{browser[:32]}") for limit in KNOWN_LIMITS]
    with transaction.atomic():
        limits.count(uses, now=now)
        sent_at = queries.last_code_sent_at(number=number, browser_hash=browser)
        _refuse_until(sent_at and sent_at + ASK_AGAIN_AFTER, now)
        sms_budget.take(is_known=True, now=now)
        row, code = _new_code(number, browser, CODE_DIGITS, now)
    _hand_over(row, code, uses, now)
    return CodeSent(int(ASK_AGAIN_AFTER.total_seconds()), CODE_DIGITS)


def prove_number(
    *, phone: str, code: str, browser: str, address: str, language: str, now: datetime, solution: str = ""
) -> Proof:
    """
    Use up the code, and return whose number it is; a number that is nobody's makes a new account in the language.

    A number whose account was silent for long is taken to have moved to another person, unless the browser is one that
    the account knows: then the number moves to a new account, and the old one stays as it is, without it.

    :raises PhoneInvalid: if it is no phone number
    :raises CodeOver: if there is no code that could be right; nothing is counted
    :raises ChallengeRequired: if so many guesses from this address were wrong that work is asked for
    :raises RateLimited: if a browser that is known tried too many codes
    :raises CodeWrong: if it is another code; this try is counted
    :raises AccountClosed: if an operator closed the account
    """
    number = phones.parse(phone)
    if queries.is_known_browser(number=number, browser_hash=browser):
        return prove_known_number(number=number, code=code, browser=browser, language=language, now=now)
    stranger = Stranger(number, browser, address)
    with transaction.atomic():
        row = _lock_open_code(number, browser, now)
        work = slowing.work_of_guess(stranger, now=now)
        proof_of_work.require(work, subject=stranger.subject("login"), solution=solution, now=now)
        proof = _try_code(row, code, language, now)
        if proof is None:
            slowing.count_wrong_guess(stranger, now=now)
    return _let_in(proof, row)


def prove_known_number(*, number: str, code: str, browser: str, language: str, now: datetime) -> Proof:
    """
    Do the same for a number whose account knows this browser, or is logged in there. Counted against it alone.

    :raises RateLimited: if this browser tried too many codes
    :raises CodeOver, CodeWrong, AccountClosed: as ``prove_number``
    """
    with transaction.atomic():
        row = _lock_open_code(number, browser, now)
        limits.count([(KNOWN_GUESSES, f"{number}:{browser[:32]}")], now=now)
        proof = _try_code(row, code, language, now)
    return _let_in(proof, row)


def browser_hash(browser_token: str) -> str:
    """What is kept of a browser's secret."""
    return salted_hmac("accounts.browser", browser_token, algorithm="sha256").hexdigest()


def forget_old_codes(now: datetime) -> int:
    """Delete codes of long ago, and return how many."""
    deleted, _per_model = LoginCode.objects.filter(sent_at__lt=now - CODE_KEPT_FOR).delete()
    return deleted


def _send_to_stranger(stranger: Stranger, solution: str, now: datetime) -> CodeSent:
    subject = stranger.subject("code")
    outlook = slowing.look_ahead(stranger, now=now)
    proof_of_work.check(outlook.work, subject=subject, solution=solution, now=now)
    uses: list[Use] = [(limit, f"browser:{stranger.browser[:32]}") for limit in BROWSER_LIMITS]
    try:
        return _send_in_turn(stranger, uses, outlook, solution, now)
    except _TooEarly as early:
        # After the counts were taken back: what stays of it is a place in the queue.
        if not early.is_frequent:
            waiting.join(stranger, now=now)
        raise RateLimited(retry_after=ceil((early.turn_at - now).total_seconds())) from None


class _TooEarly(Exception):
    """It is not this stranger's turn yet."""

    def __init__(self, turn_at: datetime, *, is_frequent: bool) -> None:
        super().__init__()
        self.turn_at, self.is_frequent = turn_at, is_frequent


def _send_in_turn(
    stranger: Stranger, uses: list[Use], outlook: slowing.Outlook, solution: str, now: datetime
) -> CodeSent:
    subject = stranger.subject("code")
    with transaction.atomic():
        limits.count(uses, now=now)
        counts = slowing.count_code(stranger, now=now)
        # Two requests cannot both find nothing here: the counts before it are locked until the commit.
        sent_at = queries.last_code_sent_at(number=stranger.number, browser_hash=None)
        if sent_at is not None:
            opens_at = sent_at + counts.pause()
            if now < (turn_at := waiting.turn_at(stranger, opens_at=opens_at, now=now)):
                raise _TooEarly(turn_at, is_frequent=counts.is_frequent)
            waiting.take(stranger, opens_at=opens_at, now=now)
        is_short = sms_budget.take(is_known=False, now=now)
        work = max(counts.work(), slowing.WORK_UNDER_PRESSURE if is_short else 0)
        proof_of_work.require(work, subject=subject, solution=solution, now=now)
        digits = LONG_CODE_DIGITS if outlook.is_long else CODE_DIGITS
        row, code = _new_code(stranger.number, stranger.browser, digits, now)
    _hand_over(row, code, [*uses, *slowing.uses_of_number(stranger)], now)
    return CodeSent(int(counts.following().pause().total_seconds()), digits)


def _refuse_until(moment: datetime | None, now: datetime) -> None:
    if moment is not None and now < moment:
        raise RateLimited(retry_after=ceil((moment - now).total_seconds()))


def _new_code(number: str, browser: str, digits: int, now: datetime) -> tuple[LoginCode, str]:
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    row = LoginCode(number=number, browser_hash=browser, sent_at=now, expires_at=now + CODE_LIVES_FOR)
    row.code_hash = _code_hash(row, code)
    row.save()
    return row, code


def _hand_over(row: LoginCode, code: str, uses: list[Use], now: datetime) -> None:
    # After the commit: what is sent can be used, and nobody waits for the gateway with a lock in hand.
    try:
        sms.gateway().send(number=row.number, text=_text(code))
    except CodeNotSent:
        with transaction.atomic():
            limits.give_back(uses, now=now)
            sms_budget.give_back(now=now)
            LoginCode.objects.filter(pk=row.pk).delete()
        raise


def _lock_open_code(number: str, browser: str, now: datetime) -> LoginCode:
    row = queries.lock_open_code(number=number, browser_hash=browser, now=now)
    if row is None:
        raise CodeOver
    return row


def _try_code(row: LoginCode, code: str, language: str, now: datetime) -> Proof | None:
    """Count a try of a locked code, and return the proof if it was right."""
    row.tries += 1
    is_right = row.tries <= TRIES_MAX and constant_time_compare(row.code_hash, _code_hash(row, code.strip()))
    if is_right or row.tries >= TRIES_MAX:
        row.used_at = now
    row.save(update_fields=["tries", "used_at"])
    return _person_of(row.number, row.browser_hash, language, now) if is_right else None


def _let_in(proof: Proof | None, row: LoginCode) -> Proof:
    # Refused only after the commit: a wrong try that is rolled back is a try that was never counted.
    if proof is None:
        raise CodeWrong(tries_left=TRIES_MAX - row.tries)
    if not proof.user.is_active:
        raise AccountClosed
    return proof


def _code_hash(row: LoginCode, code: str) -> str:
    # Keyed, so that a million codes cannot be tried against a stolen table; slow hashing would add nothing in five
    # minutes.
    return salted_hmac("accounts.login_code", f"{row.public_id}:{row.number}:{code}", algorithm="sha256").hexdigest()


def _text(code: str) -> str:
    words = _("{code} is your code for {brand}. It is good for 5 minutes. Never give it to anybody.")
    # The last line lets phones offer the code to our own page, and to no other.
    return f"{words.format(code=code, brand=settings.BRAND_NAME)}\n\n@{urlsplit(settings.PUBLIC_URL).hostname} #{code}"


def _person_of(number: str, browser: str, language: str, now: datetime) -> Proof:
    owner = queries.user_by_number(number)
    if owner is None:
        try:
            with transaction.atomic():
                return Proof(create_person(name="", number=number, language=language, now=now), is_new=True)
        except IntegrityError:  # Proved in another browser in this very moment.
            owner = queries.user_by_number(number)
            assert owner is not None
    if _has_moved(owner, number, browser, now):
        return Proof(_move_number(number, language, from_user=owner, now=now), is_new=True)
    PhoneNumber.objects.filter(number=number).update(verified_at=now)
    return Proof(owner, is_new=False)


def _has_moved(owner: User, number: str, browser: str, now: datetime) -> bool:
    seen_at = queries.last_seen_at(owner.pk)
    is_silent = seen_at is not None and now - seen_at >= SILENT_AFTER
    return is_silent and not queries.is_known_browser(number=number, browser_hash=browser)


def _move_number(number: str, language: str, *, from_user: User, now: datetime) -> User:
    PhoneNumber.objects.filter(number=number, user=from_user).delete()
    successor = create_person(name="", number=number, language=language, now=now)
    outbox.publish(PhoneMoved(user_id=from_user.pk, to_user_id=successor.pk))
    return successor
