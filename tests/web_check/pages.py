"""Which pages are looked at, as whom, and what a reader of structured data must find there. A line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from superapp.wiring.demo.people import SEKAR
from tests.screens import scenes, world

STRANGER = None


@dataclass(frozen=True, slots=True)
class Page:
    """``address`` is called once the demo world is there; ``kinds`` are the types of schema.org that it must tell."""

    address: str | Callable[[], str]
    number: str | None = SEKAR.number
    status: int = 200
    kinds: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.address if isinstance(self.address, str) else self.address()


PAGES = (
    # Public.
    Page("/masuk/", STRANGER),
    Page("/masuk/kotak-sms/", STRANGER),
    Page("/luring/", STRANGER),
    Page("/tidak-ada/", STRANGER, status=404),
    Page("/toko/", STRANGER),
    Page("/toko/manik-sekar/", STRANGER, kinds=("Store", "ItemList")),
    Page("/toko/manik-sekar/gelang-patedong/", STRANGER, kinds=("Product", "Offer", "BreadcrumbList")),
    Page("/bukti/periksa/", STRANGER),
    # Buying and selling.
    Page("/pesanan/"),
    Page("/pesanan/", world.NEWCOMER),
    Page("/tokoku/"),
    Page("/tokoku/", world.NEWCOMER),
    Page("/tokoku/pesanan/"),
    Page("/tokoku/barang/"),
    Page("/tokoku/barang/baru/"),
    Page("/tokoku/ubah/"),
    Page("/tokoku/buka/", world.NEWCOMER),
    # Talking.
    Page("/obrolan/"),
    Page(scenes.talk),
    Page(lambda: scenes.talk() + "rincian/"),
    Page(lambda: scenes.odd_talk(1), world.EDGE),
    Page("/obrolan/", world.NEWCOMER),
    # People.
    Page("/kontak/"),
    Page("/kontak/", world.NEWCOMER),
    Page("/saya/"),
    # Money.
    Page("/dompet/"),
    Page("/dompet/", world.NEWCOMER),
    Page("/dompet/isi/"),
    Page("/dompet/kirim/"),
    Page("/dompet/laporan/"),
    Page("/dompet/pin/"),
    Page("/dompet/pin/", world.NEWCOMER),
    Page("/dompet/pin/lupa/"),
)
