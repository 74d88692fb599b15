"""Every address that takes a form can be opened: it shows the form, or leads to the page on which it stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from angpao import api as angpao
from chat import api as chat
from chat.actions import group_links
from payments import api as payments
from peer_payments import api as peer_payments
from peer_payments.models import BillSplit, Schedule
from shop.models import Shop
from superapp.accounts import api as accounts
from superapp.accounts.actions import invite_links
from superapp.accounts.models import Device
from superapp.core.money import Money
from superapp.realtime.rate_limits import command_throttle
from tests.payments import test_qris_payments as qris
from tests.payments.purses import PIN
from tests.payments.purses import browser_of as browser_on_device
from tests.security import kept_addresses
from tests.shop.html_clients import browser_of

# Not pages: what clients, couriers and the bank call, frames of the camera, files. The console is not found by people.
NO_PAGES = ("api/", "media/", "-/", "bank/", "kurir/", "konsol/", "dompet/pindai/bingkai/")


pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def arguments(ana, bo, product, make_shop, make_product, buy, open_purchase, now, of_a_group):
    """A value for each part of an address, of something that bo may open."""
    accounts.connect_people(user_id=bo.pk, peer_id=ana.pk, now=now)
    conversation = chat.open_direct_conversation(user_id=bo.pk, peer_id=ana.pk, now=now)
    return {
        "conversation": conversation.public_id,
        "user": ana.public_id,
        "product": product.public_id,
        "order": buy(ana, product).order,
        # A purchase that waits for its payment.
        "bayar order": open_purchase(bo, make_product(make_shop(ana, "toko-ana"))).pk,
        "key": uuid.uuid4(),
        "bill": uuid.uuid4(),
        "charge": uuid.uuid4(),
        "withdrawal": uuid.uuid4(),
        **of_money(ana, bo, conversation.public_id, now),
        "handle": "manik-bo",
        "slug": product.slug,
        "journal": uuid.uuid4(),
        "invitation": uuid.uuid4(),
        "link": uuid.uuid4(),
        "token": invite_links.get_or_create_link(user_id=ana.pk, now=now).token,
        "address": kept_addresses.make(bo, now)["Rumah"],
        "part": 1,
        "seq": 1,
        **of_a_group,
    }


@pytest.fixture
def of_a_group(bo, now):
    """A group of bo's and a link to it, for the conversation and the token in addresses of groups."""
    group = chat.create_group(owner_id=bo.pk, title="Arisan", member_ids=[], now=now)
    link = group_links.make_link(
        conversation_id=group.public_id, by_user_id=bo.pk, lasts_for=None, uses_max=None, needs_approval=False, now=now
    )
    return {"grup conversation": group.public_id, "grup token": link.token}


def of_money(ana, bo, conversation_id, now):
    """A request of ana's to bo, a bill and a schedule of his, an angpao for him, and a payment by his shop's code."""
    made = peer_payments.request_money(
        requester_id=ana.pk, payer=bo.public_id, amount=Money(1_000_00), idempotency_key="r", now=now
    )
    split = BillSplit.objects.create(
        maker=bo, group="g", title="Makan", total=3, own_share=1, method="equal", idempotency_key="b", made_at=now
    )
    schedule = Schedule.objects.create(
        sender=bo, receiver=ana, amount=1, repeat="weekly", time_zone="Asia/Jakarta", first_on=now.date(),
        mandate=uuid.uuid4(), idempotency_key="s", made_at=now,
    )  # fmt: skip
    sent = angpao.send_angpao(
        angpao.PacketRequest(
            packet=uuid.uuid4(),
            sender_id=ana.pk,
            audience=f"chat.conversation:{conversation_id}",
            mode="equal",
            total=Money(1_000_00),
            slots=1,
        ),
        device_id=None,
        pin=PIN,
        now=now,
    )
    account = qris.open_account(now, merchant=f"shop.storefront:{Shop.objects.get(owner=bo).public_id}")
    paid = qris.pay(ana, payments.write_static_code(account.merchant), now, amount=1_000_00)
    return {
        "money_request": made.public_id,
        "split": split.public_id,
        "schedule": schedule.public_id,
        "packet": sent.public_id,
        "bayar journal": paid.public_id,
        "settlement": uuid.uuid4(),
        "payout": uuid.uuid4(),
        "number": uuid.uuid4(),
    }


def pages(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, route)
        elif not route.startswith(NO_PAGES):
            yield route, pattern


def address_of(route: str, pattern: URLPattern, arguments: dict[str, object]) -> str:
    for name, converter in pattern.pattern.converters.items():
        kind = next(kind for kind in ("uuid", "slug", "int", "str", "digest") if f"<{kind}:{name}>" in route)
        place = next((place for place in ("grup", "bayar") if f"{place}/" in route), "")
        value = arguments.get(f"{place} {name}", arguments[name])
        route = route.replace(f"<{kind}:{name}>", converter.to_url(value))
    return f"/{route}"


def allowed_at(browser: Client, address: str) -> str:
    """The methods that an address names when it is asked with one that no page takes."""
    # Each question takes from the allowance of a person, and there are more of them than it holds.
    command_throttle.forget_everybody()
    answer = browser.patch(address)
    return answer.headers.get("Allow", "") if answer.status_code == 405 else ""


def test_every_form_address_can_be_opened(bo, arguments):
    browser = browser_on_device(bo, is_trusted=True)
    arguments["device"] = Device.objects.get(user=bo).public_id
    addresses = [address_of(route, pattern, arguments) for route, pattern in pages(get_resolver())]

    with_forms = [address for address in addresses if "POST" in allowed_at(browser, address)]
    opened = {address: browser.get(address, follow=True).status_code for address in with_forms}
    unknown = {address: Client().get(address).status_code for address in with_forms}

    # As many as there are today; one that is left out here would not be looked at.
    assert len(with_forms) >= 35
    assert {address: status for address, status in opened.items() if status != 200} == {}
    assert {address: status for address, status in unknown.items() if status not in (200, 302)} == {}


def test_refused_form_is_reached_again_at_its_own_address(bo, arguments):
    browser = browser_of(bo)
    address = f"/pesanan/{arguments['order']}/kirim/"

    refused = browser.post(address, {"courier": "", "resi": "", "rev": "1"})
    opened = browser.get(address)

    assert refused.status_code == 422
    assert (opened.status_code, opened.url) == (302, f"/pesanan/{arguments['order']}/#form-kirim")


def test_other_methods_are_still_refused(bo, arguments):
    answer = browser_of(bo).put(f"/pesanan/{arguments['order']}/kirim/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
