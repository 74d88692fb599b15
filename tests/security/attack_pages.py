"""Every page of the product, found in the URLconf, with ids of Ana and Bo in its address and everything in its form."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from chat.pages.preference_switches import SWITCHES
from tests.security.attack_fields import A_UUID
from tests.security.attacked_world import PIN, World

ROOT = Path(__file__).resolve().parents[2]
API = "api/v1/"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# Fields of forms, by their names: what somebody would write who may.
FORM: Mapping[str, str] = {
    "area": "34.71",
    "area_price": "9.000",
    "band_price": "8.000",
    "cari_area": "",
    "drop_area": "",
    "flat": "20.000",
    "free_from": "150.000",
    "free_up_to": "15.000",
    "km": "5",
    "origin": "33.72.01.1001",
    "pickup_address": "Ditulis Eve",
    "services": "jne-reg",
    "about": "Ditulis Eve",
    "account": "1234567890",
    "accept": "yes",
    "again": "917305",
    "against": "suspense",
    "amount": "15.000",
    "approval": "yes",
    "back": "/pesanan/",
    "blocked": "yes",
    "archived": "yes",
    "attempt": "0",
    "bank": "014",
    "bank_reference": "EVE-1",
    "banner": "yes",
    "body": "Ditulis Eve",
    "client_id": A_UUID,
    "category": "5814",
    "cari": "Rahasia",
    "choose": "",
    "city": "Medan",
    "code": "123456",
    "courier": "JNE",
    "credit": "wallet:user.1:IDR",
    "criteria": "UMI",
    "day": "2027-03-01",
    "dispute": "1",
    "days": "7",
    "debit": "cash:counter:IDR",
    "description": "Ditulis Eve",
    "expected": "",
    "expected_quantity": "1",
    "first_on": "2100-01-01",
    "group_adders": "everyone",
    "had": "0:eve",
    "handle": "eve_lain",
    "group": "quiet",
    "hidden": "yes",
    "hours_same": "yes",
    "is_open": "yes",
    "item": "Ditulis Eve",
    "kata": "Rahasia",
    "key": A_UUID,
    "label": "Ditulis Eve",
    "landmark": "Ditulis Eve",
    "language": "en",
    "marked_unread": "yes",
    "member": A_UUID,
    "message": "Ditulis Eve",
    "mode": "lucky",
    "memo": "",
    "more": "yes",
    "mute": "8h",
    "mute_until": "2100-01-01T00:00",
    "muted": "yes",
    "name": "Ditulis Eve",
    "new_pin": "917305",
    "next": "/",
    "note": "Ditulis Eve",
    "number": "open",
    "offer": "1",
    "old": PIN,
    "only_admins_add": "yes",
    "only_admins_change": "yes",
    "only_admins_write": "yes",
    "option-1": "Ditulis Eve",
    "option-2": "Ditulis Eve juga",
    "option-3": "",
    "values-1": "Ditulis Eve",
    "values-2": "Ditulis Eve",
    "values-3": "",
    "row-0": "",
    "sold-0": "yes",
    "price-0": "9.000",
    "stock-0": "1",
    "sku-0": "EVE",
    "weight-0": "250",
    "photo-0": "",
    "expected-0": "9",
    "fill-price": "9.000",
    "fill-stock": "1",
    "fill-weight": "250",
    "pause": "hour",
    "person": "bo_uji",
    "phone": "0812 5555 1234",
    "pin": PIN,
    "pin_move": "up",
    "pinned": "yes",
    "point": "-6.9, 107.6",
    "postal_code": "20111",
    "presence": "nobody",
    "price": "9.000",
    "primary": "yes",
    "qr": "Ditulis Eve",
    "quantity": "1",
    "quiet": "yes",
    "reason": "Ditulis Eve",
    "receipt": "bukan bukti",
    "recipient": "Ditulis Eve",
    "region": "32.73.14.1002",
    "repeat": "weekly",
    "reply_to": "1",
    "resi": "EVE-1",
    "rev": "1",
    "rhythm": "daily",
    "roles": "admin",
    "rt": "1",
    "rw": "1",
    "searched": "",
    "share": "5.000",
    "shown": "25.000",
    "slug": "gelang",
    "since": "22:00",
    "sms": "yes",
    "solution": "",
    "source": "fee:micro:IDR",
    "sound": "yes",
    "target": "bank",
    "tables": "Ditulis Eve",
    "star": "yes",
    "street": "Jalan Eve 1",
    "text": "Jalan Eve 1",
    "theme": "dark",
    "tier": "verified",
    "time_zone": "Asia/Makassar",
    "tip": "yes",
    "top_up": A_UUID,
    "title": "Ditulis Eve",
    "town": "Medan",
    "uses": "10",
    "until": "06:00",
    "verdict": "refund",
    "version": "1",
    "vibration": "yes",
    "way": "wallet",
    "weight": "250",
    "who": "bo_uji",
    "words": "HAPUS",
}
# Fields that hold something of theirs, and those that are files.
THEIRS_IN_FORMS = {"user", "users", "variant", "photos", "remove", "earlier", "later"}
FILES = {"logo", "photo", "picture", "statement"}
# What may stand behind the question mark of an address; "of …" is something of theirs.
QUERY: Mapping[str, str] = {
    "amount": "15.000",
    "anggota": "1",
    "barang": "of product hidden",
    "bentuk": "csv",
    "cara": "items",
    "bulan": "2026-10",
    "cari": "Rahasia",
    "dalam": "aksesori",
    "dari": "2020-01-01",
    "emoji": "👍",
    "kata": "Rahasia",
    "kategori": "gelang",
    "kepada": "of user bo",
    "kota": "medan",
    "next": "/pesanan/",
    "obrolan": "of conversation of two",
    "perihal": "of user bo",
    "sampai": "2100-01-01",
    "sebelum": "of conversation of two",
    "sesudah": "of order paid",
    "tindakan": "looked",
    "toko": "toko-bo",
    "tulis": "Ditulis Eve",
    "varian": "of variant listed",
    "urut": "termurah",
}
# Names that stand in the head of a page and are no fields.
IN_HEADS = {"robots", "viewport"}
# What of theirs stands in an address, where the name of the parameter is not that of a field of the API.
PARAMETERS: Mapping[str, str] = {
    "address": "entry of an address book",
    "digest": "avatar digest",
    "handle": "handle of a shop",
    "name": "photos",
}
HARMLESS_PARAMETERS = {"seq": "1", "size": "420", "part": "1", "file": "small.webp", "courier": "jne"}


@dataclass(frozen=True)
class Page:
    """An address of the URLconf: its name, its route, and the module of its view."""

    name: str
    route: str
    source: str

    def __str__(self) -> str:
        return self.name

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.route)


def pages() -> list[Page]:
    """Return every page: whatever is not described as an operation of the API."""
    return [page for page in every_address() if not page.route.startswith(API)]


@cache
def every_address() -> list[Page]:
    """Return every address of the URLconf, those of the API too."""
    return list(_found(get_resolver(), "", ""))


def _found(resolver: URLResolver, prefix: str, namespace: str) -> Iterator[Page]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _found(pattern, route, pattern.namespace or namespace)
        elif isinstance(pattern, URLPattern):
            module = inspect.getmodule(inspect.unwrap(pattern.callback))
            yield Page(f"{namespace}:{pattern.name}", route, inspect.getsource(module) if module else "")


def addresses(page: Page, world: World) -> Iterator[tuple[str, str]]:
    """Return what of theirs a page is asked for, and its address, for each thing that may stand in it."""
    choices = [list(_choices(page, name, world)) for name in page.parameters]
    for chosen in itertools.product(*choices):
        path = page.route
        for name, (_aim, value) in zip(page.parameters, chosen, strict=True):
            path = re.sub(rf"<(\w+:)?{name}>", lambda _match, value=value: value, path)
        aims = zip(page.parameters, (aim for aim, _value in chosen), strict=True)
        yield ", ".join(f"{name}: {aim}" for name, aim in aims if aim), f"/{path}"


def _choices(page: Page, name: str, world: World) -> list[tuple[str, str]]:
    if name in HARMLESS_PARAMETERS:
        return [("", "128" if "avatar" in page.route else HARMLESS_PARAMETERS[name])]
    theirs = world.theirs.get(PARAMETERS.get(name, name))
    assert theirs is not None, (
        f"{page.name} has a parameter {name!r} that the outsider matrix knows nothing of. Give it ids of Ana and Bo in"
        " World.theirs (tests/security/attacked_world.py), or write it into HARMLESS_PARAMETERS (attack_pages.py)."
    )
    return [(aim, value[0] if isinstance(value, list) else value) for aim, value in theirs.items()]


def queries(world: World) -> list[dict[str, str]]:
    """Return what is put behind the question mark of every page: nothing, and everything."""
    return [{}, {name: _of_theirs(value, world) for name, value in QUERY.items()}]


def _of_theirs(value: str, world: World) -> str:
    if not value.startswith("of "):
        return value
    name, _, aim = value.removeprefix("of ").partition(" ")
    return str(world.theirs[name][aim])


def forms(page: Page, world: World, *, with_buttons: bool) -> Iterator[dict[str, Any]]:
    """Return what may be sent to a page: every field; and, one after another, each button that its module knows."""
    form: dict[str, Any] = {
        **FORM,
        "user": world.theirs["user"]["bo"],
        "users": world.theirs["user"]["bo"],
        "photos": world.theirs["photos"]["listed"],
    }
    yield form
    kinds = [kind for kind in buttons() if with_buttons and f'.get("{kind}"' in page.source]
    if with_buttons and '.get("choose"' in page.source:
        yield {**form, "choose": "32.73"}
    for kind in kinds:
        for button in sorted(buttons()[kind]):
            yield {**form, kind: button}


@cache
def buttons() -> dict[str, set[str]]:
    """Return the values of the buttons that one form tells apart, as the templates have them."""
    found: dict[str, set[str]] = {"do": set(), "step": set()}
    for text in _templates():
        for name, value in re.findall(r'name="(do|step)"[^>]*?value="(\w+)"', text):
            found[name].add(value)
    return found


# A field of a form in a template, and its name.
FIELD = r'\bname="((?:fill-)?[a-z_]+)(?:-\{\{[^"]*\}\})?"'


def without_number(field: str) -> str:
    return re.sub(r"-[0-9]+$", "", field)


def fields_of_forms() -> set[str]:
    """Return the name of every field that a template has, or that a view reads from a form."""
    # The fields of the rows of a table end with a number.
    in_templates = {name for text in _templates() for name in re.findall(FIELD, text)}
    read = r'(?:POST|posted|FILES)(?:\.get\(|\.getlist\(|\[)"([a-z_]+)"'
    switches = {switch.name for switch in SWITCHES}  # Their buttons are drawn in a loop.
    return in_templates | switches | {name for text in _sources() for name in re.findall(read, text)}


def fields_of_queries() -> set[str]:
    """Return the name of everything that a view reads from behind the question mark of its address."""
    return {name for text in _sources() for name in re.findall(r'GET(?:\.get\(|\[)"([a-z_]+)"', text)}


def _templates() -> list[str]:
    folders = [ROOT / app for app in ("angpao", "chat", "payments", "peer_payments", "shop", "superapp")]
    return [path.read_text() for folder in folders for path in sorted(folder.rglob("templates/**/*.html"))]


def _sources() -> list[str]:
    folders = [ROOT / app for app in ("angpao", "chat", "payments", "peer_payments", "shop", "superapp")]
    return [path.read_text() for folder in folders for path in sorted(folder.rglob("*.py"))]
