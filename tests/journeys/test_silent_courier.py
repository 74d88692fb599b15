"""A parcel whose courier is silent, then speaks: what buyer and merchant read, with the simulated courier beside."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.harness.running_site import PORT_OFFSETS, Site
from tests.harness.servers import wait_until
from tests.journeys import shopping
from tests.journeys.test_selling import Shopping, doors, photo, world

__all__ = ["doors", "photo", "world"]
pytestmark = [pytest.mark.timeout(420), pytest.mark.embedded_only]


class SimulatedCourier:
    """The doors of the courier that runs beside a site."""

    def __init__(self, site: Site) -> None:
        port = urlsplit(site.url).port
        assert port is not None, "a site has a port"
        self._url = f"http://127.0.0.1:{port + PORT_OFFSETS[-1]}"

    def control(self, path: str, **fields: object) -> None:
        request = urllib.request.Request(
            self._url + path, json.dumps(fields).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200, answer.read()

    def scan(self, step: str) -> None:
        self.control("/scans", courier="jne", waybill=shopping.RESI, step=step)


def reads(page: Page, words: str) -> None:
    """Wait until the page, opened again and again, says this of the parcel."""

    def is_there() -> bool:
        page.reload()
        return words in page.locator("main").inner_text()

    wait_until(is_there, words)


def test_parcel_of_a_silent_courier_is_followed_once_it_speaks(world: Shopping, photo: Path) -> None:
    ana, bo, courier = world.ana, world.bo, SimulatedCourier(world.site)
    shopping.open_shop(bo)
    shopping.add_product(bo, photo=photo)
    shopping.give_money(ana)
    shopping.buy(ana, quantity=1)
    courier.control("/faults", name="silence", times=1_000, value="0")
    shopping.accept_today(bo)
    shopping.pack(bo)
    shopping.ship(bo)

    reads(ana, "JNE sedang tidak menjawab, jadi kami belum tahu paketnya di mana.")

    # It tells by itself what nobody could ask it.
    courier.scan("out_for_delivery")
    reads(ana, "Dibawa kurir ke alamat")
    expect(ana.locator("#paket")).not_to_contain_text("sedang tidak menjawab")
    expect(ana.locator("[data-part=parcel-age]")).to_contain_text("Kabar terakhir dari JNE")

    courier.scan("delivered")
    expect(ana.locator(".status__title")).to_have_text("Pesananmu sudah sampai", timeout=30_000)
    reads(bo, "Diterima")
    expect(bo.locator("#paket")).to_contain_text("Paket diterima oleh penerima")
