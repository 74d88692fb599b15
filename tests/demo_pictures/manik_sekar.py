"""Pictures of the products of Sekar's shop in Yogyakarta."""

from __future__ import annotations

from functools import partial

from tests.demo_pictures import beads, cloth, patterns
from tests.demo_pictures.beads import Backdrop
from tests.demo_pictures.cloth import truntum

MAROON, MOSS, GOLD, IVORY = "#7c1f2b", "#566b3a", "#d8b25c", "#e3cfa2"
LINEN, ROSE, SAGE, SKY, SAND = (
    Backdrop(table=table) for table in ("#f3ebdf", "#efdcd4", "#dfe4d6", "#d9e6ea", "#e9d8bd")
)
KAWUNG = patterns.kawung("#d9b06b", 8)
PARANG = patterns.parang("#6a3a1f", 9)
RED_ROW = ((MAROON, 2.6), (MAROON, 2.6), (GOLD, 1.5))
GREEN_ROW = ((MOSS, 2.6), (MOSS, 2.6), (IVORY, 1.5))
PICTURES = {
    "logo": partial(beads.rose, petals="#d98b7f", leaf="#2c8595", place=Backdrop(table="#d9ece6")),
    "gelang-manik-merah-hati-1": partial(beads.bracelets, RED_ROW, place=LINEN),
    "gelang-manik-merah-hati-2": partial(beads.bracelets, RED_ROW, others=GREEN_ROW, place=ROSE),
    "gelang-manik-hijau-lumut-1": partial(beads.bracelets, GREEN_ROW, place=SAGE),
    "gelang-patedong-1": partial(
        beads.bracelets,
        (("#1f1a18", 2.3), ("#a5322a", 2.3), ("#e8d9b8", 2.3), ("#d99b2b", 2.3)),
        charm="#b98b3f",
        place=SAND,
    ),
    "kalung-manik-laut-1": partial(
        beads.necklace,
        (("#0f6f78", 2.4), ("#2d9aa0", 1.7), ("#d9efe9", 1.2)),
        pendant="#0b5560",
        place=SKY,
    ),
    "kalung-kayu-senja-1": partial(
        beads.necklace,
        (("#8a5a35", 2.8), ("#d98b4f", 1.8), ("#e9c98f", 1.3)),
        pendant="",
        drops=(("#b5532f", 2.4), ("#d98b4f", 3), ("#8a3a2a", 3.8), ("#d98b4f", 3), ("#b5532f", 2.4)),
        place=SAND,
    ),
    "anting-tetes-kunyit-1": partial(
        beads.earrings, drops=((IVORY, 1.6), ("#d99b2b", 2.2)), tip="#d9941f", place=LINEN
    ),
    "anting-tetes-malam-1": partial(
        beads.earrings, drops=(("#c9d3e6", 1.5), ("#5a6fa0", 2.1)), tip="#26355c", place=SKY
    ),
    "anting-rumbai-merah-bata-1": partial(
        beads.earrings, drops=(("#c9a35a", 1.8),), tip="#b0452c", is_fringed=True, place=ROSE
    ),
    "bros-mawar-kain-1": partial(beads.rose, petals="#b9445a", leaf="#4f6b46", place=ROSE),
    "bros-mawar-kain-2": partial(beads.rose, petals="#d9a441", leaf="#4f6b46", place=LINEN),
    "bros-daun-sirih-1": partial(
        beads.leaves, leaf="#3f6b4a", vein="#86a86f", beads=(("#f0e6d2", 1.5), (GOLD, 1.1)), place=SAGE
    ),
    "ikat-rambut-batik-kawung-1": partial(beads.hair_tie, cloth="#6b3f22", paint=KAWUNG, place=SAND),
    "pouch-batik-parang-1": partial(beads.pouch, cloth="#f0dfc0", paint=PARANG, lining="#5a2f1c", place=LINEN),
    "pouch-batik-parang-2": partial(cloth.close, cloth="#f0dfc0", paint=PARANG),
    "gantungan-kunci-manik-1": partial(
        beads.key_ring,
        (("#2f6f62", 3), (IVORY, 1.8), ("#b0452c", 3), (IVORY, 1.8)),
        tassel="#2f6f62",
        place=SKY,
    ),
    "satu-set-kotak-hadiah-gelang-dan-anting-1": partial(
        beads.gift,
        bracelet=((MAROON, 2.3), (GOLD, 1.3)),
        pearl=MAROON,
        paint=truntum("#c98f6a", 12),
        place=SAND,
    ),
}
