"""Unfinished checkout forms, stored in the session by idempotency key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user

# Fields of the form, with input limits above what is valid, so that too long a text gets an error message.
FIELDS = {"name": 120, "phone": 40, "text": 600, "town": 120, "note": 1_000}
ADDRESS_FIELDS = ("name", "phone", "text", "town")
_DRAFTS_KEY, _DRAFTS_MAX = "purchase_drafts", 10
_ADDRESS_KEY = "delivery"
_LEFT_KEY = "purchase_left"


def read_form(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the posted form, cut to their input limits."""
    posted = request.POST
    texts = {name: posted.get(name, "")[:chars_max].replace("\r\n", "\n").strip() for name, chars_max in FIELDS.items()}
    return {**texts, "quantity": posted.get("quantity", "1")[:8], "variant": posted.get("variant", "")[:36]}


def save_draft(request: HttpRequest, key: UUID, typed: dict[str, str]) -> None:
    """Store the form under this key, and its address for later purchases."""
    drafts: dict[str, Any] = dict(request.session.get(_DRAFTS_KEY, {}))
    drafts.pop(str(key), None)
    drafts[str(key)] = typed
    request.session[_DRAFTS_KEY] = dict(list(drafts.items())[-_DRAFTS_MAX:])
    request.session[_ADDRESS_KEY] = {name: typed[name] for name in ADDRESS_FIELDS}
    request.session.save()


def delete_draft(request: HttpRequest, key: UUID) -> None:
    """Delete the draft of a finished purchase."""
    drafts = dict(request.session.get(_DRAFTS_KEY, {}))
    if drafts.pop(str(key), None) is not None:
        request.session[_DRAFTS_KEY] = drafts


def resume_draft(request: HttpRequest, key: UUID) -> dict[str, str] | None:
    """Return the form stored under this key, or None. The purchase no longer counts as interrupted."""
    if request.session.get(_LEFT_KEY, {}).get("key") == str(key):
        del request.session[_LEFT_KEY]
    written = request.session.get(_DRAFTS_KEY, {}).get(str(key))
    return {**_blank_form(request), **written} if written else None


def mark_left(request: HttpRequest, key: UUID, product: UUID) -> None:
    """Mark a purchase as interrupted to remove an obstacle, so that the product's buy button resumes it."""
    request.session[_LEFT_KEY] = {"product": str(product), "key": str(key)}


def find_left_key(request: HttpRequest, product: UUID, variant: str) -> UUID | None:
    """
    Return the key of the interrupted purchase of this variant of the product; None if there is none, or it was resumed.
    """
    left = request.session.get(_LEFT_KEY)
    if not left or left["product"] != str(product):
        return None
    draft = request.session.get(_DRAFTS_KEY, {}).get(left["key"])
    return UUID(left["key"]) if draft and draft.get("variant", "") == variant else None


def initial_form(request: HttpRequest) -> dict[str, str]:
    """Return the form of a new purchase: one piece, to the address of the last purchase."""
    return {**_blank_form(request), **request.session.get(_ADDRESS_KEY, {})}


def _blank_form(request: HttpRequest) -> dict[str, str]:
    user = get_current_user(request)
    phone = accounts.get_formatted_phone_number(user.pk)
    variant = request.GET.get("varian", "")[:36]
    return {"name": user.name, "phone": phone, "text": "", "town": "", "note": "", "quantity": "1", "variant": variant}
