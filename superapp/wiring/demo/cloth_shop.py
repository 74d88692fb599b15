"""Products of Thomas' shop in Waikabubak."""

from __future__ import annotations

from functools import partial

from superapp.wiring.demo.product_images import cloth
from superapp.wiring.demo.product_images.beads import OAK, Backdrop
from superapp.wiring.demo.product_images.cloth import HORSE, MAMULI, TREE, ikat
from superapp.wiring.demo.storefront import DemoProduct, DemoShop

EMBER = ("#e8d6b0", "#b33a2a", "#d99b2b")
SEA = ("#e9e2cf", "#7ea7b8", "#d9a441")
NIGHT = ("#d9a441", "#e9e2cf", "#8a3a2a")
CLAY = ("#e8d6b0", "#2b1d15", "#d99b2b")
FIELD = ("#efe2c0", "#3a2a22", "#d9a441")
WALL = Backdrop(table="#efe6d8")
DUSK = Backdrop(table="#e6d3bf")
BENCH = Backdrop(table="#b98a5e", wall="#e9dac3", horizon=64)

SHOP = DemoShop(
    owner="thomas",
    handle="tenun-lende",
    name="Tenun Lende",
    town="Waikabubak, Sumba Barat",
    about=(
        "Tenun ikat dan pahikung dari dua belas penenun di Kampung Tarung. Benang kapas dipintal tangan, "
        "warna dari akar "
        "mengkudu, daun nila dan lumpur.\n\nSetiap kain disertai nama penenunnya dan berapa lama ia mengerjakannya."
    ),
    hours={**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00", "17:00")), "sat": ("09:00", "13:00")},
    time_zone="Asia/Makassar",
    logo=partial(cloth.close, cloth="#26364f", paint=ikat(EMBER, size=50)),
    goods=(
        DemoProduct(
            name="Kain tenun ikat kuda Sumba",
            rupiah=1_250_000,
            pieces=2,
            about=(
                "Ditenun Mama Rambu Ana selama empat bulan. Kuda adalah bekal perjalanan, dan tanda rumah yang tahu "
                "menjamu.\n\n240 × 110 cm, pewarna alam. Cuci tangan dengan air dingin, jemur di tempat teduh."
            ),
            photos=(
                partial(
                    cloth.hung, cloth="#6b1f1c", paint=ikat(EMBER, size=19, figure=HORSE), fringe="#d9b98a", place=WALL
                ),
                partial(cloth.close, cloth="#6b1f1c", paint=ikat(EMBER, size=34, figure=HORSE)),
                partial(
                    cloth.folded,
                    (
                        ("#6b1f1c", ikat(EMBER, size=26, figure=HORSE)),
                        ("#26364f", ikat(SEA, size=22)),
                        ("#3a2a22", ikat(NIGHT, size=24)),
                    ),
                    place=BENCH,
                ),
            ),
        ),
        DemoProduct(
            name="Kain pahikung pohon hayat",
            rupiah=1_850_000,
            pieces=1,
            about=(
                "Motifnya timbul karena benang tambahan, bukan diikat. Pohon hayat, untuk pernikahan. Hanya ada "
                "satu, dan "
                "tidak akan ada yang persis sama."
            ),
            photos=(
                partial(
                    cloth.hung,
                    cloth="#1d1a1a",
                    paint=ikat(NIGHT, size=24, figure=TREE, along=True),
                    fringe="#b98f4f",
                    place=WALL,
                    wide=60,
                ),
                partial(cloth.close, cloth="#1d1a1a", paint=ikat(NIGHT, size=40, figure=TREE, along=True)),
            ),
        ),
        DemoProduct(
            name="Selendang kuda merah mengkudu",
            rupiah=385_000,
            pieces=5,
            about="Selendang 180 × 45 cm, merah dari akar mengkudu. Tiga minggu di alat tenun.",
            photos=(
                partial(
                    cloth.hung,
                    cloth="#8a2a22",
                    paint=ikat(FIELD, size=15, figure=HORSE),
                    fringe="#efe2c0",
                    place=DUSK,
                    wide=38,
                ),
            ),
        ),
        DemoProduct(
            name="Selendang mamuli biru nila",
            rupiah=350_000,
            pieces=6,
            about="Mamuli, anting emas leluhur, pada biru daun nila. 180 × 45 cm, lembut setelah dicuci pertama.",
            photos=(
                partial(
                    cloth.hung,
                    cloth="#22324c",
                    paint=ikat(SEA, size=16, figure=MAMULI),
                    fringe="#dfe4e2",
                    place=WALL,
                    wide=40,
                ),
            ),
        ),
        DemoProduct(
            name="Sarung tenun Lamboya",
            rupiah=950_000,
            pieces=3,
            about="Sarung perempuan, disambung dua helai. Lingkar 140 cm, panjang 120 cm. Bisa dipakai, bisa dipajang.",
            photos=(
                partial(
                    cloth.folded,
                    (("#2b3a2f", ikat(FIELD, size=24, figure=TREE)), ("#7a2a22", ikat(CLAY, size=20))),
                    place=BENCH,
                ),
            ),
        ),
        DemoProduct(
            name="Syal kapas kunyit",
            rupiah=185_000,
            pieces=9,
            about="Kapas halus, kuning dari kunyit dan kulit kayu. 170 × 30 cm, ringan untuk sehari-hari.",
            photos=(
                partial(
                    cloth.scarf,
                    cloth="#d9941f",
                    paint=ikat(("#f3e3bd", "#8a3a1f", "#5a6b3a"), size=14),
                    fringe="#e8c27a",
                    place=WALL,
                ),
            ),
        ),
        DemoProduct(
            name="Syal kapas daun nila",
            rupiah=185_000,
            pieces=0,
            about="Biru muda dari celupan pertama. Sedang ditenun lagi; kabari kami kalau mau disimpankan.",
            photos=(
                partial(
                    cloth.scarf,
                    cloth="#5f86a0",
                    paint=ikat(("#eef0e6", "#22324c", "#d9a441"), size=14),
                    fringe="#dfe8ea",
                    place=DUSK,
                ),
            ),
        ),
        DemoProduct(
            name="Tas bahu tenun mamuli",
            rupiah=275_000,
            pieces=7,
            about=(
                "Tenun dengan tali kulit sapi. 34 × 30 cm, berlapis kain dalam dan satu saku beritsleting. Muat "
                "laptop 13 inci."
            ),
            photos=(
                partial(
                    cloth.tote, cloth="#2b1d1a", paint=ikat(EMBER, size=20, figure=MAMULI), strap="#8a5a35", place=BENCH
                ),
                partial(
                    cloth.tote, cloth="#26364f", paint=ikat(SEA, size=20, figure=MAMULI), strap="#5a3a26", place=BENCH
                ),
            ),
        ),
        DemoProduct(
            name="Dompet tenun",
            rupiah=95_000,
            pieces=13,
            about="Delapan saku kartu, satu saku uang, kancing tekan. Dari sisa kain, jadi coraknya berlainan.",
            photos=(partial(cloth.wallet, cloth="#7a2a22", paint=ikat(CLAY, size=22), edge="#5a3a26", place=WALL),),
        ),
        DemoProduct(
            name="Sarung bantal tenun kuda, isi 2",
            rupiah=160_000,
            pieces=8,
            about="45 × 45 cm, ritsleting tersembunyi. Harga untuk dua sarung, tanpa isinya.",
            photos=(
                partial(
                    cloth.cushion,
                    cloth="#e6d8bf",
                    paint=ikat(("#a33b2d", "#26364f", "#d99b2b"), size=24, figure=HORSE),
                    place=Backdrop(table="#a8916f", wall="#dfd5c2", horizon=70),
                ),
            ),
        ),
        DemoProduct(
            name="Taplak meja panjang",
            rupiah=240_000,
            pieces=4,
            about="Untuk meja 180 cm: 220 × 38 cm dengan rumbai di kedua ujung. Noda kopi hilang dengan air dingin.",
            photos=(
                partial(
                    cloth.runner,
                    cloth="#7a2a22",
                    paint=ikat(EMBER, size=15),
                    fringe="#e8d6b0",
                    place=Backdrop(table=OAK),
                ),
            ),
        ),
        DemoProduct(
            name="Ikat kepala tenun",
            rupiah=85_000,
            pieces=10,
            about=(
                "Dipakai laki-laki Sumba di pesta dan di sabana. 80 × 80 cm; cara mengikatnya kami kirim lewat obrolan."
            ),
            photos=(
                partial(
                    cloth.headband,
                    cloth="#a33b2d",
                    paint=ikat(("#f1dfb6", "#2b1d15", "#e0a63a"), size=17),
                    fringe="#f1dfb6",
                    place=WALL,
                ),
            ),
        ),
        DemoProduct(
            name="Tatakan gelas tenun, isi 4",
            rupiah=60_000,
            pieces=21,
            about="Empat warna, alas gabus. Diameter 11 cm.",
            photos=(
                partial(
                    cloth.coasters,
                    (
                        ("#7a2a22", ikat(EMBER, size=26)),
                        ("#26364f", ikat(SEA, size=26)),
                        ("#3a2a22", ikat(NIGHT, size=26)),
                        ("#5a6b3a", ikat(FIELD, size=26)),
                    ),
                    place=Backdrop(table="#e9d8bd"),
                ),
            ),
        ),
    ),
)
