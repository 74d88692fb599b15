"""The people of the demo world. None of them exists."""

from __future__ import annotations

from dataclasses import dataclass

from superapp.wiring.demo import patterns
from superapp.wiring.demo.portraits import Appearance


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """A person of the demo world, called ``key`` in its scripts."""

    key: str
    number: str
    name: str
    handle: str
    appearance: Appearance
    time_zone: str = "Asia/Jakarta"
    language: str = "id"


# Sells accessories from Yogyakarta; the one to log in as.
SEKAR = DemoPerson(
    key="sekar",
    number="+6281210000001",
    name="Sekar Ayuningtyas",
    handle="manik.sekar",
    appearance=Appearance(
        wall="#d9ece6",
        wall_pattern=patterns.kawung("#c9e2da", 14),
        skin="#d9a679",
        cloth="#16697a",
        cloth_pattern=patterns.ceplok("#2c8595", 8),
        top="hijab",
        top_color="#d98b7f",
        blush=True,
    ),
)

# Grows and roasts coffee in Rantepao.
DAUD = DemoPerson(
    key="daud",
    number="+6281210000002",
    name="Daud Rante",
    handle="kopi.rante",
    time_zone="Asia/Makassar",
    appearance=Appearance(
        wall="#e8c48a",
        wall_pattern=patterns.hills("#d3a765", "#bf8f4f"),
        skin="#9c6840",
        cloth="#3c2f2a",
        cloth_pattern=patterns.tenun("#8f2f27", "#c9a14e", 11),
        collar="round",
        top="short",
        top_color="#1d1714",
        beard="full",
    ),
)

RATNA = DemoPerson(
    key="ratna",
    number="+6281210000003",
    name="Bu Ratna",
    handle="ratna_kumala",
    appearance=Appearance(
        wall="#f0d7d0",
        wall_pattern=patterns.sun("#e6c3b9"),
        skin="#c98f62",
        cloth="#7d3c57",
        cloth_pattern=patterns.parang("#94506d", 8),
        collar="kebaya",
        top="bun",
        top_color="#5b5350",
        glasses=True,
        earrings="#e2b64a",
        age_lines=True,
    ),
)

SLAMET = DemoPerson(
    key="slamet",
    number="+6281210000004",
    name="Pak Slamet RT 05",
    handle="slamet.raharjo",
    appearance=Appearance(
        wall="#cfdcc2",
        wall_pattern=patterns.ceplok("#c0d0b1", 13),
        skin="#b57b4d",
        cloth="#8a5a2b",
        cloth_pattern=patterns.kawung("#c99a55", 8.5),
        collar="shirt",
        top="peci",
        beard="moustache",
        age_lines=True,
    ),
)

MADE = DemoPerson(
    key="made",
    number="+6281210000005",
    name="Ni Made Ariani",
    handle="made.ariani",
    time_zone="Asia/Makassar",
    appearance=Appearance(
        wall="#bfe0e6",
        wall_pattern=patterns.sun("#f4d58a"),
        skin="#bd8456",
        cloth="#e9c46a",
        cloth_pattern=patterns.ceplok("#f3dc9b", 9),
        collar="kebaya",
        top="long",
        top_color="#231a17",
        flower=True,
        blush=True,
        earrings="#f1c84f",
    ),
)

YOHANA = DemoPerson(
    key="yohana",
    number="+6281210000006",
    name="Yohana Mambrasar",
    handle="yohana.m",
    time_zone="Asia/Jayapura",
    appearance=Appearance(
        wall="#f2c078",
        wall_pattern=patterns.sun("#f6d29a"),
        skin="#6b4229",
        cloth="#2f7f5f",
        cloth_pattern=patterns.tenun("#e2a33a", "#b5352b", 12),
        top="curls",
        top_color="#1c1412",
        earrings="#e8e0cf",
    ),
)

RIZKY = DemoPerson(
    key="rizky",
    number="+6281210000007",
    name="Rizky Pratama",
    handle="rizkypra",
    appearance=Appearance(
        wall="#cbd3ee",
        wall_pattern=patterns.parang("#bcc6e6", 15),
        skin="#cf9a6c",
        cloth="#4a5a8c",
        collar="hood",
        top="tousled",
        top_color="#2a211d",
    ),
)

FATIMAH = DemoPerson(
    key="fatimah",
    number="+6281210000008",
    name="Cut Fatimah",
    handle="kedai.fatimah",
    appearance=Appearance(
        wall="#efe3c6",
        wall_pattern=patterns.ceplok("#e5d6b1", 12),
        skin="#c58e60",
        cloth="#5b2a3c",
        top="hijab",
        top_color="#1f7a76",
        glasses=True,
    ),
)

JOKO = DemoPerson(
    key="joko",
    number="+6281210000009",
    name="Joko Kurir",
    handle="joko.antar",
    appearance=Appearance(
        wall="#d6e3ea",
        wall_pattern=patterns.hills("#c3d5df", "#b3c8d4"),
        skin="#a56f45",
        cloth="#c8452f",
        cloth_pattern=patterns.stripes("#b23a26", 18),
        collar="shirt",
        top="cap",
        top_color="#c8452f",
        beard="moustache",
    ),
)

SITI = DemoPerson(
    key="siti",
    number="+6281210000010",
    name="Siti Rahmawati",
    handle="siti.rahma",
    appearance=Appearance(
        wall="#dcd3ea",
        wall_pattern=patterns.kawung("#cfc4e1", 16),
        skin="#e0b088",
        cloth="#54506f",
        top="hijab",
        top_color="#e0b13f",
        blush=True,
    ),
)

THOMAS = DemoPerson(
    key="thomas",
    number="+6281210000011",
    name="Thomas Lende",
    handle="tenun.lende",
    time_zone="Asia/Makassar",
    appearance=Appearance(
        wall="#e9d5b5",
        wall_pattern=patterns.tenun("#dfc79f", "#d8bd90", 22),
        skin="#83532f",
        cloth="#26364f",
        cloth_pattern=patterns.tenun("#a33b2d", "#e3cfa2", 13),
        top="headband",
        top_color="#a33b2d",
        beard="goatee",
    ),
)

EMMA = DemoPerson(
    key="emma",
    number="+6281210000012",
    name="Emma Clarke",
    handle="emma.in.jogja",
    language="en",
    appearance=Appearance(
        wall="#c7e3d0",
        wall_pattern=patterns.sun("#b5d8c1"),
        skin="#f0c7a6",
        cloth="#e8eef0",
        cloth_pattern=patterns.stripes("#3f6f8f", 7),
        top="long",
        top_color="#b9803f",
        blush=True,
    ),
)

IBU = DemoPerson(
    key="ibu",
    number="+6281210000013",
    name="Ibu",
    handle="sumarni.klaten",
    appearance=Appearance(
        wall="#f3dfc4",
        wall_pattern=patterns.kawung("#ead1b0", 12),
        skin="#c08a5e",
        cloth="#5d6b3a",
        cloth_pattern=patterns.parang("#73824c", 9),
        top="hijab",
        top_color="#8c6aa0",
        glasses=True,
        age_lines=True,
    ),
)

CHANDRA = DemoPerson(
    key="chandra",
    number="+6281210000014",
    name="Chandra Wijaya",
    handle="chandra.kemasan",
    appearance=Appearance(
        wall="#d3e0c8",
        wall_pattern=patterns.parang("#c6d6b8", 18),
        skin="#e6ba92",
        cloth="#f0efe8",
        collar="shirt",
        top="short",
        top_color="#1c1a1c",
        glasses=True,
    ),
)

DIMAS = DemoPerson(
    key="dimas",
    number="+6281210000015",
    name="Dimas Prasetyo",
    handle="dimas.pras",
    appearance=Appearance(
        wall="#e2d5cb",
        wall_pattern=patterns.sun("#d5c4b6"),
        skin="#b98256",
        cloth="#6d8f3d",
        collar="round",
        top="tousled",
        top_color="#37271e",
        glasses=True,
        beard="goatee",
    ),
)

DEMO_PEOPLE = (
    *(SEKAR, DAUD, RATNA, SLAMET, MADE, YOHANA, RIZKY, FATIMAH),
    *(JOKO, SITI, THOMAS, EMMA, IBU, CHANDRA, DIMAS),
)
