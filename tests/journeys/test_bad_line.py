"""A thousand messages and fifty photos over a line that is cut, stalls and is half-closed: each once, and in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chat.models import Message
from superapp.media.models import Media
from tests.harness.bad_line import FAULTS, BadLine
from tests.harness.browsers import Browser
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two
from tests.journeys.test_photos import as_file
from tests.media.photo_files import camera_photo

TEXTS, ALBUMS, PHOTOS_EACH = 1_000, 10, 5
TEXTS_EACH = TEXTS // ALBUMS
# Each photo is known by its width.
WIDTH = 700
ARRIVAL_MS = 600_000
NOISE = r"ERR_|WebSocket|Failed to load resource|Failed to fetch|Load failed|NetworkError|network error"

# Writes as a person does, as fast as the composer takes a message over; a person sees that twenty have not left.
SAY = """async (texts) => {
  const composer = document.querySelector("nusa-composer")
  const [body, send] = ["body", "send"].map((part) => composer.querySelector(`[data-part=${part}]`))
  const waiting = "nusa-timeline li[data-kind=text]:not([data-seq])"
  for (const text of texts) {
    while (document.querySelectorAll(waiting).length > 20) await new Promise((resolve) => setTimeout(resolve, 50))
    body.value = text
    body.dispatchEvent(new Event("input", { bubbles: true }))
    send.click()
    while (body.value) await new Promise((resolve) => setTimeout(resolve, 4))
    await new Promise((resolve) => setTimeout(resolve, 15))
  }
}"""
HISTORY = """async (conversation) => {
  const rows = []
  for (let before = null, more = true; more; before = rows[0].seq) {
    const earlier = before ? `&before=${before}` : ""
    const page = await fetch(`/api/v1/conversations/${conversation}/messages?limit=100${earlier}`)
    const history = await page.json()
    rows.unshift(...history.rows)
    more = history.more
  }
  const widths = ({ extras }) => extras?.attachment?.photos?.map(({ width }) => width) ?? []
  return rows.filter(({ kind }) => kind === "text").map((row) => [row.body, widths(row)])
}"""


@dataclass(frozen=True)
class Doors:
    """The addresses by which two people reach a site."""

    urls: list[str]


@pytest.fixture
def lines() -> Iterator[list[BadLine]]:
    """Lines that end with the test."""
    begun: list[BadLine] = []
    yield begun
    for line in begun:
        line.stop()


def send_photos(page: Page, number: int) -> None:
    """Send an album, with a line of text as its caption."""
    files = [
        as_file(camera_photo(WIDTH + PHOTOS_EACH * number + place, 520), f"{number}-{place}.jpg")
        for place in range(PHOTOS_EACH)
    ]
    page.locator("nusa-composer [data-part=gallery]").set_input_files(files)
    expect(page.locator(".tray__preview:not([hidden])")).to_have_count(PHOTOS_EACH, timeout=ARRIVAL_MS)
    page.evaluate(SAY, [f"foto {number}"])


def expected_messages() -> list[list[Any]]:
    said: list[list[Any]] = []
    for number in range(ALBUMS):
        said += [[f"kata {number * TEXTS_EACH + place}", []] for place in range(TEXTS_EACH)]
        said.append([f"foto {number}", [WIDTH + PHOTOS_EACH * number + place for place in range(PHOTOS_EACH)]])
    return said


@pytest.mark.timeout(1_800)
def test_everything_arrives_once_and_in_order_over_a_bad_line(
    make_site: Callable[..., Site],
    browser: Browser,
    two_who_talk: Callable[..., Two],
    lines: list[BadLine],
    settings: Any,
) -> None:
    browser.forgive(NOISE)

    def lead_to(port: int) -> str:
        lines.append(BadLine(port, seed=11))
        lines[0].start()
        return lines[0].url

    doors = {"web_processes": 2} if settings.SERVED else {}
    site = make_site(runs_jobs=True, through=lead_to, **doors)
    line = lines[0]
    two = two_who_talk(Doors([line.url, site.urls[-1]]))
    said = expected_messages()

    line.worsen()
    for number in range(ALBUMS):
        two.ana.evaluate(
            SAY, [body for body, _photos in said if body.startswith("kata ")][number * TEXTS_EACH :][:TEXTS_EACH]
        )
        send_photos(two.ana, number)
    last = people.message(two.bo, said[-1][0])
    expect(last).to_be_visible(timeout=ARRIVAL_MS)
    line.recover()

    assert set(line.faults) == set(FAULTS), line.faults
    assert sum(line.faults.values()) > 30, line.faults
    unsettled = two.ana.locator("nusa-timeline li[data-kind=text]:not([data-seq])")
    expect(unsettled).to_have_count(0, timeout=ARRIVAL_MS)
    conversation = re.search(r"/obrolan/([0-9a-f-]{36})/", two.bo.url)
    assert conversation is not None
    for page in (two.bo, two.ana):
        page.reload()
        people.wait_for_line(page)
        assert page.evaluate(HISTORY, conversation[1]) == said
        shown = people.bodies(page)
        assert len(shown) >= 20
        assert shown == [body for body, _photos in said][-len(shown) :]
    texts = Message.objects.filter(kind="text").order_by("seq")
    assert list(texts.values_list("seq", flat=True)) == list(range(texts[0].seq, texts[0].seq + len(said)))
    shown_media = Media.objects.exclude(reference=None)
    assert shown_media.count() == ALBUMS * PHOTOS_EACH
    assert {media.state for media in shown_media} == {"ready"}
