"""
Registry of payment purposes: products resolve their references to names that people read.

Payments knows only opaque references (``shop.order:…``). In ``superapp.wiring`` each product registers a resolver for
the prefix of its references.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """
    The purpose of a movement: the other side's name, the items paid for, the order's number and the URL of a page.

    All but the name may be empty.
    """

    name: str
    items: str = ""
    number: str = ""
    address: str = ""


# References → purposes; unknown references are left out. Called once for all rows of a page.
PurposeResolver = Callable[[Collection[str]], Mapping[str, Purpose]]
_resolvers: dict[str, PurposeResolver] = {}
# Search of one product: (user id, search text) → references of the user's matching payments, at most a few hundred.
ReferenceFinder = Callable[[int, str], Collection[str]]
_finders: dict[str, ReferenceFinder] = {}


def register_purpose_resolver(prefix: str, resolver: PurposeResolver, finder: ReferenceFinder | None = None) -> None:
    """
    Register the resolver, and optionally the search, for references that begin with ``prefix:``.

    :raises ValueError: if another resolver is registered for the prefix
    """
    if _resolvers.setdefault(prefix, resolver) is not resolver:
        raise ValueError(f"two resolvers say what {prefix} stands for")
    if finder is not None:
        _finders[prefix] = finder


def resolve_purposes(references: Iterable[str]) -> dict[str, Purpose]:
    """Return the purposes of references, with one resolver call per prefix; unknown references are left out."""
    by_prefix: defaultdict[str, set[str]] = defaultdict(set)
    for reference in references:
        by_prefix[reference.partition(":")[0]].add(reference)
    found: dict[str, Purpose] = {}
    for prefix, of_prefix in by_prefix.items():
        if prefix in _resolvers:
            found |= _resolvers[prefix](of_prefix)
    return found


def find_references(user_id: int, written: str) -> list[str]:
    """Search the purposes of a user's payments in every product, and return the matching references."""
    return [reference for finder in _finders.values() for reference in finder(user_id, written)]
