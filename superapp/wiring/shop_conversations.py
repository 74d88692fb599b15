"""Conversations with a shop, under its name and picture, and apart from the direct conversation of the two people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from shop import api as shop
from shop.api import ShopDetails
from shop.events import ShopChanged
from superapp.core.events import subscribe

KIND = "shop"


def register() -> None:
    """Register the label of a shop's face."""
    chat.register_face_kind(KIND, _("Shop"))


def open_conversation(of: ShopDetails, *, user_id: int, now: datetime) -> UUID:
    """
    Open the conversation of a person with a shop, and return its id.

    :raises NotAccepted: if the two are not contacts and have no business with each other, or one has blocked the
        other
    """
    return chat.open_direct_conversation(
        user_id=user_id, peer_id=of.owner_id, face=_service_profile(of), now=now
    ).public_id


def find_conversation(of: ShopDetails, *, user_id: int) -> UUID | None:
    """Return the id of a person's conversation with a shop, or None; nothing is written."""
    face = chat.find_face(_key(of))
    found = chat.find_direct_conversation(user_id, of.owner_id, face) if face else None
    return found.public_id if found else None


@subscribe(ShopChanged)
def update_shop_profile(event: ShopChanged) -> None:
    """
    Update the shop's face in its conversations to its new name or picture. A repeated or late call changes nothing.
    """
    changed = shop.find_shop(event.merchant_id)
    if changed is not None and chat.find_face(_key(changed)) is not None:
        _service_profile(changed)


def _service_profile(of: ShopDetails) -> chat.Face:
    return chat.upsert_face(
        key=_key(of),
        owner_id=of.owner_id,
        kind=KIND,
        name=of.name,
        picture=shop.logo_url(of),
        address=f"/toko/{of.handle}/",
    )


def _key(of: ShopDetails) -> str:
    return f"shop:{of.public_id}"
