"""An operator who owes more than the cap, or nearly as much, is told: by checks, at the start, in the log, at desks."""

from __future__ import annotations

import pytest
from django.core.checks import Tags, run_checks
from structlog.testing import capture_logs

from payments.actions.issued_money import apply_float_cap
from payments.maintenance.float_cap import alarm_float_cap, check_float_cap, measure_float_cap
from payments.models import IssuedMoney
from superapp.accounts.models import User
from superapp.core import embedded, scheduler
from tests.payments.purses import browser_of
from tests.payments.test_bank_desks import text_of

OWED = 1_000_00


@pytest.fixture
def cap(make_payer, settings):
    """Set the cap to so many rupiah, while Rp1.000 are owed."""
    make_payer("ana", OWED)

    def set_cap(rupiah, loop="closed"):
        settings.WALLET_LOOP, settings.FLOAT_CAP_RUPIAH = loop, rupiah
        apply_float_cap()

    return set_cap


def said_at_start():
    said = []
    embedded.say_warnings(said.append)
    return said


def test_cap_below_what_is_owed_is_a_warning_of_checks_and_at_the_start(cap):
    cap(400)

    (message,) = run_checks(tags=[Tags.database], databases=["default"])

    assert (message.id, message.level) == ("payments.W001", 30)
    assert "Rp1.000" in message.msg
    assert "Rp600 more than FLOAT_CAP_RUPIAH allows (Rp400)" in message.msg
    (line,) = said_at_start()
    assert line.startswith("Warning: wallets hold Rp1.000")


@pytest.mark.parametrize(("rupiah", "loop"), [(1_000, "closed"), (2_000, "closed"), (400, "open")])
def test_cap_that_holds_warns_of_nothing(cap, rupiah, loop):
    cap(rupiah, loop)

    assert run_checks(tags=[Tags.database], databases=["default"]) == []
    assert said_at_start() == []


def test_check_without_a_database_asks_none(cap):
    cap(400)

    assert check_float_cap() == []


@pytest.mark.parametrize(
    ("rupiah", "loop", "logged", "used"),
    [
        (400, "closed", ["float_over_cap"], [2.5]),
        (1_100, "closed", ["float_near_cap"], [0.9]),
        (1_200, "closed", [], [0.83]),
        (400, "open", [], []),
    ],
)
def test_cap_is_alarmed_and_measured(cap, now, rupiah, loop, logged, used):
    cap(rupiah, loop)

    with capture_logs() as lines:
        assert alarm_float_cap(now) == len(logged)

    assert [line["event"] for line in lines] == logged
    assert [sample.value for metric in measure_float_cap() for sample in metric.samples] == used


def test_alarm_is_a_periodic_task():
    assert "payments.maintenance.float_cap.alarm_float_cap" in scheduler.periodic_tasks


@pytest.mark.parametrize(
    ("rupiah", "words"),
    [
        (400, "Uang pengguna Rp600 lebih banyak daripada yang boleh disimpan layanan ini."),
        (1_100, "90% dari batas sudah terpakai."),
        (5_000, "Masih bisa masuk"),
    ],
)
def test_desk_of_limits_says_how_full_the_cap_is(cap, make_operator, rupiah, words):
    cap(rupiah)

    page = text_of(make_operator("rina", "finance").browser.get("/konsol/batas/"))

    assert words in page


def test_desk_of_limits_says_nothing_without_a_cap(cap, make_operator):
    cap(400, "open")

    assert "Masih bisa masuk" not in text_of(make_operator("rina", "finance").browser.get("/konsol/batas/"))
    assert IssuedMoney.objects.get(asset="IDR").cap is None


@pytest.mark.parametrize(("rupiah", "is_told"), [(1_000, True), (1_001, False)])
def test_person_is_told_before_they_send_what_would_not_come_in(cap, rupiah, is_told):
    cap(rupiah)

    page = text_of(browser_of(User.objects.get(handle="ana")).get("/dompet/isi/"))

    assert ("Jangan transfer dulu" in page) == is_told
    assert ("Di loket" in page) != is_told
