"""Photos between two people: picked, sent once and in order, looked at, and taken back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two
from tests.journeys.test_bad_connections import OFFLINE_NOISE, go_offline, go_online

pytestmark = pytest.mark.timeout(240)

TEAL, BRICK, SAND = (24, 128, 140), (180, 70, 50), (210, 180, 120)
UPRIGHT_BY_EXIF = 6
ORIENTATION = 0x0112
READY_MS = 30_000


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """A site that prepares photos, also as served."""
    return make_site(runs_jobs=True)


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (1200, 900), orientation: int = 1) -> bytes:
    """Draw a photo with a lighter left half, as JPEG."""
    image = Image.new("RGB", size, colour)
    image.paste(tuple(min(255, value + 60) for value in colour), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    written = io.BytesIO()
    image.save(written, "JPEG", quality=90, exif=exif)
    return written.getvalue()


def as_file(content: bytes, name: str = "foto.jpg", kind: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def pick(page: Page, *files: FilePayload) -> None:
    """Pick photos from the gallery, through the menu of the composer."""
    count = tray(page).count()
    page.locator("nusa-composer [data-part=attach]").click()
    with page.expect_file_chooser() as chosen:
        page.locator("#attach-menu [data-action=gallery]").click()
    chosen.value.set_files(list(files))
    expect(tray(page).locator("[data-part=preview]:not([hidden])")).to_have_count(count + len(files))


def tray(page: Page) -> Locator:
    return page.locator("nusa-composer [data-part=tray] [data-photo]")


def albums(page: Page) -> Locator:
    return page.locator("nusa-timeline li[data-photos]")


def expect_photos(page: Page, *counts: int) -> None:
    """Exactly these albums are on the screen, each known to the server, and all their pictures have come."""
    expect(albums(page).and_(page.locator("[data-seq]"))).to_have_count(len(counts), timeout=READY_MS)
    for place, count in enumerate(counts):
        pictures = albums(page).nth(place).locator("[data-photo] [data-part=picture]")
        expect(pictures).to_have_count(count)
        for each in range(count):
            expect(pictures.nth(each)).to_have_js_property("complete", True)
            assert pictures.nth(each).evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") > 0


def test_two_people_see_an_album_with_its_caption(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)

    pick(two.ana, as_file(picture(TEAL)), as_file(picture(BRICK)))
    pick(two.ana, as_file(picture(SAND, (900, 1200))))
    people.say(two.ana, "Dari pasar")

    expect_photos(two.ana, 3)
    expect_photos(two.bo, 3)
    for page in (two.ana, two.bo):
        expect(albums(page).locator("[data-part=body]")).to_have_text("Dari pasar")
    expect(tray(two.ana)).to_have_count(0)
    expect(albums(two.ana)).to_have_attribute("data-state", "read", timeout=READY_MS)
    two.bo.goto("/obrolan/")
    expect(two.bo.locator("#rows [data-part=text]")).to_have_text("📷 3 foto · Dari pasar")


def test_photos_picked_offline_are_sent_once_in_order_after_a_reload(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive(OFFLINE_NOISE)
    two = two_who_talk(site)
    go_offline(two.ana)
    people.say(two.ana, "sebelum")
    pick(two.ana, as_file(picture(TEAL)), as_file(picture(BRICK)))
    people.say(two.ana, "dua foto")
    pick(two.ana, as_file(picture(SAND)))
    people.send(two.ana)
    people.say(two.ana, "sesudah")
    expect(people.messages(two.ana)).to_have_count(4)

    two.ana.reload()
    expect(people.messages(two.ana)).to_have_count(4)
    expect(albums(two.ana).first).to_have_attribute("data-state", "unsent")
    expect(albums(two.ana).locator("[data-part=picture][src^='blob:']")).to_have_count(3)
    go_online(two.ana)

    for page in (two.ana, two.bo):
        expect_photos(page, 2, 1)
        expect(people.messages(page)).to_have_count(4)
        assert people.bodies(page) == ["sebelum", "dua foto", "", "sesudah"]
    two.ana.reload()
    expect_photos(two.ana, 2, 1)
    expect(people.messages(two.ana)).to_have_count(4)


def test_upload_can_be_cancelled_and_a_failed_one_retried(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    browser.forgive("status of 422|ERR_FAILED")
    two = two_who_talk(site)
    refusal = '{"code":"media.quota_exceeded","message":"Penuh.","params":{},"retry_after":null}'
    two.ana.route(
        re.compile("/media/unggahan/"),
        lambda route: route.fulfill(status=422, content_type="application/json", body=refusal),
    )
    pick(two.ana, as_file(picture(TEAL)))
    people.send(two.ana)
    failed = albums(two.ana)
    expect(failed).to_have_attribute("data-state", "failed")
    expect(failed.locator("[data-part=problem-text]")).to_have_text("Penuh.")

    two.ana.unroute(re.compile("/media/unggahan/"))
    failed.locator("[data-action=retry]").click()
    expect_photos(two.bo, 1)
    two.ana.route(re.compile("/media/unggahan/"), lambda route: route.abort())
    pick(two.ana, as_file(picture(BRICK)), as_file(picture(SAND)))
    people.say(two.ana, "batal")
    going = albums(two.ana).nth(1)
    for _each in range(2):
        going.locator("[data-action=drop-photo]").first.click()

    expect(albums(two.ana)).to_have_count(1)
    people.say(two.ana, "jadi")
    expect(people.message(two.bo, "jadi")).to_be_visible()
    expect(albums(two.bo)).to_have_count(1)


def test_photos_are_rotated_and_shrunk_before_upload(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    lengths: list[int] = []
    two.ana.on(
        "request",
        lambda asked: lengths.append(int(asked.headers.get("upload-length", "0"))) if asked.method == "POST" else None,
    )
    large = picture(TEAL, (4000, 3000), orientation=UPRIGHT_BY_EXIF)

    pick(two.ana, as_file(large))
    people.send(two.ana)

    expect_photos(two.bo, 1)
    ground = albums(two.bo).locator("[data-part=ground]")
    assert [ground.get_attribute(side) for side in ("width", "height")] == ["270", "360"]
    box = ground.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (270, 360)
    assert 0 < max(lengths) < len(large)


def test_photos_loading_cause_no_layout_shift(site: Site, browser: Browser, two_who_talk: Callable[..., Two]) -> None:
    browser.forgive("ERR_FAILED")
    two = two_who_talk(site)
    for count in (1, 2, 3):
        pick(two.bo, *(as_file(picture(TEAL, (1200, 500 * place + 400))) for place in range(count)))
        people.send(two.bo)
    expect_photos(two.ana, 1, 2, 3)
    places = "[...document.querySelectorAll('li[data-photos], .album__tile')].map((each) => each.offsetHeight)"

    two.ana.route(re.compile("/media/berkas/"), lambda route: route.abort())
    two.ana.reload()
    people.wait_for_line(two.ana)
    expect(albums(two.ana).locator("[data-part=hash]:not([hidden])")).to_have_count(6)
    expect(albums(two.ana).locator("[data-part=picture][data-missed]")).to_have_count(6)
    before = two.ana.evaluate(places)
    two.ana.unroute(re.compile("/media/berkas/"))
    two.ana.reload()
    expect_photos(two.ana, 1, 2, 3)

    assert two.ana.evaluate(places) == before
    assert min(before) > 80


def test_file_that_is_no_photo_is_refused_at_once_and_others_stay(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)

    pick(two.ana, as_file(picture(TEAL)))
    two.ana.locator("nusa-composer [data-part=gallery]").set_input_files(
        [as_file(b"%PDF-1.7 nothing to see", "struk.pdf", "application/pdf")]
    )

    problem = two.ana.locator("nusa-composer [data-part=problem]")
    expect(problem).to_have_text("“struk.pdf” tidak bisa dibuka sebagai foto. Pilih JPEG, PNG, atau WebP.")
    expect(tray(two.ana)).to_have_count(1)
    tray(two.ana).locator("[data-part=remove]").click()
    expect(two.ana.locator("nusa-composer [data-part=tray]")).to_be_hidden()
    people.send(two.ana)
    expect(people.messages(two.ana)).to_have_count(0)


def test_photos_can_be_pasted_and_dropped(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    bring = """([bytes, kind, where]) => {
      const carried = new DataTransfer()
      carried.items.add(new File([new Uint8Array(bytes)], "papan.jpg", { type: "image/jpeg" }))
      const init = { bubbles: true, cancelable: true, composed: true }
      const event = kind === "paste" ? new ClipboardEvent(kind, { ...init, clipboardData: carried })
        : new DragEvent(kind, { ...init, dataTransfer: carried })
      document.querySelector(where).dispatchEvent(event)
    }"""
    content = list(picture(TEAL, (64, 48)))

    two.bo.evaluate(bring, [content, "paste", "nusa-composer [data-part=body]"])
    expect(tray(two.bo)).to_have_count(1)
    two.bo.evaluate(bring, [content, "dragover", "[data-part=conversation]"])
    expect(two.bo.locator("[data-part=conversation]")).to_have_attribute("data-dropping", "")
    two.bo.evaluate(bring, [content, "drop", "nusa-timeline"])

    expect(tray(two.bo)).to_have_count(2)
    expect(two.bo.locator("[data-part=conversation][data-dropping]")).to_have_count(0)
    people.send(two.bo)
    expect_photos(two.ana, 2)


def test_photo_viewer_works_by_keyboard_and_restores_focus(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    pick(two.ana, *(as_file(picture(colour)) for colour in (TEAL, BRICK, SAND)))
    people.say(two.ana, "Dari pasar")
    expect_photos(two.bo, 3)
    bo = two.bo
    viewer = bo.locator("#photo-viewer")
    second = albums(bo).locator("[data-part=photo-link]").nth(1)

    second.focus()
    second.press("Enter")
    expect(viewer.get_by_text("2 dari 3", exact=True)).to_be_visible()
    expect(viewer.locator("[data-part=caption]")).to_have_text("Dari pasar")
    expect(viewer.locator("[data-part=who]")).to_have_text("Ana Wulandari")
    bo.keyboard.press("ArrowRight")
    expect(viewer.get_by_text("3 dari 3", exact=True)).to_be_visible()
    expect(viewer.locator("[data-part=after]")).to_be_hidden()
    bo.keyboard.press("Home")
    expect(viewer.get_by_text("1 dari 3", exact=True)).to_be_visible()
    for _each in range(12):
        bo.keyboard.press("Tab")
        assert bo.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#photo-viewer') !== null"
        )
    with bo.expect_download() as downloaded:
        viewer.get_by_role("link", name="Unduh").click()
    with Image.open(downloaded.value.path()) as original:
        assert original.size == (1200, 900)
    bo.keyboard.press("Escape")

    expect(viewer).to_be_hidden()
    expect(second).to_be_focused()


def test_photo_viewer_zooms_by_double_tap_and_swipes(site: Site, two_who_talk: Callable[..., Two]) -> None:
    two = two_who_talk(site)
    pick(two.bo, as_file(picture(TEAL)), as_file(picture(BRICK)))
    people.send(two.bo)
    expect_photos(two.ana, 2)
    ana = two.ana
    albums(ana).locator("[data-part=photo-link]").first.tap()
    track = ana.locator("#photo-viewer [data-part=track]")
    expect(track).to_be_visible()

    for _each in range(2):
        ana.touchscreen.tap(195, 420)
    expect(track).to_have_attribute("data-zoomed", "")
    for _each in range(2):
        ana.touchscreen.tap(195, 420)
    expect(track).not_to_have_attribute("data-zoomed", "")
    track.evaluate("(track) => track.scrollTo({ left: track.clientWidth })")

    expect(ana.locator("#photo-viewer [data-part=place]")).to_have_text("2 dari 2")


def test_photo_is_shown_in_a_quote_and_without_javascript(
    site: Site, browser: Browser, two_who_talk: Callable[..., Two]
) -> None:
    two = two_who_talk(site)
    pick(two.ana, as_file(picture(TEAL)))
    people.send(two.ana)
    expect_photos(two.bo, 1)

    albums(two.bo).hover()
    albums(two.bo).locator("[data-action=menu]").click()
    two.bo.locator("#message-menu [data-action=reply]").click()
    expect(two.bo.locator("nusa-composer [data-part=context-photo]")).to_be_visible()
    people.say(two.bo, "Bagus!")
    expect(people.message(two.ana, "Bagus!").locator("[data-part=quote-photo]")).to_be_visible()

    plain = browser.chromium.new_context(java_script_enabled=False, storage_state=two.ana.context.storage_state())
    page = plain.new_page()
    page.goto(two.ana.url)
    expect(page.locator("li[data-photos] [data-part=picture]")).to_have_js_property("naturalWidth", 512)
    expect(page.locator("[data-part=quote-photo]:not([hidden])")).to_be_visible()
    expect(page.locator("[data-part=attach]")).to_be_hidden()
    plain.close()
