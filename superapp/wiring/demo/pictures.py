"""Pictures of the demo world: portraits, logos and product photos, drawn by ``python -m tests.demo_pictures``."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "pictures"


def read_picture(name: str) -> bytes:
    """Read a picture as WebP by its name below the folder, such as ``people/sekar``."""
    return (FOLDER / f"{name}.webp").read_bytes()
