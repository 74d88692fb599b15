"""Addresses in messages, to be tapped."""

from __future__ import annotations

from django import template

from chat import links

register = template.Library()


@register.filter
def pieces(text: str | None) -> list[links.Piece]:
    """None is the text of the blank message that modules clone."""
    return links.pieces(text or "")
