"""Facade of media: the functions that other parts of the product may call."""

from superapp.media.actions.encoding import add_photo
from superapp.media.actions.pictures import delete_public_pictures, store_picture, take_avatar
from superapp.media.actions.references import copy_photos, release, take_photos
from superapp.media.adapters.picture_files import count_picture_bytes, read_picture
from superapp.media.adapters.responses import respond_with_picture
from superapp.media.contracts import ShownPhoto, StoredPicture
from superapp.media.domain.enums import MediaKind, PhotoFile
from superapp.media.domain.permissions import make_reference
from superapp.media.domain.permissions import register as register_permission
from superapp.media.domain.pictures import SIZES, scale_at
from superapp.media.queries import find_avatar_name, list_public_names_before

# The paths of uploads, which answer in JSON as the API does.
UPLOADS_PATH = "/media/unggahan/"

__all__ = [
    "SIZES",
    "UPLOADS_PATH",
    "MediaKind",
    "PhotoFile",
    "ShownPhoto",
    "StoredPicture",
    "add_photo",
    "copy_photos",
    "count_picture_bytes",
    "delete_public_pictures",
    "find_avatar_name",
    "list_public_names_before",
    "make_reference",
    "read_picture",
    "register_permission",
    "release",
    "respond_with_picture",
    "scale_at",
    "store_picture",
    "take_avatar",
    "take_photos",
]
