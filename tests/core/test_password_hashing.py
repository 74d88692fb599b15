"""Argon2 runs a few at a time, and whoever comes when it is full is told so at once."""

from __future__ import annotations

import threading
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password

from superapp.core import password_hashing
from superapp.core.errors import Busy
from superapp.core.fair_semaphore import FairSemaphore
from tests.harness.servers import wait_until

pytestmark = pytest.mark.usefixtures("full_hashes")


@pytest.fixture
def slow(monkeypatch):
    """Hashes that end when they are let go; how many run now, and ran at most."""
    running, most, go = [], [], threading.Event()

    def encode(self, password, salt):
        running.append(password)
        most.append(len(running))
        assert go.wait(10)
        running.remove(password)
        return f"argon2${password}"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encode)
    monkeypatch.setattr(password_hashing, "hashing_slots", FairSemaphore(2, waiting_max=3))
    return running, most, go


def test_secret_is_hashed_with_one_lane_and_limited_memory():
    stored = make_password("280394")

    assert identify_hasher(stored).algorithm == "argon2"
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in stored
    assert check_password("280394", stored)
    assert not check_password("280395", stored)


def test_secret_hashed_with_other_parameters_still_verifies():
    stored = Argon2PasswordHasher().encode("280394", "saltsaltsalt")

    assert "p=8" in stored
    assert check_password("280394", stored)


def test_concurrent_hashes_are_limited_with_retry_after(slow):
    running, most, go = slow
    outcomes = []

    def hash_one(number):
        try:
            outcomes.append(make_password(f"{number}"))
        except Busy as busy:
            outcomes.append(busy.retry_after)

    threads = [threading.Thread(target=hash_one, args=(number,)) for number in range(24)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    # Two run, three wait, and nineteen are answered at once.
    wait_until(lambda: len(outcomes) == 19, "those who found it full were answered")
    assert time.monotonic() - started < password_hashing.WAIT_SECONDS_MAX
    assert outcomes == [1] * 19
    assert len(running) == 2
    go.set()
    for thread in threads:
        thread.join(10)

    assert max(most) == 2
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 5


def test_hash_waiting_too_long_gets_retry_after(slow, monkeypatch):
    running, _most, go = slow
    monkeypatch.setattr(password_hashing, "WAIT_SECONDS_MAX", 0.05)
    holders = [threading.Thread(target=make_password, args=(f"{number}",)) for number in range(2)]
    for holder in holders:
        holder.start()
    wait_until(lambda: len(running) == 2, "both turns are taken")

    with pytest.raises(Busy) as busy:
        make_password("late")

    assert (busy.value.code, busy.value.kind, busy.value.retry_after) == ("busy", 503, 1)
    go.set()
    for holder in holders:
        holder.join(10)


def test_operator_password_is_hashed_in_the_same_pool(slow, make_user, settings):
    _running, _most, go = slow
    go.set()
    assert settings.PASSWORD_HASHERS == ["superapp.core.password_hashing.BoundedArgon2Hasher"]

    assert make_password("a long secret of an operator").startswith("argon2$")
