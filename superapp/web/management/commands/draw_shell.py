"""``manage.py draw_shell``: draw the image files of the shell, after a change of icons or brand."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand

from superapp.web import brand_images

FOLDER = Path(__file__).resolve().parents[2] / "static" / "web"


def files() -> dict[str, bytes]:
    """Return the files that the folder must contain, by name."""
    return {
        "icons.svg": brand_images.sprite().encode(),
        "mark.svg": brand_images.mark().encode(),
        "app.svg": brand_images.app_icon_svg().encode(),
        "app-32.png": brand_images.app_icon_png(32, inset=0.1),
        "app-180.png": brand_images.app_icon_png(180, rounded=False),
        "app-192.png": brand_images.app_icon_png(192),
        "app-512.png": brand_images.app_icon_png(512),
        "app-maskable-512.png": brand_images.app_icon_png(512, inset=0.24, rounded=False),
    }


class Command(BaseCommand):
    help = "Draw icons, brand mark and app icons into superapp/web/static/web."

    def handle(self, **options: object) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, content in files().items():
            (FOLDER / name).write_bytes(content)
            self.stdout.write(name)
