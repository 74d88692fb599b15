"""Photos of products and logos get rows in media; their files stay where they are, under the same names."""

from pathlib import Path

from django.conf import settings
from django.db import migrations
from PIL import Image

from shop.maintenance.guards import InstallGuards
from superapp.core import clock

SIZES = (1280, 840, 420)
REFERENCE = "shop.photo:public"
ROWS_AT_ONCE = 500


def carry_over(apps, schema_editor):
    media = apps.get_model("media", "Media").objects
    now = clock.now()
    rows = []
    for name, owner_id in sorted(_owned_names(apps)):
        files = _stored_files(name)
        size = _size_of(files[0]) if files else None
        if size is None:
            continue  # It is broken already, and a row would say that it is ready.
        width, height = size
        rows.append(
            media.model(
                owner_id=owner_id,
                kind="public",
                state="ready",
                bytes=sum(file.stat().st_size for file in files),
                sha256=name,
                original_type="image/webp",
                width=width,
                height=height,
                reference=REFERENCE,
                created_at=now,
            )
        )
    media.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _owned_names(apps):
    """Return all names in use, each with the owner of a shop that uses it."""
    photos = apps.get_model("shop", "Photo").objects.values_list("name", "product__shop__owner_id")
    logos = apps.get_model("shop", "Shop").objects.exclude(logo="").values_list("logo", "owner_id")
    lines = apps.get_model("shop", "OrderLine").objects.exclude(photo="")
    ordered = lines.values_list("photo", "order__shop__owner_id").distinct()
    return {one for rows in (photos, logos, ordered) for one in rows.iterator(chunk_size=ROWS_AT_ONCE)}


def _stored_files(name):
    """Return the files of a photo, the largest first; none unless all are there."""
    folder = Path(settings.MEDIA_ROOT) / "photo" / name[:2]
    files = [folder / f"{name}-{size}.webp" for size in SIZES]
    return files if all(file.exists() for file in files) else []


def _size_of(file):
    """Return the width and height of a picture, or None if it is damaged."""
    try:
        with Image.open(file) as picture:
            return picture.size
    except OSError:
        return None


def take_back(apps, schema_editor):
    apps.get_model("media", "Media").objects.filter(kind="public", reference=REFERENCE).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0010_weight"),
        ("media", "0003_pictures"),
    ]

    operations = [
        migrations.RunPython(carry_over, take_back),
        InstallGuards(),
    ]
