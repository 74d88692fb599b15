"""``manage.py demo``: where it may be made, and that nobody works on the database meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from chat.models import Message
from payments.models import Journal
from shop.models import Order
from superapp.accounts.models import User
from superapp.core import process_locks, scheduler
from superapp.core.models import Fact
from superapp.core.process_locks import ProcessLock
from superapp.wiring.demo import world
from tests.harness.databases import close_all
from tests.harness.running_site import ROOT
from tests.runtime.conftest import manage


@pytest.fixture
def made(monkeypatch, settings):
    """Record what the command would make, without making it."""
    calls = []
    settings.SMS_URL, settings.SMS_INBOX = "", True
    monkeypatch.setattr(world, "make_world", lambda *, now: calls.append(now))
    return calls


def test_served_instance_without_an_inbox_is_refused(db, made, settings):
    settings.SERVED, settings.SMS_INBOX = True, False

    with pytest.raises(CommandError, match="SMS_INBOX=1"):
        call_command("demo")

    assert made == []


def test_installation_with_people_is_refused(make_user, made):
    make_user("ana")

    with pytest.raises(CommandError, match="People are registered here already"):
        call_command("demo")

    assert made == []


def test_start_makes_no_demo_in_an_installation_with_people(make_user, made):
    make_user("ana")
    printed = StringIO()

    call_command("demo", if_empty=True, stdout=printed)

    assert (made, printed.getvalue()) == ([], "")


@pytest.mark.served_only
def test_start_makes_no_demo_when_served(db, made, settings):

    call_command("demo", if_empty=True)

    assert made == []


@pytest.mark.embedded_only
def test_start_makes_the_demo_in_an_empty_installation(real_db, made):
    call_command("demo", if_empty=True, stdout=StringIO())

    assert len(made) == 1


def test_work_pauses_while_the_demo_is_made(real_db, made, monkeypatch, in_threads):
    done = []
    monkeypatch.setattr(scheduler, "periodic_tasks", {})
    scheduler.every(seconds=0)(lambda now: done.append(now) or 1)
    turns = []
    monkeypatch.setattr(world, "make_world", lambda *, now: turns.extend(in_threads(scheduler.SchedulerLoop().run_due)))

    call_command("demo", stdout=StringIO())
    while_made = list(done)
    scheduler.SchedulerLoop().run_due()

    assert (turns, while_made, len(done)) == ([False], [], 1)


def test_demo_waits_for_the_running_work_turn_and_gives_up(real_db, made, monkeypatch):
    monkeypatch.setattr("superapp.wiring.management.commands.demo.WAIT_SECONDS_MAX", 0.3)

    with process_locks.try_hold_shared(ProcessLock.WORK), pytest.raises(CommandError, match="does not pause: stop it"):
        call_command("demo", stderr=StringIO())

    assert made == []


def counted():
    """Count what people would see, once all facts are delivered."""
    until = time.monotonic() + 60
    while Fact.objects.exists() and time.monotonic() < until:
        time.sleep(0.2)
    states = sorted(Order.objects.values_list("state", flat=True))
    counts = {model.__name__: model.objects.count() for model in (User, Message, Journal, Order, Fact)}
    connection.close()
    return counts, states


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_demo_made_beside_a_worker_is_complete(real_db):
    env = {**real_db.env, "SMS_INBOX": "1"}
    close_all()
    worker = subprocess.Popen([sys.executable, "manage.py", "work"], env=env, cwd=ROOT)
    try:
        time.sleep(5)  # It turns by now.
        told = manage("demo", env=env)
        beside = counted()
    finally:
        worker.terminate()
        worker.wait(60)

    again = manage("demo", env=env)

    assert (told.returncode, told.stderr) == (0, "")
    assert "The demo world is here already." in again.stdout
    assert beside[0]["Fact"] == 0
    assert world.is_complete()
    assert len(beside[1]) == beside[0]["Order"] > 5
    assert len(set(beside[1])) > 3, "orders in every state, none of them expired by the clock"
