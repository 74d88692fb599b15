"""Queries of the ledger. The person on whose behalf they run is an argument."""

from __future__ import annotations

from payments.queries.accounts import (
    find_account,
    find_account_with_inbox,
    find_wallet,
    get_tier,
    pipeline_wallet_id,
    require_operator,
)
from payments.queries.bank_money import find_virtual_account_of
from payments.queries.escrow import (
    find_paid_merchant,
    get_escrow_balances,
    get_escrow_payment,
    get_hold_transfer,
    list_expired_holds,
)
from payments.queries.movements import (
    PAGE_MAX,
    STATEMENT_PAGE_ROWS,
    BalanceSnapshot,
    StatementPeriod,
    find_journal,
    get_movement,
    get_statement_period,
    iterate_movements,
    list_movements,
    list_movements_after,
)
from payments.queries.pins import find_pin, has_pin, list_pin_attempts, lock_pin, unreported_pin_attempts
from payments.queries.qris import (
    compose_code,
    find_qris_account,
    find_scanned_account,
    find_scanned_bill,
    get_bill,
    get_qris_account,
    is_bill_paid,
    list_received,
    payment_reference,
    to_merchant,
    to_offer,
)
from payments.queries.top_ups import list_pending_top_ups, lock_top_up

__all__ = [
    "PAGE_MAX",
    "STATEMENT_PAGE_ROWS",
    "BalanceSnapshot",
    "StatementPeriod",
    "compose_code",
    "find_account",
    "find_account_with_inbox",
    "find_journal",
    "find_paid_merchant",
    "find_pin",
    "find_qris_account",
    "find_scanned_account",
    "find_scanned_bill",
    "find_virtual_account_of",
    "find_wallet",
    "get_bill",
    "get_escrow_balances",
    "get_escrow_payment",
    "get_hold_transfer",
    "get_movement",
    "get_qris_account",
    "get_statement_period",
    "get_tier",
    "has_pin",
    "is_bill_paid",
    "iterate_movements",
    "list_expired_holds",
    "list_movements",
    "list_movements_after",
    "list_pending_top_ups",
    "list_pin_attempts",
    "list_received",
    "lock_pin",
    "lock_top_up",
    "payment_reference",
    "pipeline_wallet_id",
    "require_operator",
    "to_merchant",
    "to_offer",
    "unreported_pin_attempts",
]
