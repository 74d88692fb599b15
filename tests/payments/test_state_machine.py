"""The ledger equals a small independent model, whatever is requested in whatever order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from payments.domain import chart_of_accounts
from payments.maintenance import integrity_checks
from payments.models import Account, Transfer
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, TransferLine, derive_key
from payments.writers.ledger.entries import JournalRefund
from superapp.core import ids
from superapp.core.money import Money
from tests.harness import depth
from tests.harness.authorizations import entry_fields

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)
CEILING = 1_000
# An example is twenty-five steps, each a commit, and the auditor's proof of all of them.
EXAMPLES = depth.examples(check=40, deep=500)
PEOPLE = st.sampled_from(["ana", "bo", "cy"])
ALL = st.sampled_from(["ana", "bo", "cy", "shop"])
AMOUNTS = st.integers(1, 700)


@dataclass
class Auditor:
    """The model: balances and holds as a clerk with a pencil would keep them, knowing nothing of rows and locks."""

    balance: dict[str, int] = field(default_factory=lambda: {"ana": 0, "bo": 0, "cy": 0, "shop": 0})
    queued: int = 0
    frozen: set[str] = field(default_factory=set)
    holds: dict[int, tuple[str, str, int]] = field(default_factory=dict)

    def available(self, who: str) -> int:
        return self.balance[who] - sum(amount for giver, _taker, amount in self.holds.values() if giver == who)

    def move(self, moves: list[tuple[str, str, int]]) -> str:
        before = dict(self.balance), self.queued
        for giver, taker, amount in moves:
            code = self.objection(giver, taker, amount)
            if code:
                self.balance, self.queued = before
                return code
            self.balance[giver] -= amount
            self.credit(taker, amount)
        return ""

    def objection(self, giver: str, taker: str, amount: int, *, freed: int = 0, moves: bool = True) -> str:
        if giver == taker:
            return "payments.to_oneself"
        if {giver, taker} & self.frozen:
            return "payments.account_not_open"
        if self.available(giver) + freed < amount:
            return "payments.insufficient_funds"
        if moves and taker != "shop" and self.balance[taker] + amount > CEILING:
            return "payments.ceiling_exceeded"
        return ""

    def credit(self, taker: str, amount: int) -> None:
        if taker == "shop":
            self.queued += amount
        else:
            self.balance[taker] += amount


class LedgerMachine(RuleBasedStateMachine):
    """Drives the ledger and the auditor side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.run = ids.new_id().hex
        self.model = Auditor()
        self.answers: list[tuple[JournalEntry, object]] = []
        self.refundable: dict[int, tuple[str, str, int]] = {}
        kinds = dict.fromkeys(
            ("ana", "bo", "cy"), chart_of_accounts.replace(chart_of_accounts.WALLET, ceiling=CEILING)
        ) | {"shop": chart_of_accounts.MERCHANT}
        self.ids = {
            name: ledger.get_or_open_account(f"{name}:{self.run}", kind=kind, asset="IDR", now=NOW).pk
            for name, kind in kinds.items()
        }
        self.cash = ledger.get_or_open_account(f"cash:{self.run}", kind=chart_of_accounts.CASH, asset="IDR", now=NOW).pk

    def ask(self, *lines: TransferLine, **fields: object) -> object:
        key = derive_key(self.run, f"{len(self.answers)}", {"n": len(self.answers)})
        entry = JournalEntry(key=key, **entry_fields("test"), lines=lines, **fields)
        answer = ledger.post(entry, now=NOW)
        self.answers.append((entry, answer))
        return answer

    def expect(self, answer: object, code: str) -> None:
        assert getattr(answer, "code", "") == code
        assert isinstance(answer, Posted) == (code == "")

    @rule(who=PEOPLE, amount=AMOUNTS)
    def fund(self, who: str, amount: int) -> None:
        answer = self.ask(TransferLine(self.cash, self.ids[who], Money(amount)))
        code = "payments.account_not_open" if who in self.model.frozen else ""
        code = code or ("payments.ceiling_exceeded" if self.model.balance[who] + amount > CEILING else "")
        self.expect(answer, code)
        if not code:
            self.model.balance[who] += amount

    @rule(moves=st.lists(st.tuples(ALL, ALL, AMOUNTS), min_size=1, max_size=4), refundable=st.booleans())
    def transfer(self, moves: list[tuple[str, str, int]], refundable: bool) -> None:
        lines = [TransferLine(self.ids[giver], self.ids[taker], Money(amount)) for giver, taker, amount in moves]
        cap = Money(moves[0][2]) if refundable and len(moves) == 1 else None
        answer = self.ask(*lines, refund_cap=cap)
        self.expect(answer, self.model.move(moves))
        if cap and isinstance(answer, Posted):
            self.refundable[answer.journal_id] = moves[0]

    @precondition(lambda self: self.refundable)
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: st.DataObject, amount: int) -> None:
        journal_id = data.draw(st.sampled_from(sorted(self.refundable)))
        payer, payee, left = self.refundable[journal_id]
        answer = self.ask(
            TransferLine(self.ids[payee], self.ids[payer], Money(amount)),
            refund=JournalRefund(journal_id, Money(amount)),
        )
        code = self.model.objection(payee, payer, amount) or ("payments.refund_exceeds" if amount > left else "")
        self.expect(answer, code)
        if not code:
            self.model.move([(payee, payer, amount)])
            self.refundable[journal_id] = payer, payee, left - amount

    @rule(giver=PEOPLE, taker=ALL, amount=AMOUNTS)
    def hold(self, giver: str, taker: str, amount: int) -> None:
        answer = self.ask(TransferLine(self.ids[giver], self.ids[taker], Money(amount), phase="hold"))
        self.expect(answer, self.model.objection(giver, taker, amount, moves=False))
        if isinstance(answer, Posted):
            hold = Transfer.objects.get(journal_id=answer.journal_id)
            self.model.holds[hold.pk] = giver, taker, amount

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), amount=AMOUNTS)
    def capture(self, data: st.DataObject, amount: int) -> None:
        pending = data.draw(st.sampled_from(sorted(self.model.holds)))
        giver, taker, held = self.model.holds[pending]
        answer = self.ask(
            TransferLine(self.ids[giver], self.ids[taker], Money(amount), phase="capture", pending_id=pending)
        )
        if {giver, taker} & self.model.frozen:
            code = "payments.account_not_open"
        elif amount > held:
            code = "payments.capture_exceeds_hold"
        else:
            code = self.model.objection(giver, taker, amount, freed=held)
        self.expect(answer, code)
        if not code:
            del self.model.holds[pending]
            self.model.balance[giver] -= amount
            self.model.credit(taker, amount)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        pending = data.draw(st.sampled_from(sorted(self.model.holds)))
        giver, taker, _held = self.model.holds.pop(pending)
        line = TransferLine(self.ids[giver], self.ids[taker], Money(0), phase="void", pending_id=pending)
        self.expect(self.ask(line), "")
        self.expect(self.ask(line), "payments.hold_resolved")

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        entry, first = data.draw(st.sampled_from(self.answers))
        again = ledger.post(entry, now=NOW)
        assert again.replayed is True
        assert (type(again), getattr(again, "code", ""), getattr(again, "journal_id", None)) == (
            type(first),
            getattr(first, "code", ""),
            getattr(first, "journal_id", None),
        )

    @rule()
    def roll(self) -> None:
        ledger.roll_up(self.ids["shop"])
        self.model.balance["shop"] += self.model.queued
        self.model.queued = 0

    @rule(who=PEOPLE)
    def freeze(self, who: str) -> None:
        ledger.freeze_account(self.ids[who])
        self.model.frozen.add(who)

    @rule(who=PEOPLE)
    def unfreeze(self, who: str) -> None:
        ledger.unfreeze_account(self.ids[who])
        self.model.frozen.discard(who)

    @invariant()
    def stands_as_the_auditor_says(self) -> None:
        rows = {account.pk: account for account in Account.objects.filter(pk__in=self.ids.values())}
        assert {name: rows[pk].balance for name, pk in self.ids.items()} == self.model.balance
        assert {name: rows[pk].available for name, pk in self.ids.items()} == {
            name: self.model.available(name) for name in self.ids
        }

    def teardown(self) -> None:
        assert [str(finding) for finding in integrity_checks.check_integrity(now=NOW)] == []


@pytest.mark.timeout(1_800)
def test_ledger_equals_its_reference_model(real_db):
    quick = settings(
        max_examples=EXAMPLES, stateful_step_count=25, suppress_health_check=list(HealthCheck), database=None
    )

    run_state_machine_as_test(LedgerMachine, settings=quick)
