"""
Random traffic on a ledger, the same for the same seed, and a dump of every row that it leaves, with nothing in it
that a database chose.

``python -m tests.payments.traffic SEED STEPS`` prints the dump for the instance of its environment.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from superapp.core.events import Event

NOW = datetime(2027, 3, 1, 2, 3, 4, 567_000, tzinfo=UTC)
NAMES = ("ana", "bo", "cy", "dee")


@dataclass(frozen=True, kw_only=True)
class Said(Event):
    """A fact that nobody listens to."""

    name: ClassVar[str] = "traffic.said"
    amount: int

    @property
    def key(self) -> str:
        return "traffic"


class Traffic:
    """Wishes of all kinds, good and bad, in an order that only the seed decides."""

    def __init__(self, seed: int) -> None:
        from payments.domain import chart_of_accounts
        from payments.writers import ledger

        self.rnd = random.Random(seed)
        self.keys = 0
        self.sent: list[Any] = []
        self.holds: list[tuple[int, Any]] = []
        self.paid: list[tuple[int, Any]] = []

        def opened(name: str, kind: chart_of_accounts.AccountKind, asset: str = "IDR") -> Any:
            return ledger.get_or_open_account(
                chart_of_accounts.account_code(kind, name, asset), kind=kind, asset=asset, now=NOW
            )

        self.wallets = [
            opened(name, chart_of_accounts.replace(chart_of_accounts.WALLET, ceiling=30_000)) for name in NAMES
        ]
        self.shops = [opened("kopi", chart_of_accounts.MERCHANT), opened("bakso", chart_of_accounts.MERCHANT)]
        self.escrow = opened("order:1", chart_of_accounts.ESCROW)
        self.dollars = opened("ana", chart_of_accounts.WALLET, "USD")
        self.cash = opened("bank", chart_of_accounts.CASH)

    def run(self, steps: int) -> list[str]:
        """Do that many things, and return how each was answered."""
        done = (self.one, self.one, self.one, self.batch, self.many_lines, self.hold, self.resolve, self.refund,
                self.roll, self.freeze, self.again, self.fund)  # fmt: skip
        return [self.rnd.choice(done)() for _ in range(steps)]

    def entry(self, lines: list[Any], *, key: str = "", kind: str = "test", **fields: Any) -> Any:
        from payments.writers.ledger import JournalEntry, derive_key
        from tests.harness.authorizations import entry_fields

        self.keys += 1
        content = [[line.debit_id, line.credit_id, line.amount.amount_minor, line.phase] for line in lines]
        entry = JournalEntry(
            key=derive_key(f"user:{self.rnd.randrange(3)}", key or f"key-{self.keys}", {"lines": content}),
            **entry_fields(kind),
            lines=tuple(lines),
            public_id=UUID(int=self.rnd.getrandbits(128), version=4),
            **fields,
        )
        self.sent.append(entry)
        return entry

    def line(self, *, least: int = 1) -> Any:
        from payments.writers.ledger import TransferLine
        from superapp.core.money import Money

        everybody = [*self.wallets, *self.wallets, *self.shops, self.escrow]
        debit, credit = self.rnd.choice(everybody), self.rnd.choice(everybody)
        if self.rnd.random() < 0.03:
            credit = self.dollars
        return TransferLine(debit.pk, credit.pk, Money(self.rnd.randrange(least, 9_000)))

    def post(self, *entries: Any) -> str:
        from payments.writers import ledger
        from payments.writers.ledger import Posted

        outcomes = ledger.post_many(entries, now=NOW)
        for entry, outcome in zip(entries, outcomes, strict=True):
            if isinstance(outcome, Posted) and not outcome.replayed:
                if entry.lines[0].phase == "hold":
                    self.holds.append((outcome.journal_id, entry.lines[0]))
                if entry.refund_cap:
                    self.paid.append((outcome.journal_id, entry.lines[0]))
        return " ".join(
            f"{type(outcome).__name__}:{getattr(outcome, 'code', '')}:{getattr(outcome, 'replayed', '')}"
            f":{[(change.version, change.balance, change.held) for change in getattr(outcome, 'changes', ())]}"
            for outcome in outcomes
        )

    def fund(self) -> str:
        from payments.writers.ledger import TransferLine
        from superapp.core.money import Money

        wallet = self.rnd.choice(self.wallets)
        return self.post(
            self.entry([TransferLine(self.cash.pk, wallet.pk, Money(self.rnd.randrange(1, 20_000)))], kind="fund")
        )

    def one(self) -> str:
        from superapp.core.money import Money

        line = self.line()
        cap = Money(line.amount.amount_minor) if self.rnd.random() < 0.4 else None
        paid = self.rnd.random() < 0.1
        return self.post(
            self.entry(
                [line],
                refund_cap=cap,
                kind="escrow_paid" if paid else "test",
                reference=f"order:{self.rnd.randrange(4)}" if paid else "",
                fact=Said(amount=line.amount.amount_minor) if self.rnd.random() < 0.5 else None,
                memo="untuk kopi ☕" if self.rnd.random() < 0.3 else "",
                event_at=NOW - timedelta(days=1) if self.rnd.random() < 0.3 else None,
            )
        )

    def many_lines(self) -> str:
        return self.post(self.entry([self.line() for _ in range(self.rnd.randrange(2, 6))]))

    def batch(self) -> str:
        entries = [self.entry([self.line() for _ in range(self.rnd.choice((1, 1, 1, 3)))]) for _ in range(6)]
        if self.rnd.random() < 0.5:
            entries.append(entries[self.rnd.randrange(6)])
        return self.post(*entries)

    def hold(self) -> str:
        from payments.writers.ledger import TransferLine

        line = self.line()
        held = TransferLine(
            line.debit_id, line.credit_id, line.amount, phase="hold", expires_at=NOW + timedelta(hours=1)
        )
        return self.post(self.entry([held]))

    def resolve(self) -> str:
        from payments.models import Transfer
        from payments.writers.ledger import TransferLine
        from superapp.core.money import Money

        if not self.holds:
            return ""
        entries = []
        for journal_id, held in self.rnd.sample(self.holds, min(len(self.holds), self.rnd.choice((1, 1, 2)))):
            hold = Transfer.objects.get(journal_id=journal_id)
            captures = self.rnd.random() < 0.6
            amount = self.rnd.randrange(1, held.amount.amount_minor + 50) if captures else 0
            line = TransferLine(
                held.debit_id,
                held.credit_id,
                Money(amount),
                phase="capture" if captures else "void",
                pending_id=hold.pk,
            )
            entries.append(self.entry([line]))
        return self.post(*entries)

    def refund(self) -> str:
        from payments.writers.ledger import TransferLine
        from payments.writers.ledger.entries import JournalRefund
        from superapp.core.money import Money

        if not self.paid:
            return ""
        journal_id, paid = self.rnd.choice(self.paid)
        amount = Money(self.rnd.randrange(1, 2 * paid.amount.amount_minor + 1))
        return self.post(
            self.entry([TransferLine(paid.credit_id, paid.debit_id, amount)], refund=JournalRefund(journal_id, amount))
        )

    def again(self) -> str:
        from dataclasses import replace

        if not self.sent:
            return ""
        entry = self.rnd.choice(self.sent)
        if self.rnd.random() < 0.3:
            entry = replace(entry, key=replace(entry.key, content_hash="0" * 64))
        return self.post(entry)

    def roll(self) -> str:
        from payments.writers import ledger

        return f"rolled {ledger.roll_up_due(NOW)}"

    def freeze(self) -> str:
        from payments.writers import ledger

        account = self.rnd.choice(self.wallets)
        if self.rnd.random() < 0.3:
            ledger.freeze_account(account.pk)
        else:
            ledger.unfreeze_account(account.pk)
        return ""


def dump() -> dict[str, list[list[Any]]]:
    """Every row of the ledger and its facts; a row is named by what was asked, never by an id that a database chose."""
    from payments.models import Account, Inbox, Journal, OpenHold, Posting, Refundable, Request, Transfer
    from superapp.core.models import Fact

    of_transfer = ("transfer__journal__public_id", "transfer__line")
    rows = {
        "account": Account.objects.order_by("code").values_list(
            "code", "asset", "kind", "lock_rank", "queued_credit", "floor", "ceiling", "credits", "debits", "held",
            "version", "last_seq", "status", "opened_at",
        ),
        "journal": Journal.objects.order_by("public_id").values_list(
            "public_id", "kind", "reference", "actor_id", "reverses__public_id", "event_at", "posted_at", "memo__text"
        ),
        "transfer": Transfer.objects.order_by("journal__public_id", "line").values_list(
            "journal__public_id", "line", "asset", "debit__code", "credit__code", "amount", "phase",
            "pending__journal__public_id", "expires_at",
        ),
        "posting": Posting.objects.order_by("account__code", "seq").values_list(
            "account__code", "seq", "rev", *of_transfer, "delta", "held_delta", "balance_after", "held_after"
        ),
        "request": Request.objects.order_by("scope", "key").values_list(
            "scope", "key", "content_hash", "outcome", "code", "journal__public_id", "answered_at"
        ),
        "inbox": Inbox.objects.order_by(*of_transfer).values_list(*of_transfer, "account__code", "amount"),
        "openhold": OpenHold.objects.order_by(*of_transfer).values_list(
            *of_transfer, "account__code", "amount", "expires_at"
        ),
        "refundable": Refundable.objects.order_by("journal__public_id").values_list(
            "journal__public_id", "cap", "refunded", "refunds"
        ),
        "fact": Fact.objects.filter(name="traffic.said").order_by("pk").values_list(
            "name", "key", "payload", "published_at", "due_at", "tries", "last_error", "parked_at"
        ),
    }  # fmt: skip
    return json.loads(json.dumps({table: [list(row) for row in found] for table, found in rows.items()}, default=str))


def main() -> None:
    import django

    django.setup()
    from payments.maintenance import integrity_checks

    answers = Traffic(int(sys.argv[1])).run(int(sys.argv[2]))
    json.dump(
        {"answers": answers, "rows": dump(), "findings": [str(x) for x in integrity_checks.check_integrity(now=NOW)]},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
