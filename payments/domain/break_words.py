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
