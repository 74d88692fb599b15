"""The public page that verifies a receipt, and the public keys for it. It works without a log-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from superapp.core import signed_receipts
from superapp.web import time_formats

HOUR_S = 3_600
EMPTY_RECEIPT = {"lines": ()}


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_cache=True)
def check_receipt(request: HttpRequest) -> HttpResponse:
    """Verify a receipt. JavaScript does so on the device; without it, a form posts the receipt here."""
    text = "".join(request.POST.get("receipt", "")[: signed_receipts.RECEIPT_CHARS_MAX * 2].split())
    document = signed_receipts.verify(text) if text else None
    context = {
        "host": urlsplit(settings.PUBLIC_URL).netloc,
        "text": text,
        "verdict": ("ours" if document else "not_ours") if text else "",
        "receipt": _shown(document) if document else EMPTY_RECEIPT,
        "order": _order_url(document, request) if document else "",
        "blank": EMPTY_RECEIPT,
        "words": {f"receipt:{kind}": word for kind, word in receipt_kinds().items()} | {"receipt:": _("Receipt")},
        "boot": {
            "keys": [key.jwk() for key in signed_receipts.public_keys()],
            "locale": time_formats.locale(),
            "zones": time_formats.ZONE_LABELS,
        },
    }
    return render(request, "web/receipt_check.html", context, status=422 if context["verdict"] == "not_ours" else 200)


@require_safe
@cache_control(max_age=HOUR_S, public=True)
def public_keys(request: HttpRequest) -> HttpResponse:
    """Return our public keys as a JSON Web Key Set (RFC 7517)."""
    return JsonResponse(
        {"keys": [key.jwk() for key in signed_receipts.public_keys()]}, content_type="application/jwk-set+json"
    )


def receipt_kinds() -> dict[str, Any]:
    """Return the name of each kind of receipt, from the AppConfigs."""
    return {
        kind: word for config in apps.get_app_configs() for kind, word in getattr(config, "receipt_kinds", {}).items()
    }


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    return {
        **document,
        "title": receipt_kinds().get(str(document.get("kind")), _("Receipt")),
        "is_shipping_apart": _is_zero(document.get("shipping")),
        "seller_is": _describe_seller(document.get("seller")),
        "at": datetime.fromisoformat(str(document["at"])) if document.get("at") else None,
    }


def _order_url(document: dict[str, Any], request: HttpRequest) -> str:
    """Return the address of a receipt's order, for its buyer; empty for anybody else."""
    about = str(document.get("about", ""))
    is_mine = request.user.is_authenticated and str(request.user.public_id) == document.get("buyer")
    return about if is_mine and about.startswith("/pesanan/") else ""


def _is_zero(amount: Any) -> bool:
    return isinstance(amount, dict) and amount.get("amount_minor") == 0


def _describe_seller(seller: Any) -> str:
    """Return the address and town of a shop, which distinguish it from other shops of the same name."""
    if not isinstance(seller, dict) or not seller.get("handle"):
        return ""
    return " · ".join(part for part in (f"/toko/{seller['handle']}/", str(seller.get("town", ""))) if part)
