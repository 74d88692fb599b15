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

from superapp.accounts import limits, phones, queries, sms
from superapp.accounts.actions.people import create_person
from superapp.accounts.errors import AccountClosed, CodeNotSent, CodeOver, CodeWrong
from superapp.accounts.events import PhoneMoved
from superapp.accounts.limits import Limit, Use
from superapp.accounts.models import LoginCode, PhoneNumber, User
from superapp.core import outbox
from superapp.core.errors import RateLimited

CODE_DIGITS = 6
CODE_LIVES_FOR = timedelta(minutes=5)
CODE_KEPT_FOR = timedelta(days=7)
TRIES_MAX = 5
ASK_AGAIN_AFTER = timedelta(seconds=60)
# An account of which no device was seen for this long may have lost its number to somebody else.
SILENT_AFTER = timedelta(days=90)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# By number: what a stranger may do to somebody's phone. A browser that the account knows has an allowance of its own,
# so that a stranger who uses up the number's does not lock its owner out.
NUMBER_LIMITS = (Limit("code.number.hour", 5, HOUR), Limit("code.number.day", 10, DAY))
BROWSER_LIMITS = (Limit("code.browser.hour", 10, HOUR), Limit("code.browser.day", 30, DAY))
# Generous, and last: carriers put thousands of people behind one address.
ADDRESS_LIMITS = (Limit("code.address.hour", 600, HOUR),)
# With five tries for each of many codes somebody could go on guessing: 20 of a million a day is where it ends.
GUESSES = Limit("code.guess", 20, DAY)
GUESSES_OF_ADDRESS = Limit("code.guess.address", 3_000, HOUR)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose number was proved, and whether the account was made by it."""

    user: User
    is_new: bool


def send_login_code(*, phone: str, browser: str, address: str, now: datetime) -> int:
    """
    Send a code to the number, good for this browser alone (its ``browser_hash``), and return after how many seconds
    another may be asked for.

    Nothing here asks whether the number has an account, but for the browser that the account knows already.

    :raises PhoneInvalid: if it is no phone number
    :raises RateLimited: if too many were asked for, by number, browser or address
    :raises CodeNotSent: if it could not be handed on; then the number and the browser are not counted
    """
    number = phones.parse(phone)
    is_known = queries.is_known_browser(number=number, browser_hash=browser)
    own_uses: list[Use] = [(limit, _whose(number, browser, is_known=is_known)) for limit in NUMBER_LIMITS]
    own_uses += [(limit, f"browser:{browser[:32]}") for limit in BROWSER_LIMITS]
    address_uses: list[Use] = [(limit, f"address:{address}") for limit in ADDRESS_LIMITS]
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    with transaction.atomic():
        limits.count([*own_uses, *address_uses], now=now)
        _refuse_within_pause(number, browser, is_known=is_known, now=now)
        row = LoginCode(number=number, browser_hash=browser, sent_at=now, expires_at=now + CODE_LIVES_FOR)
        row.code_hash = _code_hash(row, code)
        row.save()
    # After the commit: what is sent can be used, and nobody waits for the gateway with a lock in hand.
    try:
        sms.gateway().send(number=number, text=_text(code))
    except CodeNotSent:
        with transaction.atomic():
            limits.give_back(own_uses, now=now)
            LoginCode.objects.filter(pk=row.pk).delete()
        raise
    return int(ASK_AGAIN_AFTER.total_seconds())


def prove_number(*, phone: str, code: str, browser: str, address: str, language: str, now: datetime) -> Proof:
    """
    Use up the code, and return whose number it is; a number that is nobody's makes a new account in the language.

    A number whose account was silent for long is taken to have moved to another person, unless the browser is one that
    the account knows: then the number moves to a new account, and the old one stays as it is, without it.

    :raises PhoneInvalid: if it is no phone number
    :raises RateLimited: if too many codes were tried
    :raises CodeWrong: if it is another code; this try is counted
    :raises CodeOver: if there is no code that could be right
    :raises AccountClosed: if an operator closed the account
    """
    number = phones.parse(phone)
    is_known = queries.is_known_browser(number=number, browser_hash=browser)
    limits.count([(GUESSES_OF_ADDRESS, f"address:{address}")], now=now)
    with transaction.atomic():
        # Who has no code to guess at must not use up the guesses of the number's owner.
        if queries.lock_open_code(number=number, browser_hash=browser, now=now) is None:
            raise CodeOver
    limits.count([(GUESSES, _whose(number, browser, is_known=is_known))], now=now)
    with transaction.atomic():
        row = queries.lock_open_code(number=number, browser_hash=browser, now=now)
        if row is None:
            raise CodeOver
        row.tries += 1
        is_right = row.tries <= TRIES_MAX and constant_time_compare(row.code_hash, _code_hash(row, code.strip()))
        if is_right or row.tries >= TRIES_MAX:
            row.used_at = now
        row.save(update_fields=["tries", "used_at"])
        proof = _person_of(number, browser, language, now) if is_right else None
    # Refused only now: a wrong try that is rolled back is a try that was never counted.
    if proof is None:
        raise CodeWrong(tries_left=TRIES_MAX - row.tries)
    if not proof.user.is_active:
        raise AccountClosed
    return proof


def browser_hash(browser_token: str) -> str:
    """What is kept of a browser's secret."""
    return salted_hmac("accounts.browser", browser_token, algorithm="sha256").hexdigest()


def forget_old_codes(now: datetime) -> int:
    """Delete codes of long ago, and return how many."""
    deleted, _per_model = LoginCode.objects.filter(sent_at__lt=now - CODE_KEPT_FOR).delete()
    return deleted


def _whose(number: str, browser: str, *, is_known: bool) -> str:
    return f"number:{number}:{browser[:32]}" if is_known else f"number:{number}"


def _refuse_within_pause(number: str, browser: str, *, is_known: bool, now: datetime) -> None:
    # Two requests cannot both find nothing here: the counts before it are locked until the commit.
    sent_at = queries.last_code_sent_at(number=number, browser_hash=browser if is_known else None)
    if sent_at is not None and now - sent_at < ASK_AGAIN_AFTER:
        raise RateLimited(retry_after=ceil((sent_at + ASK_AGAIN_AFTER - now).total_seconds()))


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
