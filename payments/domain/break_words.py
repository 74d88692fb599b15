"""Words for breaks, suspense and statements, as operators read them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

KIND_WORDS: dict[str, Promise] = {
    "missing_in_ledger": pgettext_lazy("difference", "At the bank, not in the ledger"),
    "missing_at_bank": pgettext_lazy("difference", "In the ledger, not at the bank"),
    "missing_in_statement": pgettext_lazy("difference", "Not in the statement yet"),
    "amount_differs": pgettext_lazy("difference", "The amounts differ"),
    "duplicate": pgettext_lazy("difference", "Twice in the statement"),
    "unknown_line": pgettext_lazy("difference", "Line that nobody knows"),
    "balance_differs": pgettext_lazy("difference", "The lines do not add up to the balance"),
}
# What to do about each kind; the table of docs/bank.md in a sentence.
HINT_WORDS: dict[str, Promise] = {
    "missing_in_ledger": pgettext_lazy(
        "difference", "Ask the bank whose money it is. Put it into suspense if it is somebody's; a fee is our own loss."
    ),
    "missing_at_bank": pgettext_lazy(
        "difference", "Wait a day: the bank may book later. If it never does, it is our loss, or explain it."
    ),
    "missing_in_statement": pgettext_lazy(
        "difference",
        "Wait: a line that comes within three days closes this by itself. Otherwise ask for the statement.",
    ),
    "amount_differs": pgettext_lazy(
        "difference", "Ask the bank which amount is right, and correct the ledger by the difference."
    ),
    "duplicate": pgettext_lazy(
        "difference", "Ask the bank whether it booked twice, and upload the corrected statement."
    ),
    "unknown_line": pgettext_lazy(
        "difference", "Only the statement has it. Ask the bank; put it into suspense if it is somebody's."
    ),
    "balance_differs": pgettext_lazy(
        "difference", "A line is missing or too much. Ask the bank for the corrected statement, and upload it."
    ),
}
STATE_WORDS: dict[str, Promise] = {
    "open": pgettext_lazy("difference", "Open"),
    "cleared": pgettext_lazy("difference", "Cleared"),
    "explained": pgettext_lazy("difference", "Explained"),
}
WAY_WORDS: dict[str, Promise] = {
    "wallet": pgettext_lazy("suspense", "Into a wallet"),
    "returned": pgettext_lazy("suspense", "Sent back at the bank"),
    "cash": pgettext_lazy("suspense", "Cash of the counter"),
    "adjustment": pgettext_lazy("suspense", "Our own gain"),
}
AGAINST_WORDS: dict[str, Promise] = {
    "suspense": pgettext_lazy("correction", "It is somebody's: into suspense"),
    "adjustment": pgettext_lazy("correction", "Our own gain or loss"),
}
# Why money could not be placed, by the code of the refusal.
REASON_WORDS: dict[str, Promise] = {
    "payments.nobody_to_credit": pgettext_lazy("suspense", "Paid to nobody known"),
    "payments.ceiling_exceeded": pgettext_lazy("suspense", "No room in the wallet"),
    "payments.account_not_open": pgettext_lazy("suspense", "The wallet is frozen"),
    "payments.float_cap_reached": pgettext_lazy("suspense", "Our cap is reached"),
    "": pgettext_lazy("suspense", "Refund without room in the wallet, or a correction"),
}


def evidence_words(note: str) -> str:
    """Return in words by what a break went away, or the note that operators wrote."""
    source, _colon, rest = note.partition(":")
    if source == "statement":
        day, _colon, line = rest.partition(":")
        return _("Found in the statement of {day}, line {line}.").format(day=day, line=line)
    if source == "history":
        return _("Found in the bank's history.")
    if source == "changed":
        return _("Became another difference.")
    return _("No source tells of it any more.") if note == "no_longer_told" else note
