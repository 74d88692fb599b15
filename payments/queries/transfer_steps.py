"""Steps of a bank transfer in words: its progress, and the expected time of the next step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from payments.models import Withdrawal

# How long a transfer takes as a rule.
USUALLY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a transfer: a sentence, its time or None, and the expected time while it is pending."""

    sentence: str
    at: datetime | None
    promise: str = ""


def list_steps(row: Withdrawal) -> list[Step]:
    """Return the steps of a transfer, the last being where the money is now or goes next."""
    arrived = _("In the account at {bank}").format(bank=settings.BANKS.get(row.bank_code, row.bank_code))
    set_aside = _("Set aside from the shop's balance") if row.merchant else _("Set aside in your wallet")
    steps = [Step(set_aside, row.created_at)]
    if row.state == Withdrawal.State.HELD:
        return [*steps, Step(_("Handed to the bank"), None, _promise_before(row))]
    if row.submitted_at is not None:
        steps.append(Step(_("Handed to the bank"), row.submitted_at))
    if row.state == Withdrawal.State.DONE:
        return [*steps, Step(arrived, row.closed_at)]
    if row.state == Withdrawal.State.FAILED:
        back = _("Back in the shop's balance. {why}") if row.merchant else _("Back in your wallet. {why}")
        return [*steps, Step(back.format(why=_why(row.reason)), row.closed_at)]
    if row.asked_at is not None and row.asked_at - row.created_at < USUALLY:
        return [*steps, Step(arrived, None, _("Usually within a minute."))]
    return [*steps, Step(arrived, None, _promise_later(row))]


def _promise_before(row: Withdrawal) -> str:
    if row.asked_at is None:
        return _("Usually within a minute.")
    return _("The bank is out of reach for now. We keep trying.")


def _promise_later(row: Withdrawal) -> str:
    if row.merchant:
        return _(
            "The bank has not said yet. We keep asking. The money is there or back in the shop's balance within a day."
        )
    return _("The bank has not said yet. We keep asking. The money is there or back in your wallet within a day.")


def _why(reason: str) -> str:
    # Refusal reasons of the bank's adapter on which people can act.
    sentences = {
        "account_unknown": _("The account does not exist."),
        "account_inactive": _("The account is closed."),
        "amount_limit": _("The amount is above the bank's limit."),
    }
    return sentences.get(reason) or _("The bank did not accept it.")
