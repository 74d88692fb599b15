"""
Attachments of messages: what a client sends, and what is stored and put on the wire.

Each type is a pair of structs with the same ``type``: the input names what is to be attached, the other describes it
to everybody who reads the message. A client shows the text and one line for a type that it does not know.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from superapp.media.api import ShownPhoto

PHOTOS_MAX = 30


class PhotosInput(msgspec.Struct, tag_field="type", tag="photos", frozen=True):
    """Photos to attach: ready media of the sender that nothing shows yet, in their order."""

    media: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PHOTOS_MAX)]


class PhotosAttachment(msgspec.Struct, tag_field="type", tag="photos", frozen=True):
    """Photos of a message, with their sizes and placeholders."""

    photos: list[ShownPhoto]


# A union of all types; each has its own ``type``.
AttachmentInput = PhotosInput
Attachment = PhotosAttachment


def to_column(attachment: Attachment) -> dict[str, Any]:
    """Convert an attachment to the object that is stored and sent."""
    converted: dict[str, Any] = msgspec.to_builtins(attachment)
    return converted


def has_photos(attachment: dict[str, Any] | None) -> bool:
    """Return whether a stored attachment shows media."""
    return attachment is not None and attachment.get("type") == "photos"
