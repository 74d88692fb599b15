"""Template tags of the console."""

from __future__ import annotations

from django import template
from django.http import HttpRequest

from superapp.console.domain.action_words import name_action
from superapp.console.domain.desks import Desk, list_desks
from superapp.console.sessions import get_member

register = template.Library()
register.filter("action_word", name_action)


@register.simple_tag
def visible_desks(request: HttpRequest) -> list[Desk]:
    """Return the desks that the member sees, for the navigation of the console."""
    return list_desks(get_member(request).roles)
