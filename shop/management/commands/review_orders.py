"""``manage.py review_orders``: list open review cases, or decide one of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from payments.errors import OperatorsOnly
from shop import api, errors
from shop.api import OrderStep, ReviewCaseDetails
from shop.queries.review_cases import CASES_MAX
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow
from superapp.core import clock
from superapp.core.operator_command import OperatorCommand, look_up, refusals


class Command(OperatorCommand):
    help = (
        "List the shipped orders that have been unconfirmed for long, with their details; or decide one: pay the shop"
        " (--complete), or refund the buyer (--refund)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", nargs="?", help="number of the order to decide, such as NS-261122-7K3QF2")
        verdicts = parser.add_mutually_exclusive_group()
        verdicts.add_argument("--complete", dest="verdict", action="store_const", const="complete", help="pay the shop")
        verdicts.add_argument(
            "--refund", dest="verdict", action="store_const", const="refund", help="pay the buyer back"
        )
        parser.add_argument("--by", help="the operator's handle")
        parser.add_argument("--reason", help="reason of the decision, shown to buyer and merchant")

    def handle(
        self,
        *_args: Any,
        number: str | None,
        verdict: Any,
        by: str | None,
        reason: str | None,
        **_options: Any,
    ) -> None:
        if number is None and not (verdict or by or reason):
            self._list()
            return
        if not (number and verdict and by and reason):
            raise CommandError("To decide, name the order, --complete or --refund, --by HANDLE and --reason TEXT.")
        operator = look_up("--by", by, accounts.get_user_by_handle_or_phone)
        of_order = (number, errors.OrderNotFound, errors.CaseNotFound, errors.CaseClosed)
        of_operator = (by, OperatorsOnly, errors.OwnCase)
        with refusals({"number": of_order, "--by": of_operator, "--reason": (reason, "reason")}):
            is_decided = api.decide_review_case(
                number=number, operator_id=operator.pk, verdict=verdict, reason=reason, now=clock.now()
            )
        self.stdout.write(_DONE[verdict] if is_decided else "Decided so before: nothing was done.")

    def _list(self) -> None:
        cases = api.list_review_cases()
        people = accounts.get_people({person for case in cases for person in (case.buyer_id, case.merchant_id)})
        for case in cases:
            for line in _lines(case, people):
                self.stdout.write(line)
        if len(cases) == CASES_MAX:
            self.stdout.write(f"These are the {CASES_MAX} oldest; there may be more.")
        else:
            self.stdout.write(f"{len(cases)} open." if cases else "No order waits for a decision.")


_DONE = {
    "complete": "Completed: the shop was paid. Both are told.",
    "refund": "Cancelled and refunded. Both are told.",
}


def _lines(case: ReviewCaseDetails, people: dict[int, PersonRow]) -> Iterator[str]:
    parcel = case.shipment
    yield f"{case.number}  {case.total}  {case.state}, open since {clock.to_wire(case.opened_at)}"
    yield f"  buyer    {_person(people[case.buyer_id])}"
    yield f"  merchant {_person(people[case.merchant_id])}, shop {case.shop_name} (/toko/{case.shop_handle}/)"
    yield f"  parcel   {parcel.courier} {parcel.resi}, shipped {clock.to_wire(parcel.shipped_at)}"
    yield f"  courier  {_courier(case)}"
    for step in case.steps:
        yield f"  {clock.to_wire(step.at)}  {_step(step)}"


def _person(person: PersonRow) -> str:
    return f"{person['name']} (@{person['handle']})" if person["handle"] else person["name"]


def _courier(case: ReviewCaseDetails) -> str:
    if case.courier_evidence is None:
        return "has reported nothing"
    said = ", ".join(f"{key}: {value}" for key, value in case.courier_evidence.items()) or "without evidence"
    completes = f"; completes by itself {clock.to_wire(case.completes_at)}" if case.completes_at else ""
    return f"reported the delivery ({said}){completes}"


def _step(step: OrderStep) -> str:
    parcel = f" {step.courier} {step.resi}" if step.resi else ""
    reason = f": {step.reason}" if step.reason else ""
    return f"{step.transition} by {step.actor}{parcel}{reason}"
