"""Actions on fee rules: add one, and store which one a journal paid by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payments import errors, queries
from payments.domain.fees import FeeChannel
from payments.domain.qris import Criteria
from payments.models import AppliedFee, FeeRule
from payments.models.fees import ALL, NAME_CHARS_MAX, REASON_CHARS_MAX
from payments.queries.fees import NOTICE
from payments.writers.ledger import Posted, PostingResult
from superapp.core.money import Money

NOTHING = Money(0)


@dataclass(frozen=True, kw_only=True)
class NewFeeRule:
    """A fee rule as an operator states it; see the fields of ``FeeRule``."""

    name: str
    channel: str
    basis_points: int
    criteria: str = ""
    category_from: str = "0000"
    category_to: str = "9999"
    amount_above: Money = NOTHING
    amount_up_to: Money | None = None
    valid_from: datetime
    valid_until: datetime | None = None
    reason: str


def add_fee_rule(rule: NewFeeRule, *, operator_id: int, now: datetime) -> FeeRule:
    """
    Add a fee rule that counts from a later date on. Earlier rules stay; which one counts, ``find_fee_rule`` says.

    :raises OperatorsOnly: if this person is no operator
    :raises FeeRuleInvalid: if it contradicts itself, or begins sooner than every process knows of it
    """
    queries.require_operator(operator_id)
    _require_valid(rule, now)
    row = FeeRule.objects.create(
        name=rule.name,
        channel=rule.channel,
        criteria=rule.criteria,
        category_from=rule.category_from,
        category_to=rule.category_to,
        amount_above=rule.amount_above.amount_minor,
        amount_up_to=None if rule.amount_up_to is None else rule.amount_up_to.amount_minor,
        basis_points=rule.basis_points,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        reason=rule.reason,
        added_by_id=operator_id,
        added_at=now,
    )
    queries.forget_fee_rules()
    return row


def store_applied_fee(answer: PostingResult, rule: FeeRule, *, gross: Money, fee: Money) -> None:
    """Store by which rule a journal paid its fee, in the transaction that posted it, and once."""
    if isinstance(answer, Posted) and not answer.replayed and rule.pk is not None:
        AppliedFee.objects.create(
            journal_id=answer.journal_id, rule_id=rule.pk, gross=gross.amount_minor, fee=fee.amount_minor
        )


def _require_valid(rule: NewFeeRule, now: datetime) -> None:
    last = rule.amount_up_to
    checks = {
        "name": rule.name.isascii() and rule.name.isidentifier() and len(rule.name) <= NAME_CHARS_MAX,
        "channel": rule.channel in set(FeeChannel),
        "basis_points": 0 <= rule.basis_points <= ALL,
        "criteria": rule.criteria == "" or rule.criteria in set(Criteria),
        "category": _is_category(rule.category_from)
        and _is_category(rule.category_to)
        and rule.category_from <= rule.category_to,
        "amount": rule.amount_above.amount_minor >= 0 and (last is None or last > rule.amount_above),
        "valid_from": rule.valid_from >= now + NOTICE,
        "valid_until": rule.valid_until is None or rule.valid_until > rule.valid_from,
        "reason": 0 < len(rule.reason.strip()) <= REASON_CHARS_MAX and rule.reason.isprintable(),
    }
    for field, is_valid in checks.items():
        if not is_valid:
            raise errors.FeeRuleInvalid(field=field)


def _is_category(code: str) -> bool:
    return len(code) == 4 and code.isascii() and code.isdigit()
