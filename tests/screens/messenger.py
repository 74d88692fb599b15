"""Scenes of groups, and of what the messenger has besides conversations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from playwright.sync_api import BrowserContext, Page

from superapp.core import clock
from superapp.wiring.demo.people import PERSON_BY_KEY
from tests.harness.browsers import DESK, PHONE
from tests.screens import world
from tests.screens.scenes import Scene, at, open_the_menu

FAMILY, TEAM = "Keluarga Klaten", "Tim Manik Sekar"
# Each screen and scheme once in each language, over both.
LOOKS = ((PHONE, "light", "id"), (PHONE, "dark", "en"), (DESK, "light", "en"), (DESK, "dark", "id"))


def family() -> str:
    return world.group_of(FAMILY)


def team() -> str:
    return world.group_of(TEAM)


def scroll_to_the_poll(page: Page, _context: BrowserContext) -> None:
    page.locator("[data-attachment=poll]").last.scroll_into_view_if_needed()


def scroll_to_the_album(page: Page, _context: BrowserContext) -> None:
    page.locator("li[data-photos]").last.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")


def choose_members(page: Page, _context: BrowserContext) -> None:
    page.fill("#title", "Panitia bazar Kotagede")
    boxes = page.locator("input[name=users]")
    for place in (0, 2, 3):
        boxes.nth(place).check()


def attach(page: Page, what: str) -> None:
    page.wait_for_selector("html[data-line=ready]")
    page.locator("nusa-composer [data-part=attach]").click()
    page.locator(f"#attach-menu [data-action={what}]").click()


def open_the_attachments(page: Page, _context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    page.locator("nusa-composer [data-part=attach]").click()
    page.wait_for_selector("#attach-menu:popover-open")


def write_a_poll(page: Page, _context: BrowserContext) -> None:
    attach(page, "poll")
    page.wait_for_selector("#poll-dialog[open]")
    page.fill("#poll-dialog [data-part=question]", "Slametan mulai jam berapa?")
    for place, answer in enumerate(("Habis Magrib", "Habis Isya")):
        page.locator("#poll-dialog [data-part=options] input").nth(place).fill(answer)


def look_for_an_emoji(page: Page, _context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    page.locator("nusa-composer [data-part=emoji]").click()
    page.wait_for_selector("#emoji-picker:popover-open [data-part=emoji] button")


def choose_whom_to_forward_to(page: Page, context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    open_the_menu(page, context, of=":not([data-mine])")
    page.click("#message-menu [data-action=forward]")
    page.wait_for_selector("#choose-dialog[open]")
    page.locator("#choose-dialog [data-part=check]").nth(1).check()


def begin_to_mention(page: Page, _context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    body = page.locator("nusa-composer [data-part=body]")
    # A scene before this one may have left it as a draft.
    body.fill("")
    body.press_sequentially("Jumat jadi ya @")
    page.wait_for_selector("nusa-composer [data-part=names]:not([hidden])")


def see_who_has_read(page: Page, context: BrowserContext) -> None:
    page.wait_for_selector("html[data-line=ready]")
    open_the_menu(page, context)
    page.click("#message-menu [data-action=info]")
    page.wait_for_url("**/pesan/**")


def have_a_link(page: Page, _context: BrowserContext) -> None:
    world.link_into(FAMILY, now=clock.now())
    page.reload()
    page.wait_for_load_state("networkidle")


def open_a_member(page: Page, _context: BrowserContext) -> None:
    page.locator(".details__members button[popovertarget^=member-]").first.click()


def link() -> str:
    return world.link_into(FAMILY, now=clock.now())


def messenger_scenes() -> Iterator[Scene]:
    """All of them."""
    for size, scheme, language in product((PHONE, DESK), ("light", "dark"), ("id", "en")):
        scene = partial(Scene, size=size, scheme=scheme, language=language)
        yield scene(name="group", address=family)
        yield scene(name="group-details", address=lambda: family() + "rincian/")
    for size, scheme, language in LOOKS:
        scene = partial(Scene, size=size, scheme=scheme, language=language)
        yield scene(name="group-poll", address=family, prepare=(scroll_to_the_poll,))
        yield scene(name="group-album", address=team, prepare=(scroll_to_the_album,))
        yield scene(name="group-new", address=at("/obrolan/grup/"), prepare=(choose_members,))
        yield scene(name="group-link", address=lambda: family() + "grup/tautan/", prepare=(have_a_link,))
        yield scene(name="group-join", address=link, number=world.NEWCOMER)
        yield scene(name="group-readers", address=family, prepare=(see_who_has_read,))
        yield scene(name="poll-form", address=family, prepare=(write_a_poll,))
        yield scene(name="emoji", address=family, prepare=(look_for_an_emoji,))
        yield scene(name="forward", address=family, prepare=(choose_whom_to_forward_to,))
        yield scene(name="starred", address=at("/obrolan/berbintang/"))
        yield scene(name="archived", address=at("/obrolan/arsip/"))
    for size, scheme in ((PHONE, "light"), (DESK, "dark")):
        scene = partial(Scene, size=size, scheme=scheme)
        yield scene(name="group-join-stranger", address=link, number=None)
        yield scene(name="group-member", address=lambda: family() + "rincian/", prepare=(open_a_member,))
        yield scene(name="attach", address=family, prepare=(open_the_attachments,))
        yield scene(name="group-photos", address=lambda: family() + "foto/")
        yield scene(name="group-as-a-member", address=family, number=PERSON_BY_KEY["bapak"].number)
        yield scene(name="chat-new", address=at("/obrolan/baru/"))
    for size, scheme, language in LOOKS:
        # The last ones, since what was begun stays as a draft.
        yield Scene(
            name="mention", address=family, size=size, scheme=scheme, language=language, prepare=(begin_to_mention,)
        )
