"""Products of Sekar's shop in Yogyakarta."""

from __future__ import annotations

from functools import partial

from superapp.wiring.demo import patterns
from superapp.wiring.demo.product_images import beads, cloth
from superapp.wiring.demo.product_images.beads import Backdrop
from superapp.wiring.demo.product_images.cloth import truntum
from superapp.wiring.demo.storefront import DemoProduct, DemoShop

MAROON, MOSS, GOLD, IVORY = "#7c1f2b", "#566b3a", "#d8b25c", "#e3cfa2"
LINEN, ROSE, SAGE, SKY, SAND = (
    Backdrop(table=table) for table in ("#f3ebdf", "#efdcd4", "#dfe4d6", "#d9e6ea", "#e9d8bd")
)
KAWUNG = patterns.kawung("#d9b06b", 8)
PARANG = patterns.parang("#6a3a1f", 9)
RED_ROW = ((MAROON, 2.6), (MAROON, 2.6), (GOLD, 1.5))
GREEN_ROW = ((MOSS, 2.6), (MOSS, 2.6), (IVORY, 1.5))

SHOP = DemoShop(
    owner="sekar",
    handle="manik-sekar",
    name="Manik Sekar",
    town="Yogyakarta",
    about=(
        "Aksesori manik dan batik, dirangkai tangan di Kotagede sejak 2016. Ukuran gelang bisa disesuaikan, gratis: "
        "sebutkan lingkar pergelanganmu lewat obrolan.\n\nDikirim Senin sampai Sabtu. Pesan sebelum jam dua siang, "
        "jalan hari itu juga."
    ),
    hours={**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("08:00", "17:00")), "sat": ("09:00", "15:00")},
    time_zone="Asia/Jakarta",
    logo=partial(beads.rose, petals="#d98b7f", leaf="#2c8595", place=Backdrop(table="#d9ece6")),
    goods=(
        DemoProduct(
            name="Gelang manik merah hati",
            rupiah=45_000,
            pieces=14,
            about=(
                "Manik kaca merah hati berseling emas, pakai kait kuningan. Panjang 14,5–18 cm, bisa dipasin ke "
                "pergelanganmu.\n\nAwet dipakai harian; lepas dulu sebelum mandi."
            ),
            photos=(
                partial(beads.bracelets, RED_ROW, place=LINEN),
                partial(beads.bracelets, RED_ROW, others=GREEN_ROW, place=ROSE),
            ),
        ),
        DemoProduct(
            name="Gelang manik hijau lumut",
            rupiah=45_000,
            pieces=9,
            about="Saudaranya yang merah hati, warnanya seperti lumut di tembok sumur. Tali elastis, muat 14–19 cm.",
            photos=(partial(beads.bracelets, GREEN_ROW, place=SAGE),),
        ),
        DemoProduct(
            name="Gelang pa'tedong",
            rupiah=65_000,
            pieces=6,
            about=(
                "Empat warna ukiran Toraja dengan kepala kerbau kuningan, lambang rumah yang berkecukupan. Bersama "
                "kopi "
                "dari Rantepao jadi hadiah yang ada ceritanya."
            ),
            photos=(
                partial(
                    beads.bracelets,
                    (("#1f1a18", 2.3), ("#a5322a", 2.3), ("#e8d9b8", 2.3), ("#d99b2b", 2.3)),
                    charm="#b98b3f",
                    place=SAND,
                ),
            ),
        ),
        DemoProduct(
            name="Kalung manik laut",
            rupiah=125_000,
            pieces=5,
            about=(
                "Tiga rona laut pada benang sutra, dengan satu tetes kaca tiup. Panjang 46 cm, ditambah rantai 5 cm "
                "supaya bisa diatur."
            ),
            photos=(
                partial(
                    beads.necklace,
                    (("#0f6f78", 2.4), ("#2d9aa0", 1.7), ("#d9efe9", 1.2)),
                    pendant="#0b5560",
                    place=SKY,
                ),
            ),
        ),
        DemoProduct(
            name="Kalung kayu senja",
            rupiah=98_000,
            pieces=7,
            about="Kayu sono dan manik warna langit sore. Ringan, tidak dingin di kulit. Panjang 52 cm.",
            photos=(
                partial(
                    beads.necklace,
                    (("#8a5a35", 2.8), ("#d98b4f", 1.8), ("#e9c98f", 1.3)),
                    pendant="",
                    drops=(("#b5532f", 2.4), ("#d98b4f", 3), ("#8a3a2a", 3.8), ("#d98b4f", 3), ("#b5532f", 2.4)),
                    place=SAND,
                ),
            ),
        ),
        DemoProduct(
            name="Anting tetes kunyit",
            rupiah=38_000,
            pieces=12,
            about="Tetes kaca kuning kunyit, kait baja antialergi. Panjang 4,5 cm, sepasang hanya 6 gram.",
            photos=(partial(beads.earrings, drops=((IVORY, 1.6), ("#d99b2b", 2.2)), tip="#d9941f", place=LINEN),),
        ),
        DemoProduct(
            name="Anting tetes malam",
            rupiah=42_000,
            pieces=8,
            about="Biru tua hampir hitam, baru kelihatan warnanya kalau kena matahari. Kait baja antialergi.",
            photos=(partial(beads.earrings, drops=(("#c9d3e6", 1.5), ("#5a6fa0", 2.1)), tip="#26355c", place=SKY),),
        ),
        DemoProduct(
            name="Anting rumbai merah bata",
            rupiah=40_000,
            pieces=0,
            about="Rumbai benang katun yang jatuhnya lemas. Panjang 7 cm. Sedang kami buat lagi, tanya lewat obrolan.",
            photos=(partial(beads.earrings, drops=(("#c9a35a", 1.8),), tip="#b0452c", is_fringed=True, place=ROSE),),
        ),
        DemoProduct(
            name="Bros mawar kain",
            rupiah=30_000,
            pieces=20,
            about=(
                "Mawar lipat dari sisa kain kebaya, peniti kuat di belakang. Diameter 6 cm. Cocok untuk hijab dan tas."
            ),
            photos=(
                partial(beads.rose, petals="#b9445a", leaf="#4f6b46", place=ROSE),
                partial(beads.rose, petals="#d9a441", leaf="#4f6b46", place=LINEN),
            ),
        ),
        DemoProduct(
            name="Bros daun sirih",
            rupiah=35_000,
            pieces=11,
            about="Tiga helai daun dari kain satin, tulang daunnya disulam, tangkainya kawat kuningan.",
            photos=(
                partial(
                    beads.leaves, leaf="#3f6b4a", vein="#86a86f", beads=(("#f0e6d2", 1.5), (GOLD, 1.1)), place=SAGE
                ),
            ),
        ),
        DemoProduct(
            name="Ikat rambut batik kawung",
            rupiah=18_000,
            pieces=32,
            about=(
                "Dari perca batik cap, jadi coraknya tidak ada yang persis sama. Karetnya kuat, tidak menarik rambut."
            ),
            photos=(partial(beads.hair_tie, cloth="#6b3f22", paint=KAWUNG, place=SAND),),
        ),
        DemoProduct(
            name="Pouch batik parang",
            rupiah=55_000,
            pieces=10,
            about=(
                "Batik cap motif parang, dilapis busa tipis, ritsleting kuningan. 20 × 14 cm: muat bedak, lipstik, dan "
                "pengisi daya."
            ),
            photos=(
                partial(beads.pouch, cloth="#f0dfc0", paint=PARANG, lining="#5a2f1c", place=LINEN),
                partial(cloth.close, cloth="#f0dfc0", paint=PARANG),
            ),
        ),
        DemoProduct(
            name="Gantungan kunci manik",
            rupiah=22_000,
            pieces=25,
            about=(
                "Untaian manik kaca dan rumbai katun, gelang kunci kuningan 3 cm. Bisa minta inisial, tambah Rp5.000."
            ),
            photos=(
                partial(
                    beads.key_ring,
                    (("#2f6f62", 3), (IVORY, 1.8), ("#b0452c", 3), (IVORY, 1.8)),
                    tassel="#2f6f62",
                    place=SKY,
                ),
            ),
        ),
        DemoProduct(
            name="Satu set kotak hadiah: gelang dan anting",
            rupiah=95_000,
            pieces=4,
            about=(
                "Gelang dan anting serasi dalam kotak berlapis batik, dengan kartu ucapan tulisan tangan. Tulis "
                "pesannya "
                "di catatan saat membeli."
            ),
            photos=(
                partial(
                    beads.gift,
                    bracelet=((MAROON, 2.3), (GOLD, 1.3)),
                    pearl=MAROON,
                    paint=truntum("#c98f6a", 12),
                    place=SAND,
                ),
            ),
        ),
    ),
)
