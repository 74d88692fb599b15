"""Faces: the name and picture under which a person talks in another role, such as that of a shop."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from chat import push
from chat.models import Face
from chat.queries.faces import find_face, list_recipients_of_face
from chat.queries.locking import lock_face
from chat.queries.row_builders import face_row
from superapp.core import change_cursor

# The fields of a face that may change.
FIELDS = ("name", "picture", "address")


def upsert_face(*, key: str, owner_id: int, kind: str, name: str, picture: str, address: str) -> Face:
    """
    Return the face of this key, creating or updating it; ``owner_id`` is the person behind it.

    The members of its conversations are notified after the commit. Setting the same values changes nothing.
    """
    wanted = {"name": name, "picture": picture, "address": address}
    standing = find_face(key)
    if standing is None:
        try:
            with transaction.atomic():
                return Face.objects.create(
                    key=key, owner_id=owner_id, kind=kind, changed=change_cursor.current_stamp(), **wanted
                )
        except IntegrityError:  # Another request created it at the same moment.
            standing = find_face(key)
            assert standing is not None
    if all(getattr(standing, field) == wanted[field] for field in FIELDS):
        return standing
    with transaction.atomic():
        face = lock_face(standing.pk)
        for field in FIELDS:
            setattr(face, field, wanted[field])
        face.rev += 1
        face.changed = change_cursor.current_stamp()
        face.save(update_fields=[*FIELDS, "rev", "changed"])
        push.face_changed(face_row(face), to_user_ids=list_recipients_of_face(face))
    return face
