"""Random afternoons in a shop against an auditor who keeps three numbers a product and a ledger on paper."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from payments import api as payments
from payments import proof as money
from shop import api, errors, proof
from shop.actions import checkout
from shop.actions.timing import move_due_orders
from shop.models import Order, OrderCounter, Stock
from superapp.core.money import Money
from tests.shop.conftest import ADDRESS

EXAMPLES = max(4, int(os.environ.get("NUSA_EXAMPLES", "500")) // 80)
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
PRICE = 10_000_00
PURSE = 100_000_00
BUYERS, GOODS = ("ana", "cy"), ("gelang", "kalung")
# Who may do what, as an auditor would have it on one page.
MAY = {
    "accept": ("merchant", {"paid"}, "accepted"),
    "pack": ("merchant", {"accepted"}, "packed"),
    "ship": ("merchant", {"accepted", "packed"}, "shipped"),
    "report": ("merchant", {"shipped"}, "delivered"),
    "confirm": ("buyer", {"shipped", "delivered"}, "completed"),
    "buyer cancels": ("buyer", {"paid"}, "cancelled"),
    "merchant cancels": ("merchant", {"paid", "accepted", "packed", "shipped", "delivered"}, "cancelled"),
}


@dataclass
class Deal:
    buyer: str
    product: str
    pieces: int
    state: str = "paid"
    by_courier: bool = False
    due_at: datetime | None = None


@dataclass
class Auditor:
    """What must be true, reckoned without any of our code."""

    on_hand: dict[str, int] = field(default_factory=dict)
    purse: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BUYERS, PURSE))
    merchant: int = 0
    deals: dict[object, Deal] = field(default_factory=dict)

    def committed(self, product: str) -> int:
        waiting = ("paid", "accepted", "packed")
        return sum(deal.pieces for deal in self.deals.values() if deal.product == product and deal.state in waiting)

    def unfinished(self, buyer: str | None = None) -> list[Deal]:
        return [
            deal
            for deal in self.deals.values()
            if deal.state not in ("completed", "cancelled") and buyer in (None, deal.buyer)
        ]

    def end(self, deal: Deal, state: str) -> None:
        if state == "completed":
            self.merchant += deal.pieces * PRICE
        else:
            self.purse[deal.buyer] += deal.pieces * PRICE
        deal.state, deal.due_at = state, None


class ShopMachine(RuleBasedStateMachine):
    """Drives the shop and the auditor side by side."""

    scene: dict[str, object]
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.people, self.shop, self.goods = self.scene["open"](next(self.numbers))  # type: ignore[operator]
        self.model = Auditor(on_hand=dict.fromkeys(GOODS, 3))
        self.asked: list[tuple[checkout.Wish, api.Answer]] = []

    @rule(buyer=st.sampled_from(BUYERS), product=st.sampled_from(GOODS), pieces=st.integers(1, 4), lie=st.booleans())
    def buy(self, buyer: str, product: str, pieces: int, lie: bool) -> None:
        total = Money(PRICE * pieces) if not lie else Money(PRICE * pieces + 100)
        wish = checkout.wish_for(
            buyer_id=self.people[buyer], product=self.goods[product], quantity=pieces, address=ADDRESS, note="",
            expected_total=total, idempotency_key=f"k{next(self.numbers)}",
        )  # fmt: skip
        answer = checkout.place(wish, now=self.now)
        self.asked.append((wish, answer))
        left = self.model.on_hand[product] - self.model.committed(product)
        if lie:
            assert answer == api.Changed(total, Money(PRICE * pieces), Money(PRICE))
        elif left < pieces:
            assert answer == api.Refused("shop.sold_out", {"left": left})
        elif self.model.purse[buyer] < PRICE * pieces:
            assert answer == api.Refused("payments.insufficient_funds", {})
        else:
            assert isinstance(answer, api.Placed)
            self.model.purse[buyer] -= PRICE * pieces
            self.model.deals[answer.order] = Deal(buyer, product, pieces, due_at=self.now + timedelta(days=2))

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        wish, first = data.draw(st.sampled_from(self.asked))
        again = checkout.place(wish, now=self.now)
        assert again.replayed is True
        assert type(again) is type(first)
        if isinstance(first, api.Placed):
            assert again.order == first.order

    @precondition(lambda self: self.model.deals)
    @rule(data=st.data(), what=st.sampled_from(sorted(MAY)))
    def move(self, data: st.DataObject, what: str) -> None:
        order = data.draw(st.sampled_from(list(self.model.deals)))
        deal = self.model.deals[order]
        who, states, state = MAY[what]
        user = self.people[deal.buyer] if who == "buyer" else self.people["bo"]
        if deal.state in states:
            self._do(what, order, user)
            self._note(deal, state)
        elif deal.state == state:
            self._do(what, order, user)
        else:
            with pytest.raises(errors.NotNow):
                self._do(what, order, user)

    def _do(self, what: str, order: object, user: int) -> None:
        asked = {"user_id": user, "order": order, "now": self.now}
        if what == "ship":
            api.ship_order(**asked, courier="JNE", resi=str(order)[:40])
            return
        verbs = {"accept": api.accept_order, "pack": api.pack_order, "report": api.report_delivery}
        verbs |= {"confirm": api.confirm_receipt}
        verbs.get(what, api.cancel_order)(**asked)

    def _note(self, deal: Deal, state: str) -> None:
        if state in ("completed", "cancelled"):
            self.model.end(deal, state)
            return
        deal.state = state
        if state == "accepted":
            deal.due_at = self.now + timedelta(days=5)
        if state == "shipped":
            deal.due_at = None
            self.model.on_hand[deal.product] -= deal.pieces

    @precondition(lambda self: self.model.deals)
    @rule(data=st.data())
    def courier_comes(self, data: st.DataObject) -> None:
        order = data.draw(st.sampled_from(list(self.model.deals)))
        deal = self.model.deals[order]
        try:
            api.courier_delivered(courier="JNE", resi=str(order)[:40], evidence={}, now=self.now)
        except errors.OrderNotFound:
            assert deal.state in ("paid", "accepted", "packed", "cancelled")
            return
        if deal.state in ("shipped", "delivered") and not deal.by_courier:
            deal.state, deal.by_courier, deal.due_at = "delivered", True, self.now + timedelta(days=4)

    @rule(days=st.sampled_from([0, 1, 2, 5]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        due = [deal for deal in self.model.deals.values() if deal.due_at is not None and deal.due_at <= self.now]
        # Shops of earlier afternoons have timers of their own.
        assert move_due_orders(self.now) >= len(due)
        for deal in due:
            self.model.end(deal, "completed" if deal.state == "delivered" else "cancelled")

    @rule(product=st.sampled_from(GOODS), on_hand=st.integers(0, 8))
    def count_stock(self, product: str, on_hand: int) -> None:
        asked = {"owner_id": self.people["bo"], "product": self.goods[product], "on_hand": on_hand, "now": self.now}
        if on_hand < self.model.committed(product):
            with pytest.raises(errors.StockTooLow):
                api.set_stock(**asked, idempotency_key=f"s{next(self.numbers)}")
            return
        api.set_stock(**asked, idempotency_key=f"s{next(self.numbers)}")
        self.model.on_hand[product] = on_hand

    @invariant()
    def stands_as_the_auditor_says(self) -> None:
        for name, product in self.goods.items():
            stock = Stock.objects.get(product__public_id=product)
            assert (stock.on_hand, stock.held, stock.committed) == (
                self.model.on_hand[name],
                0,
                self.model.committed(name),
            )
        states = dict(Order.objects.filter(shop__public_id=self.shop).values_list("public_id", "state"))
        assert states == {order: deal.state for order, deal in self.model.deals.items()}
        for name in BUYERS:
            assert payments.wallet(self.people[name], now=self.now).balance == Money(self.model.purse[name])
            mine = [deal for deal in self.model.deals.values() if deal.buyer == name]
            counter = OrderCounter.objects.filter(user=self.people[name]).first() or OrderCounter()
            assert (counter.orders, counter.unfinished) == (len(mine), len(self.model.unfinished(name)))

    def teardown(self) -> None:
        assert payments.merchant_balance(api.merchant_name(self.shop)).all == Money(self.model.merchant)
        assert [str(finding) for finding in (*proof.prove(now=NOW), *rolled_money(NOW))] == []


def rolled_money(now: datetime) -> list[object]:
    from payments import ledger

    ledger.roll_due(now)
    return list(money.prove(now=now))


@pytest.mark.timeout(600)
def test_shop_stands_as_its_auditor_says(real_db, make_user, make_payer, make_shop, make_product, now):
    def open_one(number):
        people = {name: make_payer(f"{name}{number}", PURSE).pk for name in BUYERS}
        owner = make_user(f"bo{number}")
        shop = make_shop(owner, handle=f"toko{number}")
        goods = {name: make_product(shop, name=name, price=Money(PRICE), quantity=3).public_id for name in GOODS}
        return {**people, "bo": owner.pk}, shop.public_id, goods

    ShopMachine.scene = {"open": open_one}
    quick = settings(
        max_examples=EXAMPLES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck),
        database=None,
    )  # fmt: skip

    run_state_machine_as_test(ShopMachine, settings=quick)
