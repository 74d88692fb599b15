"""Models of payments: accounts, journals, stored responses, tiers, top-ups and PINs."""

from __future__ import annotations

from payments.models.accounts import ASSET_CHARS_MAX, CODE_CHARS_MAX, TOTAL_MAX, Account
from payments.models.banking import (
    ACCOUNT_NUMBER_CHARS_MAX,
    BANK_REFERENCE_CHARS_MAX,
    HOLDER_CHARS_MAX,
    BankCursor,
    BankMessage,
    Charge,
    IncomingPayment,
    VirtualAccount,
    Withdrawal,
)
from payments.models.favourites import Favourite
from payments.models.fees import NO_FEE, AppliedFee, FeeRule
from payments.models.inboxes import REFUNDS_MAX, Inbox, OpenHold, Refundable
from payments.models.issued_money import IssuedMoney
from payments.models.journals import ESCROW_PAID, REFERENCE_CHARS_MAX, Journal, Memo, Posting, Transfer
from payments.models.mandates import Mandate
from payments.models.nightly_proofs import NightlyProof
from payments.models.payouts import PayoutAccount
from payments.models.pins import Pin, PinTries
from payments.models.qris import NOTE_CHARS_MAX, QrisAccount, QrisBill, QrisPayment
from payments.models.reconciliation import (
    DESCRIPTION_CHARS_MAX,
    BankMovement,
    BankPosting,
    FloatCheck,
    ReconciledDay,
    ReconciliationBreak,
    StatementFile,
    StatementLine,
    SuspenseClearing,
)
from payments.models.refunds import MerchantRefund
from payments.models.requests import KEY_CHARS_MAX, SCOPE_CHARS_MAX, Request
from payments.models.sealing import Block, Leaf, LedgerKey, Sealer
from payments.models.settlements import Settlement, SettlementSchedule
from payments.models.wallets import Tier, TopUp

__all__ = [
    "ACCOUNT_NUMBER_CHARS_MAX",
    "ASSET_CHARS_MAX",
    "BANK_REFERENCE_CHARS_MAX",
    "CODE_CHARS_MAX",
    "DESCRIPTION_CHARS_MAX",
    "ESCROW_PAID",
    "HOLDER_CHARS_MAX",
    "KEY_CHARS_MAX",
    "NOTE_CHARS_MAX",
    "NO_FEE",
    "REFERENCE_CHARS_MAX",
    "REFUNDS_MAX",
    "SCOPE_CHARS_MAX",
    "TOTAL_MAX",
    "Account",
    "AppliedFee",
    "BankCursor",
    "BankMessage",
    "BankMovement",
    "BankPosting",
    "Block",
    "Charge",
    "Favourite",
    "FeeRule",
    "FloatCheck",
    "Inbox",
    "IncomingPayment",
    "IssuedMoney",
    "Journal",
    "Leaf",
    "LedgerKey",
    "Mandate",
    "Memo",
    "MerchantRefund",
    "NightlyProof",
    "OpenHold",
    "PayoutAccount",
    "Pin",
    "PinTries",
    "Posting",
    "QrisAccount",
    "QrisBill",
    "QrisPayment",
    "ReconciledDay",
    "ReconciliationBreak",
    "Refundable",
    "Request",
    "Sealer",
    "Settlement",
    "SettlementSchedule",
    "StatementFile",
    "StatementLine",
    "SuspenseClearing",
    "Tier",
    "TopUp",
    "Transfer",
    "VirtualAccount",
    "Withdrawal",
]
