"""Actions of the audit in words. Each product registers those of its own."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

_words: dict[str, str | Promise] = {
    "looked": pgettext_lazy("audit", "Looked"),
    "logged_in": pgettext_lazy("audit", "Logged in"),
    "logged_out": pgettext_lazy("audit", "Logged out"),
    "code_refused": pgettext_lazy("audit", "Code refused"),
    "member_added": pgettext_lazy("audit", "Member added"),
    "roles_changed": pgettext_lazy("audit", "Roles changed"),
    "proposed": pgettext_lazy("audit", "Proposed"),
    "approved": pgettext_lazy("audit", "Approved and done"),
    "rejected": pgettext_lazy("audit", "Rejected"),
    "withdrawn": pgettext_lazy("audit", "Withdrawn"),
    "failed": pgettext_lazy("audit", "Approved, but not possible"),
}


def register_action_words(words: Mapping[str, str | Promise]) -> None:
    """
    Register the words of a product's actions.

    :raises ValueError: if one of them has words already
    """
    if taken := words.keys() & _words.keys():
        raise ValueError(f"these actions have words already: {sorted(taken)}")
    _words.update(words)


def name_action(action: str) -> str:
    """Return an action in words, or its name if nobody registered any."""
    return str(_words.get(action, action))


def list_actions() -> list[tuple[str, str]]:
    """Return all actions that have words, with them, in the order of the words."""
    return sorted(((name, str(word)) for name, word in _words.items()), key=lambda one: one[1])
