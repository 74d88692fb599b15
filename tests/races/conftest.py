"""Races are run in the conversations of chat's own tests, and in the shops of shop's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from chat.writers import log_postgres
from shop.api import ProductDetails, ShopDetails
from superapp.accounts.models import User
from tests.chat.conftest import commit, hints_sent, make_direct, make_group, post
from tests.harness.running_site import ROOT
from tests.shop.conftest import bo, buy, change, make_product, make_shop, product, set_options, shop

__all__ = [
    "alter_append",
    "bo",
    "buy",
    "change",
    "commit",
    "hints_sent",
    "make_direct",
    "make_group",
    "make_product",
    "make_shop",
    "meanwhile",
    "post",
    "product",
    "set_options",
    "shop",
    "unlock_appends",
]

LOCK = " FOR NO KEY UPDATE OF x"
LOOKED = "    IF v_is_any THEN\n"
# A lock of the server that nobody else in the test's database takes.
PLACE = 7
HERE = (
    f"locktype = 'advisory' AND objid = {PLACE}"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def buyers(real_db: object, make_payer: Callable[..., User]) -> list[User]:
    """Eight people with a million each."""
    return [make_payer(f"buyer{number}", 1_000_000_00) for number in range(8)]


@pytest.fixture
def few(real_db: object, make_product: Callable[..., ProductDetails], shop: ShopDetails) -> ProductDetails:
    """Three pieces of something."""
    return make_product(shop, name="Tiga saja", quantity=3)


@pytest.fixture
def alter_append(real_db: object, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change the function that posts, in this test's own database: ``alter_append((what it says, what it shall))``."""

    def alter(*changes: tuple[str, str]) -> None:
        # A message that comes alone is posted by a function of its own, which is held to the same by another test.
        monkeypatch.setattr(
            log_postgres, "_append_one", lambda entry, **asked: log_postgres.append_batch([entry], **asked)
        )
        text = (ROOT / "chat/sql/postgres_append.sql").read_text()
        for was, becomes in changes:
            assert text.count(was) == 1, was
            text = text.replace(was, becomes)
        with connection.cursor() as cursor:
            cursor.execute(text)

    return alter


@pytest.fixture
def unlock_appends(alter_append: Callable[..., None]) -> Callable[[int], None]:
    """Take the lock of conversations away, and have so many look before anybody writes."""

    def unlock(parties: int) -> None:
        # A sequence counts for everybody at once, and what it counted stays.
        with connection.cursor() as cursor:
            cursor.execute("CREATE SEQUENCE have_looked")
        meet = (
            "PERFORM nextval('have_looked');\n"
            f"WHILE (SELECT last_value FROM have_looked) < {parties} LOOP PERFORM pg_sleep(0.01); END LOOP;\n"
        )
        alter_append((LOCK, ""), (LOOKED, meet + LOOKED))

    return unlock


@pytest.fixture
def meanwhile(
    alter_append: Callable[..., None], in_threads: Callable[..., list[Any]]
) -> Callable[[Callable[[], Any], Callable[[], Any]], Any]:
    """
    Hold who posts a text after they looked and before they write, do something else to its end, and let them go on:
    ``meanwhile(write, leave)`` is what the one who posts returned or raised. Without the lock of conversations.
    """

    def run(write: Callable[[], Any], deed: Callable[[], Any]) -> Any:
        wait = f"IF p->'entries'->0->>'kind' = 'text' THEN PERFORM pg_advisory_lock_shared({PLACE}); END IF;\n"
        alter_append((LOCK, ""), (LOOKED, wait + LOOKED))
        is_held = threading.Event()

        def act() -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_lock({PLACE})")
                is_held.set()
                _wait_until(f"SELECT EXISTS (SELECT FROM pg_locks WHERE {HERE} AND NOT granted)")
                try:
                    deed()
                finally:
                    cursor.execute(f"SELECT pg_advisory_unlock({PLACE})")

        def write_held() -> Any:
            assert is_held.wait(20)
            return write()

        outcome, done = in_threads(write_held, act)
        assert done is None
        return outcome

    return run


def _wait_until(question: str) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError(f"it never was so: {question}")
