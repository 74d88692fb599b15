"""A state machine of money from a bank, between people, through shops and back to a bank, beside a small model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
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

from payments import api, errors
from payments.actions import withdrawals
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from payments.adapters import banks
from payments.adapters.bank import BankAccount, BankNotAsked, BankRefused, BankSilent, RefusalReason, TransferState
from payments.maintenance import integrity_checks
from payments.models import Account, Withdrawal
from payments.writers import ledger
from superapp.accounts import api as accounts
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.harness import depth
from tests.payments.clerk import Clerk
from tests.payments.fake_bank import FakeBank

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
FEE = 2_500_00
PIN = "280394"
TO = BankAccount(bank_code="014", number="1234567890", holder="ANA LESTARI")
# Whose money a transfer to the bank is, beside people's.
SHOP = "shop"
PEOPLE = st.sampled_from(["ana", "bo", "cy"])
# In sen; some are above what fits twice into a wallet, and half a rupiah shows how fees are rounded.
AMOUNTS = st.one_of(st.integers(10_000_00, 900_000_00), st.just(1_500_000_00), st.just(33_333_50))
# What a person writes has no sen.
WHOLE_AMOUNTS = AMOUNTS.map(lambda minor: minor - minor % 100)
# What the bank does when it is asked, and what becomes of a withdrawal that it was not asked about before.
BANK = {
    "done": (TransferState.DONE, "done"),
    "pending": (TransferState.PENDING, "submitted"),
    "unknown": (TransferState.UNKNOWN, "submitted"),
    "refused": (BankRefused("4031718", RefusalReason.ACCOUNT_INACTIVE), "failed"),
    "silent": (BankSilent("no answer"), "submitted"),
    "not asked": (BankNotAsked("connection refused"), "held"),
}
LATER = {
    "done": (TransferState.DONE, "done"),
    "pending": (TransferState.PENDING, "submitted"),
    "failed": (TransferState.FAILED, "failed"),
    # It should have arrived long ago.
    "unknown": (TransferState.UNKNOWN, "failed"),
    "silent": (BankSilent("no answer"), "submitted"),
}


class MoneyMachine(RuleBasedStateMachine):
    """Drives the facade and the clerk side by side."""

    bank: FakeBank

    @initialize()
    def arrive(self) -> None:
        self.run = ids.new_id().hex
        self.now = NOW
        self.clerk, self.count, self.credits = Clerk(), 0, list[tuple[BankCredit, int]]()
        self.open: dict[int, tuple[str, int]] = {}
        self.holds: dict[Any, tuple[str, int]] = {}
        self.people = {}
        for name in self.clerk.wallets:
            user = accounts.create_person(name=name, handle=f"{name}.{self.run[-12:]}", now=NOW)
            api.set_first_pin(user_id=user.pk, pin=PIN, now=NOW)
            self.people[name] = user.pk
        api.choose_payout_account(**self.owner(), to=TO)
        self.before = self.totals()

    def owner(self) -> dict[str, Any]:
        """Return what the owner of the shop says whenever it is about its payouts."""
        return {
            "merchant": f"shop:{self.run}",
            "owner_id": self.people["ana"],
            "device_id": None,
            "pin": PIN,
            "now": self.now,
        }

    def key(self) -> str:
        self.count += 1
        return f"{self.run}-{self.count:03}"

    def authorization(self, who: str) -> api.Authorization:
        return api.verify_pin(user_id=self.people[who], pin=PIN, now=self.now)

    def totals(self) -> dict[str, int]:
        sums = Account.objects.values("kind").annotate(credits=Sum("credits"), debits=Sum("debits"))
        return {row["kind"]: row["credits"] - row["debits"] for row in sums}

    def expect(self, answer: object, code: str) -> bool:
        assert getattr(answer, "code", "") == code
        assert isinstance(answer, api.Posted) == (code == "")
        return code == ""

    @rule(who=PEOPLE, amount=AMOUNTS)
    def pay_number(self, who: str, amount: int) -> None:
        number = api.get_or_open_virtual_account(user_id=self.people[who], now=self.now).number
        credit = BankCredit(bank_reference=self.key(), paid_to=number, amount=Money(amount), paid_at=self.now)
        row = place_incoming_payment(credit, now=self.now)
        assert (row.state == "credited") == self.clerk.fits(who, amount)
        self.clerk.pay_in(who, amount)
        self.credits.append((credit, row.pk))

    @rule(who=PEOPLE, amount=WHOLE_AMOUNTS, paid=st.one_of(st.none(), AMOUNTS), is_late=st.booleans())
    def pay_code(self, who: str, amount: int, paid: int | None, is_late: bool) -> None:
        try:
            charge = api.begin_top_up_by_qris(user_id=self.people[who], amount=Money(amount), now=self.now)
        except errors.TopUpTooLarge:
            assert not self.clerk.fits(who, amount)
            return
        self.now += timedelta(hours=is_late)
        paid = paid or amount
        credit = BankCredit(
            bank_reference=self.key(), paid_to=charge.partner_reference, amount=Money(paid), paid_at=self.now
        )
        row = place_incoming_payment(credit, now=self.now)
        self.clerk.pay_in(who, paid)
        self.credits.append((credit, row.pk))

    @precondition(lambda self: self.credits)
    @rule(data=st.data())
    def hear_it_again(self, data: st.DataObject) -> None:
        credit, pk = data.draw(st.sampled_from(self.credits))
        assert place_incoming_payment(credit, now=self.now).pk == pk

    @rule(giver=PEOPLE, taker=PEOPLE, amount=AMOUNTS)
    def send(self, giver: str, taker: str, amount: int) -> None:
        answer = api.send_money(
            sender_id=self.people[giver],
            receiver_id=self.people[taker],
            amount=Money(amount),
            pin=PIN,
            idempotency_key=self.key(),
            now=self.now,
        )
        code = "payments.to_oneself" if giver == taker else ""
        code = code or ("payments.insufficient_funds" if self.clerk.available(giver) < amount else "")
        code = code or ("" if self.clerk.fits(taker, amount) else "payments.ceiling_exceeded")
        if self.expect(answer, code):
            self.clerk.wallets[giver] -= amount
            self.clerk.wallets[taker] += amount

    @rule(who=PEOPLE, amount=AMOUNTS)
    def withdraw(self, who: str, amount: int) -> None:
        asked = {"user_id": self.people[who], "to": TO, "amount": Money(amount), "device_id": None, "pin": PIN}
        key = self.key()
        if self.clerk.available(who) < amount + FEE:
            with pytest.raises(errors.InsufficientFunds):
                api.request_withdrawal(**asked, idempotency_key=key, now=self.now)
            return
        row = api.request_withdrawal(**asked, idempotency_key=key, now=self.now)
        assert api.request_withdrawal(**asked, idempotency_key=key, now=self.now).pk == row.pk
        self.clerk.held[who] += amount + FEE
        self.open[row.pk] = who, amount

    @rule(amount=AMOUNTS)
    def pay_out_the_shop(self, amount: int) -> None:
        wish = {**self.owner(), "account_version": 1, "amount": Money(amount), "idempotency_key": self.key()}
        if self.clerk.merchant_available() < amount + FEE:
            with pytest.raises(errors.InsufficientFunds):
                api.request_payout(**wish)
            return
        row = api.request_payout(**wish)
        assert api.request_payout(**wish).pk == row.pk
        self.clerk.merchant_held += amount + FEE
        self.open[row.pk] = SHOP, amount

    @precondition(lambda self: self.open)
    @rule(first=st.sampled_from(sorted(BANK)), then=st.sampled_from(sorted(LATER)))
    def ask_the_bank(self, first: str, then: str) -> None:
        self.ask(first, then)

    def ask(self, first: str, then: str) -> None:
        (self.bank.answer, new), (self.bank.status, old) = BANK[first], LATER[then]
        before = dict(Withdrawal.objects.filter(pk__in=self.open).values_list("pk", "state"))
        transfers = len(self.bank.transfers)
        # All are due by then.
        self.now += timedelta(minutes=31)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: self.now)
            withdrawals.ask_bank(None)
        after = dict(Withdrawal.objects.filter(pk__in=self.open).values_list("pk", "state"))
        for pk, state in after.items():
            expected = {"held": new, "submitted": old}[before[pk]]
            # After a silence the others are not asked.
            assert state in {expected, before[pk]}
            self.close(pk, state)
        assert len({reference for _to, reference, _amount in self.bank.transfers}) == len(self.bank.transfers)
        assert len(self.bank.transfers) - transfers <= sum(state == "held" for state in before.values())

    def close(self, pk: int, state: str) -> None:
        if state not in {"done", "failed"}:
            return
        who, amount = self.open.pop(pk)
        if who == SHOP:
            self.clerk.merchant_held -= amount + FEE
        else:
            self.clerk.held[who] -= amount + FEE
        if state == "done":
            if who == SHOP:
                self.clerk.merchant -= amount + FEE
            else:
                self.clerk.wallets[who] -= amount + FEE
            self.clerk.fees += FEE
            self.clerk.bank -= amount

    @rule(who=PEOPLE, amount=AMOUNTS)
    def order(self, who: str, amount: int) -> None:
        reference = f"order:{self.key()}"
        answer = api.pay_into_escrow(
            reference=reference,
            payer_id=self.people[who],
            amount=Money(amount),
            authorization=self.authorization(who),
            idempotency_key=self.key(),
            now=self.now,
        )
        if self.expect(answer, "payments.insufficient_funds" if self.clerk.available(who) < amount else ""):
            self.clerk.wallets[who] -= amount
            self.clerk.escrow[reference] = amount
            self.clerk.refundable[reference] = who, amount

    @rule(who=PEOPLE, amount=AMOUNTS)
    def order_paid_from_the_bank(self, who: str, amount: int) -> None:
        reference = f"order:{self.key()}"
        charge = api.open_charge(
            user_id=self.people[who],
            reference=reference,
            method=api.ChargeMethod.VIRTUAL_ACCOUNT,
            amount=Money(amount),
            expires_at=self.now + timedelta(minutes=30),
            now=self.now,
        )
        number = charge.virtual_account.number
        credit = BankCredit(bank_reference=self.key(), paid_to=number, amount=Money(amount), paid_at=self.now)
        row = place_incoming_payment(credit, now=self.now)
        self.credits.append((credit, row.pk))
        self.clerk.bank += amount
        self.clerk.escrow[reference] = amount
        self.clerk.refundable[reference] = who, amount

    @precondition(lambda self: self.clerk.refundable)
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: st.DataObject, amount: int) -> None:
        reference = data.draw(st.sampled_from(sorted(self.clerk.refundable)))
        who, left = self.clerk.refundable[reference]
        is_from_bank = Account.objects.filter(code__startswith="bank:", pk__in=self._payers(reference)).exists()
        answer = api.refund_escrow(
            reference=reference,
            amount=Money(amount),
            authorization=self.authorization(who),
            idempotency_key=self.key(),
            now=self.now,
        )
        escrow = self.clerk.escrow[reference]
        merchant = max(amount - escrow, 0) if reference in self.clerk.released else 0
        # A merchant's inbox is rolled up before.
        short = merchant > self.clerk.merchant_available() or (reference not in self.clerk.released and amount > escrow)
        code = "payments.insufficient_funds" if short else ""
        fits = self.clerk.fits(who, amount)
        code = code or ("" if fits or is_from_bank else "payments.ceiling_exceeded")
        code = code or ("payments.refund_exceeds" if amount > left else "")
        if self.expect(answer, code):
            self.clerk.escrow[reference] -= amount - merchant
            self.clerk.merchant -= merchant
            self.clerk.refundable[reference] = who, left - amount
            if fits:
                self.clerk.wallets[who] += amount
            else:
                self.clerk.suspense += amount

    def _payers(self, reference: str) -> list[int]:
        return [api.queries.get_escrow_payment(reference).debit_id]

    @precondition(lambda self: any(self.clerk.escrow.values()))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(sorted(name for name, left in self.clerk.escrow.items() if left)))
        who, _left = self.clerk.refundable[reference]
        rule_ = api.find_fee_rule(api.FeeChannel.ORDER, Money(self.clerk.escrow[reference]), at=self.now)
        answer = api.release_escrow(
            reference=reference,
            merchant=f"shop:{self.run}",
            fee=rule_,
            authorization=self.authorization(who),
            idempotency_key=self.key(),
            now=self.now,
        )
        if self.expect(answer, ""):
            self.clerk.sell(self.clerk.escrow[reference], rule_.basis_points)
            self.clerk.escrow[reference] = 0
            self.clerk.released.add(reference)

    @rule(who=PEOPLE, amount=AMOUNTS)
    def hold(self, who: str, amount: int) -> None:
        answer = api.hold_funds(
            payer_id=self.people[who],
            merchant=f"shop:{self.run}",
            amount=Money(amount),
            reference=f"scan:{self.key()}",
            expires_at=self.now + timedelta(days=365),
            authorization=self.authorization(who),
            idempotency_key=self.key(),
            now=self.now,
        )
        if self.expect(answer, "payments.insufficient_funds" if self.clerk.available(who) < amount else ""):
            assert isinstance(answer, api.Posted)
            self.holds[answer.public_id] = who, amount
            self.clerk.held[who] += amount

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), share=st.integers(0, 100))
    def resolve(self, data: st.DataObject, share: int) -> None:
        hold = data.draw(st.sampled_from(sorted(self.holds)))
        who, amount = self.holds.pop(hold)
        taken = amount * share // 100
        if taken:
            answer = api.capture_hold(hold=hold, amount=Money(taken), idempotency_key=self.key(), now=self.now)
        else:
            answer = api.void_hold(hold=hold, idempotency_key=self.key(), now=self.now)
        self.expect(answer, "")
        self.clerk.held[who] -= amount
        self.clerk.wallets[who] -= taken
        self.clerk.merchant += taken

    @invariant()
    def stands_as_the_clerk_says(self) -> None:
        for name, user_id in self.people.items():
            wallet = api.get_wallet(user_id, now=self.now)
            assert (wallet.balance.amount_minor, wallet.held.amount_minor) == (
                self.clerk.wallets[name],
                self.clerk.held[name],
            )
        assert api.get_merchant_balance(f"shop:{self.run}").total == Money(self.clerk.merchant_available())

    def teardown(self) -> None:
        if not hasattr(self, "before"):
            return
        # In the end the bank always says what became of them.
        self.ask("done", "done")
        assert not self.open
        ledger.roll_up_due(self.now)
        after = self.totals()
        changed = {kind: after.get(kind, 0) - self.before.get(kind, 0) for kind in ("bank", "suspense", "fee")}
        assert changed == {"bank": -self.clerk.bank, "suspense": self.clerk.suspense, "fee": self.clerk.fees}
        assert [str(finding) for finding in integrity_checks.check_integrity(now=self.now)] == []


def run_machine(machine: type[MoneyMachine], monkeypatch: pytest.MonkeyPatch, django: Any, directory: Path) -> None:
    """Run a machine with a bank of its own."""
    django.BANK_URL, django.BANK_DIRECTORY, django.SIMULATED_BANK = "http://bank.invalid", directory, True
    django.BANKS, django.OPEN_TOP_UPS_MAX = {"014": "BCA"}, 1_000
    machine.bank = FakeBank()
    monkeypatch.setattr(banks, "get_bank", lambda: machine.bank)
    quick = settings(
        max_examples=depth.examples(check=15, deep=200),
        stateful_step_count=30,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=quick)
