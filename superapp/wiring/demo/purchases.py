"""Purchases of the demo people, in every state that an order can have, made one by one through the facades."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from chat import api as chat
from shop import api as shop
from shop.api import CheckoutCompleted, ProductDetails
from shop.events import OrderMoved, OrderPlaced
from superapp.accounts import api as accounts
from superapp.core import events, outbox
from superapp.core.models import Fact
from superapp.wiring import order_cards, shop_conversations
from superapp.wiring.demo.people import DEMO_PEOPLE
from superapp.wiring.demo.script_files import Written, read_list
from superapp.wiring.demo.wallets import PIN, ScheduledAction

PROOF_OF_DELIVERY = {"penerima": "diterima langsung"}
COURIERS = ("JNE", "J&T Express", "SiCepat")
ADDRESSES = {
    "emma": ("Emma Clarke", "0812 1000 0012", "Jalan Prawirotaman 27", "Yogyakarta"),
    "fatimah": ("Cut Fatimah", "0812 1000 0008", "Jalan Teuku Umar 41, Seutui", "Banda Aceh"),
    "yohana": ("Yohana Mambrasar", "0812 1000 0006", "Jalan Sentani Raya 8, dekat pelabuhan", "Jayapura"),
    "sekar": ("Sekar Ayuningtyas", "0812 1000 0001", "Jalan Kemasan 12, Kotagede", "Yogyakarta"),
}


class DemoPurchase(Written, frozen=True, kw_only=True):
    """A purchase a number of hours ago, and its later steps in hours after it (``data/purchases.toml``)."""

    buyer: str
    shop: str
    product: str
    hours_ago: float
    quantity: int = 1
    note: str = ""
    then: tuple[tuple[str, float], ...] = ()


PURCHASES = read_list("purchases", DemoPurchase)


def scheduled_actions(*, now: datetime) -> list[ScheduledAction]:
    """List every purchase and its later steps, each with its time; running one again changes nothing."""
    people = {person.key: _user_id(person.number) for person in DEMO_PEOPLE}
    found: list[ScheduledAction] = []
    for number, bought in enumerate(PURCHASES):
        found += _actions_of_purchase(bought, number, people, now=now)
    return found


def is_untold() -> bool:
    """Return whether an order of the demo has not been posted in its conversation, as after an interruption."""
    # Orders that moved are ignored: the periodic tasks move them too, and post that by themselves.
    return Fact.objects.filter(name=OrderPlaced.name).exists()


def _facts() -> QuerySet[Fact]:
    return Fact.objects.filter(name__in=(OrderPlaced.name, OrderMoved.name)).order_by("pk")


def post_cards(*, now: datetime) -> None:
    """Post the cards of all orders, and mark them as read except where the script leaves them unread."""
    for fact in _facts():
        event = events.from_payload(fact.name, fact.payload)
        # Posted at the event's own time: a card of last week must not have today's time.
        if isinstance(event, OrderPlaced):
            order_cards.post_order_card(event, now=datetime.fromisoformat(event.at))
        elif isinstance(event, OrderMoved):
            order_cards.update_order_card(event, now=datetime.fromisoformat(event.at))
    # Delivers the events to their other handlers; cards that are posted already are not posted again.
    outbox.deliver_due(now)
    people = {person.key: _user_id(person.number) for person in DEMO_PEOPLE}
    sekars = shop.find_shop(people["sekar"])
    if sekars is None:
        return  # Without storefronts nothing was bought.
    for buyer in ("fatimah", "yohana"):
        talk = shop_conversations.find_conversation(sekars, user_id=people[buyer])
        assert talk is not None
        for reader in (buyer, "sekar"):
            last = chat.fetch_summary(talk, people[reader]).last_seq
            chat.mark_read(conversation_id=talk, user_id=people[reader], seq=last)


def _actions_of_purchase(
    bought: DemoPurchase, number: int, people: Mapping[str, int], *, now: datetime
) -> Iterator[ScheduledAction]:
    placed_at = now - timedelta(hours=bought.hours_ago)
    order = _Order(bought, number, people)
    yield placed_at, partial(order.place, now=placed_at)
    for place, (what, later) in enumerate(bought.then, 1):
        at = placed_at + timedelta(hours=later)
        yield at, partial(order.move, what, place, now=at)


class _Order:
    """One demo order while its steps are carried out."""

    def __init__(self, bought: DemoPurchase, number: int, people: Mapping[str, int]) -> None:
        self._bought = bought
        self._number = number
        self._buyer_id = people[bought.buyer]
        self._id: UUID | None = None
        self._merchant_id = 0

    def place(self, *, now: datetime) -> None:
        page = shop.fetch_catalog_page(self._bought.shop)
        product = _named(page.products, self._bought.product)
        self._merchant_id = page.shop.owner_id
        assert product.price is not None
        name, phone, text, town = ADDRESSES[self._bought.buyer]
        answer = shop.place_order(
            buyer_id=self._buyer_id,
            product=product.public_id,
            quantity=self._bought.quantity,
            address={"name": name, "phone": phone, "text": text, "town": town},
            note=self._bought.note,
            expected_total=product.price * self._bought.quantity,
            pin=PIN,
            idempotency_key=f"demo-{self._number}",
            now=now,
        )
        assert isinstance(answer, CheckoutCompleted), answer
        self._id = answer.order

    def move(self, what: str, place: int, *, now: datetime) -> None:
        """Carry out the next step of the order, unless it has been done."""
        order, buyer, merchant = self._id, self._buyer_id, self._merchant_id
        assert order is not None
        if len(shop.fetch_order(user_id=buyer, order=order).steps) > place:
            return
        courier, resi = COURIERS[self._number % len(COURIERS)], f"DEMO{2_611_000 + self._number * 37}"
        verbs: dict[str, Callable[[], object]] = {
            "accept": lambda: shop.accept_order(user_id=merchant, order=order, now=now),
            "pack": lambda: shop.pack_order(user_id=merchant, order=order, now=now),
            "ship": lambda: shop.ship_order(user_id=merchant, order=order, courier=courier, resi=resi, now=now),
            "report": lambda: shop.report_delivery(user_id=merchant, order=order, now=now),
            "courier": lambda: shop.record_courier_delivery(
                courier=courier, resi=resi, evidence=PROOF_OF_DELIVERY, now=now
            ),
            "confirm": lambda: shop.confirm_receipt(user_id=buyer, order=order, device_id=None, pin=PIN, now=now),
            "cancel": lambda: shop.cancel_order(
                user_id=buyer, order=order, device_id=None, pin=PIN, reason="Salah pilih warna", now=now
            ),
            "refuse": lambda: shop.cancel_order(
                user_id=merchant, order=order, device_id=None, pin=PIN, reason="Kainnya sedang habis", now=now
            ),
        }
        verbs[what]()


def _named(products: tuple[ProductDetails, ...], name: str) -> ProductDetails:
    return next(product for product in products if product.name == name)


def _user_id(number: str) -> int:
    user = accounts.find_user_by_phone_number(number)
    assert user is not None
    return user.pk
