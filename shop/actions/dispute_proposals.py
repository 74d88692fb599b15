"""Kind of proposal by which two operators decide a dispute."""

from __future__ import annotations

from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shop.actions import disputes as actions
from shop.domain.order_states import DisputeVerdict
from shop.errors import DisputeClosed
from shop.queries import disputes
from shop.queries.disputes import OpenDispute
from superapp.console.api import Approval, Fact, Payload, ProposalKind, Role, register_proposal_kind
from superapp.core.errors import InputInvalid
from superapp.core.money import Money

DECIDE = "shop.dispute"
VERDICTS: dict[str, str | Promise] = {
    "release": gettext_lazy("Pay the shop"),
    "refund": gettext_lazy("Refund the buyer"),
    "split": gettext_lazy("Refund a part, pay the rest to the shop"),
}


def _describe(payload: Payload) -> list[Fact]:
    facts = [(_("Order"), str(payload["number"])), (_("Decision"), str(VERDICTS[str(payload["verdict"])]))]
    if payload["verdict"] == "split":
        facts.append((_("For the buyer"), str(_part(payload))))
    return [*facts, *_describe_case(int(payload["dispute"] or 0))]


def _describe_case(dispute: int) -> list[Fact]:
    """Return what it is about while it is open: the money, and what both sides say. Later the money has moved."""
    try:
        case = disputes.get_open_dispute(dispute)
    except DisputeClosed:
        return []
    said = [(_("The buyer says"), f"{case.buyer_name}: “{case.reason}”"), (_("The shop says"), _words_of_shop(case))]
    return [(_("Kept for the order"), str(case.kept)), *said]


def _words_of_shop(case: OpenDispute) -> str:
    said = [one.words for one in case.answers if one.transition == "dispute_answered" and one.words]
    return f"{case.shop_name}: “{said[-1]}”" if said else _("{shop}: nothing yet").format(shop=case.shop_name)


def _validate(payload: Payload) -> None:
    if payload["verdict"] not in VERDICTS:
        raise InputInvalid(detail="verdict")
    dispute = disputes.get_open_dispute(int(payload["dispute"] or 0))
    if payload["verdict"] == "split":
        actions.require_split(dispute.kept, _part(payload))


def _execute(payload: Payload, approval: Approval) -> str:
    actions.decide_dispute(
        dispute=int(payload["dispute"] or 0),
        verdict=cast("DisputeVerdict", payload["verdict"]),
        part=_part(payload),
        reason=approval.reason,
        maker_id=approval.maker_id,
        checker_id=approval.checker_id,
        now=approval.now,
    )
    return _("Decided. Buyer and shop can read it.")


def _part(payload: Payload) -> Money:
    return Money(int(payload["part_sen"] or 0))


register_proposal_kind(
    ProposalKind(
        DECIDE,
        pgettext_lazy("proposal", "Decision of a dispute"),
        frozenset({Role.FINANCE, Role.SUPPORT}),
        describe=_describe,
        validate=_validate,
        execute=_execute,
        concerns=lambda payload, user_id: user_id in disputes.find_parties(int(payload["dispute"] or 0)),
        # It moves money, so it takes an operator; support knows the case, and proposes.
        deciders=frozenset({Role.FINANCE}),
    )
)
