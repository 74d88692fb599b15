"""A person at a phone keeps an address: the village is found while it is typed, and chosen with a tap."""

from __future__ import annotations

from playwright.sync_api import expect

from superapp.accounts import api as accounts
from superapp.addresses import api as addresses
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import ANA_PHONE


def test_village_is_found_while_typed_and_kept_with_its_address(site: Site, browser: Browser) -> None:
    page = browser.person("ana", site.url)
    people.arrive(page, phone=ANA_PHONE, name="Ana")
    page.goto("/saya/alamat/baru/")
    page.get_by_label("Jalan, nomor rumah, gedung").fill("Jl. Cikutra No. 5")

    page.get_by_label("Cari kelurahan").press_sequentially("cikutra band")
    page.get_by_role("button", name="Cikutra, Cibeunying Kidul, Kota Bandung, Jawa Barat").click()

    # What was typed before stays, and the next field is ready.
    expect(page.get_by_label("Jalan, nomor rumah, gedung")).to_have_value("Jl. Cikutra No. 5")
    expect(page.get_by_label("Jalan, nomor rumah, gedung")).to_be_focused()
    page.get_by_label("Kode pos").fill("40124")
    page.get_by_role("button", name="Simpan alamat").click()
    expect(page.get_by_text("Alamat tersimpan.")).to_be_visible()
    expect(page.get_by_text("Kota Bandung, Jawa Barat 40124")).to_be_visible()
    ana = accounts.find_user_by_phone_number("+62" + ANA_PHONE.replace(" ", "")[1:])
    assert ana is not None
    assert [one.village for one in addresses.list_addresses(ana.pk)] == ["Cikutra"]
