"""Registration of the database guards of payments (see ``superapp.core.guards``)."""

from __future__ import annotations

from pathlib import Path

from payments.models.constraints import TriggeredCheck
from superapp.core import guards
from superapp.core.guards import GuardMonitor, GuardsMissing, GuardTrigger, require_all

__all__ = [
    "GUARDED",
    "SQL",
    "GuardMonitor",
    "GuardsMissing",
    "InstallGuards",
    "install",
    "install_guards",
    "missing",
    "remove",
    "require_all",
]

SQL = Path(__file__).parent.parent / "sql"
# Rows are added to these, and never changed.
APPENDED = (
    "qrisaccount",
    "qrisbill",
    "qrispayment",
    "virtualaccount",
    "incomingpayment",
    "bankmessage",
    "feerule",
    "appliedfee",
    "settlement",
    "payoutaccount",
    "ledgerkey",
    "block",
    "leaf",
    "statementfile",
    "statementline",
    "bankmovement",
    "bankposting",
    "suspenseclearing",
)
# Rows of these are closed once, and never changed after.
CLOSED = ("charge", "withdrawal", "merchantrefund", "mandate", "reconciliationbreak")
# Rows of these are chosen anew by their owner, and move on between two choices.
CHOSEN = ("settlementschedule",)
LEDGER = ("account", "journal", "transfer", "posting", "request", "inbox", "openhold", "refundable", "issuedmoney")
GUARDED = (*LEDGER, *APPENDED, *CLOSED, *CHOSEN)
# Conditions are in the functions, where they are seen to be unaltered. Nothing is truncated.
TRIGGERS = (
    GuardTrigger("journal", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("transfer", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("posting", "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only"),
    GuardTrigger("posting", "sound", "BEFORE INSERT", "posting_guard"),
    GuardTrigger("transfer", "sound", "BEFORE INSERT", "transfer_guard"),
    GuardTrigger("request", "answers", "BEFORE INSERT OR UPDATE", "request_answer_guard"),
    GuardTrigger("request", "never_deleted", "BEFORE DELETE", "refuse", "an answer is kept for ever"),
    GuardTrigger("request", "final", "BEFORE UPDATE", "request_guard"),
    GuardTrigger("account", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("account", "begins_empty", "BEFORE INSERT", "account_opening_guard"),
    GuardTrigger("account", "changes", "BEFORE UPDATE", "account_guard"),
    GuardTrigger(
        "account",
        "identity",
        "BEFORE UPDATE OF id, public_id, code, asset, kind, owner_id, lock_rank, queued_credit, floor, opened_at,"
        " status, ceiling",
        "account_identity_guard",
    ),
    GuardTrigger("inbox", "unchanged", "BEFORE UPDATE", "refuse", "is not changed"),
    GuardTrigger("inbox", "leaves_posted", "BEFORE DELETE", "inbox_guard"),
    GuardTrigger("openhold", "unchanged", "BEFORE UPDATE", "refuse", "is not changed"),
    GuardTrigger("openhold", "leaves_resolved", "BEFORE DELETE", "openhold_guard"),
    GuardTrigger("transfer", "counts", "BEFORE INSERT", "transfer_counter"),
    GuardTrigger("issuedmoney", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("issuedmoney", "counted", "BEFORE UPDATE", "issuedmoney_guard"),
    GuardTrigger("refundable", "never_deleted", "BEFORE DELETE", "refuse", "is never deleted"),
    GuardTrigger("refundable", "only_grows", "BEFORE UPDATE", "refundable_guard"),
    GuardTrigger("block", "follows", "BEFORE INSERT", "block_guard"),
    *(GuardTrigger(table, "append_only", "BEFORE UPDATE OR DELETE", "refuse", "is append-only") for table in APPENDED),
    *(
        GuardTrigger(table, "never_deleted", "BEFORE DELETE", "refuse", "is never deleted")
        for table in (*CLOSED, *CHOSEN)
    ),
    *(GuardTrigger(table, "closed_once", "BEFORE UPDATE", f"{table}_guard") for table in CLOSED),
    *(GuardTrigger(table, "moves_on", "BEFORE UPDATE", f"{table}_guard") for table in CHOSEN),
    *(GuardTrigger(table, "not_truncated", "BEFORE TRUNCATE", "refuse", "is not truncated") for table in GUARDED),
)

_catalogue = guards.register_catalog(
    "payments",
    SQL,
    tables=GUARDED,
    triggers=TRIGGERS,
    extra_files=("postgres_posting.sql",),
    foreign_keys={"transfer": ("payments_transfer_debit_asset", "payments_transfer_credit_asset")},
    trigger_rules=TriggeredCheck,
)
install, remove, missing = _catalogue.install, _catalogue.remove, _catalogue.missing


class InstallGuards(guards.InstallGuards):
    """The migration operation that installs the guards; the last one of each migration that touches a guarded table."""

    app = "payments"


install_guards = InstallGuards
