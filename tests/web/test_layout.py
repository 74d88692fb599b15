"""Pages in a real browser: nothing jumps, nothing is cut off, what stands beside each other stands on one line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from chat import api as chat
from shop import api as shop
from shop.actions import photo_storage
from superapp.accounts import api as accounts
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.harness.browsers import DESK, PHONE
from tests.payments.purses import PIN
from tests.screens.world import session_of
from tests.shop.image_files import photo
from tests.web.test_accessibility import IS_SETTLED

# How far all of a page shifted, and what did; see https://web.dev/articles/cls. Nobody has touched the page.
WATCH_SHIFTS = """
window.shifted = { sum: 0, what: [] }
new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    window.shifted.sum += value
    for (const { node, previousRect: from, currentRect: to } of sources)
      window.shifted.what.push(`${node?.className ?? node?.nodeName}: ${from.y}+${from.height} to ${to.y}+${to.height}`)
  }
}).observe({ type: "layout-shift", buffered: true })
"""
SHIFT_MAX = 0.02
SLOWER = 6
TOUCH_PX = 44
MESSAGES = 40
NARROW = (320, 700)
PROSE = "Besok aku bawa dua puluh bungkus, sisanya menyusul hari Jumat kalau hujannya sudah reda. "


def add_photo(product, owner, now, size):
    stored = photo_storage.store_photo(photo(size=size), owner_id=owner.pk, now=now)
    shop.add_photo(
        owner_id=owner.pk,
        product=product.public_id,
        name=stored.name,
        width=stored.width,
        height=stored.height,
        placeholder=stored.placeholder,
        now=now,
    )


@pytest.fixture
def world(site, real_db, make_user, now, settings):
    """Ana, who talks with Bo at length; and Bo's shop, with photos of every ratio."""
    settings.MEDIA_ROOT = real_db.var_dir / "media"  # Where the processes of the site look for pictures.
    ana, bo = make_user("ana"), make_user("bo")
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    for place in range(MESSAGES):
        entry = chat.compose_message(
            conversation_id=talk.public_id,
            sender_id=(ana if place % 3 else bo).pk,
            sender_public_id=(ana if place % 3 else bo).public_id,
            client_id=str(ids.new_id()),
            body=PROSE * (place % 4 + 1),
        )
        chat.post_message(entry, now=now + timedelta(minutes=place * 40))
    shop.open_shop(owner_id=bo.pk, handle="toko-bo", name="Toko Bo", town="Solo", now=now)
    goods = []
    for place, sizes in enumerate(([(900, 400), (400, 900), (600, 600)], [(400, 900)], [(600, 600)], [(900, 600)])):
        product = shop.add_product(
            owner_id=bo.pk,
            name=f"Kain lurik bergaris nomor {place}",
            price=Money(10_000_00),
            quantity=5,
            listed=True,
            idempotency_key=f"k{place}",
            now=now,
        )
        for size in sizes:
            add_photo(product, bo, now, size)
        goods.append(product)
    return site, ana, bo, talk, goods


@pytest.fixture
def page_of(browser, world):
    """A page of somebody who is logged in: ``page_of(ana, PHONE)``."""
    site = world[0]

    def open_page(user, size):
        page = browser.person(f"{user.handle} {size}", site.url, size=size)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(user, now=clock.now()), "url": site.url}
        page.context.add_cookies([cookie])
        return page

    return open_page


def box(page, selector, place=0):
    return page.locator(selector).nth(place).bounding_box()


@pytest.mark.timeout(180)
def test_page_has_no_layout_shift_on_a_slow_device(world, page_of):
    _site, ana, _bo, talk, goods = world
    product = f"/toko/toko-bo/{goods[0].slug}/"
    shifted = {}

    for size in (PHONE, DESK):
        page = page_of(ana, size)
        page.context.add_init_script(WATCH_SHIFTS)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for path in (f"/obrolan/{talk.public_id}/", "/obrolan/", "/pesanan/", "/toko/toko-bo/", product, "/dompet/"):
            page.goto(path)
            page.wait_for_function(IS_SETTLED, arg=True)
            page.wait_for_timeout(300)
            shifted[size, path] = page.evaluate("window.shifted")

    assert {key: value for key, value in shifted.items() if value["sum"] > SHIFT_MAX} == {}


@pytest.mark.timeout(180)
def test_product_photos_are_aligned_and_no_text_is_cut_off(world, page_of):
    _site, ana, _bo, _talk, goods = world
    address = f"/toko/toko-bo/{goods[0].slug}/"

    phone = page_of(ana, PHONE)
    phone.goto(address)
    gallery, first, text = box(phone, ".gallery"), box(phone, ".gallery__one"), box(phone, ".piece__text")
    assert gallery["height"] - first["height"] < 24
    assert text["y"] - (first["y"] + first["height"]) < 40
    phone.goto("/toko/toko-bo/")
    tops = [box(phone, ".goods .photo", place) for place in range(4)]
    assert {round(one["y"]) for one in tops[:2]} == {round(tops[0]["y"])}
    assert {round(one["height"]) for one in tops} == {round(tops[0]["width"])}

    desk = page_of(ana, DESK)
    desk.goto(address)
    gallery = box(desk, ".gallery")
    for place in range(3):
        one = box(desk, ".gallery__one .photo", place)
        assert one["x"] + one["width"] <= gallery["x"] + gallery["width"] + 1
    assert box(desk, ".piece__text")["x"] > gallery["x"] + gallery["width"]

    assert_nothing_is_cut_off(page_of, ana, address)


def assert_nothing_is_cut_off(page_of, ana, address):
    """At twice the letters, and on the narrowest phone."""
    found = {}

    for size in (PHONE, NARROW):
        page = page_of(ana, size)
        for letters in ("100%", "200%"):
            for path in (address, "/toko/toko-bo/", "/toko/", "/pesanan/", "/tokoku/buka/"):
                page.goto(path)
                page.evaluate("(size) => document.documentElement.style.setProperty('font-size', size)", letters)
                sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                found[size, letters, path] = (sideways, page.evaluate(CUT_OFF))
    # The bar of a purchase stands on the places, and covers none of them.
    page.goto(address)
    for place in range(5):
        icon = box(page, ".place__icon .icon", place)
        assert (icon["width"], icon["height"]) == (24, 24)
    bar = box(page, ".buy")
    assert abs(bar["y"] + bar["height"] - box(page, ".places")["y"]) <= 1

    assert {key: value for key, value in found.items() if value != (0, [])} == {}


# Words of buttons and places that are wider than their room.
CUT_OFF = """() => [...document.querySelectorAll(".button span, .place > span, .sides__side")]
  .filter((one) => one.offsetParent && !one.matches(".visually-hidden, .badge, .place__icon") &&
    getComputedStyle(one).display !== "inline" && getComputedStyle(one).position !== "absolute" &&
    one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent.trim())"""


@pytest.mark.timeout(180)
def test_merchant_buttons_have_full_size_and_forms_start_at_the_top(world, page_of, make_payer, now):
    _site, _ana, bo, _talk, goods = world
    dewi = make_payer("dewi", 100_000_00)
    placed = shop.place_order(
        buyer_id=dewi.pk,
        product=goods[0].public_id,
        quantity=1,
        address={"name": "Dewi", "phone": "0812 3456 7890", "text": "Jalan Melati 1", "town": "Solo"},
        expected_total=Money(10_000_00),
        pin=PIN,
        idempotency_key="k",
        now=clock.now(),
    )
    page = page_of(bo, PHONE)

    page.goto("/tokoku/")
    heights = [box(page, "[data-part=tap-word]")["height"]]
    rows = page.locator(".known__rows").evaluate("(rows) => getComputedStyle(rows).display")
    page.get_by_role("button", name="Terima").click()
    page.wait_for_selector("text=Diterima.")
    page.get_by_role("button", name="Sudah dikemas").click()
    page.wait_for_selector("[data-part=go]:visible")
    heights.append(box(page, "[data-part=go]")["height"])
    page.locator("[data-part=go]").click()
    page.wait_for_selector("#courier")
    page.wait_for_timeout(300)

    bar, courier = box(page, ".bar"), box(page, "#courier")
    assert page.url.endswith(f"/pesanan/{placed.order}/#kirim")
    assert bar["y"] + bar["height"] < courier["y"] < PHONE[1] / 2
    assert min(heights) >= TOUCH_PX
    # One below the other, as wide as the list.
    assert rows == "block"
