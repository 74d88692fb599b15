"""A session that somebody forgot holds a row open: who is kept waiting, for how long, and what becomes of it."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from chat.writers import log
from payments import api as payments
from payments.maintenance import integrity_checks as money
from shop.maintenance import integrity_checks
from shop.models import Attempt, Order, OrderTimer
from superapp.core import clock
from superapp.core.errors import Unavailable
from superapp.core.lock_timeout import LOCK_SECONDS_MAX
from superapp.core.models import Fact
from tests.chat.conftest import entry
from tests.harness.ports import free_port
from tests.harness.running_site import ROOT, answers
from tests.harness.servers import Process, wait_until
from tests.harness.socket_client import log_in
from tests.payments.purses import PIN, balance, top_up
from tests.shop.conftest import ADDRESS, stock_of

pytestmark = [pytest.mark.served_only, pytest.mark.timeout(300)]
CSRF = "c" * 32
HOLD_STOCK = (
    "SELECT 1 FROM shop_stock s JOIN shop_variant v ON v.id = s.variant_id JOIN shop_product p ON p.id = v.product_id"
    " WHERE p.public_id = %s FOR UPDATE OF s"
)


@pytest.fixture
def now():
    """Other processes take part, and theirs is the real time."""
    return clock.now()


@pytest.fixture
def make_buyer(make_user, now):
    """Return a person with a million and a PIN, hashed as in production."""

    def make(handle):
        user = make_user(handle)
        payments.set_first_pin(user_id=user.pk, pin=PIN, now=now)
        top_up(make_user, user, 1_000_000_00, now)
        return user

    return make


@pytest.fixture
def start(real_db):
    """Run a command of ours on this test's database until the test ends."""
    started = []

    def run(*command, port=None):
        url = f"http://localhost:{port}"
        process = Process(
            command[0],
            [sys.executable, "manage.py", *command],
            log_path=real_db.var_dir / f"{command[0]}.log",
            is_ready=lambda: port is None or answers(url),
            env={**real_db.env, "PUBLIC_URL": url, "STATIC_ROOT": str(settings.STATIC_ROOT), "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
        )
        started.append(process)
        process.start()
        return process

    yield run
    for process in started:
        process.stop()


@pytest.fixture(params=["serve_pages", "serve_sockets"])
def door(request, start):
    """One process that answers people, of either kind."""
    port = free_port()
    start(request.param, "--port", str(port), port=port)
    return f"http://localhost:{port}"


@pytest.fixture
def session(real_db):
    """A session of psql."""
    with psycopg.connect(real_db.env["DATABASE_URL"]) as session:
        yield session


def waiters():
    """Return how many sessions wait for a lock in this test's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def buy_at(door, buyer, product, key):
    """(status, what it says, after how many seconds)."""
    wish = {
        "product": str(product.public_id), "quantity": 1, "address": ADDRESS, "expected_total": product.price.to_wire(),
        "pin": PIN, "idempotency_key": key,
    }  # fmt: skip
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={log_in(buyer).session_key}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/json",
        "Accept-Language": "en",
    }
    request = urllib.request.Request(f"{door}/api/v1/orders", json.dumps(wish).encode(), headers)
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer), time.monotonic() - began
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused), time.monotonic() - began


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


def test_locked_stock_of_one_shop_delays_no_other_and_uses_up_no_key(
    door, session, make_buyer, make_user, make_shop, make_product, bo, few, in_threads, now
):
    ana, cy, dian = (make_buyer(name) for name in ("ana", "cy", "dian"))
    other = make_product(make_shop(make_user("wati"), handle="toko-wati"), name="Cincin")
    facts = Fact.objects.count()
    session.execute(HOLD_STOCK, [few.public_id])

    def buy_meanwhile():
        wait_until(lambda: waiters() == 2, "both turns of the process are taken")
        return buy_at(door, dian, other, "dian-1")

    *held, free = in_threads(
        lambda: buy_at(door, ana, few, "ana-1"), lambda: buy_at(door, cy, few, "cy-1"), buy_meanwhile
    )

    assert free[0] == 200
    assert len(held) == 2
    for status, body, seconds in held:
        assert (status, body["code"], body["retry_after"]) == (503, "unavailable", 1)
        assert LOCK_SECONDS_MAX <= seconds < LOCK_SECONDS_MAX + 10
    assert waiters() == 0
    assert list(Attempt.objects.values_list("buyer_id", flat=True)) == [dian.pk]
    assert (Order.objects.count(), OrderTimer.objects.count(), Fact.objects.count() - facts) == (1, 1, 2)
    assert stock_of(few, bo) == (3, 0, 0)
    assert (balance(ana, now), balance(cy, now)) == (1_000_000_00, 1_000_000_00)
    session.rollback()
    bought, again = (buy_at(door, ana, few, "ana-1") for _ in range(2))
    assert (bought[0], again[0]) == (200, 200)
    assert bought[1]["order"] == again[1]["order"]
    assert stock_of(few, bo) == (3, 0, 1)
    assert balance(ana, now) == 975_000_00
    assert all_is_well(now) == []


def test_locked_conversation_delays_no_message_to_another(session, make_user, make_direct, monkeypatch):
    ana = make_user("ana")
    held, free = make_direct(ana, make_user("bo")), make_direct(ana, make_user("cy"))
    patient = log.writer._run

    def impatient(entries):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '300ms'")
        return patient(entries)

    monkeypatch.setattr(log.writer, "_run", impatient)
    session.execute("SELECT 1 FROM chat_conversation WHERE id = %s FOR UPDATE", [held.pk])
    # The first is waited for alone; those that come meanwhile are one batch.
    first = log.writer.submit(entry(held, ana, "one"))
    wait_until(lambda: waiters() == 1, "the writer waits")
    stuck = [first, *(log.writer.submit(entry(held, ana, words)) for words in ("two", "three"))]
    lucky = log.writer.submit(entry(free, ana, "four"))

    assert lucky.result(30).seq == 1
    assert [type(one.exception(30)) for one in stuck] == [Unavailable] * 3
    session.rollback()
    assert log.writer.submit(entry(held, ana, "one")).result(30).seq == 1


def test_work_loop_waits_for_a_locked_row(start, session, make_payer, bo, few, buy, now):
    order = buy(make_payer("ana", 1_000_000_00), few, now=now - timedelta(days=3)).order
    session.execute("SELECT 1 FROM shop_order WHERE public_id = %s FOR UPDATE", [order])

    start("work")
    wait_until(lambda: waiters() == 1, "time comes to the order")
    time.sleep(LOCK_SECONDS_MAX + 1)
    assert waiters() == 1
    session.rollback()

    wait_until(lambda: Order.objects.get().state == "cancelled", "the order is cancelled")
    assert OrderTimer.objects.get().again_at is None
    assert stock_of(few, bo) == (3, 0, 0)


def test_migrations_wait_as_long_as_it_takes(start, session):
    session.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")

    migration = start("migrate")
    wait_until(lambda: waiters() == 1, "it asks what was applied")
    time.sleep(LOCK_SECONDS_MAX + 1)
    assert waiters() == 1
    session.rollback()

    wait_until(lambda: not migration.is_running, "it ends")
    assert "No migrations to apply." in migration.log
