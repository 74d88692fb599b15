"""Lines of a statement: movements with what a bookkeeper asks of each, such as gross, fee and order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from payments import queries
from payments.contracts import Movement
from payments.models import AppliedFee, FeeRule
from payments.queries.counterparts import Counterpart, fetch_counterparts
from payments.queries.movements import StatementPeriod
from superapp.core.money import Money

NAMES_PAGE_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """
    A movement with the other side's name, the number of its order and what was bought.

    ``net`` is what it changed the balance by; ``gross`` is that with the ``fee`` that was taken by ``rule``. Where no
    fee was taken from it, both are the same, and ``rule`` is None.
    """

    movement: Movement
    counterparty: str
    order: str
    items: str
    gross: Money
    fee: Money
    rule: FeeRule | None

    @property
    def net(self) -> Money:
        return self.movement.delta


def iterate_statement_lines(period: StatementPeriod) -> Iterator[StatementLine]:
    """
    Yield the lines of a period in order; names and fees are fetched once for each ``NAMES_PAGE_ROWS``.

    :raises LookupError: if a posting is missing, or does not follow from the one before it
    """
    lines = queries.iterate_movements(period)
    while page := list(islice(lines, NAMES_PAGE_ROWS)):
        fees = _fetch_fees(page)
        for movement, other in zip(page, fetch_counterparts(page), strict=True):
            # A rule is about what its merchant received, and not about a refund of it.
            yield _to_line(movement, other, fees.get(movement.journal) if movement.delta.amount_minor > 0 else None)


def _fetch_fees(page: list[Movement]) -> dict[object, AppliedFee]:
    rows = AppliedFee.objects.filter(journal__public_id__in={one.journal for one in page})
    return {row.journal.public_id: row for row in rows.select_related("rule", "journal")}


def _to_line(movement: Movement, other: Counterpart, applied: AppliedFee | None) -> StatementLine:
    asset = movement.delta.asset
    fee = Money(applied.fee if applied else 0, asset)
    return StatementLine(
        movement=movement,
        counterparty=other.purpose.name if other.purpose else other.person["name"] if other.person else "",
        order=other.purpose.number if other.purpose else "",
        items=other.purpose.items if other.purpose else "",
        gross=movement.delta + fee,
        fee=fee,
        rule=applied.rule if applied else None,
    )
