"""Friends who owe each other: a bill split in a group of five, and a request in the conversation of two."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from chat import api as chat
from payments import api as payments
from peer_payments import api as peer_payments
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.core import clock
from superapp.core.money import Money
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

PIN = "280394"
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def two(site: Site, browser: Browser, two_who_talk: Callable[..., Two]) -> Two:
    """ana and bo, who talk and have money and a PIN."""
    browser.forgive("Failed to load resource|ERR_FAILED")
    two = two_who_talk(site)
    for page in (two.ana, two.bo):
        give_money(user_of(page))
    return two


def user_of(page: Page) -> User:
    return accounts.get_user_by_public_id(UUID(people.call(page, "GET", "me")["user"]))


def give_money(user: User) -> None:
    now = clock.now()
    payments.set_first_pin(user_id=user.pk, pin=PIN, now=now)
    maker, checker = (accounts.create_person(name=name, now=now) for name in ("Satu", "Dua"))
    for operator in (maker, checker):
        accounts.grant_operator(user_id=operator.pk)
    asked = payments.request_top_up(
        user_id=user.pk, amount=Money(200_000_00), reason="tunai", maker_id=maker.pk, now=now
    )
    payments.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=now)


def newest_card(page: Page):
    return page.locator("nusa-timeline [data-part=list] > li[data-kind=card]").last


def pay_by_pin(page: Page) -> None:
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator(".request-state[data-state=paid]")).to_be_visible()


def test_request_is_made_in_the_chat_paid_by_pin_and_both_see_it_live(two: Two) -> None:
    conversation = two.ana.url
    two.ana.locator("nusa-composer [data-part=attach]").click()
    two.ana.locator("#attach-menu").get_by_role("menuitem", name="Minta uang").click()
    two.ana.wait_for_url(re.compile(r"/dompet/minta/dari/"))
    two.ana.locator("#amount").press_sequentially("25000")
    two.ana.fill("#note", "Bakso 🍜")
    two.ana.locator("form .button--main").click()
    two.ana.wait_for_url(re.compile(r"/dompet/minta/[0-9a-f-]{36}/"))
    two.ana.goto(conversation)
    people.wait_for_line(two.ana)
    expect(newest_card(two.bo)).to_contain_text("Bakso 🍜")

    newest_card(two.bo).get_by_role("link", name="Bayar").click()
    pay_by_pin(two.bo)

    expect(newest_card(two.ana).locator(".card")).to_have_attribute("data-state", "paid")
    expect(newest_card(two.ana).locator(".card-request__word")).to_contain_text("Sudah dibayar")
    assert payments.get_wallet(user_of(two.ana).pk, now=clock.now()).balance == Money(225_000_00)


def test_lost_answer_of_a_paid_request_is_found_by_the_paying_page(two: Two) -> None:
    ana, bo = user_of(two.ana), user_of(two.bo)
    made = peer_payments.request_money(
        requester_id=ana.pk, payer=bo.public_id, amount=Money(5_000_00), idempotency_key="k", now=clock.now()
    )
    lost = []

    def lose_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0).status)
            route.abort()
        else:
            route.continue_()

    page = two.bo
    page.goto(f"/dompet/minta/{made.public_id}/")
    page.route(page.url, lose_first)
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")

    expect(page.locator("#unknown-dialog")).to_be_visible()
    expect(page.locator(".request-state[data-state=paid]")).to_be_visible()
    assert lost == [302]
    assert payments.get_wallet(bo.pk, now=clock.now()).balance == Money(195_000_00)


def test_request_is_declined_from_the_card_without_leaving_the_chat(two: Two) -> None:
    ana, bo = user_of(two.ana), user_of(two.bo)
    peer_payments.request_money(
        requester_id=ana.pk, payer=bo.public_id, amount=Money(5_000_00), idempotency_key="k", now=clock.now()
    )

    newest_card(two.bo).get_by_role("link", name="Tolak").click()

    for page in (two.ana, two.bo):
        expect(newest_card(page).locator(".card")).to_have_attribute("data-state", "declined")
    assert re.search(r"/obrolan/[0-9a-f-]{36}/", two.bo.url)


def test_bill_of_five_shows_live_in_the_group_who_has_paid(two: Two) -> None:
    now = clock.now()
    ana, bo = user_of(two.ana), user_of(two.bo)
    others = [accounts.create_person(name=name, now=now) for name in ("Citra", "Deni", "Eko")]
    for other in others:
        give_money(other)
    group = chat.create_group(
        owner_id=ana.pk, title="Makan malam", member_ids=[bo.pk, *(one.pk for one in others)], now=now
    )
    for page in (two.ana, two.bo):
        page.goto(f"/obrolan/{group.public_id}/")
        people.wait_for_line(page)
    two.ana.locator("nusa-composer [data-part=attach]").click()
    two.ana.locator("#attach-menu").get_by_role("menuitem", name="Patungan").click()
    two.ana.wait_for_url(re.compile(r"/dompet/patungan/\?obrolan="))
    two.ana.fill("#title", "Soto 🍲")
    two.ana.locator("#amount").press_sequentially("100000")
    two.ana.get_by_role("button", name="Bagi tagihan").click()
    two.ana.wait_for_url(re.compile(r"/dompet/patungan/[0-9a-f-]{36}/"))
    two.ana.goto(f"/obrolan/{group.public_id}/")
    people.wait_for_line(two.ana)
    counted = newest_card(two.ana).locator("[data-field=paid_count]")
    expect(counted).to_have_text("0")

    newest_card(two.bo).get_by_role("link", name="Lihat dan bayar").click()
    two.bo.get_by_role("link", name="Bayar bagianmu, Rp20.000").click()
    pay_by_pin(two.bo)

    expect(counted).to_have_text("1")
    expect(newest_card(two.ana).locator("[data-field=paid_names]")).to_have_text("Bo Santoso")
    for other in others:
        share = next(one for one in peer_payments.list_requests(other.pk))
        peer_payments.pay_request(
            payer_id=other.pk, request=share.public_id, attempt=0, device_id=None, pin=PIN, now=clock.now()
        )
    expect(newest_card(two.ana).locator(".card")).to_have_attribute("data-state", "done")
    assert payments.get_wallet(ana.pk, now=clock.now()).balance == Money(280_000_00)
