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

from chat.domain.polls import PollAttachment, PollInput
from chat.errors import LocationInvalid, LocationNameTooLong
from superapp.core.text_cleaning import clean_line
from superapp.media.api import ShownPhoto

PHOTOS_MAX = 30
LOCATION_NAME_CHARS_MAX = 80
COORDINATE_DIGITS = 6


class PhotosInput(msgspec.Struct, tag_field="type", tag="photos", frozen=True):
    """Photos to attach: ready media of the sender that nothing shows yet, in their order."""

    media: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PHOTOS_MAX)]


class PhotosAttachment(msgspec.Struct, tag_field="type", tag="photos", frozen=True):
    """Photos of a message, with their sizes and placeholders."""

    photos: list[ShownPhoto]


class ContactInput(msgspec.Struct, tag_field="type", tag="contact", frozen=True):
    """A contact of the sender, or the sender, to attach."""

    user: UUID


class ContactAttachment(msgspec.Struct, tag_field="type", tag="contact", frozen=True):
    """The card of a person, by the name they had when it was sent; it never has a phone number."""

    user: str
    name: str


class LocationInput(msgspec.Struct, tag_field="type", tag="location", frozen=True):
    """A place on earth to attach, in degrees."""

    latitude: float
    longitude: float
    name: str = ""


class LocationAttachment(msgspec.Struct, tag_field="type", tag="location", frozen=True):
    """A place on earth, in degrees, to a tenth of a metre; its name may be empty."""

    latitude: float
    longitude: float
    name: str


# A union of all types; each has its own ``type``.
AttachmentInput = PhotosInput | PollInput | ContactInput | LocationInput
Attachment = PhotosAttachment | PollAttachment | ContactAttachment | LocationAttachment


def build_location(given: LocationInput) -> LocationAttachment:
    """
    Validate a location and return it as it is stored, with rounded coordinates.

    :raises LocationInvalid: if the coordinates are not on earth
    :raises LocationNameTooLong: if the name is too long
    """
    # A comparison with "not a number" is false.
    if not (-90 <= given.latitude <= 90 and -180 <= given.longitude <= 180):
        raise LocationInvalid
    name = clean_line(given.name)
    if len(name) > LOCATION_NAME_CHARS_MAX:
        raise LocationNameTooLong(chars_max=LOCATION_NAME_CHARS_MAX)
    return LocationAttachment(
        latitude=round(given.latitude, COORDINATE_DIGITS),
        longitude=round(given.longitude, COORDINATE_DIGITS),
        name=name,
    )


def to_column(attachment: Attachment) -> dict[str, Any]:
    """Convert an attachment to the object that is stored and sent."""
    converted: dict[str, Any] = msgspec.to_builtins(attachment)
    return converted


def has_photos(attachment: dict[str, Any] | None) -> bool:
    """Return whether a stored attachment shows media."""
    return attachment is not None and attachment.get("type") == "photos"
