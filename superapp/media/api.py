"""Facade of media: the functions that other parts of the product may call."""

from superapp.media.actions.encoding import add_photo
from superapp.media.actions.references import copy_photos, release, take_photos
from superapp.media.contracts import ShownPhoto
from superapp.media.domain.permissions import make_reference
from superapp.media.domain.permissions import register as register_permission

# The paths of uploads, which answer in JSON as the API does.
UPLOADS_PATH = "/media/unggahan/"

__all__ = [
    "UPLOADS_PATH",
    "ShownPhoto",
    "add_photo",
    "copy_photos",
    "make_reference",
    "register_permission",
    "release",
    "take_photos",
]
