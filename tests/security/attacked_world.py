"""
The world that outsiders attack: Ana and Bo have one of everything; Eve has a life of her own and no part in theirs; a
new person has nothing yet.

The world is built once and frozen; whoever changed it gets it back as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse

from chat import api as chat
from chat.actions import group_links
from payments import api as payments
from shop import api as shop
from shop.domain.payment_references import merchant_reference
from superapp.accounts import api as accounts
from superapp.accounts.actions import contacts, invite_links
from superapp.accounts.domain import phone_numbers
from superapp.accounts.models import Device, Invitation, InviteLink, RateCount, User
from superapp.core import clock, ids, outbox
from superapp.core.money import Money
from superapp.notifications.models import Notification
from superapp.realtime import sync
from superapp.realtime.rate_limits import command_throttle, guest_throttle, read_throttle
from superapp.realtime.registry import Caller
from superapp.wiring import shop_conversations
from tests.harness.socket_client import browser_on, log_in
from tests.payments.settled import store_settlement
from tests.security import (
    angpao_packets,
    bank_differences,
    bank_money,
    kept_addresses,
    operators,
    peer_money,
    uploaded_photos,
)
from tests.security.database_rows import Rows
from tests.shop.bank_payments import begin_unpaid_purchase
from tests.shop.image_files import photo

PIN = "280394"
NUMBERS = {"ana": "+6281100000001", "bo": "+6281100000002", "eve": "+6281100000003", "newcomer": "+6281100000004"}
UNKNOWN_NUMBER = "+6281199999999"
ADDRESS: shop.Address = {
    "name": "rahasia-penerima",
    "phone": "0812 7777 1234",
    "text": "Jalan rahasia-alamat 12",
    "town": "rahasia-kota",
}
# What nobody but Ana and Bo may ever read.
WRITTEN_SECRETS = (
    "rahasia-pesan",
    "rahasia-draf",
    "rahasia-memo",
    "rahasia-penerima",
    "rahasia-alamat",
    "rahasia-kota",
    "rahasia-catatan",
    "rahasia-alasan",
    "RAHASIA-RESI",
    "Rahasia Tersembunyi",
    "rahasia-tagihan",
    "rahasia-usulan",
    "rahasia-uraian",
    "Ponsel Rahasia",
    "765432100",
    "7.654.321",
    "918273",
    "0812 7777 1234",
)


@dataclass
class World:
    """
    The people, their browsers' session keys, and by the name of each field what of Ana's and Bo's may be put there.

    ``theirs["order"]["paid"]`` is the id of an order that was paid; ``secrets`` are texts that no outsider may read.
    """

    people: dict[str, User]
    devices: dict[str, Device]
    theirs: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    # By the kind of each topic of the socket, what of theirs it may be about.
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    # Puts the database back as it was built; ``rows`` are what it held then.
    restore: Callable[[], None] = lambda: None
    rows: Rows = field(default_factory=dict)

    def browser(self, who: str, *, enforce_csrf_checks: bool = False) -> Client:
        """Return a new browser of one of the people, or of nobody."""
        browser = Client() if who == "nobody" else browser_on(self.devices[who])
        browser.handler = _handler(enforce_csrf_checks)
        return browser

    def forget_limits(self) -> None:
        """Let everybody do again what they did too often: a limit is not what shall refuse an outsider here."""
        for one in (command_throttle, guest_throttle, read_throttle):
            one.forget_everybody()
        RateCount.objects.all().delete()


@cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    """One for all browsers: each would look through all static files anew, which is most of what a request costs."""
    return ClientHandler(enforce_csrf_checks=enforce_csrf_checks)


def build() -> World:
    """Make everything that is there to be attacked, in the database in use."""
    now = clock.now()
    people = {who: _person(who, now) for who in NUMBERS}
    world = World(people, {who: _trusted_device(user, now) for who, user in people.items()})
    accounts.connect_people(user_id=people["ana"].pk, peer_id=people["bo"].pk, now=now)
    _talk(world, now)
    world.theirs |= uploaded_photos.make(world.people["ana"], now)
    _money(world, now)
    _shops(world, now)
    _orders(world, now)
    _devices_and_invitations(world, now)
    _begun_in_browsers(world)
    world.theirs["entry of an address book"] = kept_addresses.make(people["ana"], now)
    world.devices["operator"], world.theirs["proposal"] = operators.make(now)
    outbox.deliver_due(now)
    _names_and_secrets(world, now)
    return world


def _person(who: str, now: datetime) -> User:
    user = accounts.create_person(name=who.capitalize(), handle=f"{who}_uji", number=NUMBERS[who], now=now)
    if who != "newcomer":
        payments.set_first_pin(user_id=user.pk, pin=PIN, now=now)
    return user


def _trusted_device(user: User, now: datetime) -> Device:
    device = log_in(user, now)
    accounts.trust_device(user_id=user.pk, device_id=device.pk, now=now)
    device.refresh_from_db()
    return device


def _talk(world: World, now: datetime) -> None:
    ana, bo = world.people["ana"], world.people["bo"]
    talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    for sender in (ana, bo):
        entry = chat.compose_message(
            conversation_id=talk.public_id,
            sender_id=sender.pk,
            sender_public_id=sender.public_id,
            client_id=str(ids.new_id()),
            body=f"rahasia-pesan dari {sender.name}",
        )
        chat.post_message(entry, now=now)
    world.theirs["conversation"] = {"of two": str(talk.public_id)}
    world.theirs["subject"] = {"of two": f"chat:{talk.public_id}"}
    pushed = Notification.objects.create(
        user=world.people["ana"], subject=f"chat:{talk.public_id}", number=1, due_at=now, sent_at=now
    )
    world.theirs["notification"] = {"of ana": str(pushed.public_id)}
    world.theirs["subjects"] = {"of two": [f"chat:{talk.public_id}"]}
    browser = world.browser("ana")
    kept = browser.patch(
        f"/api/v1/conversations/{talk.public_id}/mine", {"draft": "rahasia-draf"}, content_type="application/json"
    )
    assert kept.status_code == 200, kept.content


def _money(world: World, now: datetime) -> None:
    ana, bo = world.people["ana"], world.people["bo"]
    maker, checker = (accounts.create_person(name=name, now=now) for name in ("Pembuat", "Pemeriksa"))
    for operator in (maker, checker):
        accounts.grant_operator(user_id=operator.pk)
    for user in (world.people[who] for who in ("ana", "bo", "eve")):
        amount = Money(1_000_000_00 + user.pk * 1_357_00)
        asked = payments.request_top_up(user_id=user.pk, amount=amount, reason="tunai", maker_id=maker.pk, now=now)
        payments.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=now)
    waiting = Money(98_765_00)
    payments.request_top_up(user_id=ana.pk, amount=waiting, reason="rahasia-alasan", maker_id=maker.pk, now=now)
    sent = payments.send_to_person(
        sender_id=ana.pk,
        receiver=bo.public_id,
        amount=Money(15_000_00),
        memo="rahasia-memo",
        pin=PIN,
        idempotency_key="sent",
        now=now,
    )
    assert isinstance(sent, payments.Posted)
    world.theirs["journal"] = {"sent": str(sent.public_id)}
    theirs, secrets = bank_money.make(ana, sent.journal_id, now)
    talk = world.theirs["conversation"]["of two"]
    world.theirs |= theirs | peer_money.make(ana, bo, now) | angpao_packets.make(ana, talk, now)
    world.secrets |= secrets | {peer_money.NOTE, angpao_packets.MESSAGE}
    theirs, secrets = bank_differences.make(now)
    world.theirs |= theirs
    world.secrets |= secrets


def _shops(world: World, now: datetime) -> None:
    for who in ("bo", "eve"):
        owner = world.people[who]
        opened = shop.open_shop(owner_id=owner.pk, handle=f"toko-{who}", name=f"Toko {who}", town="Solo", now=now)
        logo = shop.store_logo(photo(size=(64, 48), color=(owner.pk % 250, 9, 9)), owner_id=owner.pk, now=now)
        shop.set_logo(owner_id=owner.pk, logo=logo.name, now=now)
        if who == "bo":
            world.theirs["shop"] = {"open": str(opened.public_id)}
    bo = world.people["bo"]
    listed = _product(bo, "Gelang manik", listed=True, price=Money(25_000_00), quantity=918_273, now=now)
    secret = {"price": Money(7_654_321_00), "description": "rahasia-uraian"}
    hidden = _product(bo, "Rahasia Tersembunyi", listed=False, **secret, now=now)
    _product(world.people["eve"], "Punya Eve", listed=True, price=Money(1_000_00), now=now)
    world.theirs["product"] = {"listed": str(listed.public_id), "hidden": str(hidden.public_id)}
    world.theirs["slug"] = {"listed": listed.slug, "hidden": hidden.slug}
    world.theirs["variant"] = {"listed": str(listed.variants[0].public_id)}
    world.theirs["photos"] = {"listed": [one.name for one in listed.photos]}


def _product(owner: User, name: str, *, now: datetime, **fields: Any) -> shop.ProductDetails:
    key = f"product-{name}"[:40]
    made = shop.add_product(owner_id=owner.pk, name=name, idempotency_key=key, **{"quantity": 9, **fields}, now=now)
    stored = shop.store_photo(photo(size=(64, 48), color=(len(name) * 7 % 250, 90, 20)), owner_id=owner.pk, now=now)
    return shop.add_photo(
        owner_id=owner.pk,
        product=made.public_id,
        name=stored.name,
        width=stored.width,
        height=stored.height,
        placeholder=stored.placeholder,
        now=now,
    )


def _orders(world: World, now: datetime) -> None:
    """One order in each state, so that no state refuses before it is asked whose order it is."""
    ana, bo, device = world.people["ana"], world.people["bo"], world.devices["ana"]
    ways = {
        "paid": (),
        "accepted": ("accept",),
        "shipped": ("accept", "ship"),
        "completed": ("accept", "ship", "confirm"),
        "cancelled": ("cancel",),
    }
    world.theirs["order"] = {"unpaid": str(begin_unpaid_purchase(ana.pk, world.theirs["product"]["listed"], now))}
    for number, (state, way) in enumerate(ways.items()):
        placed = shop.place_order(
            buyer_id=ana.pk,
            product=UUID(world.theirs["product"]["listed"]),
            quantity=1,
            address=ADDRESS,
            note="rahasia-catatan",
            expected_total=Money(25_000_00),
            pin=PIN,
            device_id=device.pk,
            idempotency_key=f"order-{state}",
            now=now,
        )
        assert isinstance(placed, shop.CheckoutCompleted)
        for step in way:
            _move(step, placed.order, ana, bo, device, resi=f"RAHASIA-RESI-{number}", now=now)
        assert shop.fetch_order(user_id=ana.pk, order=placed.order).summary.state == state
        world.theirs["order"][state] = str(placed.order)
        world.secrets.add(placed.number)


def _move(step: str, order: UUID, ana: User, bo: User, device: Device, *, resi: str, now: datetime) -> None:
    if step == "accept":
        shop.accept_order(user_id=bo.pk, order=order, now=now)
    elif step == "ship":
        shop.ship_order(user_id=bo.pk, order=order, courier="JNE", resi=resi, now=now)
    elif step == "confirm":
        shop.confirm_receipt(user_id=ana.pk, order=order, device_id=device.pk, now=now)
    else:
        shop.cancel_order(user_id=ana.pk, order=order, device_id=device.pk, reason="rahasia-alasan", now=now)


def _devices_and_invitations(world: World, now: datetime) -> None:
    ana, bo = world.people["ana"], world.people["bo"]
    second = log_in(ana, now)
    Device.objects.filter(pk=second.pk).update(name="Ponsel Rahasia")
    contacts.request_contact_by_phone(user_id=ana.pk, phone=UNKNOWN_NUMBER, now=now)
    link = invite_links.get_or_create_link(user_id=ana.pk, now=now)
    accounts.set_avatar(user_id=ana.pk, upload=photo(size=(64, 48), color=(1, 2, 3)), now=now)
    of_bo = shop.find_shop(bo.pk)
    assert of_bo is not None
    talk = shop_conversations.open_conversation(of_bo, user_id=ana.pk, now=now)
    world.theirs["conversation"]["with the shop"] = str(talk)
    world.theirs["device"] = {"trusted": str(world.devices["ana"].public_id), "second": str(second.public_id)}
    world.theirs["invitation"] = {"open": str(Invitation.objects.get(owner=ana).public_id)}
    world.theirs["link"] = {"open": str(link.public_id)}
    world.theirs["token"] = {"open": link.token}
    _group(world, now)


def _group(world: World, now: datetime) -> None:
    """A group of Ana and Bo with a link, to which nobody was invited."""
    ana, bo = world.people["ana"], world.people["bo"]
    group = chat.create_group(owner_id=ana.pk, title="Grup Ana", member_ids=[bo.pk], now=now)
    link = group_links.make_link(
        conversation_id=group.public_id,
        by_user_id=ana.pk,
        lasts_for=None,
        uses_max=None,
        needs_approval=False,
        now=now,
    )
    world.theirs["conversation"]["of the group"] = str(group.public_id)
    # A chat beside which another is pinned is named by its id, too.
    world.theirs["beside"] = world.theirs["conversation"]
    world.theirs["link"]["of the group"] = str(link.public_id)
    world.theirs["token"]["of the group"] = link.token


def _begun_in_browsers(world: World) -> None:
    """A purchase and a transfer that Ana began and did not finish: their keys stand in her addresses."""
    browser, product = world.browser("ana"), world.theirs["product"]["listed"]
    begun = browser.get(reverse("shop:begin", args=[product])).headers["Location"]
    typed = {**ADDRESS, "note": "rahasia-catatan", "quantity": "2", "do": "count"}
    assert browser.post(begun, typed).status_code == 200
    sending = reverse("payments:send", args=[world.people["bo"].public_id])
    confirmed = browser.post(sending, {"amount": "15.000", "memo": "rahasia-memo"}).headers["Location"]
    paying = browser.post(reverse("payments:scan"), {"qr": _bill(world).payload}).headers["Location"]
    world.theirs["key"] = {
        "purchase": _last_part(begun),
        "transfer": _last_part(confirmed),
        "payment by code": _last_part(paying),
    }


def _bill(world: World) -> payments.QrisBillDetails:
    """A code of Bo's shop for one amount."""
    bo, now = world.people["bo"], clock.now()
    account = {"name": "Toko Bo", "city": "Yogyakarta", "postal_code": "55281", "category": "5947", "criteria": "UMI"}
    shop.open_qris_account(owner_id=bo.pk, **account, now=now)
    bill = shop.make_bill(
        owner_id=bo.pk, amount=Money(76_543_00), note="rahasia-tagihan", idempotency_key="bill", now=now
    )
    world.theirs["bill"] = {"of bo": str(bill.public_id)}
    merchant = merchant_reference(UUID(world.theirs["shop"]["open"]))
    made = store_settlement(bo.pk, now, merchant=merchant)
    world.theirs["settlement"] = {"of bo": str(made.public_id)}
    world.theirs["payout"] = {"of bo": bank_money.make_payout(bo.pk, merchant, now)}
    world.secrets |= bank_money.SECRETS_OF_PAYOUTS
    return bill


def _last_part(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def _names_and_secrets(world: World, now: datetime) -> None:
    ana, bo = (User.objects.get(pk=world.people[who].pk) for who in ("ana", "bo"))
    world.theirs |= {
        "user": {"ana": str(ana.public_id), "bo": str(bo.public_id)},
        "public_id": {"ana": str(ana.public_id)},
        "avatar digest": {"ana": ana.avatar},
        "handle of a shop": {"bo": "toko-bo"},
        "wallet": {who: _wallet_id(world, who) for who in ("ana", "bo")},
    }
    world.secrets |= {*WRITTEN_SECRETS, InviteLink.objects.get(owner=ana).token}
    caller = Caller(ana.pk, ana.public_id, None, None, "id")
    token = sync._signer(caller, "contacts").sign_object([None, "0.0"])
    world.theirs |= {
        "place": {"of ana": f"2.{ana.public_id}"},
        "heir": world.theirs["user"],
        "users": {who: [one] for who, one in world.theirs["user"].items()},
        "next": {"ana": token},
        "marks": {aim: [[talk, 1]] for aim, talk in world.theirs["conversation"].items()},
    }
    world.topics = {
        "wallet": world.theirs["wallet"],
        "order": {state: order for state, order in world.theirs["order"].items() if state != "unpaid"},
        "purchases": {"ana": str(ana.public_id)},
        "sales": world.theirs["shop"],
        "bill": world.theirs["bill"],
        "qris": world.theirs["shop"],
    }
    for who in ("ana", "bo"):
        user = world.people[who]
        balance = payments.get_wallet(user.pk, now=now).balance
        world.secrets |= {NUMBERS[who], phone_numbers.format_international(NUMBERS[who]), str(balance.amount_minor)}
        world.secrets |= set(Device.objects.filter(user=user).values_list("session_key", flat=True))
    world.secrets |= {phone_numbers.format_international(UNKNOWN_NUMBER), UNKNOWN_NUMBER}


def _wallet_id(world: World, who: str) -> str:
    found = world.browser(who).get("/api/v1/wallet").json()
    return str(found["wallet"]["id"])
