"""What templates ask about selling."""

from __future__ import annotations

from django import template

from shop.offering import shops_are_shown

register = template.Library()
register.simple_tag(shops_are_shown)


@register.filter
def dialled(phone: str) -> str:
    """What a telephone can call of a number as somebody wrote it."""
    return "".join(character for character in phone if character in "+0123456789")
