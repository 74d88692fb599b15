"""Avatars get rows in media; their files stay where they are, under the names that media gives them, too."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from superapp.core import clock

SIZES = (512, 128)
ROWS_AT_ONCE = 500


def carry_over(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.exclude(avatar="").order_by("pk")
    media = apps.get_model("media", "Media").objects
    now = clock.now()
    rows = [
        media.model(
            owner_id=pk,
            kind="avatar",
            state="ready",
            bytes=_stored_bytes(digest),
            sha256=digest,
            original_type="image/webp",
            width=SIZES[0],
            height=SIZES[0],
            reference=f"accounts.avatar:{pk}",
            created_at=now,
        )
        for pk, digest in users.values_list("pk", "avatar").iterator(chunk_size=ROWS_AT_ONCE)
    ]
    media.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _stored_bytes(digest):
    """Return how many bytes the files of an avatar take; a row needs one at least, whether they are there or not."""
    folder = Path(settings.MEDIA_ROOT) / "avatar" / digest[:2]
    files = [folder / f"{digest}-{size}.webp" for size in SIZES]
    return max(1, sum(file.stat().st_size for file in files if file.exists()))


def take_back(apps, schema_editor):
    apps.get_model("media", "Media").objects.filter(kind="avatar", reference__startswith="accounts.avatar:").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_group_adders"),
        ("media", "0003_pictures"),
    ]

    operations = [migrations.RunPython(carry_over, take_back)]
