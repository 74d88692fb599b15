"""Random quarrels about one order against an auditor who keeps its money, its offers and its clock on paper."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from payments import api as payments
from shop import api, errors
from shop.actions import cancellation_requests, dispute_offers, disputes, refunds
from shop.maintenance import integrity_checks, order_timers
from shop.models import Dispute, Order, OrderTimer
from superapp.core.money import Money
from tests.harness import depth
from tests.harness.socket_client import make_trusted_device
from tests.shop.test_state_machine import rolled_money

# A quarrel of twenty steps, each a commit.
EXAMPLES = depth.examples(check=12, deep=300)
NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
TOTAL, PURSE = 50_000_00, 100_000_00
BUYER, MERCHANT, OUTSIDER = "ana", "bo", "eve"
ANYBODY = st.sampled_from([BUYER, BUYER, BUYER, MERCHANT, OUTSIDER])
DAY = timedelta(days=1)
AMOUNTS = st.sampled_from([0, 10_000_00, 20_000_00, TOTAL])


class DisputeMachine(RuleBasedStateMachine):
    """Drives one order and the auditor side by side."""

    scene: dict[str, Any]
    numbers = itertools.count(1)

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.people, self.shop, self.order, self.resi = self.scene["open"](next(self.numbers), self.now)
        self.state, self.version = "accepted", 2
        self.kept, self.to_buyer, self.to_shop = TOTAL, 0, 0
        self.opened, self.is_open, self.has_case, self.has_arrived = 0, False, False, False
        # The answer that stands, all that were given, and those about which the buyer said yes or no.
        self.answer: tuple[int, int] | None = None
        self.given: list[tuple[int, int]] = []
        self.replied: dict[str, set[int]] = {"yes": set(), "no": set()}
        self.due_at: datetime | None = NOW + 5 * DAY
        self.left = timedelta(0)
        # The buyer's request to cancel: none yet, one without an answer, or one that was declined.
        self.request = "none"

    @property
    def is_under_way(self) -> bool:
        return self.state in ("shipped", "delivered")

    def refused(self, refusal: type[Exception] | None, verb: Callable[..., object], who: str, **asked: object) -> bool:
        """Do it as somebody, and return whether it was refused as it should be."""
        asked = {"user_id": self.people[who], "order": self.order, "now": self.now, **asked}
        if refusal is None:
            verb(**asked)
            return False
        with pytest.raises(refusal):
            verb(**asked)
        return True

    def stranger(self, who: str, role: str) -> type[Exception] | None:
        return None if who == role else errors.OrderNotFound if who == OUTSIDER else errors.NotNow

    def end(self, state: str, to_buyer: int) -> None:
        self.to_buyer += to_buyer
        self.to_shop += self.kept - to_buyer
        self.state, self.kept, self.due_at, self.is_open, self.answer = state, 0, None, False, None

    @initialize(is_early=st.sampled_from([True, False, False, False]))
    def begin(self, is_early: bool) -> None:
        if not is_early:
            self.ship()

    @rule()
    def ship(self) -> None:
        if self.state != "accepted":
            return
        api.ship_order(user_id=self.people[MERCHANT], order=self.order, courier="JNE", resi=self.resi, now=self.now)
        self.state, self.version, self.due_at = "shipped", self.version + 1, self.now + 30 * DAY

    @rule(who=ANYBODY)
    def ask_to_cancel(self, who: str) -> None:
        refusal = self.stranger(who, BUYER)
        if refusal is None and self.state != "accepted":
            refusal = errors.NotNow
        if refusal is None and self.request == "declined":
            refusal = errors.CancellationDeclined
        asked = {"reason": "salah", "expected_rev": None}
        is_new = self.request == "none"
        if not self.refused(refusal, cancellation_requests.request_cancellation, who, **asked) and is_new:
            self.request, self.version = "waits", self.version + 1

    @rule(who=st.sampled_from([MERCHANT, MERCHANT, BUYER, OUTSIDER]))
    def decline_to_cancel(self, who: str) -> None:
        refusal = self.stranger(who, MERCHANT)
        if refusal is None and (self.state != "accepted" or self.request == "none"):
            refusal = errors.NotNow
        asked = {"reason": "", "expected_rev": None}
        is_new = self.request == "waits"
        if not self.refused(refusal, cancellation_requests.decline_cancellation, who, **asked) and is_new:
            self.request, self.version = "declined", self.version + 1

    @rule(who=ANYBODY)
    def open_dispute(self, who: str) -> None:
        refusal = self.stranger(who, BUYER)
        if refusal is None and not self.is_open:
            too_many = errors.DisputeLimitReached if self.opened == 2 else None
            refusal = too_many if self.is_under_way else errors.NotNow
        is_new = not self.is_open
        if not self.refused(refusal, disputes.open_dispute, who, reason="rusak", expected_rev=None) and is_new:
            self.opened, self.is_open, self.version = self.opened + 1, True, self.version + 1
            # A timer that waits goes on later; a case that is open had none, and a courier's report starts one.
            self.left = self.due_at - self.now if self.due_at else timedelta(0)
            self.due_at, self.answer = None, None

    @rule(who=ANYBODY)
    def drop_dispute(self, who: str) -> None:
        if self.refused(self.stranger(who, BUYER), disputes.drop_dispute, who, expected_rev=None) or not self.is_open:
            return
        self.is_open, self.answer, self.version = False, None, self.version + 1
        if self.has_arrived or not self.has_case:
            self.due_at = self.now + max(self.left, 2 * DAY)

    @rule(who=st.sampled_from([MERCHANT, MERCHANT, MERCHANT, BUYER, OUTSIDER]), amount=AMOUNTS)
    def answer_dispute(self, who: str, amount: int) -> None:
        is_same = self.is_open and self.answer is not None and self.answer[1] == amount
        refusal = self.stranger(who, MERCHANT)
        if refusal is None and not self.is_open:
            refusal = errors.DisputeClosed
        if refusal is None and amount > self.kept:
            refusal = errors.OfferTooHigh
        if refusal is None and not is_same and len(self.given) == 5:
            refusal = errors.AnswerLimitReached
        fields = {"device_id": make_trusted_device(self.people[who]), "pin": "", "expected_rev": None}
        said = {"words": "maaf", "amount": Money(amount), **fields}
        if not self.refused(refusal, dispute_offers.answer_dispute, who, **said) and not is_same:
            self.version += 1
            self.answer = self.version, amount
            self.given.append(self.answer)

    @rule(data=st.data(), who=ANYBODY, yes=st.booleans(), lie=st.sampled_from([0, 0, 0, 1_00]))
    def reply(self, data: st.DataObject, who: str, yes: bool, lie: int) -> None:
        offer, amount = data.draw(st.sampled_from(self.given or [(3, 10_000_00)]))
        amount += lie
        kind = "yes" if yes else "no"
        is_again = offer in self.replied[kind]
        refusal = self.stranger(who, BUYER)
        if refusal is None and not is_again and (not amount or self.answer != (offer, amount)):
            refusal = errors.OfferChanged
        said: dict[str, object] = {"offer": offer, "amount": Money(amount), "expected_rev": None}
        if yes:
            said |= {"device_id": make_trusted_device(self.people[who]), "pin": ""}
        else:
            said |= {"words": ""}
        verb = dispute_offers.accept_offer if yes else dispute_offers.decline_offer
        if self.refused(refusal, verb, who, **said) or is_again:
            return
        self.replied[kind].add(offer)
        self.answer = None
        if yes:
            self.version += 2
            self.end("cancelled" if amount == self.kept else "completed", amount)
        else:
            self.version += 1

    @rule(amount=AMOUNTS.filter(bool))
    def refund(self, amount: int) -> None:
        if not self.is_under_way:
            return
        refusal = errors.RefundWholeOrder if amount >= self.kept else None
        fields = {"device_id": make_trusted_device(self.people[MERCHANT]), "pin": "", "reason": ""}
        number = f"R{next(self.numbers)}"
        if not self.refused(refusal, refunds.refund_order, MERCHANT, amount=Money(amount), number=number, **fields):
            self.kept, self.to_buyer, self.answer = self.kept - amount, self.to_buyer + amount, None
            self.version += 1

    @rule(what=st.sampled_from(["confirm", "cancel", "report"]), is_tempted=st.sampled_from([True, False, False]))
    def end_it_otherwise(self, what: str, is_tempted: bool) -> None:
        if not is_tempted or not self.is_under_way or (what == "report" and self.state == "delivered"):
            return
        self.version += 1
        if what == "report":
            self.refused(None, api.report_delivery, MERCHANT)
            self.state = "delivered"
            return
        who, verb = (BUYER, api.confirm_receipt) if what == "confirm" else (MERCHANT, api.cancel_order)
        self.refused(None, verb, who, device_id=make_trusted_device(self.people[who]))
        self.end("completed" if what == "confirm" else "cancelled", 0 if what == "confirm" else self.kept)

    @rule(verdict=st.sampled_from(["release", "refund", "split"]), is_tempted=st.sampled_from([True, False, False]))
    def operators_decide(self, verdict: str, is_tempted: bool) -> None:
        dispute = Dispute.objects.filter(order=self.order).order_by("-pk").first()
        if dispute is None or not is_tempted:
            return
        maker, checker = self.scene["operators"]
        asked = {
            "dispute": dispute.pk, "verdict": verdict, "part": Money(1_00), "reason": "foto", "maker_id": maker,
            "checker_id": checker, "now": self.now,
        }  # fmt: skip
        if not self.is_open:
            with pytest.raises(errors.DisputeClosed):
                disputes.decide_dispute(**asked)
            return
        disputes.decide_dispute(**asked)
        self.version += 2 if verdict == "split" else 1
        back = {"release": 0, "refund": self.kept, "split": 1_00}[verdict]
        self.end("cancelled" if verdict == "refund" else "completed", back)

    @rule()
    def courier_comes(self) -> None:
        if not self.is_under_way:
            return
        is_new = not self.has_arrived
        said = {"courier": "JNE", "resi": self.resi, "evidence": {}, "now": self.now}
        assert api.record_courier_delivery(**said) is is_new
        if is_new:
            self.state, self.has_arrived, self.version = "delivered", True, self.version + 1
            self.left = 4 * DAY
            self.due_at = None if self.is_open else self.now + 4 * DAY

    @rule(days=st.sampled_from([0, 1, 3, 30]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        is_due = self.due_at is not None and self.due_at <= self.now
        # Orders of earlier quarrels have timers of their own.
        assert order_timers.run_due_timers(self.now) >= is_due
        if not is_due:
            return
        self.version += 1
        if self.state == "accepted":
            self.end("cancelled", self.kept)
        elif self.has_arrived:
            self.end("completed", 0)
        else:
            self.has_case, self.due_at = True, None

    @invariant()
    def stands_as_the_auditor_says(self) -> None:
        order = Order.objects.get(pk=self.order)
        assert (order.state, order.version) == (self.state, self.version)
        assert Dispute.objects.filter(order=order, closed_at=None).count() == self.is_open
        assert Dispute.objects.filter(order=order).count() == self.opened
        waiting = OrderTimer.objects.filter(order=order, state="waiting").values_list("due_at", flat=True)
        assert list(waiting) == ([self.due_at] if self.due_at else [])
        has = payments.get_wallet(self.people[BUYER], now=self.now).balance
        earned = payments.get_merchant_balance(api.merchant_reference(self.shop)).total
        assert (has, earned) == (Money(PURSE - TOTAL + self.to_buyer), Money(self.to_shop))

    def teardown(self) -> None:
        late = self.now
        order_timers.run_due_timers(late)
        assert [str(one) for one in (*integrity_checks.check_integrity(now=NOW), *rolled_money(NOW))] == []


@pytest.mark.timeout(1_800)
def test_dispute_equals_its_reference_model(real_db, make_user, make_payer, make_shop, make_product, buy):
    def open_one(number, now):
        ana, bo, eve = make_payer(f"ana{number}", PURSE), make_user(f"bo{number}"), make_user(f"eve{number}")
        shop = make_shop(bo, handle=f"toko{number}")
        product = make_product(shop, price=Money(TOTAL), quantity=3)
        order = buy(ana, product, now=now).order
        api.accept_order(user_id=bo.pk, order=order, now=now)
        return {BUYER: ana.pk, MERCHANT: bo.pk, OUTSIDER: eve.pk}, shop.public_id, order, f"R{number}"

    operators = [make_user(f"op{number}", is_staff=True).pk for number in range(2)]
    DisputeMachine.scene = {"open": open_one, "operators": operators}
    quick = settings(
        max_examples=EXAMPLES, stateful_step_count=25, suppress_health_check=list(HealthCheck), database=None
    )

    run_state_machine_as_test(DisputeMachine, settings=quick)
