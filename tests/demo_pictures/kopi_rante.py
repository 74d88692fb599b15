"""Pictures of the products of Daud's shop in Rantepao."""

from __future__ import annotations

from functools import partial

from tests.demo_pictures import pantry, patterns
from tests.demo_pictures.beads import Backdrop

WOOD = Backdrop(table="#b98a5e", wall="#e9dac3", horizon=64)
STONE = Backdrop(table="#9aa096", wall="#e4e6dc", horizon=66)
DAWN = Backdrop(table="#a9805c", wall="#f0cfa6", horizon=63)
MIST = Backdrop(table="#8f9a86", wall="#dfe6e2", horizon=66)
CREAM, RED, PINE = "#f4ead8", "#a5392b", "#24463f"
PICTURES = {
    "logo": partial(
        pantry.mug, color="#f1ece0", rim="#8f2f27", place=Backdrop(table="#c9a14e", wall="#e8c48a", horizon=66)
    ),
    "kopi-toraja-arabika-sesean-200-g-biji-1": partial(
        pantry.bag,
        color="#3a2a22",
        label=CREAM,
        accent=RED,
        title="Arabika Sesean",
        note="biji sangrai - 200 g",
        place=WOOD,
    ),
    "kopi-toraja-arabika-sesean-200-g-biji-2": partial(
        pantry.sack, color="#c8ad80", beans="#5a3420", title="Sesean", place=STONE
    ),
    "kopi-toraja-arabika-sesean-200-g-bubuk-1": partial(
        pantry.bag,
        color="#6a4a36",
        label=CREAM,
        accent="#8a5a1f",
        title="Sesean bubuk",
        note="giling segar - 200 g",
        place=DAWN,
    ),
    "kopi-toraja-sangrai-medium-1-kg-1": partial(
        pantry.bag,
        color="#1f1a18",
        label="#c49a6c",
        accent="#3a2218",
        title="Sangrai medium",
        note="untuk kedai - 1 kg",
        place=STONE,
    ),
    "kopi-petik-merah-proses-madu-200-g-1": partial(
        pantry.bag,
        color="#c49a6c",
        label="#2f4a3c",
        accent="#e3b75a",
        title="Petik merah madu",
        note="panen terbatas - 200 g",
        place=MIST,
    ),
    "kopi-robusta-pangala-500-g-1": partial(
        pantry.bag,
        color="#5a1f1c",
        label="#efe0c4",
        accent="#5a1f1c",
        title="Robusta Pangala'",
        note="sangrai gelap - 500 g",
        place=WOOD,
    ),
    "drip-bag-toraja-isi-10-1": partial(
        pantry.box,
        color=PINE,
        accent="#d99b2b",
        title="Drip Toraja",
        note="tinggal seduh",
        paint=patterns.tenun("#a33b2d", "#3a2a22", 20),
        place=WOOD,
    ),
    "biji-hijau-arabika-1-kg-1": partial(pantry.sack, color="#c8ad80", beans="#9aa36b", title="Biji hijau", place=MIST),
    "cangkir-enamel-kopi-rante-1": partial(pantry.mug, color="#f1ece0", rim="#1f5c5e", place=WOOD),
    "cangkir-enamel-kopi-rante-2": partial(pantry.mug, color="#f1ece0", rim=RED, place=MIST),
    "penyeduh-keramik-tanah-liat-1": partial(pantry.dripper, color="#b5583a", place=STONE),
    "penyeduh-keramik-tanah-liat-2": partial(pantry.dripper, color="#3f5a5e", place=DAWN),
    "gula-aren-bungkus-daun-500-g-1": partial(
        pantry.in_leaves, color="#8a5426", leaf="#a99a52", place=Backdrop(table="#e6d8bf")
    ),
    "madu-hutan-sesean-350-ml-1": partial(
        pantry.jar,
        content="#d98a1f",
        lid="#c9a24e",
        label=CREAM,
        title="Madu hutan",
        note="Sesean - 350 ml",
        place=DAWN,
    ),
    "deppa-tori-wijen-250-g-1": partial(
        pantry.biscuits,
        color="#b97a3e",
        seed_color="#f3e3bd",
        plate="#37606a",
        place=Backdrop(table="#d8b98f"),
    ),
    "keripik-pisang-gula-aren-200-g-1": partial(
        pantry.crisps,
        color="#e5b64e",
        accent="#7a3a1f",
        title="Keripik Pisang",
        note="tipis - manis gula aren",
        place=WOOD,
    ),
}
