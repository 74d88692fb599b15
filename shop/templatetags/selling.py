"""What templates ask about selling."""

from __future__ import annotations

from django import template

from shop.offering import shops_are_shown

register = template.Library()
register.simple_tag(shops_are_shown)
