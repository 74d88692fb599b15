"""The form of an address: what was typed, what is wrong with it, and the regions to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from superapp.accounts import api as accounts
from superapp.addresses.contracts import AddressValue, RegionPath, WrittenAddress
from superapp.addresses.domain.address_fields import format_pin
from superapp.addresses.domain.regions import RegionLevel
from superapp.addresses.errors import FieldMissing
from superapp.addresses.queries.regions import get_region, list_regions_within, search_regions
from superapp.core.errors import DomainError
from superapp.core.form_pages import errors_by_field, make_field_lookup

TYPED = ("cari", "region", "street", "rt", "rw", "postal_code", "landmark", "point", "recipient", "phone", "label")
_MISSING: Mapping[str, Promise] = {
    "street": _("Enter the street and house number."),
    "recipient": _("Enter the recipient’s name."),
    "phone": _("Enter a phone number the courier can call."),
}
_field_of = make_field_lookup({})


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """
    Regions to choose from: those that a search found, or those within ``parent``, which is None for provinces.

    A choice ``is_made`` once a village was chosen.
    """

    found: list[RegionPath]
    search: str = ""
    parent: RegionPath | None = None
    is_made: bool = False


def read_typed(request: HttpRequest) -> dict[str, str]:
    return {field: request.POST.get(field, "") for field in TYPED}


def fill_typed(address: AddressValue) -> dict[str, str]:
    """Fill the form with a stored address."""
    return {
        "cari": "",
        "region": address.region_code,
        "street": address.street,
        "rt": address.rt,
        "rw": address.rw,
        "postal_code": address.postal_code,
        "landmark": address.landmark,
        "point": format_pin(address.pin),
        "recipient": address.recipient,
        "phone": accounts.format_phone_number_locally(address.phone),
        "label": address.label,
    }


def choose_region(typed: dict[str, str], *, do: str, code: str, searched: str) -> RegionChoice | None:
    """
    Take the step of choosing a region that a button of the form asks for, and return what there is to choose now.

    ``do`` is the button, ``code`` the region of the one beside a result. None means that no such button was pressed.
    Enter in a field searches if other words are searched than before, and else saves. A chosen village is put into the
    form, where nothing is left to choose.
    """
    search = typed["cari"].strip()
    if code:
        return _step_into(code, typed)
    if do == "browse":
        return RegionChoice(list_regions_within(""))
    if do == "search" or (do == "enter" and search and search != searched):
        return RegionChoice(search_regions(search), search=search)
    return None


def _step_into(code: str, typed: dict[str, str]) -> RegionChoice:
    region = get_region(code)
    if region is None:
        return RegionChoice(list_regions_within(""))
    if region.level == RegionLevel.VILLAGE:
        typed |= {"region": code, "cari": ""}
        return RegionChoice([], is_made=True)
    return RegionChoice(list_regions_within(code), parent=region)


def read_written(typed: Mapping[str, str]) -> WrittenAddress:
    """Return the address as it is typed."""
    fields = {field: typed[field] for field in TYPED if field not in ("cari", "point")}
    return WrittenAddress(**fields, pin=typed["point"])


def list_problems(refusal: DomainError) -> dict[str, object]:
    """Return what a page says about a refusal, by field."""
    return errors_by_field(refusal.all(), fields=TYPED, field_of=_field_of, sentence_of=_describe)


def _describe(refusal: DomainError) -> str:
    field = str(refusal.params.get("field", ""))
    if isinstance(refusal, FieldMissing) and field in _MISSING:
        return str(_MISSING[field])
    return str(refusal.body()["message"])
