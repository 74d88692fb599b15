"""Queries for faces: names and pictures under which people talk in another role."""

from __future__ import annotations

from chat.models import Face, Member


def find_face(key: str) -> Face | None:
    """Return the face (the name and picture under which somebody talks, such as a shop's) of this key, or None."""
    return Face.objects.filter(key=key).first()


def list_recipients_of_face(face: Face) -> list[int]:
    """List the user ids of all members of conversations under this face, found through its owner, a member of each."""
    talks = Member.objects.filter(user_id=face.owner_id, conversation__face=face).values("conversation_id")
    present = Member.objects.filter(conversation_id__in=talks, until_seq=None).order_by("user_id")
    return list(present.values_list("user_id", flat=True).distinct())
