"""Registry of links that apps above payments show among the ways of the wallet, such as "Request"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLink:
    """
    A link of the wallet: the name of its view, a short label and an icon.

    ``count_waiting(user_id)`` returns how many things there wait for the person.
    """

    view: str
    label: str | Promise
    icon: str
    count_waiting: Callable[[int], int] = lambda _user_id: 0


_links: dict[str, WalletLink] = {}


def register(link: WalletLink) -> None:
    """
    Register a link.

    :raises ValueError: if another one leads to the same view
    """
    if _links.setdefault(link.view, link) is not link:
        raise ValueError(f"two links of the wallet lead to {link.view}")


def list_links() -> list[WalletLink]:
    """List all links, in the order of their registration."""
    return list(_links.values())
