"""A simulated courier for all of these tests, and an order that travels with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from shop import api
from shop.actions import tracking
from shop.models import TrackedParcel
from tests.simulators.running_courier import RunningCourier


@pytest.fixture(scope="session")
def courier_of_the_run(tmp_path_factory):
    courier = RunningCourier(tmp_path_factory.mktemp("courier"), client_url="http://127.0.0.1:9")
    courier.process.start()
    yield courier
    courier.process.kill()


@pytest.fixture
def courier(courier_of_the_run, settings, database):
    """A courier without faults, which is connected."""
    for name in ("JNE", "SiCepat"):
        tracking.take_turn(name, now=datetime.now(UTC), lease=timedelta(0))
    courier_of_the_run.forget_faults()
    fields = {"url": courier_of_the_run.url(), "key": courier_of_the_run.key}
    settings.COURIERS = {"JNE": fields, "SiCepat": {**fields, "url": courier_of_the_run.url("sicepat")}}
    settings.COURIER_SECONDS_MAX = 3
    return courier_of_the_run


@pytest.fixture
def now():
    """The present, since the courier has a clock of its own."""
    return datetime.now(UTC)


@pytest.fixture
def resi():
    """A number that no other test uses."""
    return f"N{time.time_ns()}"


@pytest.fixture
def send(courier, now):
    """Hand an order to a courier: ``send(bo, order, resi)``. The courier does not know of it yet."""

    def do(owner, order, resi, name="JNE", at=None):
        at = at or now
        api.accept_order(user_id=owner.pk, order=order, now=at)
        api.ship_order(user_id=owner.pk, order=order, courier=name, resi=resi, now=at)
        tracking.begin_tracking(name, resi, now=at)
        return TrackedParcel.objects.get(courier=name, resi=resi)

    return do


@pytest.fixture
def parcel(bo, order, send, resi):
    return send(bo, order, resi)
