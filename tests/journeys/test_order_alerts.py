"""A merchant learns of a paid order with the app closed, by text message; who has it before their eyes gets none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from superapp.accounts import api as accounts
from superapp.accounts.models import DeveloperSms
from superapp.core import clock, jobs
from superapp.core.models import Job
from superapp.notifications.actions import alerts
from superapp.notifications.models import Alert
from tests.harness.running_site import Site
from tests.harness.servers import wait_until
from tests.journeys import people, shopping
from tests.journeys.conftest import Two

pytestmark = pytest.mark.timeout(240)


def order_texts() -> list[str]:
    return list(DeveloperSms.objects.filter(text__contains="/pesanan/").order_by("pk").values_list("text", flat=True))


def let_time_pass() -> None:
    """A quarter of an hour later: what is due is sent, by whoever carries jobs."""
    assert Alert.objects.filter(state=Alert.State.WAITING).update(due_at=clock.now()) == 1

    def is_settled() -> bool:
        for job_id in Job.objects.filter(name=alerts.ALERT_JOB, state=Job.State.QUEUED).values_list("pk", flat=True):
            jobs.run(job_id)  # Where jobs are carried by a broker, there is none here.
        return not Alert.objects.filter(state__in=alerts.OPEN_STATES).exists()

    wait_until(is_settled, "an alert that is settled")


def test_merchant_gets_an_order_alert_with_the_app_closed(
    site: Site, two_strangers: Callable[..., Two], settings: Any
) -> None:
    settings.SMS_INBOX = True
    two = two_strangers(site)
    for handle in ("loket.satu", "loket.dua"):
        operator = accounts.create_person(name=handle, handle=handle, now=clock.now())
        accounts.grant_operator(user_id=operator.pk)
    people.take_handle(two.ana, "ana.wulandari")
    shopping.open_shop(two.bo)
    shopping.add_product(two.bo)
    shopping.give_money(two.ana)
    # The app is closed.
    two.bo.goto("about:blank")
    shopping.buy(two.ana, quantity=1)
    wait_until(lambda: Alert.objects.exists(), "the alert of the order")

    let_time_pass()

    [text] = order_texts()
    assert re.match(r"Nusa: pesanan baru \S+ sudah dibayar, Rp", text), text
    address = text.split()[-1]
    two.bo.goto(re.sub(r"^https?://[^/]+", site.url, address))
    expect(two.bo.locator("nusa-order")).to_contain_text(shopping.PRODUCT)

    # The next one appears where the merchant looks.
    two.bo.goto("/tokoku/")
    people.wait_for_line(two.bo)
    shopping.buy(two.ana, quantity=2)
    # The first one was seen when its text led there.
    wait_until(lambda: Alert.objects.filter(seen_at__isnull=False).count() == 2, "it is seen")
    # The fact may have been heard after the page showed the order: then nothing waits any more.
    if Alert.objects.filter(state=Alert.State.WAITING).exists():
        let_time_pass()

    assert order_texts() == [text]
