"""Kinds of proposals of payments: the end of a freeze, a tier, a journal by hand, and money for promotions."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from payments import errors, queries
from payments.actions import freezes, manual_journals
from payments.actions.promotions import fund_promotions
from payments.actions.wallets import set_tier
from payments.domain import chart_of_accounts
from payments.domain.reference_owners import find_owners
from payments.models import Account
from payments.queries import desk_accounts
from payments.queries.promotions import get_promotion_balance, list_promotion_sources
from superapp.accounts import api as accounts
from superapp.console.api import Approval, Fact, Payload, ProposalKind, Role, register_proposal_kind
from superapp.core.money import Money

# Kinds of accounts that keep the money of a reference, such as a shop's or an order's.
REFERENCE_KINDS = (chart_of_accounts.MERCHANT.name, chart_of_accounts.ESCROW.name)
UNFREEZE, TIER, MANUAL = "payments.unfreeze", "payments.tier", "payments.manual_journal"
PROMOTION = "payments.promotion"


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
    freezes.unfreeze(account=UUID(str(payload["account"])), now=approval.now)
    return _("The account is open again.")


def _concerns_unfreeze(payload: Payload, user_id: int) -> bool:
    return _owns(user_id, desk_accounts.get_freezable_account(UUID(str(payload["account"]))))


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
    set_tier(
        user_id=int(payload["user"] or 0),
        tier=str(payload["tier"]),
        operator_id=approval.checker_id,
        now=approval.now,
    )
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
    journal = manual_journals.post_manual_journal(
        debit=str(payload["debit"]),
        credit=str(payload["credit"]),
        amount_minor=int(payload["amount_minor"] or 0),
        approval=approval,
    )
    return _("Posted as {journal}.").format(journal=journal)


def _describe_promotion(payload: Payload) -> list[Fact]:
    return [
        (_("From"), str(payload["source"])),
        (_("Amount"), str(Money(int(payload["amount_minor"] or 0)))),
        (_("Set aside for promotions"), str(get_promotion_balance())),
    ]


def _validate_promotion(payload: Payload) -> None:
    amount = Money(int(payload["amount_minor"] or 0)).require_whole()
    source = next((one for one in list_promotion_sources() if one.code == payload["source"]), None)
    if source is None:
        raise errors.LedgerAccountNotFound
    if source.available < amount:
        raise errors.InsufficientFunds


def _execute_promotion(payload: Payload, approval: Approval) -> str:
    amount = Money(int(payload["amount_minor"] or 0))
    journal = fund_promotions(source=str(payload["source"]), amount=amount, approval=approval)
    return _("Posted as {journal}.").format(journal=journal)


def _concerns_manual(payload: Payload, user_id: int) -> bool:
    sides = (desk_accounts.get_account_by_code(str(payload[side])) for side in ("debit", "credit"))
    return any(_owns(user_id, account) for account in sides)


def _owns(user_id: int, account: Account) -> bool:
    """Return whether an account is the person's wallet, or keeps money of their shop or order."""
    if account.kind in REFERENCE_KINDS:
        return user_id in find_owners(chart_of_accounts.name_in(account.code))
    return account.owner_id == user_id


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
        concerns=_concerns_unfreeze,
    ),
    ProposalKind(
        TIER,
        pgettext_lazy("proposal", "Change of a wallet's level"),
        frozenset({Role.FINANCE}),
        describe=_describe_tier,
        validate=_validate_tier,
        execute=_execute_tier,
        concerns=lambda payload, user_id: payload["user"] == user_id,
    ),
    ProposalKind(
        MANUAL,
        pgettext_lazy("proposal", "Journal by hand"),
        frozenset({Role.FINANCE}),
        describe=_describe_manual,
        validate=_validate_manual,
        execute=_execute_manual,
        concerns=_concerns_manual,
    ),
    ProposalKind(
        PROMOTION,
        pgettext_lazy("proposal", "Money for promotions"),
        frozenset({Role.FINANCE}),
        describe=_describe_promotion,
        validate=_validate_promotion,
        execute=_execute_promotion,
    ),
):
    register_proposal_kind(kind)
