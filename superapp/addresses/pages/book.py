"""Pages of a person's address book: the list, a new address, a change of one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.addresses.actions import address_books
from superapp.addresses.contracts import AddressValue
from superapp.addresses.domain.address_fields import ADDRESSES_MAX, CHARS_MAX, format_pin
from superapp.addresses.errors import AddressAlreadySaved, AddressChanged
from superapp.addresses.models import Address
from superapp.addresses.pages.address_form import (
    TYPED,
    RegionChoice,
    choose_region,
    fill_typed,
    list_problems,
    read_typed,
    read_written,
)
from superapp.addresses.queries import address_books as queries
from superapp.addresses.queries.regions import list_regions
from superapp.core import clock, ids
from superapp.core.errors import DomainError
from superapp.core.form_pages import post_only_redirecting_to

BOOK = "addresses:book"
# The version that a form without a readable one has seen.
UNSEEN_VERSION = 0
VERSION_DIGITS_MAX = 9


@named_person_required
@never_cache
@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """Show the person's addresses."""
    found = queries.list_addresses(get_current_user(request).pk)
    outdated = queries.find_outdated(found)
    context = {
        "addresses": [
            # Recipient and phone, the first line of a label, stand apart, so that no number is broken.
            (
                one,
                accounts.format_phone_number_locally(one.phone),
                queries.format_address(one)[1:],
                one.public_id in outdated,
            )
            for one in found
        ],
        "addresses_max": ADDRESSES_MAX,
        "is_full": len(found) >= ADDRESSES_MAX,
        "note": accounts.take_flash(request),
    }
    return render(request, "addresses/book.html", context)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show an empty form; POST chooses a region in it or adds the address, once for each form."""
    user = get_current_user(request)
    if request.method != "POST":
        return _form_page(request, {**dict.fromkeys(TYPED, ""), "recipient": user.name, "phone": _own_phone(user.pk)})
    typed = read_typed(request)
    choice = _choose_region(request, typed)
    if choice is not None:
        return _form_page(request, typed, choice=choice)
    try:
        address_books.add_address(
            user_id=user.pk,
            idempotency_key=ids.parse_id(request.POST.get("key", "")) or ids.new_id(),
            written=read_written(typed),
            is_primary=request.POST.get("primary") == "yes",
            now=clock.now(),
        )
    except AddressAlreadySaved as refusal:
        accounts.flash_next(request, str(refusal.body()["message"]))
        return redirect("addresses:edit", address=refusal.params["address"])
    except DomainError as refusal:
        return _form_page(request, typed, refusal=refusal)
    return _saved(request)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, address: UUID) -> HttpResponse:
    """Show the form of an address; POST chooses a region in it or saves it, unless it was changed elsewhere."""
    user_id = get_current_user(request).pk
    row = queries.get_row(user_id, address)
    if request.method != "POST":
        return _form_page(request, fill_typed(queries.build_value(row)), row=row)
    typed = read_typed(request)
    choice = _choose_region(request, typed)
    if choice is not None:
        return _form_page(request, typed, row=row, choice=choice, version=_seen_version(request))
    try:
        address_books.change_address(
            user_id=user_id,
            address=address,
            version=_seen_version(request),
            written=read_written(typed),
            now=clock.now(),
        )
    except AddressChanged as refusal:
        # What is stored is shown beside what was typed; saved again, it is a choice between the two.
        return _form_page(request, typed, row=queries.get_row(user_id, address), refusal=refusal)
    except DomainError as refusal:
        return _form_page(request, typed, row=row, refusal=refusal, version=_seen_version(request))
    return _saved(request)


@post_only_redirecting_to(BOOK)
@named_person_required
def make_primary(request: HttpRequest, address: UUID) -> HttpResponse:
    """Make an address the primary one."""
    address_books.make_primary(user_id=get_current_user(request).pk, address=address)
    accounts.flash_next(request, _("This is your primary address now."))
    return redirect(BOOK)


@post_only_redirecting_to(BOOK)
@named_person_required
def delete(request: HttpRequest, address: UUID) -> HttpResponse:
    """Delete an address."""
    address_books.delete_address(user_id=get_current_user(request).pk, address=address)
    accounts.flash_next(request, _("The address is deleted."))
    return redirect(BOOK)


def _own_phone(user_id: int) -> str:
    number = accounts.get_formatted_phone_number(user_id)
    return accounts.format_phone_number_locally(number) if number else ""


def _choose_region(request: HttpRequest, typed: dict[str, str]) -> RegionChoice | None:
    posted = request.POST
    return choose_region(
        typed, do=posted.get("do", ""), code=posted.get("choose", ""), searched=posted.get("searched", "")
    )


def _form_page(
    request: HttpRequest,
    typed: dict[str, str],
    *,
    row: Address | None = None,
    choice: RegionChoice | None = None,
    refusal: DomainError | None = None,
    version: int | None = None,
) -> HttpResponse:
    stored = None if row is None else queries.build_value(row)
    codes = [typed["region"], *([stored.region_code] if stored else [])]
    regions = {region.code: region.names for region in list_regions(codes)}
    context = {
        "typed": typed,
        "stored": stored,
        "version": stored and (stored.version if version is None else version),
        "changed_lines": _list_lines(stored) if stored and isinstance(refusal, AddressChanged) else [],
        "region_names": _region_names(typed["region"], regions, stored),
        "is_outdated": stored is not None and regions.get(stored.region_code) != stored.region_names,
        "choice": choice,
        "is_choosing": choice is not None and not choice.is_made,
        "has_chosen": choice is not None and choice.is_made,
        "problems": list_problems(refusal) if refusal else {},
        "chars_max": CHARS_MAX,
        "key": request.POST.get("key") or str(ids.new_id()),
        "is_primary": request.POST.get("primary") == "yes",
        "back": accounts.get_next_url(request, default=""),
        "note": accounts.take_flash(request),
    }
    return render(request, "addresses/form.html", context, status=refusal.kind if refusal else 200)


def _region_names(code: str, regions: Mapping[str, tuple[str, ...]], stored: AddressValue | None) -> tuple[str, ...]:
    """Return the names of the region in the form, its own first; those of a dissolved one as they were copied."""
    copied = stored.region_names if stored and stored.region_code == code else ()
    return tuple(reversed(regions.get(code, copied)))


def _list_lines(address: AddressValue) -> list[str]:
    """List all that is written in an address, so that a change of any part of it is seen."""
    return [line for line in (address.label, *queries.format_address(address), format_pin(address.pin)) if line]


def _saved(request: HttpRequest) -> HttpResponse:
    accounts.flash_next(request, _("Address saved."))
    return redirect(accounts.get_next_url(request, default="") or BOOK)


def _seen_version(request: HttpRequest) -> int:
    written = request.POST.get("version", "")
    is_number = written.isascii() and written.isdigit() and len(written) <= VERSION_DIGITS_MAX
    return int(written) if is_number else UNSEEN_VERSION
