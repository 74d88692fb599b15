"""Random afternoons in a shop against an auditor who keeps three numbers for all goods and a ledger on paper."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from payments import api as payments
from payments.maintenance import integrity_checks as money
from shop import api, errors
from shop.actions import checkout, purchase_requests
from shop.actions.purchase_requests import PurchaseLine
from shop.api import ProductOption, VariantChange
from shop.maintenance import integrity_checks, order_timers
from shop.models import Order, OrderCounter, Shipment, Stock
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.harness import depth
from tests.harness.authorizations import BY_PIN
from tests.harness.socket_client import make_trusted_device
from tests.shop.auditor import BUYERS, MAY, PRICES, PURSE, Auditor, Deal, cost_of, sum_up
from tests.shop.conftest import ADDRESS
from tests.shop.html_clients import browser_of

# An example is an afternoon of twenty steps, each a commit, proved by the auditor: a third of a second of work.
EXAMPLES = depth.examples(check=20, deep=500)
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
COLOURS = ProductOption("Warna", ("Merah", "Biru"))
MERCHANT, OUTSIDER = "bo", "eve"
# How couriers are written, and the name under which their parcels are kept.
COURIERS = {"JNE": "JNE", " jne ": "JNE", "SiCepat": "SiCepat"}
# So few that orders meet under one: a number that is typed wrongly may be that of another.
NUMBERS = ("1a", "2b", "3c")
NO_PARCELS = [("", "7"), ("JNE", " "), ("JNE", "x" * 41), ("y" * 41, "7")]
PARCEL = {"courier": st.sampled_from(sorted(COURIERS)), "number": st.sampled_from(NUMBERS)}
SELDOM = st.sampled_from([False, False, True])
# Two lines may be of the same goods.
LINES = st.lists(st.tuples(st.sampled_from(sorted(PRICES)), st.integers(1, 3)), min_size=1, max_size=3)


class Goods(NamedTuple):
    product: UUID
    variant: UUID


class ShopMachine(RuleBasedStateMachine):
    """Drives the shop and the auditor side by side."""

    scene: dict[str, Any]
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        number = next(self.numbers)
        self.people, self.shop, self.goods = self.scene["open"](number)
        self.resis = {written: f"r{number}-{written}" for written in NUMBERS}
        self.model = Auditor(on_hand=dict.fromkeys(PRICES, 3))
        self.asked: list[tuple[purchase_requests.PurchaseRequest, api.CheckoutResult]] = []

    @rule(buyer=st.sampled_from(BUYERS), lines=LINES, lie=SELDOM)
    def buy(self, buyer: str, lines: list[tuple[str, int]], lie: bool) -> None:
        summed = sum_up(lines)
        cost = cost_of(summed)
        total = Money(cost + 100 if lie else cost)
        purchase = purchase_requests.build_request_of_lines(
            buyer_id=self.people[buyer],
            lines=[
                PurchaseLine(self.goods[goods].product, pieces, self.goods[goods].variant) for goods, pieces in lines
            ],
            address=ADDRESS,
            note="",
            expected_total=total,
            idempotency_key=f"k{next(self.numbers)}",
        )
        answer = checkout.place_purchase(purchase, authorization=BY_PIN, now=self.now)
        self.asked.append((purchase, answer))
        refusal = self._why_not_bought(buyer, summed, total)
        if refusal is not None:
            assert answer == refusal
            return
        assert isinstance(answer, api.CheckoutCompleted)
        self.model.purse[buyer] -= cost
        self.model.deals[answer.order] = Deal(buyer, summed, due_at=self.now + timedelta(days=2))

    def _line(self, goods: str, pieces: int) -> PurchaseLine:
        return PurchaseLine(self.goods[goods].product, pieces, self.goods[goods].variant)

    def _why_not_bought(self, buyer: str, summed: dict[str, int], total: Money) -> api.CheckoutResult | None:
        """Return the refusal that the auditor expects, or None."""

        def line(goods: str) -> dict[str, int]:
            return {"line": list(summed).index(goods) + 1} if len(summed) > 1 else {}

        cost, first = cost_of(summed), next(iter(summed))
        for goods in summed:
            if goods in self.model.taken_out:
                return api.CheckoutRefused("shop.not_for_sale", line(goods))
        if total != Money(cost):
            return api.CheckoutTotalChanged(total, Money(cost), Money(PRICES[first]))
        for goods, pieces in summed.items():
            if (left := self.model.left(goods)) < pieces:
                return api.CheckoutRefused("shop.sold_out", {"left": left, **line(goods)})
        if self.model.purse[buyer] < cost:
            return api.CheckoutRefused("payments.insufficient_funds", {})
        return None

    @initialize(ways=st.lists(st.sampled_from(["paid", "accepted", *NUMBERS]), min_size=4, max_size=4))
    def begin_in_the_middle_of_a_day(self, ways: list[str]) -> None:
        for (buyer, goods), way in zip(itertools.product(BUYERS, ("gelang", "kalung Biru")), ways, strict=True):
            self.buy(buyer, [(goods, 1)], lie=False)
            *_, order = self.model.deals
            if way != "paid":
                self._accept(order)
            if way in NUMBERS:
                self._ship(order, "JNE", self.resis[way])

    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        purchase, first = data.draw(st.sampled_from(self.asked))
        again = checkout.place_purchase(purchase, authorization=BY_PIN, now=self.now)
        assert again.replayed is True
        assert type(again) is type(first)
        if isinstance(first, api.CheckoutCompleted):
            assert again.order == first.order

    @rule(data=st.data(), what=st.sampled_from(sorted(MAY)))
    def move(self, data: st.DataObject, what: str) -> None:
        order = data.draw(st.sampled_from(list(self.model.deals)))
        deal = self.model.deals[order]
        who, states, state = MAY[what]
        user = self.people[deal.buyer] if who == "buyer" else self.people[MERCHANT]
        if deal.state in states:
            self._do(what, order, user)
            self._note(deal, state)
        elif deal.state == state:
            self._do(what, order, user)
        else:
            with pytest.raises(errors.NotNow):
                self._do(what, order, user)

    def _do(self, what: str, order: object, user: int) -> None:
        verbs = {"accept": api.accept_order, "pack": api.pack_order, "report": api.report_delivery}
        if what in verbs:
            verbs[what](user_id=user, order=order, now=self.now)
            return
        verb = api.confirm_receipt if what == "confirm" else api.cancel_order
        verb(user_id=user, device_id=make_trusted_device(user), order=order, now=self.now)

    def _note(self, deal: Deal, state: str) -> None:
        if state in ("completed", "cancelled"):
            self.model.end(deal, state)
            return
        deal.state = state
        if state == "accepted":
            deal.due_at = self.now + timedelta(days=5)

    def _accept(self, order: object) -> None:
        self._do("accept", order, self.people[MERCHANT])
        self._note(self.model.deals[order], "accepted")

    @rule(data=st.data(), **PARCEL, is_late=st.booleans())
    def ship(self, data: st.DataObject, courier: str, number: str, is_late: bool) -> None:
        order = data.draw(st.sampled_from(list(self.model.deals)))
        if is_late and self.model.deals[order].state == "paid":
            self._accept(order)
        self._ship(order, courier, self.resis[number])

    def _ship(self, order: object, courier: str, resi: str) -> None:
        deal, parcel = self.model.deals[order], (COURIERS[courier], resi.upper())
        refusal, was = None, deal.state
        if was not in ("accepted", "packed"):
            refusal = errors.NotNow if (was, deal.parcel) != ("shipped", parcel) else None
        elif self.model.is_on_its_way_to_another(deal, parcel):
            refusal = errors.ResiTaken
        self._name(api.ship_order, order, parcel, refusal, user=MERCHANT, courier=courier, resi=resi)
        if refusal is None and was != "shipped":
            deal.state, deal.due_at, deal.review_at = "shipped", None, self.now + timedelta(days=30)
            self.model.ship(deal)

    @precondition(lambda self: any(deal.parcel for deal in self.model.deals.values()))
    @rule(data=st.data(), **PARCEL, is_again=SELDOM, is_behind=SELDOM)
    def merchant_corrects(
        self, data: st.DataObject, courier: str, number: str, is_again: bool, is_behind: bool
    ) -> None:
        order = data.draw(st.sampled_from([order for order, deal in self.model.deals.items() if deal.parcel]))
        *_, (_, was_courier, was_resi) = self.model.deals[order].named
        said = (was_courier, f" {was_resi.lower()} ") if is_again else (courier, self.resis[number])
        self._correct(order, MERCHANT, *said, is_behind=is_behind)

    @rule(
        data=st.data(),
        user=st.sampled_from([*BUYERS, MERCHANT, OUTSIDER]),
        number=st.sampled_from(NUMBERS),
        nothing=st.sampled_from([*[None] * 4, *NO_PARCELS]),
    )
    def anybody_corrects(self, data: st.DataObject, user: str, number: str, nothing: tuple[str, str] | None) -> None:
        order = data.draw(st.sampled_from(list(self.model.deals)))
        self._correct(order, user, *(nothing or ("JNE", self.resis[number])))

    def _correct(self, order: object, user: str, courier: str, resi: str, *, is_behind: bool = False) -> None:
        deal, parcel = self.model.deals[order], (COURIERS.get(courier, courier), resi.strip().upper())
        refusal = self._why_not(deal, user, parcel, is_behind)
        rev = api.fetch_order(user_id=self.people[MERCHANT], order=order).summary.rev
        behind = {"expected_rev": rev - 1} if is_behind else {}
        self._name(api.correct_resi, order, parcel, refusal, user=user, courier=courier, resi=resi, **behind)

    def _why_not(self, deal: Deal, user: str, parcel: tuple[str, str], is_behind: bool) -> type[Exception] | None:
        """Return the reason why a correction must be refused; repeating one is never refused and changes nothing."""
        if not all(0 < len(word) <= 40 for word in parcel):
            return errors.ShipmentInvalid
        if user not in (MERCHANT, deal.buyer):
            return errors.OrderNotFound
        if user != MERCHANT or deal.parcel is None:
            return errors.NotNow
        if parcel == deal.parcel:
            return None
        if is_behind or deal.state != "shipped":
            return errors.NotNow
        return errors.ResiTaken if self.model.is_on_its_way_to_another(deal, parcel) else None

    def _name(
        self, verb: Callable[..., object], order: object, parcel: tuple[str, str], refusal: type[Exception] | None,
        *, user: str, **said: object,
    ) -> None:  # fmt: skip
        """Say which parcel it is; no two say so at the same moment."""
        self.now += timedelta(seconds=1)
        asked = {"user_id": self.people[user], "order": order, "now": self.now, **said}
        if refusal is not None:
            with pytest.raises(refusal):
                verb(**asked)
        else:
            verb(**asked)
            deal = self.model.deals[order]
            if parcel != deal.parcel:
                deal.named.append((self.now, *parcel))
        self._both_read(order)

    @rule(**PARCEL)
    def courier_comes(self, courier: str, number: str) -> None:
        resi = self.resis[number]
        said = {"courier": courier, "resi": resi, "evidence": {}, "now": self.now}
        meant = self.model.meant((COURIERS[courier], resi.upper()))
        if not meant:
            with pytest.raises(errors.OrderNotFound):
                api.record_courier_delivery(**said)
            return
        coming = [deal for deal in meant if deal.state in ("shipped", "delivered") and deal.came_at is None]
        assert api.record_courier_delivery(**said) is bool(coming)
        for deal in coming:
            deal.state, deal.came_at, deal.due_at = "delivered", self.now, self.now + timedelta(days=4)
            deal.review_at = None

    @rule(days=st.sampled_from([0, 1, 2, 5, 30]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        due = [deal for deal in self.model.deals.values() if deal.due_at is not None and deal.due_at <= self.now]
        # Shops of earlier afternoons have timers of their own.
        assert order_timers.run_due_timers(self.now) >= len(due)
        for deal in due:
            self.model.end(deal, "completed" if deal.state == "delivered" else "cancelled")
        asked = {key for key, deal in self.model.deals.items() if deal.review_at and deal.review_at <= self.now}
        assert {case.order for case in api.list_review_cases(limit=100_000)} & self.model.deals.keys() >= asked

    @rule(goods=st.sampled_from(sorted(PRICES)), on_hand=st.integers(0, 8))
    def count_stock(self, goods: str, on_hand: int) -> None:
        counted = self.goods[goods]
        asked = {"product": counted.product, "variant": counted.variant, "on_hand": on_hand, "now": self.now}
        asked |= {"owner_id": self.people[MERCHANT], "idempotency_key": f"s{next(self.numbers)}"}
        refusal = errors.StockTooLow if on_hand < self.model.committed(goods) else None
        if goods in self.model.taken_out:
            refusal = errors.VariantNotFound
        if refusal is not None:
            with pytest.raises(refusal):
                api.set_stock(**asked)
            return
        api.set_stock(**asked)
        self.model.on_hand[goods] = on_hand

    @rule(colour=st.sampled_from(COLOURS.values))
    def take_out_or_offer_again(self, colour: str) -> None:
        goods = f"kalung {colour}"
        is_sold = goods in self.model.taken_out
        asked = {"owner_id": self.people[MERCHANT], "product": self.goods[goods].product, "now": self.now}
        asked |= {"changes": [VariantChange(values=(colour,), is_sold=is_sold)], "idempotency_key": "colours"}
        if not is_sold and self.model.taken_out:
            with pytest.raises(errors.LastVariant):
                api.change_variants(**asked)
            return
        api.change_variants(**asked)
        self.model.taken_out ^= {goods}

    @invariant()
    def stands_as_the_auditor_says(self) -> None:
        stocks = {stock.variant.public_id: stock for stock in self._stocks()}
        assert {name: self._counted(stocks[goods.variant]) for name, goods in self.goods.items()} == {
            name: (self.model.on_hand[name], 0, self.model.committed(name)) for name in PRICES
        }
        states = dict(Order.objects.filter(shop__public_id=self.shop).values_list("public_id", "state"))
        assert states == {order: deal.state for order, deal in self.model.deals.items()}
        for name in BUYERS:
            assert payments.get_wallet(self.people[name], now=self.now).balance == Money(self.model.purse[name])
            mine = [deal for deal in self.model.deals.values() if deal.buyer == name]
            counter = OrderCounter.objects.filter(user=self.people[name]).first() or OrderCounter()
            assert (counter.orders, counter.unfinished) == (len(mine), len(self.model.unfinished(name)))

    def _stocks(self) -> QuerySet[Stock]:
        return Stock.objects.filter(variant__product__shop__public_id=self.shop).select_related("variant")

    def _counted(self, stock: Stock) -> tuple[int, int, int]:
        return stock.on_hand, stock.held, stock.committed

    @invariant()
    def every_parcel_goes_by_the_name_that_was_said_last(self) -> None:
        rows = Shipment.objects.filter(order__shop__public_id=self.shop).values_list("order", "courier", "resi")
        named = {order: deal.parcel for order, deal in self.model.deals.items() if deal.parcel}
        assert {order: (courier, resi) for order, courier, resi in rows} == named

    def _both_read(self, order: object) -> None:
        """Assert that both sides read the number that counts and the track of accepted ones, and no refused one."""
        deal = self.model.deals[order]
        for name in (deal.buyer, MERCHANT):
            shown = api.fetch_order(user_id=self.people[name], order=order)
            assert (shown.shipment and (shown.shipment.courier, shown.shipment.resi)) == deal.parcel
            assert [(step.at, step.courier, step.resi) for step in shown.steps if step.resi] == deal.named

    def _page_says_the_same(self, order: object) -> None:
        deal = self.model.deals[order]
        page = browser_of(User.objects.get(pk=self.people[deal.buyer])).get(f"/pesanan/{order}/").content.decode()
        assert re.findall(r'data-copy="([^"]*)"', page) == [deal.named[-1][2]]
        says = r"(?:resi|Resi diperbaiki: [^,<]+,) (\S+)</p>"
        assert re.findall(says, page) == [resi for _, _, resi in deal.named]

    def teardown(self) -> None:
        for order, deal in self.model.deals.items():
            self._both_read(order)
            if len(deal.named) > 1:
                self._page_says_the_same(order)
        assert payments.get_merchant_balance(api.merchant_reference(self.shop)).total == Money(self.model.merchant)
        assert [str(finding) for finding in (*integrity_checks.check_integrity(now=NOW), *rolled_money(NOW))] == []


def rolled_money(now: datetime) -> list[object]:
    from payments.writers import ledger

    ledger.roll_up_due(now)
    return list(money.check_integrity(now=now))


@pytest.mark.timeout(1_800)
def test_shop_equals_its_reference_model(real_db, make_user, make_payer, make_shop, make_product, now):
    def open_one(number):
        people = {name: make_payer(f"{name}{number}", PURSE).pk for name in BUYERS}
        owner = make_user(f"bo{number}")
        shop = make_shop(owner, handle=f"toko{number}")
        gelang = make_product(shop, name="gelang", price=Money(PRICES["gelang"]), quantity=3)
        kalung = make_product(shop, name="kalung", price=Money(PRICES["kalung Merah"]), quantity=3)
        api.set_options(owner_id=owner.pk, product=kalung.public_id, options=[COLOURS], now=now)
        blue = VariantChange(values=("Biru",), price=Money(PRICES["kalung Biru"]), on_hand=3)
        kalung = api.change_variants(
            owner_id=owner.pk, product=kalung.public_id, changes=[blue], idempotency_key="blue", now=now
        )
        goods = {f"kalung {one.title}": Goods(kalung.public_id, one.public_id) for one in kalung.variants}
        goods["gelang"] = Goods(gelang.public_id, gelang.variants[0].public_id)
        people |= {MERCHANT: owner.pk, OUTSIDER: make_user(f"eve{number}").pk}
        return people, shop.public_id, goods

    ShopMachine.scene = {"open": open_one}
    quick = settings(
        max_examples=EXAMPLES, stateful_step_count=20, suppress_health_check=list(HealthCheck), database=None
    )

    run_state_machine_as_test(ShopMachine, settings=quick)
