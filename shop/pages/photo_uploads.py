"""Photos that are uploaded with a form, without JavaScript."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from shop import api
from shop.actions import photo_storage
from shop.errors import PhotosInvalid, PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable
from shop.queries import photos
from superapp.core import clock
from superapp.core.errors import Busy, RateLimited
from superapp.media.errors import StorageFull, StorageUnavailable

REFUSALS = (
    *(PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable, PhotosInvalid),
    *(RateLimited, Busy, StorageFull, StorageUnavailable),
)
UPLOADS_MAX = 12


def add_photos_of_form(request: HttpRequest, *, owner_id: int, product: UUID) -> None:
    """
    Append the photos of the form to a product, in their order.

    :raises DomainError: one of REFUSALS; the photos before it stay
    """
    for upload in request.FILES.getlist("photo")[:UPLOADS_MAX]:
        photo_storage.count_upload(owner_id, now=clock.now())
        stored = photo_storage.store_photo(upload.read(photos.UPLOAD_BYTES_MAX + 1), owner_id=owner_id, now=clock.now())
        api.add_photo(
            owner_id=owner_id,
            product=product,
            name=stored.name,
            width=stored.width,
            height=stored.height,
            placeholder=stored.placeholder,
            now=clock.now(),
        )
