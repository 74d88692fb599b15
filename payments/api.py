"""
Facade of payments: wallets, escrow, holds, top-ups and statements.

Other apps identify what is paid for by opaque references (``shop.order:5``). Amounts are ``Money``, in minor units of
an asset.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments import queries
from payments.actions.angpao import lock_room_in_wallets, pay_into_angpao, pay_out_angpao, return_angpao
from payments.actions.authorizations import authorize, authorize_operator, get_device_authorization
from payments.actions.cash_deposits import get_cash_at_counter
from payments.actions.charges import (
    begin_top_up_by_qris,
    expire_charge,
    fill_charge,
    get_or_open_virtual_account,
    open_charge,
)
from payments.actions.escrow import (
    pay_into_escrow,
    pipeline_escrow_route,
    pipeline_pay_into_escrow,
    refund_escrow,
    release_escrow,
)
from payments.actions.holds import capture_hold, hold_funds, void_hold
from payments.actions.mandates import end_mandate, open_mandate, send_by_mandate
from payments.actions.merchants import pay_out_merchant
from payments.actions.payouts import choose_payout_account, request_payout
from payments.actions.pin_attempts import (
    acknowledge_failed_attempts,
    list_failed_attempts_elsewhere,
    list_unreported_attempts,
)
from payments.actions.pins import (
    cancel_pin_reset,
    change_pin,
    get_pin_state,
    request_pin_reset,
    reset_pin,
    set_first_pin,
    set_first_pin_on_device,
    validate_new_pin,
    verify_pin,
)
from payments.actions.qris_accounts import (
    draw_poster,
    draw_table_cards,
    make_qris_bill,
    open_qris_account,
    require_qris_amount,
    write_static_code,
)
from payments.actions.qris_payments import find_qris_response, pay_qris, read_offer
from payments.actions.refunds import request_refund
from payments.actions.settlements import choose_settlement
from payments.actions.simulated_deposits import bring_cash_to_simulated_bank
from payments.actions.top_ups import approve_top_up, reject_top_up, request_top_up
from payments.actions.wallets import (
    get_or_open_wallet,
    require_minimum_amount,
    send_authorized,
    send_money,
    send_to_person,
    set_tier,
)
from payments.actions.withdrawals import (
    find_bank_account,
    request_withdrawal,
    require_withdrawable,
)
from payments.actions.withdrawals import get_fee as get_withdrawal_fee
from payments.actions.withdrawals import get_minimum as get_withdrawal_minimum
from payments.adapters.bank import BankAccount
from payments.contracts import (
    AngpaoShare,
    EscrowRoute,
    FailedPinAttempts,
    FeeBand,
    MerchantBalance,
    Movement,
    PinState,
    QrisBillDetails,
    QrisMerchant,
    QrisOffer,
    QrisReceived,
    Recipient,
    RefundDetails,
    SettlementDetails,
    SettlementPlan,
    StatementFile,
    Wallet,
    WalletChanges,
)
from payments.domain import chart_of_accounts
from payments.domain.authorization import BY_TIMER, Authorization
from payments.domain.feature_gates import is_enabled
from payments.domain.fees import FeeChannel
from payments.domain.play_money import register_form as register_play_money_form
from payments.domain.purposes import Purpose, register_purpose_resolver
from payments.domain.reference_owners import register_owner_finder
from payments.domain.simulated_bank import find_payment_url as find_simulated_payment_url
from payments.domain.virtual_account_numbers import group_digits
from payments.domain.wallet_links import WalletLink
from payments.domain.wallet_links import register as register_wallet_link
from payments.errors import EscrowNotFound, NothingToState, WalletNotFound
from payments.models import NO_FEE, Charge, FeeRule
from payments.queries import statement_files
from payments.queries.bank_money import (
    find_charge_of,
    find_virtual_account_of,
    get_charge,
)
from payments.queries.fees import find_fee_rule, find_next_fee_change, get_fee_rule, list_fee_bands
from payments.queries.payouts import (
    PayoutAccountDetails,
    PayoutDetails,
    find_payout_account,
    find_payout_by_key,
    get_payout,
    list_payouts,
)
from payments.queries.recipients import find_recipient, find_recipient_by_text, get_past_recipient, get_recipient
from payments.queries.refunds import list_refunds
from payments.queries.serializers import to_wallet
from payments.queries.settlements import find_settlement_plan, get_settlement, list_settlements
from payments.writers.ledger import Posted, PostingResult, Refused
from superapp.core.money import IDR, Money

__all__ = [
    "BY_TIMER",
    "NO_FEE",
    "AngpaoShare",
    "Authorization",
    "BankAccount",
    "Charge",
    "ChargeMethod",
    "EscrowRoute",
    "FailedPinAttempts",
    "FeeBand",
    "FeeChannel",
    "FeeRule",
    "MerchantBalance",
    "Movement",
    "PayoutAccountDetails",
    "PayoutDetails",
    "PinState",
    "Posted",
    "PostingResult",
    "Purpose",
    "QrisBillDetails",
    "QrisMerchant",
    "QrisOffer",
    "QrisReceived",
    "Recipient",
    "RefundDetails",
    "Refused",
    "SettlementDetails",
    "SettlementPlan",
    "StatementFile",
    "Wallet",
    "WalletChanges",
    "WalletLink",
    "acknowledge_failed_attempts",
    "approve_top_up",
    "authorize",
    "authorize_operator",
    "begin_top_up_by_qris",
    "bring_cash_to_simulated_bank",
    "cancel_pin_reset",
    "capture_hold",
    "change_pin",
    "choose_payout_account",
    "choose_settlement",
    "draw_poster",
    "draw_table_cards",
    "end_mandate",
    "expire_charge",
    "fill_charge",
    "find_bank_account",
    "find_charge_of",
    "find_fee_rule",
    "find_next_fee_change",
    "find_payout_account",
    "find_payout_by_key",
    "find_qris_account",
    "find_qris_response",
    "find_recipient",
    "find_recipient_by_text",
    "find_settlement_plan",
    "find_simulated_payment_url",
    "find_virtual_account_of",
    "get_cash_at_counter",
    "get_charge",
    "get_device_authorization",
    "get_escrow_balance",
    "get_escrow_balances",
    "get_fee_rule",
    "get_merchant_balance",
    "get_or_open_virtual_account",
    "get_past_recipient",
    "get_payout",
    "get_pin_state",
    "get_qris_bill",
    "get_qris_payment",
    "get_receipt",
    "get_recipient",
    "get_settlement",
    "get_suspended_refund",
    "get_wallet",
    "get_wallet_rev",
    "get_withdrawal_fee",
    "get_withdrawal_minimum",
    "group_digits",
    "hold_funds",
    "is_enabled",
    "list_failed_attempts_elsewhere",
    "list_fee_bands",
    "list_payouts",
    "list_qris_payments",
    "list_refunds",
    "list_settlements",
    "list_unreported_attempts",
    "list_wallet_changes",
    "list_wallet_movements",
    "lock_room_in_wallets",
    "make_qris_bill",
    "open_charge",
    "open_mandate",
    "open_merchant_statement",
    "open_qris_account",
    "open_wallet_statement",
    "pay_into_angpao",
    "pay_into_escrow",
    "pay_out_angpao",
    "pay_out_merchant",
    "pay_qris",
    "pipeline_escrow_route",
    "pipeline_pay_into_escrow",
    "qris_reference",
    "read_offer",
    "refund_escrow",
    "register_owner_finder",
    "register_play_money_form",
    "register_purpose_resolver",
    "register_wallet_link",
    "reject_top_up",
    "release_escrow",
    "request_payout",
    "request_pin_reset",
    "request_refund",
    "request_top_up",
    "request_withdrawal",
    "require_minimum_amount",
    "require_qris_amount",
    "require_withdrawable",
    "reset_pin",
    "return_angpao",
    "send_authorized",
    "send_by_mandate",
    "send_money",
    "send_to_person",
    "set_first_pin",
    "set_first_pin_on_device",
    "set_tier",
    "unreported_pin_attempts",
    "validate_new_pin",
    "verify_pin",
    "void_hold",
    "write_static_code",
]

ChargeMethod = Charge.Method
get_qris_bill = queries.get_bill
get_qris_payment = queries.get_received
list_qris_payments = queries.list_received
qris_reference = queries.payment_reference
get_escrow_balances = queries.get_escrow_balances
get_suspended_refund = queries.get_suspended_refund
unreported_pin_attempts = queries.unreported_pin_attempts


def get_wallet(user_id: int, *, now: datetime) -> Wallet:
    """Return a person's wallet in rupiah, opening it on first use; ``ceiling`` is None if unlimited."""
    return to_wallet(get_or_open_wallet(user_id=user_id, now=now))


def get_wallet_rev(user_id: int, wallet_id: str, *, now: datetime) -> int:
    """
    Return the current revision of a wallet for its owner.

    Raises WalletNotFound if the wallet belongs to another person or does not exist.
    """
    account = get_or_open_wallet(user_id=user_id, now=now)
    if str(account.public_id) != wallet_id:
        raise WalletNotFound
    return account.version


def list_wallet_movements(
    user_id: int, *, now: datetime, before_seq: int | None = None, limit: int = 50, search: str = ""
) -> list[Movement]:
    """
    Return a page of a person's wallet movements, newest first.

    ``before_seq`` is the cursor. At most ``limit`` rows are returned, and never more than 100. ``search`` matches the
    memo, the reference, the purpose and the other person's name.
    """
    account = get_or_open_wallet(user_id=user_id, now=now)
    return queries.list_movements(account, before_seq=before_seq, limit=limit, search=search)


def list_wallet_changes(user_id: int, *, after: int, now: datetime) -> WalletChanges:
    """
    Return the movements of a person's wallet after the revision ``after``, oldest first, with the current wallet.

    The revision is read before the rows. If ``more`` is set, call again with the returned ``rev``.
    """
    account = get_or_open_wallet(user_id=user_id, now=now)
    rows = queries.list_movements_after(account, after)
    more = len(rows) == queries.PAGE_MAX
    return WalletChanges(rows[-1].rev if more else account.version, to_wallet(account), rows, more)


def get_receipt(user_id: int, journal: UUID) -> Movement:
    """
    Return one movement for a person who took part in it.

    Raises ReceiptNotFound if the journal does not exist or the person took no part.
    """
    return queries.get_movement(user_id, journal)


def open_wallet_statement(
    user_id: int, form: str, *, since: datetime, until: datetime, holder: str, now: datetime
) -> StatementFile:
    """
    Return a person's statement as ``csv``, ``beancount``, ``xlsx`` or ``pdf``, to be streamed.

    :raises StatementTooLong: if this form has no room for so many lines
    """
    account = get_or_open_wallet(user_id=user_id, now=now)
    return statement_files.open_statement(account, form, since=since, until=until, holder=holder, now=now)


def open_merchant_statement(
    merchant: str, form: str, *, since: datetime, until: datetime, holder: str, now: datetime
) -> StatementFile:
    """
    Return a merchant's statement; the caller knows that whoever asks may read it.

    :raises NothingToState: if the merchant was never paid
    :raises StatementTooLong: if this form has no room for so many lines
    """
    account = queries.find_account(chart_of_accounts.MERCHANT, merchant, IDR)
    if account is None:
        raise NothingToState
    return statement_files.open_statement(account, form, since=since, until=until, holder=holder, now=now)


def get_escrow_balance(reference: str) -> Money:
    """Return the balance held in escrow for a reference; zero if nothing was paid."""
    try:
        paid = queries.get_escrow_payment(reference)
    except EscrowNotFound:
        return Money(0)
    return Money(paid.credit.balance, paid.asset)


def find_qris_account(merchant: str) -> QrisMerchant | None:
    """Return a merchant's account for codes, or None if it has not opened one."""
    found = queries.find_qris_account(merchant)
    return None if found is None else queries.to_merchant(found)


def get_merchant_balance(merchant: str, asset: str = IDR) -> MerchantBalance:
    """
    Return a merchant's available and pending balance; zero if nothing was ever paid.

    Both are read in one statement, so that a concurrent roll-up cannot make money count twice.
    """
    found = queries.find_account_with_inbox(chart_of_accounts.MERCHANT, merchant, asset)
    if found is None:
        return MerchantBalance(Money(0, asset), Money(0, asset))
    account, waiting = found
    return MerchantBalance(Money(account.available, asset), Money(waiting, asset))
