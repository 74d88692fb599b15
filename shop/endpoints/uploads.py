"""HTTP endpoints that upload photos, and the public view that serves them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import api
from shop.actions import photo_storage
from shop.contracts.values import StoredPhoto
from shop.domain.feature_gates import require_storefront
from shop.errors import PhotoTooLarge, PhotoUnreadable
from shop.queries import photos
from superapp.accounts import api as accounts
from superapp.core import clock
from superapp.core.errors import NotLoggedIn
from superapp.core.form_pages import PICTURE_COST, form_cost
from superapp.core.media import CACHE_FOREVER
from superapp.media import api as media
from superapp.realtime import openapi
from superapp.realtime.json_views import json_view

# The photo, plus the overhead of a multipart form.
FORM_BYTES_MAX = photos.UPLOAD_BYTES_MAX + 64 * 1024


@never_cache
@json_view("POST")
@require_storefront
@form_cost(PICTURE_COST)
def add_photo(request: HttpRequest, product: UUID) -> dict[str, object]:
    """Append a photo to a product of the caller's shop. Adding the same photo again changes nothing."""
    owner_id = _require_user_id(request)
    # The owner is checked before the photo is decoded.
    api.fetch_own_product(owner_id=owner_id, product=product)
    photo_storage.count_upload(owner_id, now=clock.now())
    stored = photo_storage.store_photo(_read_upload(request), owner_id=owner_id, now=clock.now())
    shown = api.add_photo(
        owner_id=owner_id,
        product=product,
        name=stored.name,
        width=stored.width,
        height=stored.height,
        placeholder=stored.placeholder,
        now=clock.now(),
    )
    return {"photo": _photo_row(stored), "photos": [photo.name for photo in shown.photos]}


@never_cache
@json_view("POST", "DELETE")
@require_storefront
@form_cost(PICTURE_COST)
def logo(request: HttpRequest) -> dict[str, object]:
    """Set or remove the logo of the caller's shop."""
    owner_id = _require_user_id(request)
    if request.method == "DELETE":
        api.set_logo(owner_id=owner_id, logo="", now=clock.now())
        return {"logo": None}
    photo_storage.count_upload(owner_id, now=clock.now())
    stored = photo_storage.store_logo(_read_upload(request), owner_id=owner_id, now=clock.now())
    api.set_logo(owner_id=owner_id, logo=stored.name, now=clock.now())
    return {"logo": _photo_row(stored)}


@require_safe
def photo_file(request: HttpRequest, name: str, size: int) -> HttpResponseBase:
    """
    Serve a photo to everybody who knows its name, which cannot be guessed. Orders show their photos, too.

    No database is queried, since pages show dozens of photos; photos that nothing refers to are deleted by a periodic
    task.
    """
    return media.respond_with_picture(
        request, kind=media.MediaKind.PUBLIC, sha256=name, size=size, cache_control=f"public, {CACHE_FOREVER}"
    )


openapi.register_endpoint("POST shop/products/<uuid:product>/photo", "shop.photo_add", add_photo, file="photo")
openapi.register_endpoint("POST shop/logo", "shop.logo_set", logo, file="photo")
openapi.register_endpoint("DELETE shop/logo", "shop.logo_remove", logo)


def _require_user_id(request: HttpRequest) -> int:
    if not request.user.is_authenticated:
        raise NotLoggedIn
    return accounts.get_current_user(request).pk


def _read_upload(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > FORM_BYTES_MAX:
        raise PhotoTooLarge(megabytes_max=photos.UPLOAD_BYTES_MAX // 1024 // 1024)
    photo = request.FILES.get("photo")
    if photo is None:
        raise PhotoUnreadable
    content: bytes = photo.read(photos.UPLOAD_BYTES_MAX + 1)
    return content


def _photo_row(photo: StoredPhoto) -> dict[str, object]:
    """Return the wire row of a stored photo."""
    return {
        "name": photo.name,
        "width": photo.width,
        "height": photo.height,
        "placeholder": photo.placeholder,
        "address": photos.photo_url(photo.name, photos.SIZES[-1]),
    }
