"""Every page can be used by everybody: axe finds nothing, in the light and the dark, on a phone and on a desk."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from chat import api as chat
from chat.actions import group_links
from payments import api as payments
from shop import api as shop
from superapp.accounts import api as accounts
from superapp.accounts.actions import contacts
from superapp.core import clock, ids
from superapp.core.money import Money
from tests.harness.browsers import DESK, PHONE
from tests.screens.world import session_of

PAGES = (
    "/masuk/",
    "/masuk/kotak-sms/",
    "/luring/",
    "/tidak-ada/",
    "/obrolan/",
    "CONVERSATION",
    "DETAILS",
    "/obrolan/baru/",
    "/obrolan/grup/",
    "/obrolan/undangan/",
    "/obrolan/grup-lama/",
    "GROUP",
    "GROUP LINKS",
    "/kontak/",
    "/saya/",
    "/dompet/",
    "/dompet/isi/",
    "/dompet/kirim/",
    "SEND",
    "CONFIRM",
    "RECEIPT",
    "/dompet/laporan/",
    "/dompet/pin/",
    "/dompet/pin/lupa/",
    "/bukti/periksa/",
    "/toko/",
    "/toko/toko-cici/",
    "/pesanan/",
    "ORDER",
    "SALE",
    "BUY",
    "/tokoku/",
    "/tokoku/pesanan/",
    "/tokoku/barang/",
    "GOOD",
    "/tokoku/barang/baru/",
    "/tokoku/ubah/",
    "/tokoku/laporan/",
)
# All its rules. It may not fetch our style sheets by itself: it would ask for them at wrong addresses.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


def give_money(make_user, user, *, now):
    """Ana has a PIN, money that came in at the counter, and has sent some on."""
    maker, checker = (make_user(handle, is_staff=True) for handle in ("maker", "checker"))
    asked = payments.request_top_up(
        user_id=user.pk, amount=Money(100_000_00), reason="tunai", maker_id=maker.pk, now=clock.now()
    )
    payments.approve_top_up(top_up=asked.public_id, checker_id=checker.pk, now=clock.now())
    payments.set_first_pin(user_id=user.pk, pin="280394", now=now)
    payments.send_money(
        sender_id=user.pk,
        receiver_id=accounts.get_user_by_handle("bowo").pk,
        amount=Money(15_000_00),
        memo="bakso",
        pin="280394",
        idempotency_key="k",
        now=clock.now(),
    )


def give_goods(make_user, user, *, now):
    """Ana has a shop from which Bo bought, and bought of Cici; answers (what she sold, what she bought, her goods)."""
    kinds = []
    for owner, handle in ((user, "toko-ana"), (accounts.get_user_by_handle("cici"), "toko-cici")):
        shop.open_shop(owner_id=owner.pk, handle=handle, name=handle, town="Solo", now=clock.now())
        fields = {"name": "Gelang", "price": Money(10_000_00), "quantity": 5, "listed": True, "idempotency_key": "k"}
        kinds.append(shop.add_product(owner_id=owner.pk, now=clock.now(), **fields))
    bowo = accounts.get_user_by_handle("bowo")
    payments.set_first_pin(user_id=bowo.pk, pin="280394", now=now)
    placed = []
    for buyer, product in ((bowo, kinds[0]), (user, kinds[1])):
        answer = shop.place_order(
            buyer_id=buyer.pk,
            product=product.public_id,
            quantity=1,
            address={"name": buyer.name, "phone": "0812 3456 7890", "text": "Jalan Melati 1", "town": "Solo"},
            note="Bungkus rapat",
            expected_total=Money(10_000_00),
            pin="280394",
            idempotency_key="k",
            now=clock.now(),
        )
        placed.append(answer.order)
    return (*placed, kinds[0].public_id, kinds[1].public_id)


def to_confirm(page, address):
    """From the page that asks how much to the one that asks for the PIN."""
    page.goto(address)
    page.fill("#amount", "5000")
    page.locator("form .button--main").click()
    page.wait_for_selector("#pin")


@pytest.fixture
def world(site, make_user, now):
    """Ana, who knows Bo, is asked by Cici and asked Dodi; and what Ana and Bo said."""
    ana, bo, cici, _dodi = (make_user(handle) for handle in ("ana", "bowo", "cici", "dodi"))
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    contacts.request_contact_by_handle(user_id=cici.pk, handle="ana", now=now)
    contacts.request_contact_by_handle(user_id=ana.pk, handle="dodi", now=now)
    talk = chat.open_direct_conversation(user_id=ana.pk, peer_id=bo.pk, now=now)
    lines = (
        (bo, "Jadi ke pasar?", None),
        (ana, "Jadi! Lihat https://pasar.example/buka dulu", 1),
        (bo, "👍", None),
        (bo, "Jam enam, ya", None),
    )
    for place, (sender, body, reply_to) in enumerate(lines):
        entry = chat.compose_message(
            conversation_id=talk.public_id,
            sender_id=sender.pk,
            sender_public_id=sender.public_id,
            client_id=str(ids.new_id()),
            body=body,
            reply_to=reply_to,
        )
        chat.post_message(entry, now=now + timedelta(minutes=place))
    chat.set_reaction(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, emoji="❤️", now=now)
    chat.recall_message(conversation_id=talk.public_id, seq=4, by_user_id=bo.pk, now=now + timedelta(minutes=5))
    give_money(make_user, ana, now=now)
    goods = give_goods(make_user, ana, now=now)
    chat.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, is_pinned=True, draft="Aku ba")
    return site, ana, talk, goods


# The page is whole: with its modules, with its line if somebody is logged in, and no list is on its way.
IS_SETTLED = """(isSomebody) => document.readyState === "complete" &&
  (!isSomebody || document.documentElement.dataset.line === "ready") &&
  !document.querySelector("[data-state=loading]")"""
# Colours that fade from one scheme to the other are there at once.
HAVE_CHANGED = (
    "() => document.getAnimations().forEach((change) => change.effect.getTiming().iterations === 1 && change.finish())"
)
# What a scheme changes is colours; everything else is the same by night.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LOOKS = (
    (PHONE, "light", {}),
    (DESK, "light", {}),
    (DESK, "dark", COLOURS),
    (PHONE, "dark", COLOURS),
)


def faults_of(page):
    """Find what axe minds, on a phone and on a desk, by day and by night; the page is loaded once."""
    page.evaluate(Axe().axe_script)
    faults = []
    for (width, height), scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(HAVE_CHANGED)
        violations = page.evaluate("(options) => axe.run(options)", {**OPTIONS, **rules})["violations"]
        nodes = [(one["id"], node) for one in violations for node in one["nodes"]]
        faults += [f"{width}, {scheme}: {rule}: {node['html'][:160]}" for rule, node in nodes]
    return faults


@pytest.mark.timeout(240)
def test_axe_finds_nothing_on_any_page(world, browser, now):
    site, ana, talk, (sold, bought, good, other_good) = world
    # Pages that are not there (served, there is no inbox), and axe, which tries styles on.
    browser.forgive(r"/tidak-ada/|/masuk/kotak-sms/|Applying inline style|content security policy: style-src")
    page = browser.person("ana", site.url)
    members = list(talk.members.values_list("user_id", flat=True))
    group = chat.create_group(owner_id=ana.pk, title="Arisan", member_ids=members, now=now)
    group_links.make_link(
        conversation_id=group.public_id, by_user_id=ana.pk, lasts_for=None, uses_max=5, needs_approval=True, now=now
    )
    addresses = {
        "GROUP": f"/obrolan/{group.public_id}/rincian/",
        "GROUP LINKS": f"/obrolan/{group.public_id}/grup/tautan/",
        "CONVERSATION": f"/obrolan/{talk.public_id}/",
        "DETAILS": f"/obrolan/{talk.public_id}/rincian/",
        "SEND": f"/dompet/kirim/{accounts.get_user_by_handle('bowo').public_id}/",
        "RECEIPT": f"/dompet/bukti/{payments.list_wallet_movements(ana.pk, now=now)[0].journal}/",
        "ORDER": f"/pesanan/{bought}/",
        "SALE": f"/pesanan/{sold}/",
        "BUY": f"/beli/{other_good}/",
        "GOOD": f"/tokoku/barang/{good}/",
    }
    found = {}

    for name in PAGES:
        if name == "/obrolan/":
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session_of(ana, now=now), "url": site.url}
            page.context.add_cookies([cookie])
        if name == "CONFIRM":
            to_confirm(page, addresses["SEND"])
        else:
            page.goto(addresses.get(name, name))
        page.wait_for_function(IS_SETTLED, arg=PAGES.index(name) >= PAGES.index("/obrolan/"))
        found[name] = faults_of(page)

    assert found == {name: [] for name in PAGES}


# The letters of most phones, and the widest that a phone or a desk may have instead.
FONTS = ("Roboto", "DejaVu Sans")
WIDTHS = (390, 320)
SIZES = (100, 200, 300)
# Letters are changed from outside, as a person's settings do; the answer is by how much the page can be moved sideways.
SIDEWAYS = """([font, size]) => {
  const root = document.documentElement;
  root.style.setProperty("--font", `"${font}"`);
  root.style.setProperty("font-size", `${size}%`);
  return root.scrollWidth - root.clientWidth;
}"""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", ["id", "en"])
def test_large_text_causes_no_horizontal_scroll_on_a_phone(world, browser, now, language):
    site, ana, talk, (sold, bought, good, other_good) = world
    page = browser.person("ana", site.url, language=language)
    cookies = {settings.SESSION_COOKIE_NAME: session_of(ana, now=now), settings.LANGUAGE_COOKIE_NAME: language}
    page.context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies.items()])
    paths = (
        "/luring/",
        "/obrolan/",
        f"/obrolan/{talk.public_id}/",
        f"/obrolan/{talk.public_id}/rincian/",
        "/kontak/",
        "/saya/",
        "/dompet/",
        "/dompet/isi/",
        "/dompet/kirim/",
        f"/dompet/kirim/{accounts.get_user_by_handle('bowo').public_id}/",
        f"/dompet/bukti/{payments.list_wallet_movements(ana.pk, now=now)[0].journal}/",
        "/dompet/laporan/",
        "/dompet/pin/",
        "/bukti/periksa/",
        "/toko/",
        "/toko/toko-cici/",
        "/pesanan/",
        f"/pesanan/{bought}/",
        f"/pesanan/{sold}/",
        f"/beli/{other_good}/",
        "/tokoku/",
        "/tokoku/pesanan/",
        "/tokoku/barang/",
        f"/tokoku/barang/{good}/",
        "/tokoku/barang/baru/",
        "/tokoku/ubah/",
    )

    sideways = {}
    for path in paths:
        page.goto(path)
        for width, font, size in itertools.product(WIDTHS, FONTS, SIZES):
            page.set_viewport_size({"width": width, "height": 844})
            sideways[path, width, font, size] = page.evaluate(SIDEWAYS, [font, size])

    assert {what: pixels for what, pixels in sideways.items() if pixels} == {}
