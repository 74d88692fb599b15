"""Scenes to draw: each a page in a state, as a person, on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from superapp.wiring.demo.people import DAUD, SEKAR
from tests.harness.browsers import DESK, PHONE
from tests.screens import world

PICTURES = Path(__file__).parents[2] / "superapp/wiring/demo/data/pictures"
PHOTOS = 5
Prepare = Callable[[Page, BrowserContext], None]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """``address`` is called once the world is there; ``prepare`` brings the page into its state."""

    name: str
    address: Callable[[], str]
    number: str | None = SEKAR.number
    size: tuple[int, int] = PHONE
    scheme: str = "light"
    language: str = "id"
    letters: str = ""
    prepare: tuple[Prepare, ...] = field(default=())

    @property
    def file(self) -> str:
        screen = "phone" if self.size == PHONE else "desk"
        return f"{self.name}-{screen}-{self.scheme}-{self.language}.webp"


def talk() -> str:
    return world.conversation_of(SEKAR.number, DAUD.number)


def odd_talk(place: int) -> str:
    return world.conversation_of(world.EDGE, world.ODD_PEOPLE[place][0])


def at(path: str) -> Callable[[], str]:
    return lambda: path


def ask_for_a_code(page: Page, _context: BrowserContext) -> None:
    page.fill("#phone", "0812 9999 0000")
    page.click("main form .button--main")
    page.wait_for_selector("#code")


def type_a_wrong_number(page: Page, _context: BrowserContext) -> None:
    page.fill("#phone", "0812")
    page.click("main form .button--main")
    page.wait_for_selector(".field__problem")


def open_the_menu(page: Page, _context: BrowserContext, *, of: str = "[data-mine]") -> None:
    """Of the last message that is no emoji alone."""
    page.locator(f".message{of}:not([data-big]):not([data-recalled]) [data-action=menu]").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#message-menu:popover-open")


def go_offline_and_write(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    page.fill("textarea[name=body]", "Aku tulis ini di dalam terowongan, ya")
    page.click("[data-part=send]")
    page.wait_for_selector(".message[data-state=unsent], .message[data-state=uncertain]")
    page.wait_for_selector("nusa-connection:not([hidden])")


def reply_to_the_last(page: Page, context: BrowserContext) -> None:
    open_the_menu(page, context, of=":not([data-mine])")
    page.click("#message-menu [data-action=reply]")
    page.fill(
        "textarea[name=body]", "Kalau begitu 3 kg dulu ya Kak. Kalau paketnya laku, bulan depan kutambah jadi 5 kg"
    )


def search_in_vain(page: Page, _context: BrowserContext) -> None:
    page.fill("[data-part=search]", "zzz")
    page.wait_for_selector("[data-part=nothing-found]:not([hidden])")


def pick_photos(page: Page, _context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    pictures = sorted(PICTURES.glob("manik-sekar/*-1.webp"))[:PHOTOS]
    page.locator("nusa-composer [data-part=gallery]").set_input_files(pictures)
    page.locator(".tray__preview:not([hidden])").nth(PHOTOS - 1).wait_for()


def send_photos(page: Page, context: BrowserContext) -> None:
    """Send them, unless an earlier scene has."""
    if not page.locator("li[data-photos]").count():
        pick_photos(page, context)
        page.fill("nusa-composer [data-part=body]", "Contoh untuk besok, pilih yang mana?")
        page.locator("nusa-composer [data-part=send]").click()
    page.wait_for_selector("li[data-photos][data-seq]", timeout=60_000)
    page.wait_for_load_state("networkidle")


def look_at_a_photo(page: Page, _context: BrowserContext) -> None:
    page.locator("[data-part=photo-link]").nth(1).click()
    page.wait_for_selector("#photo-viewer[open]")
    page.wait_for_load_state("networkidle")


def open_the_newest_movement(page: Page, _context: BrowserContext) -> None:
    page.locator(".movement__way").first.click()
    page.wait_for_selector(".track")


def send_to_the_first(page: Page, _context: BrowserContext) -> None:
    page.locator("a.item--link").first.click()
    page.locator("#amount").press_sequentially("75000")
    page.fill("#memo", "Ongkir kemarin, makasih ya")
    page.locator("form .button--main").click()
    page.wait_for_selector("#pin")


def hide_the_balance(page: Page, _context: BrowserContext) -> None:
    page.locator(".balance__hide").click()


def open_the_first_order(page: Page, _context: BrowserContext) -> None:
    page.locator("nusa-known .order-row").first.click()
    page.wait_for_selector(".track")


def open_the_first_good(page: Page, _context: BrowserContext) -> None:
    page.locator(".order-row").first.click()
    page.wait_for_selector("#price")


def begin_to_buy(page: Page, _context: BrowserContext) -> None:
    page.locator("a[href^='/toko/kopi-rante/']").first.click()
    page.wait_for_selector(".buy__now")
    page.locator(".buy__now").click()
    page.wait_for_selector("#quantity")


def lose_the_line(page: Page, context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    context.set_offline(True)
    page.wait_for_selector("nusa-known[data-state=stale]")


def check_the_first_receipt(page: Page, context: BrowserContext) -> None:
    open_the_first_order(page, context)
    page.locator("a[href^='/bukti/periksa/']").first.click()
    page.wait_for_selector("[data-verdict=ours]")


def scenes() -> Iterator[Scene]:
    """All of them."""
    yield from _main()
    yield from _states()
    yield from _edges()


def _main() -> Iterator[Scene]:
    """Every main screen: on a phone and on a desk, light and dark, in both languages."""
    for size, scheme, language in product((PHONE, DESK), ("light", "dark"), ("id", "en")):
        scene = partial(Scene, size=size, scheme=scheme, language=language)
        yield scene(name="login", address=at("/masuk/"), number=None)
        if size == PHONE:
            yield scene(name="list", address=at("/obrolan/"))
        yield scene(name="conversation", address=talk)
        yield scene(name="contacts", address=at("/kontak/"))
        yield scene(name="wallet", address=at("/dompet/"))
        yield scene(name="orders", address=at("/pesanan/"))
        yield scene(name="today", address=at("/tokoku/"))
        yield scene(name="order", address=at("/pesanan/"), prepare=(open_the_first_order,))
        yield scene(name="me", address=at("/saya/"))
        yield scene(name="notifications", address=at("/saya/notifikasi/"))


def _states() -> Iterator[Scene]:
    """Screens in states that one has to bring about."""
    yield Scene(name="login-code", address=at("/masuk/"), number=None, prepare=(ask_for_a_code,))
    yield Scene(name="login-refused", address=at("/masuk/"), number=None, prepare=(type_a_wrong_number,))
    yield Scene(name="details", address=lambda: talk() + "rincian/")
    yield Scene(name="details", address=lambda: talk() + "rincian/", size=DESK)
    yield Scene(name="menu", address=talk, prepare=(open_the_menu,))
    yield Scene(name="menu", address=talk, size=DESK, scheme="dark", prepare=(open_the_menu,))
    yield Scene(name="reply", address=talk, prepare=(reply_to_the_last,))
    for size, scheme in ((PHONE, "light"), (DESK, "light"), (DESK, "dark")):
        photos = partial(Scene, address=lambda: odd_talk(2), number=world.EDGE, size=size, scheme=scheme)
        yield photos(name="photos", prepare=(send_photos,))
        yield photos(name="photos-picked", prepare=(send_photos, pick_photos))
        yield photos(name="photo-viewer", prepare=(send_photos, look_at_a_photo))
        yield photos(name="photos-gathered", address=lambda: odd_talk(2) + "foto/")
    yield Scene(name="offline", address=talk, prepare=(go_offline_and_write,))
    yield Scene(name="offline", address=talk, scheme="dark", size=DESK, prepare=(go_offline_and_write,))
    yield Scene(name="offline-page", address=at("/luring/"), number=None)
    yield Scene(name="receipt", address=at("/dompet/"), prepare=(open_the_newest_movement,))
    yield Scene(name="send-whom", address=at("/dompet/kirim/"))
    yield Scene(name="send-confirm", address=at("/dompet/kirim/"), prepare=(send_to_the_first,))
    yield Scene(name="wallet-hidden", address=at("/dompet/"), prepare=(hide_the_balance,))
    yield Scene(name="pin-first", address=at("/dompet/pin/"), number=world.NEWCOMER)
    yield Scene(name="orders-offline", address=at("/pesanan/"), prepare=(lose_the_line,))
    yield Scene(name="buy", address=at("/toko/kopi-rante/"), prepare=(begin_to_buy,))
    yield Scene(name="buy", address=at("/toko/kopi-rante/"), size=DESK, scheme="dark", prepare=(begin_to_buy,))
    yield Scene(name="receipt-check", address=at("/pesanan/"), prepare=(check_the_first_receipt,))
    yield Scene(name="goods", address=at("/tokoku/barang/"))
    yield Scene(name="good", address=at("/tokoku/barang/"), prepare=(open_the_first_good,))
    yield Scene(name="shop-open", address=at("/tokoku/buka/"), number=world.NEWCOMER)
    yield Scene(name="not-found", address=at("/tidak-ada/"))
    yield Scene(name="search-in-vain", address=at("/obrolan/"), prepare=(search_in_vain,))


def _edges() -> Iterator[Scene]:
    """No data, long names, letters three times as large, letters from right to left."""
    for name, path in (
        ("list", "/obrolan/"),
        ("contacts", "/kontak/"),
        ("wallet", "/dompet/"),
        ("orders", "/pesanan/"),
    ):
        yield Scene(name=f"{name}-empty", address=at(path), number=world.NEWCOMER)
    yield Scene(name="list-empty", address=at("/obrolan/"), number=world.NEWCOMER, size=DESK, scheme="dark")
    yield Scene(name="list-long-names", address=at("/obrolan/"), number=world.EDGE)
    yield Scene(name="contacts-long-names", address=at("/kontak/"), number=world.EDGE)
    yield Scene(name="conversation-long-words", address=lambda: odd_talk(0), number=world.EDGE)
    yield Scene(name="conversation-right-to-left", address=lambda: odd_talk(1), number=world.EDGE)
    yield Scene(name="conversation-right-to-left", address=lambda: odd_talk(1), number=world.EDGE, size=DESK)
    for name, address in (
        ("list", at("/obrolan/")),
        ("conversation", talk),
        ("contacts", at("/kontak/")),
        ("wallet", at("/dompet/")),
    ):
        yield Scene(name=f"{name}-300-percent", address=address, letters="300%")
    yield Scene(name="login-300-percent", address=at("/masuk/"), number=None, letters="300%")
