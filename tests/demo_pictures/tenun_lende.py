"""Pictures of the products of Thomas' shop in Waikabubak."""

from __future__ import annotations

from functools import partial

from tests.demo_pictures import cloth
from tests.demo_pictures.beads import OAK, Backdrop
from tests.demo_pictures.cloth import HORSE, MAMULI, TREE, ikat

EMBER = ("#e8d6b0", "#b33a2a", "#d99b2b")
SEA = ("#e9e2cf", "#7ea7b8", "#d9a441")
NIGHT = ("#d9a441", "#e9e2cf", "#8a3a2a")
CLAY = ("#e8d6b0", "#2b1d15", "#d99b2b")
FIELD = ("#efe2c0", "#3a2a22", "#d9a441")
WALL = Backdrop(table="#efe6d8")
DUSK = Backdrop(table="#e6d3bf")
BENCH = Backdrop(table="#b98a5e", wall="#e9dac3", horizon=64)
PICTURES = {
    "logo": partial(cloth.close, cloth="#26364f", paint=ikat(EMBER, size=50)),
    "kain-tenun-ikat-kuda-sumba-1": partial(
        cloth.hung, cloth="#6b1f1c", paint=ikat(EMBER, size=19, figure=HORSE), fringe="#d9b98a", place=WALL
    ),
    "kain-tenun-ikat-kuda-sumba-2": partial(cloth.close, cloth="#6b1f1c", paint=ikat(EMBER, size=34, figure=HORSE)),
    "kain-tenun-ikat-kuda-sumba-3": partial(
        cloth.folded,
        (
            ("#6b1f1c", ikat(EMBER, size=26, figure=HORSE)),
            ("#26364f", ikat(SEA, size=22)),
            ("#3a2a22", ikat(NIGHT, size=24)),
        ),
        place=BENCH,
    ),
    "kain-pahikung-pohon-hayat-1": partial(
        cloth.hung,
        cloth="#1d1a1a",
        paint=ikat(NIGHT, size=24, figure=TREE, along=True),
        fringe="#b98f4f",
        place=WALL,
        wide=60,
    ),
    "kain-pahikung-pohon-hayat-2": partial(
        cloth.close, cloth="#1d1a1a", paint=ikat(NIGHT, size=40, figure=TREE, along=True)
    ),
    "selendang-kuda-merah-mengkudu-1": partial(
        cloth.hung,
        cloth="#8a2a22",
        paint=ikat(FIELD, size=15, figure=HORSE),
        fringe="#efe2c0",
        place=DUSK,
        wide=38,
    ),
    "selendang-mamuli-biru-nila-1": partial(
        cloth.hung,
        cloth="#22324c",
        paint=ikat(SEA, size=16, figure=MAMULI),
        fringe="#dfe4e2",
        place=WALL,
        wide=40,
    ),
    "sarung-tenun-lamboya-1": partial(
        cloth.folded,
        (("#2b3a2f", ikat(FIELD, size=24, figure=TREE)), ("#7a2a22", ikat(CLAY, size=20))),
        place=BENCH,
    ),
    "syal-kapas-kunyit-1": partial(
        cloth.scarf,
        cloth="#d9941f",
        paint=ikat(("#f3e3bd", "#8a3a1f", "#5a6b3a"), size=14),
        fringe="#e8c27a",
        place=WALL,
    ),
    "syal-kapas-daun-nila-1": partial(
        cloth.scarf,
        cloth="#5f86a0",
        paint=ikat(("#eef0e6", "#22324c", "#d9a441"), size=14),
        fringe="#dfe8ea",
        place=DUSK,
    ),
    "tas-bahu-tenun-mamuli-1": partial(
        cloth.tote, cloth="#2b1d1a", paint=ikat(EMBER, size=20, figure=MAMULI), strap="#8a5a35", place=BENCH
    ),
    "tas-bahu-tenun-mamuli-2": partial(
        cloth.tote, cloth="#26364f", paint=ikat(SEA, size=20, figure=MAMULI), strap="#5a3a26", place=BENCH
    ),
    "dompet-tenun-1": partial(cloth.wallet, cloth="#7a2a22", paint=ikat(CLAY, size=22), edge="#5a3a26", place=WALL),
    "sarung-bantal-tenun-kuda-isi-2-1": partial(
        cloth.cushion,
        cloth="#e6d8bf",
        paint=ikat(("#a33b2d", "#26364f", "#d99b2b"), size=24, figure=HORSE),
        place=Backdrop(table="#a8916f", wall="#dfd5c2", horizon=70),
    ),
    "taplak-meja-panjang-1": partial(
        cloth.runner,
        cloth="#7a2a22",
        paint=ikat(EMBER, size=15),
        fringe="#e8d6b0",
        place=Backdrop(table=OAK),
    ),
    "ikat-kepala-tenun-1": partial(
        cloth.headband,
        cloth="#a33b2d",
        paint=ikat(("#f1dfb6", "#2b1d15", "#e0a63a"), size=17),
        fringe="#f1dfb6",
        place=WALL,
    ),
    "tatakan-gelas-tenun-isi-4-1": partial(
        cloth.coasters,
        (
            ("#7a2a22", ikat(EMBER, size=26)),
            ("#26364f", ikat(SEA, size=26)),
            ("#3a2a22", ikat(NIGHT, size=26)),
            ("#5a6b3a", ikat(FIELD, size=26)),
        ),
        place=Backdrop(table="#e9d8bd"),
    ),
}
