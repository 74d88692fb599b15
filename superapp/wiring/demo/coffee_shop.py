"""Products of Daud's shop in Rantepao."""

from __future__ import annotations

from functools import partial

from superapp.wiring.demo import patterns
from superapp.wiring.demo.product_images import pantry
from superapp.wiring.demo.product_images.beads import Backdrop
from superapp.wiring.demo.storefront import DemoProduct, DemoShop

WOOD = Backdrop(table="#b98a5e", wall="#e9dac3", horizon=64)
STONE = Backdrop(table="#9aa096", wall="#e4e6dc", horizon=66)
DAWN = Backdrop(table="#a9805c", wall="#f0cfa6", horizon=63)
MIST = Backdrop(table="#8f9a86", wall="#dfe6e2", horizon=66)
CREAM, RED, PINE = "#f4ead8", "#a5392b", "#24463f"

SHOP = DemoShop(
    owner="daud",
    handle="kopi-rante",
    name="Kopi Rante",
    town="Rantepao, Toraja Utara",
    about=(
        "Kopi dari kebun sendiri di lereng Sesean, 1.400 meter di atas laut. Kami petik merah, jemur, lalu sangrai "
        "setiap Selasa dan Jumat, jadi yang kamu terima umurnya tidak lebih dari empat hari.\n\nJuga ada "
        "madu, gula aren "
        "dan kue dari tetangga."
    ),
    hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), ("07:00", "18:00")),
    time_zone="Asia/Makassar",
    logo=partial(
        pantry.mug, color="#f1ece0", rim="#8f2f27", place=Backdrop(table="#c9a14e", wall="#e8c48a", horizon=66)
    ),
    goods=(
        DemoProduct(
            name="Kopi Toraja Arabika Sesean 200 g, biji",
            rupiah=68_000,
            pieces=40,
            about=(
                "Sangrai medium. Rasa cokelat hitam, jeruk, dan sedikit rempah di akhir. Seduh 92 derajat, 15 gram "
                "untuk "
                "240 ml; jangan mendidih, nanti pahit."
            ),
            photos=(
                partial(
                    pantry.bag,
                    color="#3a2a22",
                    label=CREAM,
                    accent=RED,
                    title="Arabika Sesean",
                    note="biji sangrai - 200 g",
                    place=WOOD,
                ),
                partial(pantry.sack, color="#c8ad80", beans="#5a3420", title="Sesean", place=STONE),
            ),
        ),
        DemoProduct(
            name="Kopi Toraja Arabika Sesean 200 g, bubuk",
            rupiah=70_000,
            pieces=35,
            about=(
                "Biji yang sama, digiling hari itu juga. Sebutkan alat seduhmu di catatan: tubruk, saring, atau mesin."
            ),
            photos=(
                partial(
                    pantry.bag,
                    color="#6a4a36",
                    label=CREAM,
                    accent="#8a5a1f",
                    title="Sesean bubuk",
                    note="giling segar - 200 g",
                    place=DAWN,
                ),
            ),
        ),
        DemoProduct(
            name="Kopi Toraja sangrai medium 1 kg",
            rupiah=240_000,
            pieces=12,
            about="Untuk kedai dan kantor. Lima kilo ke atas jadi Rp190.000 per kilo; tanyakan lewat obrolan.",
            photos=(
                partial(
                    pantry.bag,
                    color="#1f1a18",
                    label="#c49a6c",
                    accent="#3a2218",
                    title="Sangrai medium",
                    note="untuk kedai - 1 kg",
                    place=STONE,
                ),
            ),
        ),
        DemoProduct(
            name="Kopi petik merah proses madu 200 g",
            rupiah=95_000,
            pieces=8,
            about=(
                "Dijemur bersama lendirnya tiga minggu, dibalik setiap jam. Manis seperti nangka dan karamel. Hanya 60 "
                "bungkus setiap panen."
            ),
            photos=(
                partial(
                    pantry.bag,
                    color="#c49a6c",
                    label="#2f4a3c",
                    accent="#e3b75a",
                    title="Petik merah madu",
                    note="panen terbatas - 200 g",
                    place=MIST,
                ),
            ),
        ),
        DemoProduct(
            name="Kopi Robusta Pangala' 500 g",
            rupiah=75_000,
            pieces=22,
            about="Tebal dan tegas, untuk kopi susu dan tubruk. Ditanam di Pangala', di kebun kakak saya.",
            photos=(
                partial(
                    pantry.bag,
                    color="#5a1f1c",
                    label="#efe0c4",
                    accent="#5a1f1c",
                    title="Robusta Pangala'",
                    note="sangrai gelap - 500 g",
                    place=WOOD,
                ),
            ),
        ),
        DemoProduct(
            name="Drip bag Toraja isi 10",
            rupiah=85_000,
            pieces=18,
            about="Sobek, sangkutkan di cangkir, tuang air panas. Tidak perlu alat, tidak perlu alasan.",
            photos=(
                partial(
                    pantry.box,
                    color=PINE,
                    accent="#d99b2b",
                    title="Drip Toraja",
                    note="tinggal seduh",
                    paint=patterns.tenun("#a33b2d", "#3a2a22", 20),
                    place=WOOD,
                ),
            ),
        ),
        DemoProduct(
            name="Biji hijau Arabika 1 kg",
            rupiah=160_000,
            pieces=30,
            about="Untuk yang menyangrai sendiri. Giling basah, kadar air 12 %, disortir tangan dua kali.",
            photos=(partial(pantry.sack, color="#c8ad80", beans="#9aa36b", title="Biji hijau", place=MIST),),
        ),
        DemoProduct(
            name="Cangkir enamel Kopi Rante",
            rupiah=55_000,
            pieces=16,
            about="Enamel dua lapis bergambar gunung Sesean. 350 ml, aman di atas kompor, tahan jatuh dari truk.",
            photos=(
                partial(pantry.mug, color="#f1ece0", rim="#1f5c5e", place=WOOD),
                partial(pantry.mug, color="#f1ece0", rim=RED, place=MIST),
            ),
        ),
        DemoProduct(
            name="Penyeduh keramik tanah liat",
            rupiah=115_000,
            pieces=3,
            about="Dibentuk tangan oleh perajin di Barana'. Untuk kertas saring ukuran 02. Tiap buah sedikit berbeda.",
            photos=(
                partial(pantry.dripper, color="#b5583a", place=STONE),
                partial(pantry.dripper, color="#3f5a5e", place=DAWN),
            ),
        ),
        DemoProduct(
            name="Gula aren bungkus daun 500 g",
            rupiah=38_000,
            pieces=26,
            about="Dimasak dari nira pagi hari, dicetak dalam batok, dibungkus daun aren. Isi dua.",
            photos=(partial(pantry.in_leaves, color="#8a5426", leaf="#a99a52", place=Backdrop(table="#e6d8bf")),),
        ),
        DemoProduct(
            name="Madu hutan Sesean 350 ml",
            rupiah=110_000,
            pieces=0,
            about="Dipanen dua kali setahun dari pohon di hutan, tidak dipanaskan. Panen berikutnya bulan depan.",
            photos=(
                partial(
                    pantry.jar,
                    content="#d98a1f",
                    lid="#c9a24e",
                    label=CREAM,
                    title="Madu hutan",
                    note="Sesean - 350 ml",
                    place=DAWN,
                ),
            ),
        ),
        DemoProduct(
            name="Deppa tori' wijen 250 g",
            rupiah=32_000,
            pieces=15,
            about=(
                "Kue beras dan gula merah berselimut wijen, oleh-oleh Toraja. Renyah sampai dua minggu kalau ditutup "
                "rapat."
            ),
            photos=(
                partial(
                    pantry.biscuits,
                    color="#b97a3e",
                    seed_color="#f3e3bd",
                    plate="#37606a",
                    place=Backdrop(table="#d8b98f"),
                ),
            ),
        ),
        DemoProduct(
            name="Keripik pisang gula aren 200 g",
            rupiah=25_000,
            pieces=19,
            about="Pisang kepok diiris tipis, digoreng, lalu digulung gula aren yang masih panas.",
            photos=(
                partial(
                    pantry.crisps,
                    color="#e5b64e",
                    accent="#7a3a1f",
                    title="Keripik Pisang",
                    note="tipis - manis gula aren",
                    place=WOOD,
                ),
            ),
        ),
    ),
)
