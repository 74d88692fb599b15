"""Kind of proposal by which two operators decide a dispute."""

from __future__ import annotations

from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shop.actions import disputes as actions
from shop.domain.order_states import DisputeVerdict
from shop.queries import disputes
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
    return [*facts, (_("For the buyer"), str(_part(payload)))] if payload["verdict"] == "split" else facts


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
    )
)
