"""People whom no account knows, at the log-in: what they ask for, and what those do who are known."""

from __future__ import annotations

import itertools

from superapp.accounts.actions import devices, login
from superapp.accounts.errors import ChallengeRequired
from superapp.accounts.models import DeveloperSms
from tests.harness.challenges import solve

SHARED = "203.0.113.7"  # The address of a carrier, with thousands behind it.
VICTIM = "+6281234567890"


def ask(phone, *, browser, at, address=SHARED, solution=""):
    hashed = login.browser_hash(browser)
    return login.send_login_code(phone=phone, browser=hashed, address=address, solution=solution, now=at)


def ask_and_work(phone, **asked):
    """Ask as one of our pages does: if work is asked for, do it and send the same again."""
    try:
        return ask(phone, **asked)
    except ChallengeRequired as refused:
        return ask(phone, **asked, solution=solve(refused.params))


def prove(phone, code, *, browser, at, address=SHARED, solution=""):
    return login.verify_code(
        phone=phone,
        code=code,
        browser=login.browser_hash(browser),
        address=address,
        language="id",
        solution=solution,
        now=at,
    )


def last_code(number=None):
    messages = DeveloperSms.objects.filter(number=number) if number else DeveloperSms.objects
    return messages.order_by("-pk").values_list("text", flat=True)[0].rsplit("#", 1)[1]


def wrong(code):
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def known_browser(user, name, *, at):
    return devices.register_device(
        user_id=user.pk,
        session_key=f"session of {name}"[:40],
        browser_hash=login.browser_hash(name),
        name="Chrome · Android",
        is_new_account=True,
        now=at,
    )


def newcomers(prefix="+62812345"):
    return (f"{prefix}{number:05}" for number in itertools.count(1))


def spread(count, *, at, start=0):
    """Codes for newcomers from everywhere, who all do the work that is asked for."""
    asked = itertools.islice(newcomers(), start, start + count)
    for number, phone in enumerate(asked, start):
        ask_and_work(phone, browser=f"b{number}", at=at, address=f"198.18.{number // 200}.{number % 200}")
