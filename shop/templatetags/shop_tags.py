"""Template tags of the shop."""

from __future__ import annotations

from django import template

from shop.domain.feature_gates import is_storefront_enabled

register = template.Library()
register.simple_tag(is_storefront_enabled)


@register.filter
def dialled(phone: str) -> str:
    """What a telephone can call of a number as somebody wrote it."""
    return "".join(character for character in phone if character in "+0123456789")
