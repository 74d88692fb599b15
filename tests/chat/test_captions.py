"""Captions of photos: the one text of a message that may be edited to nothing."""

from __future__ import annotations

import pytest

from chat import api, errors
from chat.domain.extras import MessageExtras
from chat.models import Message
from tests.chat.conftest import everything

PHOTO = {"id": "0198a000-0000-7000-8000-0000000000f1", "width": 4, "height": 3, "placeholder": ""}
PHOTOS = MessageExtras(attachment={"type": "photos", "photos": [PHOTO]})


def edit(conversation, user, body, now, *, edits=0):
    return api.edit_message(
        conversation_id=conversation.public_id, seq=1, by_user_id=user.pk, body=body, edits=edits, now=now
    )


def test_caption_is_taken_away_and_added_again_while_its_texts_are_kept(talk, ana, bo, post, ask, now):
    post(talk, ana, "di pantai", extras=PHOTOS)

    edit(talk, ana, " \u200b ", now)
    emptied = Message.objects.get()
    edit(talk, ana, "", now)  # A retry.
    edit(talk, ana, "di kolam", now, edits=1)

    assert (emptied.body, emptied.edits) == ("", 1)
    assert emptied.extras["attachment"]["type"] == "photos"
    versions = ask(bo, "chat.versions", conversation=str(talk.public_id), seq=1)["rows"]
    assert [one["body"] for one in versions] == ["di pantai", ""]
    assert Message.objects.get().body == "di kolam"


def test_text_without_photos_is_not_edited_to_nothing(talk, ana, post, now):
    post(talk, ana, "halo")
    before = everything()

    for body in ("", "  ", "\u200b"):
        with pytest.raises(errors.BodyEmpty):
            edit(talk, ana, body, now)

    assert everything() == before
