"""
``python -m tests.demo_pictures``: draw the pictures of the demo world into its data, as WebP.

The pictures are kept in the repository; this is their source. What is drawn is the same each time.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from PIL import Image

from superapp.wiring.demo import pictures
from tests.demo_pictures import family, kopi_rante, manik_sekar, tenun_lende
from tests.demo_pictures.faces import FACES
from tests.demo_pictures.portraits import portrait

FOLDERS: dict[str, Mapping[str, Callable[[], bytes]]] = {
    "keluarga": family.PICTURES,
    "manik-sekar": manik_sekar.PICTURES,
    "kopi-rante": kopi_rante.PICTURES,
    "tenun-lende": tenun_lende.PICTURES,
}
QUALITY = 75


def all_pictures() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of each picture below the folder, without its ending, and the function that draws it."""
    for key, appearance in FACES.items():
        yield f"people/{key}", partial(portrait, appearance)
    for folder, drawings in FOLDERS.items():
        for name, draw in drawings.items():
            yield f"{folder}/{name}", draw


def as_webp(draw: Callable[[], bytes]) -> bytes:
    """Return a drawing, encoded for keeping."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(draw())).save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def main(folder: Path = pictures.FOLDER) -> None:
    """Draw every picture into the folder."""
    for name, draw in all_pictures():
        path = folder / f"{name}.webp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_webp(draw))


if __name__ == "__main__":
    main()
