"""Kinds of proposals of payments: the end of a freeze, a tier, and a journal by hand."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from payments import errors, queries
from payments.actions import freezes, manual_journals
from payments.actions.wallets import set_tier
from payments.domain import chart_of_accounts
from payments.domain.own_references import list_own_references
from payments.models import Account
from payments.queries import desk_accounts
from superapp.accounts import api as accounts
from superapp.console.api import Approval, Fact, Payload, ProposalKind, Role, register_proposal_kind
from superapp.core.money import Money

UNFREEZE, TIER, MANUAL = "payments.unfreeze", "payments.tier", "payments.manual_journal"


def describe_account(account: Account) -> str:
    """Return an account in words: its owner if a person owns it, and its code."""
    return f"{account.owner.name} · {account.code}" if account.owner is not None else account.code


def _describe_unfreeze(payload: Payload) -> list[Fact]:
    account = desk_accounts.get_freezable_account(UUID(str(payload["account"])))
    return [
        (_("Account"), describe_account(account)),
        (_("Balance"), str(Money(account.balance, account.asset))),
        (_("Status"), str(STATUS_WORDS[account.status])),
    ]


def _validate_unfreeze(payload: Payload) -> None:
    if desk_accounts.get_freezable_account(UUID(str(payload["account"]))).status != Account.Status.FROZEN:
        raise errors.NotFrozen


def _execute_unfreeze(payload: Payload, approval: Approval) -> str:
    _validate_unfreeze(payload)
    account = desk_accounts.get_freezable_account(UUID(str(payload["account"])))
    _require_strangers_to(account, approval)
    freezes.unfreeze(account=account.public_id, now=approval.now)
    return _("The account is open again.")


def _describe_tier(payload: Payload) -> list[Fact]:
    user_id, tier = int(payload["user"] or 0), str(payload["tier"])
    return [
        (_("Person"), accounts.get_people([user_id])[user_id]["name"]),
        (_("Level now"), _tier_words(queries.get_tier(user_id))),
        (_("Level then"), _tier_words(tier)),
    ]


def _validate_tier(payload: Payload) -> None:
    if payload["tier"] not in settings.WALLET_CEILINGS:
        raise errors.TierUnknown


def _execute_tier(payload: Payload, approval: Approval) -> str:
    _validate_tier(payload)
    user_id = int(payload["user"] or 0)
    _require_strangers(user_id, approval)
    set_tier(user_id=user_id, tier=str(payload["tier"]), operator_id=approval.checker_id, now=approval.now)
    return _("The level is set.")


def _describe_manual(payload: Payload) -> list[Fact]:
    debit, credit = str(payload["debit"]), str(payload["credit"])
    facts = []
    for word, code in ((_("From (debit)"), debit), (_("To (credit)"), credit)):
        account = desk_accounts.get_account_by_code(code)
        balance = Money(account.balance, account.asset)
        facts.append(
            (word, _("{account}, balance {balance}").format(account=describe_account(account), balance=balance))
        )
    amount = Money(int(payload["amount_minor"] or 0), str(payload["asset"]))
    return [*facts, (_("Amount"), str(amount))]


def _validate_manual(payload: Payload) -> None:
    manual_journals.get_accounts(str(payload["debit"]), str(payload["credit"]))
    Money(int(payload["amount_minor"] or 0), str(payload["asset"])).require_positive()


def _execute_manual(payload: Payload, approval: Approval) -> str:
    debit, credit = str(payload["debit"]), str(payload["credit"])
    for account in manual_journals.get_accounts(debit, credit):
        _require_strangers_to(account, approval)
    journal = manual_journals.post_manual_journal(
        debit=debit, credit=credit, amount_minor=int(payload["amount_minor"] or 0), approval=approval
    )
    return _("Posted as {journal}.").format(journal=journal)


def _require_strangers_to(account: Account, approval: Approval) -> None:
    """Refuse a maker or checker who owns this account: their wallet, or the merchant account of their shop."""
    _require_strangers(account.owner_id, approval)
    own = [one for person in (approval.maker_id, approval.checker_id) for one in list_own_references(person)]
    if account.code in [chart_of_accounts.account_code(chart_of_accounts.MERCHANT, one, account.asset) for one in own]:
        raise errors.TwoPersonsNeeded


def _require_strangers(owner_id: int | None, approval: Approval) -> None:
    """Refuse a maker or checker who is the owner."""
    if owner_id is not None and owner_id in (approval.maker_id, approval.checker_id):
        raise errors.TwoPersonsNeeded


def _tier_words(tier: str) -> str:
    ceiling = Money(chart_of_accounts.get_wallet_ceiling(tier))
    return _("{level}, up to {ceiling}").format(level=TIER_WORDS.get(tier, tier), ceiling=ceiling)


STATUS_WORDS: dict[str, str | Promise] = {
    Account.Status.OPEN: pgettext_lazy("account", "Open"),
    Account.Status.FROZEN: pgettext_lazy("account", "Frozen"),
    Account.Status.CLOSED: pgettext_lazy("account", "Closed"),
}
TIER_WORDS: dict[str, str | Promise] = {
    "basic": pgettext_lazy("tier", "Basic"),
    "verified": pgettext_lazy("tier", "Verified"),
}

for kind in (
    ProposalKind(
        UNFREEZE,
        pgettext_lazy("proposal", "Unfreeze an account"),
        frozenset({Role.FINANCE, Role.SUPPORT}),
        describe=_describe_unfreeze,
        validate=_validate_unfreeze,
        execute=_execute_unfreeze,
    ),
    ProposalKind(
        TIER,
        pgettext_lazy("proposal", "Change of a wallet's level"),
        frozenset({Role.FINANCE}),
        describe=_describe_tier,
        validate=_validate_tier,
        execute=_execute_tier,
    ),
    ProposalKind(
        MANUAL,
        pgettext_lazy("proposal", "Journal by hand"),
        frozenset({Role.FINANCE}),
        describe=_describe_manual,
        validate=_validate_manual,
        execute=_execute_manual,
    ),
):
    register_proposal_kind(kind)
