"""Faces: the name and picture that a person shows in the conversations of their shop, or of another role."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from chat import frames, push, queries
from chat.models import Face
from superapp.core import changes

# What of a face may become another.
FIELDS = ("name", "picture", "address")


def put_face(*, key: str, owner_id: int, kind: str, name: str, picture: str, address: str) -> Face:
    """
    Return the face of this key, made if there was none, and brought up to date; ``owner_id`` stands behind it.

    Who sees it is told after the commit. Putting what is there changes nothing.
    """
    wanted = {"name": name, "picture": picture, "address": address}
    standing = queries.face_of(key)
    if standing is None:
        try:
            with transaction.atomic():
                return Face.objects.create(key=key, owner_id=owner_id, kind=kind, changed=changes.stamp(), **wanted)
        except IntegrityError:  # Somebody else made it in this very moment.
            standing = queries.face_of(key)
            assert standing is not None
    if all(getattr(standing, field) == wanted[field] for field in FIELDS):
        return standing
    with transaction.atomic():
        face = queries.lock_face(standing.pk)
        for field in FIELDS:
            setattr(face, field, wanted[field])
        face.rev += 1
        face.changed = changes.stamp()
        face.save(update_fields=[*FIELDS, "rev", "changed"])
        push.face_changed(frames.face_row(face), to_user_ids=queries.audience_of_face(face))
    return face
