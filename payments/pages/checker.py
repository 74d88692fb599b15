"""The page that checks proofs offline: one file with its scripts, both languages and our public keys."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from payments.queries import sealing
from superapp.web import time_formats

STATIC = Path(__file__).resolve().parent.parent / "static" / "payments"
# Each needs only those before it.
SCRIPTS = ("sha2", "ed25519", "proof", "page")
_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)

WORDS: dict[str, Promise] = {
    "title": _("Is this proof genuine?"),
    "intro": _(
        "Choose the proof of a receipt. It is checked on this device: nothing is sent, and no internet is needed."
    ),
    "choose": _("Choose the proof"),
    "drop": _("or drop the file here"),
    "noscript": _("Allow scripts for this page: they do the checking."),
    "genuine": _("Genuine"),
    "refused": _("Not genuine"),
    "unreadable": _("Cannot be checked"),
    "issued": _("Sealed by {brand}, {host}, and unchanged since."),
    "reason_file": _("This file is no proof, or it is damaged."),
    "reason_journal": _("The payment in it was changed, or it never was in the ledger."),
    "reason_block": _("The seal is broken: the block was changed, or another key signed it."),
    "reason_keys": _("The chain of keys is broken: a key was changed or replaced."),
    "reason_memo": _("The note is not the one of the payment."),
    "reason_stranger": _("The seal is whole, but it is not that of {brand}, {host}."),
    "reason_replaced": _(
        "The key that sealed this took the place of a lost one, and this page does not know it yet."
        " Open this page at {host} again, and compare the key with what {brand} has published."
    ),
    "replaced": _("Key replaced without signature"),
    "replaced_why": _("The key before was lost and could not sign this one. Ask for the heads that a witness has."),
    "amount": _("Amount"),
    "kind": _("Kind"),
    "note": pgettext_lazy("receipt", "Note"),
    "when": pgettext_lazy("receipt", "When"),
    "number": _("Receipt number"),
    "sealed": _("Sealed"),
    "block": _("block"),
    "head": _("Head of the block, for a witness"),
    "foot": _("Keep this page: it works without {brand}, for as long as you keep it."),
    "keep": _("Save this page"),
    "phase_posted": _("Paid"),
    "phase_hold": _("Set aside"),
    "phase_capture": _("Paid out of what was set aside"),
    "phase_void": _("No longer set aside"),
    "kind_sent": _("Transfer to a person"),
    "kind_qris_paid": _("QRIS payment"),
    "kind_topped_up": _("Top-up at the counter"),
    "kind_came_in": _("Top-up from a bank"),
    "kind_withdrawn": _("Withdrawal to a bank"),
    "kind_payout_done": _("Sales of a shop, to its bank account"),
    "kind_escrow_paid": _("Payment for an order"),
    "kind_escrow_refunded": _("Refund of an order"),
    "kind_escrow_released": _("Payment for an order, to the shop"),
    "kind_paid_out": _("Sales of a shop, to its owner"),
}


@require_safe
@cache_control(no_cache=True)
def proof_checker(request: HttpRequest) -> HttpResponse:
    """Show the page that checks proofs; as it is, it works from a disk, too."""
    words = {language: _words_in(language) for language in time_formats.LOCALES}
    language = time_formats.language()
    context = {
        "brand": settings.BRAND_NAME,
        "words": words[language],
        "style": format_html('<style nonce="{}">\n{}</style>', request.csp_nonce, _read_style()),  # type: ignore[attr-defined]
        "script": _read_script(),
        "boot": {"words": words, "language": language, "keys": [key.key_id for key in sealing.list_keys()]},
    }
    return render(request, "payments/checker.html", context)


def _words_in(language: str) -> dict[str, Any]:
    names = {"brand": settings.BRAND_NAME, "host": urlsplit(settings.PUBLIC_URL).netloc}
    with translation.override(language):
        words = {name: str(word).format(**names) for name, word in WORDS.items()}
    return words | {"locale": time_formats.LOCALES[language], "point": "," if language == "id" else "."}


@cache
def _read_style() -> SafeString:
    return mark_safe((STATIC / "css" / "checker.css").read_text())  # noqa: S308  # A file of ours.


@cache
def _read_script() -> SafeString:
    """Return the modules as one script, which is one scope."""
    modules = ((STATIC / "js" / "checker" / f"{name}.js").read_text() for name in SCRIPTS)
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in modules)
    return mark_safe(f"(() => {{\n{joined}}})()\n")  # noqa: S308  # Files of ours.
