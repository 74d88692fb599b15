"""Template tags of the shop."""

from __future__ import annotations

from django import template

from shop.domain.feature_gates import is_storefront_enabled

register = template.Library()
register.simple_tag(is_storefront_enabled)


@register.filter
def dialled(phone: str) -> str:
    """Return the dialable characters of a phone number: digits and ``+``."""
    return "".join(character for character in phone if character in "+0123456789")
