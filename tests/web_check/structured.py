"""Structured data (JSON-LD): what search engines and link previews must find, by type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

Thing = dict[str, Any]

# What a type is worthless without.
REQUIRED = {
    "BreadcrumbList": ("itemListElement",),
    "EntryPoint": ("urlTemplate",),
    "ItemList": ("itemListElement",),
    "ListItem": ("position",),
    "Offer": ("price", "priceCurrency", "availability", "url"),
    "Organization": ("name",),
    "OpeningHoursSpecification": ("dayOfWeek", "opens", "closes"),
    "PostalAddress": ("addressLocality", "addressCountry"),
    "Product": ("name", "image", "offers"),
    "SearchAction": ("target", "query-input"),
    "Store": ("name", "url", "address"),
    "WebPage": ("name",),
    "WebSite": ("name", "url"),
}
_SCRIPT = re.compile(r'<script[^>]+type="application/ld\+json"[^>]*>(.*?)</script>', re.DOTALL)
_PRICE = re.compile(r"\d+(\.\d{2})?")


def faults_of_structure(text: str, *, kinds: tuple[str, ...]) -> list[str]:
    """Return the errors in a page's structured data; ``kinds`` must be among it."""
    faults = []
    things: list[Thing] = []
    for script in _SCRIPT.findall(text):
        try:
            top = json.loads(script)
        except ValueError as error:
            faults.append(f"not JSON: {error}")
            continue
        if top.get("@context") != "https://schema.org":
            faults.append(f"no context: {top.get('@context')}")
        things += _things(top)
    told = [str(thing.get("@type")) for thing in things]
    faults += [f"does not tell of a {kind}" for kind in kinds if kind not in told]
    for thing in things:
        faults += _faults_of(thing)
    return faults


def _things(value: Any) -> Iterator[Thing]:
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for inner in value.values():
            yield from _things(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _things(inner)


def _faults_of(thing: Thing) -> Iterator[str]:
    kind = str(thing["@type"])
    if kind not in REQUIRED:
        yield f"{kind}: a type that this check does not know"
    for name in REQUIRED.get(kind, ()):
        if thing.get(name) in (None, "", []):
            yield f"{kind}: no {name}"
    if kind == "Offer":
        if not _PRICE.fullmatch(str(thing.get("price", ""))):
            yield f"Offer: {thing.get('price')} is no price"
        if not str(thing.get("availability", "")).startswith("https://schema.org/"):
            yield f"Offer: {thing.get('availability')} is no availability"
    for name in ("url", "image", "item"):
        for address in _addresses(thing.get(name)):
            if not address.startswith(("http://", "https://")):
                yield f"{kind}: {name} is not absolute: {address}"


def _addresses(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
