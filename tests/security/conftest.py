"""Fixtures of the attacks: the running product, raw sockets to it, and shops, buyers and money to attack."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import override_settings
from django.utils import translation

from superapp.accounts.actions import login_throttling
from tests.harness import databases
from tests.harness.databases import ClonedDatabase
from tests.harness.running_site import Site
from tests.security import attacked_world
from tests.security.attacked_world import World
from tests.security.database_rows import Frozen, read_rows
from tests.shop.conftest import ana, bank, bo, buy, make_product, make_shop, open_purchase, product, shop

__all__ = ["ana", "bank", "bo", "buy", "make_product", "make_shop", "make_site", "open_purchase", "product", "shop"]


@pytest.fixture
def make_site(real_db: ClonedDatabase) -> Iterator[Callable[..., Site]]:
    """Start the product on this test's database."""
    sites: list[Site] = []

    def make(**options: Any) -> Site:
        sites.append(Site(real_db, **options))
        sites[-1].start()
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The people who are attacked, in a database of their own; ``world.restore()`` after a test that changed it."""
    shared = Path(os.environ["NUSA_TEST_DIRECTORY"])
    # Codes go to the inbox, so that who asks for one gets it.
    changed = override_settings(SMS_URL="", SMS_INBOX=True)
    with django_db_blocker.unblock(), databases.cloned_database(shared) as clone, changed:
        built = attacked_world.build()
        frozen = Frozen(clone.var_dir)
        frozen.freeze()
        built.restore, built.rows = frozen.restore, read_rows()
        # On SQLite, go on in a copy: the file itself is what is copied.
        frozen.restore()
        yield built


@pytest.fixture
def login_ground(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log-in as in life, but that what takes a phone seconds takes a test no time."""
    settings.SMS_URL, settings.SMS_INBOX = "", True
    monkeypatch.setattr(login_throttling, "WORK_MIN", 20)
    monkeypatch.setattr(login_throttling, "WORK_MAX", 400)
    with translation.override("en"):
        yield


@pytest.fixture
def midday(now: datetime) -> datetime:
    return now.replace(hour=12, minute=0, second=0, microsecond=0)
