"""
Registry of payment purposes: products resolve their references to names that people read.

Payments knows its customers by an opaque reference alone (``shop.order:…``). The product that made a reference says
what it stands for: it registers a resolver for its prefix, in ``superapp.wiring``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """
    The purpose of a movement: the name of the other side, the items and the URL of a page; the last two may be empty.
    """

    name: str
    items: str = ""
    address: str = ""


# References → purposes; one that it does not know is left out. Called once for all rows of a page.
# References → purposes; one that it does not know is left out. Called once for all rows of a page.
PurposeResolver = Callable[[Collection[str]], Mapping[str, Purpose]]
_resolvers: dict[str, PurposeResolver] = {}
# Search of one product: (user id, search text) → references of the user's matching payments, at most a few hundred.
ReferenceFinder = Callable[[int, str], Collection[str]]
_finders: dict[str, ReferenceFinder] = {}


def register_purpose_resolver(prefix: str, resolver: PurposeResolver, finder: ReferenceFinder | None = None) -> None:
    """
    Have this resolver say what references stand for that begin with ``prefix:``, and this finder search for them.

    :raises ValueError: if another resolver says it
    """
    if _resolvers.setdefault(prefix, resolver) is not resolver:
        raise ValueError(f"two resolvers say what {prefix} stands for")
    if finder is not None:
        _finders[prefix] = finder


def resolve_purposes(references: Iterable[str]) -> dict[str, Purpose]:
    """Return the purposes of these references, with one call for each prefix; unknown ones are left out."""
    by_prefix: defaultdict[str, set[str]] = defaultdict(set)
    for reference in references:
        by_prefix[reference.partition(":")[0]].add(reference)
    found: dict[str, Purpose] = {}
    for prefix, of_prefix in by_prefix.items():
        if prefix in _resolvers:
            found |= _resolvers[prefix](of_prefix)
    return found


def find_references(user_id: int, written: str) -> list[str]:
    """Search the purposes of a user's payments in every product, and return the references of the matches."""
    return [reference for finder in _finders.values() for reference in finder(user_id, written)]
