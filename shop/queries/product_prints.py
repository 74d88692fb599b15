"""Posters of products to hang up: photo, name, price, and a code that leads to the page where it is sold."""

from __future__ import annotations

from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from shop.contracts.values import ProductDetails
from shop.queries import photos
from superapp.core import prints
from superapp.core.prints import GREY, PLAIN, STRONG, centre

PHOTO_SIDE, CODE_SIDE = 96 * mm, 60 * mm
NAME_SIZE, NAME_LINES_MAX = 17, 2


def draw_product_poster(product: ProductDetails, *, price: str, shop_name: str, address: str) -> bytes:
    """
    Return a poster of A5 as PDF. ``address`` is the URL of the product's page; ``price`` is left out if it is empty.

    Without a stored photo its place is given to the name. Characters that the typeface lacks are left out.

    :raises StorageUnavailable: if the photo cannot be read
    """
    width, height = A5
    out, canvas = prints.begin(A5, title=prints.printable(product.name), creator=settings.BRAND_NAME)
    centre(canvas, PLAIN, 12, width, height - 14 * mm, prints.printable(shop_name))
    y = height - 20 * mm
    photo = photos.read_photo(product.photos[0].name, photos.SIZES[0]) if product.photos else None
    if photo is not None:
        y -= PHOTO_SIDE
        _draw_photo(canvas, photo, (width - PHOTO_SIDE) / 2, y, PHOTO_SIDE)
    for line in prints.break_lines(
        prints.printable(product.name), STRONG, NAME_SIZE, width - 20 * mm, lines_max=NAME_LINES_MAX
    ):
        y -= 8 * mm
        centre(canvas, STRONG, NAME_SIZE, width, y, line)
    if price:
        y -= 8 * mm
        centre(canvas, PLAIN, 14, width, y, price)
    prints.draw_code(canvas, address, 8 * mm, 6 * mm, CODE_SIDE)
    left, room = 12 * mm + CODE_SIDE, width - CODE_SIDE - 20 * mm
    prints.write(canvas, STRONG, 13, left, 42 * mm, _("Scan to see and buy"), room)
    prints.write(canvas, PLAIN, 10, left, 35 * mm, _("with the camera of your phone"), room)
    canvas.setFillGray(GREY)
    prints.write(canvas, PLAIN, 8, left, 14 * mm, address.removeprefix("https://"), room)
    return prints.end(out, canvas)


def _draw_photo(canvas: Canvas, photo: bytes, x: float, y: float, side: float) -> None:
    """Draw a photo as large as it fits into a square, in its middle."""
    with Image.open(BytesIO(photo)) as image:
        jpeg = BytesIO()
        image.convert("RGB").save(jpeg, "JPEG", quality=88)
    jpeg.seek(0)
    canvas.drawImage(ImageReader(jpeg), x, y, side, side, preserveAspectRatio=True, anchor="c")
