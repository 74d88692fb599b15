"""Template filter that splits text into URLs and the text between them."""

from __future__ import annotations

from django import template

from chat.domain import links

register = template.Library()


@register.filter
def split_links(text: str | None) -> list[links.TextSegment]:
    """Split a text into segments; None is treated as empty, for the blank message that JavaScript clones."""
    return links.split_links(text or "")
