"""Name and picture under which a conversation is shown: of the other person, their face, or the group."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chat.contracts import FaceRow, SummaryRow
from chat.domain import face_kinds
from chat.pages import js_messages
from superapp.accounts.api import PersonRow


class Identity(PersonRow):
    """The name and picture of a conversation; ``icon`` is the sign in place of a picture, or empty."""

    icon: str


NOBODY: PersonRow = {"id": "", "name": "", "handle": None, "avatar": None}


def find_peer(summary: SummaryRow, my_id: str) -> PersonRow | None:
    """Return the other person of a direct conversation, or None for a group."""
    if summary.kind != "direct":
        return None
    others: list[PersonRow] = [person for person in summary.people if person["id"] != my_id]
    return others[0] if others else NOBODY


def find_peer_face(summary: SummaryRow, my_id: str) -> FaceRow | None:
    """Return the face under which the other person talks, or None if there is none or it is the reader's own."""
    return summary.face if summary.face is not None and summary.face.owner != my_id else None


def display_identity(summary: SummaryRow, my_id: str) -> Identity:
    """Return the name and picture of a conversation: those of the peer's face, of the peer, or of the group."""
    face, other = find_peer_face(summary, my_id), find_peer(summary, my_id)
    if face is not None:
        return {"id": face.id, "name": face.name, "handle": None, "avatar": face.picture, "icon": ""}
    if other is not None:
        return {**other, "name": other["name"] or _("Someone"), "icon": ""}
    if summary.kind == "self":
        return {**NOBODY, "id": summary.id, "name": str(js_messages.MESSAGES["notes"]), "icon": "notebook-pen"}
    picture = summary.group.picture if summary.group is not None else None
    avatar = media_url(picture) if picture else None
    return {**NOBODY, "id": summary.id, "name": summary.title or _("Someone"), "avatar": avatar, "icon": ""}


def media_url(medium: str) -> str:
    """Return the address of the small file of a medium."""
    return f"/media/berkas/{medium}/small.webp"


def face_label(summary: SummaryRow, my_id: str) -> str:
    """Return the label of a shop's conversation: its kind for customers, its name for the owner, else an empty text."""
    if summary.face is None:
        return ""
    return summary.face.name if summary.face.owner == my_id else face_kinds.label_for(summary.face.kind)
