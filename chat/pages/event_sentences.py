"""Sentences of system events; ``words_of.js`` writes the same in the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chat.domain import system_events
from chat.pages import js_messages
from superapp.accounts.api import PersonRow

# As many people are named; the rest are counted.
NAMED_MAX = 3


def render_system_event(event: dict[str, Any], people: Sequence[PersonRow], *, actor: str, my_id: str) -> str:
    """
    Return the sentence of a system event.

    It begins with the person who caused it (``{actor}``) or whom it is about (``{name}``); ``{names}`` are the people
    whom it is about, within a sentence.
    """
    name = str(event.get("name"))
    sentence = js_messages.SYSTEM_EVENT_SENTENCES.get(name) or system_events.find_sentence(name)
    if sentence is None:
        return str(js_messages.MESSAGES["event_unknown"])
    about = event.get("users") or [event["user"]] if event.get("users") or event.get("user") else []
    words = {"actor": _("You") if actor == my_id else name_of(actor, people)}
    if about:
        words["name"] = _("You") if about[0] == my_id else name_of(str(about[0]), people)
        words["names"] = _join([str(one) for one in about], people, my_id)
    return str(sentence).format(**{**event, **words})


def _join(users: Sequence[str], people: Sequence[PersonRow], my_id: str) -> str:
    """Return the names of these people as a part of a sentence, the reader first."""
    ordered = sorted(users, key=lambda user: user != my_id)
    names = [pgettext("within a sentence", "you") if user == my_id else name_of(user, people) for user in ordered]
    if len(names) > NAMED_MAX:
        return _("{names} and {count} more").format(names=", ".join(names[:NAMED_MAX]), count=len(names) - NAMED_MAX)
    if len(names) == 1:
        return names[0]
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])


def name_of(public_id: str, people: Sequence[PersonRow]) -> str:
    """Return the name of a person of these rows; an unknown or nameless one is "Someone"."""
    return find_person(public_id, people)["name"] or _("Someone")


def find_person(public_id: str, people: Sequence[PersonRow]) -> PersonRow:
    """Return the row of a person; of an unknown one it has neither name nor picture."""
    for person in people:
        if person["id"] == public_id:
            return person
    return {"id": public_id, "name": "", "handle": None, "avatar": None}
