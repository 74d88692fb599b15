"""The pages to check, as whom, and what a reader of structured data must find there, a line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from payments import api as payments
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.core import clock, ids
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


def _sekar() -> int:
    user = accounts.find_user_by_phone_number(SEKAR.number)
    assert user is not None
    return user.pk


def bought() -> str:
    """Return Sekar's latest purchase."""
    return f"/pesanan/{shop.list_purchases(_sekar(), now=clock.now()).items[0].public_id}/"


def sold(state: str) -> str:
    """Return the latest order of her shop in this state."""
    orders = shop.list_sales(_sekar(), only="all", now=clock.now()).items
    return f"/pesanan/{next(order.public_id for order in orders if order.state == state)}/"


def good() -> str:
    return f"/tokoku/barang/{shop.list_own_products(owner_id=_sekar())[0].public_id}/"


def moved() -> str:
    """Return the receipt of the latest movement in her wallet."""
    return f"/dompet/bukti/{payments.list_wallet_movements(_sekar(), now=clock.now())[0].journal}/"


def buying() -> str:
    product = shop.fetch_catalog_page("kopi-rante").products[0]
    return f"/beli/{product.public_id}/{ids.new_id()}/"


def with_contact(form: str) -> str:
    """Return a form of the wallet about Sekar's first contact."""
    return f"/dompet/{form}/{accounts.list_contacts(_sekar())[0]['id']}/"


PAGES = (
    # Public.
    Page("/", STRANGER, kinds=("WebSite", "Organization")),
    Page("/masuk/", STRANGER),
    Page("/masuk/kotak-sms/", STRANGER),
    Page("/luring/", STRANGER),
    Page("/tidak-ada/", STRANGER, status=404),
    Page("/toko/", STRANGER),
    Page("/cari/", STRANGER),
    Page("/cari/?kata=gelang", STRANGER),
    Page("/cari/?kata=gelang"),
    Page("/toko/manik-sekar/", STRANGER, kinds=("Store", "ItemList")),
    Page("/toko/manik-sekar/gelang-patedong/", STRANGER, kinds=("Product", "Offer", "BreadcrumbList")),
    Page("/toko/manik-sekar/gelang-patedong/kartu/", STRANGER),
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
    Page("/tokoku/pengiriman/"),
    Page("/tokoku/qris/"),
    Page("/tokoku/saluran/"),
    Page("/tokoku/laporan/"),
    Page("/tokoku/pencairan/"),
    Page("/tokoku/qris/tagih/"),
    Page("/tokoku/pencairan/rekening/"),
    Page(bought),
    *(Page(partial(sold, state)) for state in ("paid", "accepted", "shipped", "completed", "cancelled")),
    Page(good),
    Page(buying),
    Page("/tokoku/buka/", world.NEWCOMER),
    # Talking.
    Page("/obrolan/"),
    Page(scenes.talk),
    Page(lambda: scenes.talk() + "rincian/"),
    Page(lambda: scenes.talk() + "foto/"),
    Page(lambda: scenes.odd_talk(1), world.EDGE),
    Page("/obrolan/", world.NEWCOMER),
    Page("/obrolan/arsip/"),
    Page("/obrolan/baru/"),
    Page("/obrolan/grup/"),
    Page("/obrolan/undangan/"),
    # People.
    Page("/kontak/"),
    Page("/kontak/", world.NEWCOMER),
    Page("/saya/"),
    Page("/saya/notifikasi/"),
    Page("/saya/alamat/"),
    Page("/saya/alamat/baru/"),
    Page("/saya/perangkat/kenali/"),
    # Money.
    Page("/dompet/pindai/"),
    Page("/dompet/kode/"),
    Page("/dompet/"),
    Page("/dompet/", world.NEWCOMER),
    Page("/dompet/isi/"),
    Page("/dompet/limit/"),
    Page("/dompet/kirim/"),
    *(Page(partial(with_contact, form)) for form in ("kirim", "minta/dari", "terjadwal/ke")),
    Page("/dompet/tarik/"),
    Page("/dompet/laporan/"),
    Page(moved),
    Page("/dompet/minta/"),
    Page("/dompet/patungan/"),
    Page("/dompet/patungan/baru/"),
    Page("/dompet/terjadwal/"),
    Page("/angpao/"),
    Page("/bukti/periksa/segel.html", STRANGER),
    Page("/dompet/pin/"),
    Page("/dompet/pin/", world.NEWCOMER),
    Page("/dompet/pin/lupa/"),
)
