"""Fixtures of all tests. The cast is ana, bo and eve; eve is always the outsider."""

from __future__ import annotations

from tests.harness import bootstrap, depth

# Before anything imports a model: a conftest of a folder below may.
SHARED = bootstrap.begin()

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import setting_changed
from django.db import transaction
from django.dispatch import receiver
from django.utils import translation

from payments.actions import sealing
from superapp.accounts.models import PhoneNumber, User
from superapp.core import embedded
from superapp.realtime import user_topic
from superapp.realtime.rate_limits import command_throttle, guest_throttle
from superapp.web import navigation
from tests.harness import concurrency, databases, hashes, kept, servers
from tests.harness.databases import ClonedDatabase

depth.load_profile()
hashes.make_cheap()
databases.remember_connections()
# Threads open their own connections here; the pool is tried where it runs, in server processes.
settings.DATABASES["default"]["OPTIONS"].pop("pool", None)
if not settings.SERVED:
    # Nothing here outlives a power cut, and waiting for the disk is most of a commit.
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


@receiver(setting_changed)
def _forget_the_bar(*, setting: str, **_told: Any) -> None:
    """Forget the navigation bar, which is cached for the life of a process, after a test that changed the profile."""
    if setting == "LEGAL_PROFILE":
        navigation.navigation_items.cache_clear()
        navigation.offline_shells.cache_clear()


pytest_plugins = [
    "tests.harness.browsers",
    "tests.harness.socket_client",
    "tests.harness.timings",
    "tests.console.operators",
    "tests.payments.purses",
]


def pytest_unconfigure() -> None:
    databases.close_all()
    bootstrap.end()


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE']}, {'served' if settings.SERVED else 'embedded'}"


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    depth.choose(config, items, engine="postgres" if settings.SERVED else "sqlite")
    # Each of the two runs of the suite has all tests that mean something there.
    elsewhere = "embedded_only" if settings.SERVED else "served_only"
    depth.leave_out(config, items, [item for item in items if item.get_closest_marker(elsewhere)])
    for item in items:
        marker = item.get_closest_marker("django_db")
        flushes = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if flushes or (marker and marker.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid}: append-only tables cannot be flushed; use the fixture real_db")
    # Others put items in their order meanwhile.
    yield
    depth.put_longest_first(items)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of this worker's ordinary tests: a clone of the template, too."""
    with django_db_blocker.unblock():
        databases.make_template(SHARED)
        with databases.cloned_database(SHARED):
            yield


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Pages name static files by their hashed names: gather them, unless they were and are the same."""
    settings.STATIC_ROOT = kept.static_path()
    with databases.lock_between_workers(kept.FOLDER):
        embedded.collect_static()


@pytest.fixture
def real_db(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[ClonedDatabase]:
    """
    A database in which commits are real: for threads, sockets, other processes, ``kill -9``.

    The value knows the environment (``real_db.env``) in which another process uses the same database.
    """
    assert "db" not in request.fixturenames, "a test either commits (real_db) or rolls back (db)"
    with django_db_blocker.unblock(), databases.cloned_database(SHARED) as clone:
        yield clone


@pytest.fixture
def clone_of(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., None]]:
    """
    Use a database with rows in it: ``clone_of("shops", fill)``. ``fill`` makes them, in commits, once in a run.

    Whatever takes a second to make is copied in milliseconds, and each test has a copy of its own.
    """
    with django_db_blocker.unblock(), ExitStack() as stack:

        def use(name: str, fill: Callable[[], object]) -> None:
            databases.make_template_of(SHARED, f"nusa_{name}", fill)
            stack.enter_context(databases.cloned_database(SHARED, f"nusa_{name}"))

        yield use


@pytest.fixture(autouse=True)
def _default_language() -> None:
    """A request of another test may have left its language active in this thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _full_allowance() -> None:
    """People and guests of other tests had the same keys, and may have spent what they may send."""
    for one in (command_throttle, guest_throttle):
        one.forget_everybody()


@pytest.fixture(autouse=True)
def _no_accounts_known_to_the_sealer() -> None:
    """Accounts of a test that rolled back had the same numbers."""
    sealing.known_accounts.clear()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database that the test asked for; one that rolls back if it did not say."""
    request.getfixturevalue("real_db" if "real_db" in request.fixturenames else "db")


@pytest.fixture
def redis_server() -> Iterator[servers.Redis]:
    """The Redis of this worker, to stop and start; for tests marked ``served_only``. After the test it runs again."""
    assert bootstrap.redis is not None, "embedded, there is no Redis: mark the test served_only"
    yield bootstrap.redis
    if not bootstrap.redis.is_running:
        bootstrap.redis.start()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return datetime(2027, 3, 1, 2, 3, 4, 567_000, tzinfo=UTC)


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """Stop the product's clock at that moment."""
    monkeypatch.setattr("superapp.core.clock.now", lambda: now)


@pytest.fixture
def make_user(database: None, now: datetime) -> Callable[..., User]:
    """Make people by their handle: ``make_user("ana")``, with a proven number each."""
    numbers = itertools.count(1)

    def make(handle: str = "ana", **fields: Any) -> User:
        with transaction.atomic():
            user = User.objects.create(**{"handle": handle, "name": handle.capitalize(), "joined_at": now, **fields})
            PhoneNumber.objects.create(number=f"+628120000{next(numbers):04}", user=user, verified_at=now)
            user_topic.create(user.pk)
        return user

    return make


@pytest.fixture
def full_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets are hashed as strongly as in the product."""
    hashes.make_full(monkeypatch)


@pytest.fixture
def in_threads() -> Callable[..., list[Any]]:
    """Run functions at the same moment, a thread each, and return what they returned or raised, in their order."""
    return concurrency.run_together
