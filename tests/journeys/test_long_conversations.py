"""A conversation of a hundred thousand messages: opened, jumped about in, and read on from there."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from chat.models import Conversation, Member, Message
from superapp.core import clock
from tests.harness.running_site import Site
from tests.journeys import people
from tests.journeys.conftest import Two

# What a browser holds and shows, of the same rows on both databases.
pytestmark = [pytest.mark.embedded_only, pytest.mark.timeout(240)]

MANY = 100_000
ROWS_MAX = 300
OPENINGS = 5
# A conversation opens by one page of its log; what else there is may cost no more than the noise of a browser.
SLOWER_MAX, NOISE_MS = 1.5, 60

FILL = """
    INSERT INTO chat_message (
        conversation_id, seq, rev, counted, sender_id, client_id, content_hash, kind, body, card_type, edits, sent_at
    )
    WITH RECURSIVE numbers (n) AS (SELECT %s UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
    SELECT %s, n, n, n, %s, 'b' || n, '', 'text', 'nomor ' || n, '', 0, %s FROM numbers
"""
SEQS = "(rows) => rows.map((row) => Number(row.dataset.seq))"
# From the tap to the first frame in which the last message of the conversation stood.
TIME_OPENING = """async ([address, last]) => {
  const from = performance.now()
  document.querySelector(`nusa-conversation-list a[href="${address}"]`).click()
  while (!document.querySelector(`nusa-timeline #m-${last}`)) await new Promise(requestAnimationFrame)
  return performance.now() - from
}"""
# Each step of a wheel, and how far what was in the middle of the screen has strayed from where the wheel brought it.
STRAY = """async ([by, steps]) => {
  const scroll = document.querySelector("nusa-timeline [data-part=scroll]")
  const frame = () => new Promise(requestAnimationFrame)
  const strayed = []
  for (let step = 0; step < steps; step++) {
    const { top, height } = scroll.getBoundingClientRect()
    const rows = [...scroll.querySelectorAll("li[data-seq]")]
    const seen = rows.find((row) => row.getBoundingClientRect().bottom > top + height / 2)
    const before = seen.getBoundingClientRect().top
    const at = scroll.scrollTop
    scroll.scrollTop += by
    const moved = scroll.scrollTop - at
    for (let frames = 0; frames < 4; frames++) await frame()
    if (seen.isConnected) strayed.push(Math.abs(seen.getBoundingClientRect().top - (before - moved)))
  }
  return Math.max(...strayed)
}"""

SHOW_TOAST = """() => {
  const toast = document.getElementById("toast-template").content.cloneNode(true)
  toast.querySelector("[data-part=text]").textContent = "Koordinat sudah disalin. Tempel di aplikasi petamu, ya."
  document.getElementById("toasts").append(toast)
}"""


def fill(page: Page, until: int, *, is_read: bool = True) -> None:
    """Have Ana say so many things in the conversation that a page shows."""
    place = re.search(r"[0-9a-f-]{36}", page.url)
    assert place is not None
    conversation = Conversation.objects.get(public_id=place.group())
    speaker = Member.objects.filter(conversation=conversation, user__name="Ana Wulandari").first()
    assert speaker is not None
    with connection.cursor() as cursor:
        cursor.execute(FILL, [conversation.last_seq + 1, until, conversation.pk, speaker.user_id, clock.now()])
    # It answers something that was said long before.
    Message.objects.filter(conversation=conversation, seq=until).update(reply_to=50)
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=until, rev=until, counted=until)
    if is_read:
        Member.objects.filter(conversation=conversation).update(read_seq=until, read_counted=until, delivered_seq=until)


def shown(page: Page) -> list[int]:
    """Return the numbers of the messages on the page, which have to follow one another without a gap."""
    seqs: list[int] = page.locator("nusa-timeline li[data-seq]").evaluate_all(SEQS)
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert len(seqs) <= ROWS_MAX
    return seqs


def count_asked(page: Page) -> list[str]:
    """Return a list that grows with each page of a log that is asked for from now on."""
    asked: list[str] = []

    def keep(frame: str | bytes) -> None:
        if "chat.history" in str(frame):
            asked.append(str(frame))

    page.on("websocket", lambda socket: socket.on("framesent", keep))
    return asked


def time_opening(page: Page, last: int) -> float:
    """Return how long it takes from the tap in the list to the last message, in a page that was just loaded."""
    address = re.sub(r"^https?://[^/]+", "", page.url)
    times = []
    for _opening in range(OPENINGS):
        page.goto("/obrolan/")
        people.wait_for_line(page)
        times.append(page.evaluate(TIME_OPENING, [address, last]))
    return statistics.median(times)


@pytest.fixture
def long_talk(site: Site, two_who_talk: Callable[..., Two]) -> Two:
    """Two people whose conversation has a hundred thousand messages, on pages that were just loaded."""
    two = two_who_talk(site)
    fill(two.bo, MANY)
    for page in (two.bo, two.ana):
        page.reload()
        people.wait_for_line(page)
    return two


def test_long_conversation_opens_as_soon_as_a_short_one(site: Site, two_who_talk: Callable[..., Two]) -> None:
    page = two_who_talk(site).bo
    fill(page, 60)
    short_ms = time_opening(page, 60)
    rows = len(shown(page))

    fill(page, MANY)
    long_ms = time_opening(page, MANY)

    print(f"opened in {short_ms:.0f} ms with 60 messages, in {long_ms:.0f} ms with {MANY}")
    assert long_ms <= short_ms * SLOWER_MAX + NOISE_MS
    assert len(shown(page)) <= rows + 50


def test_jump_far_back_shows_what_is_around_and_comes_back_to_the_newest(long_talk: Two) -> None:
    page = long_talk.bo
    asked = count_asked(page)
    page.reload()
    people.wait_for_line(page)
    asked.clear()

    page.locator(f"#m-{MANY} [data-part=quote]").click()

    expect(page.locator("#m-50")).to_be_in_viewport()
    assert shown(page)[-1] < 200
    assert len(asked) <= 4
    to_newest = page.locator("[data-part=to-newest]")
    expect(to_newest).to_be_visible()
    people.say(long_talk.ana, "masih di sana?")
    expect(to_newest.locator("[data-part=count]")).to_have_text("1")
    assert shown(page)[-1] < 300
    expect(page.locator("#m-50")).to_be_in_viewport()
    to_newest.click()
    expect(people.message(page, "masih di sana?")).to_be_in_viewport()
    expect(to_newest).to_be_hidden()
    assert shown(page)[-1] == MANY + 1


def test_reading_on_from_a_jump_moves_nothing_and_leaves_nothing_out(long_talk: Two) -> None:
    page = long_talk.bo
    page.locator(f"#m-{MANY} [data-part=quote]").click()
    expect(page.locator("#m-50")).to_be_in_viewport()

    down = page.evaluate(STRAY, [350, 90])
    low = shown(page)
    up = page.evaluate(STRAY, [-350, 60])

    assert low[0] > 50
    assert shown(page)[0] < low[0]
    print(f"strayed {down:.1f} px downwards, {up:.1f} px upwards")
    assert max(down, up) <= 2


def test_message_that_is_sent_from_far_back_is_shown_at_the_end(long_talk: Two) -> None:
    page = long_talk.bo
    page.locator(f"#m-{MANY} [data-part=quote]").click()
    expect(page.locator("#m-50")).to_be_in_viewport()

    people.say(page, "jawaban")

    expect(people.message(page, "jawaban")).to_be_in_viewport()
    expect(people.message(page, "jawaban").and_(page.locator("[data-seq]"))).to_be_visible()
    assert shown(page)[-1] == MANY + 1
    expect(people.message(long_talk.ana, "jawaban")).to_be_in_viewport()


def test_toast_covers_no_way_to_the_newest(site: Site, two_who_talk: Callable[..., Two]) -> None:
    page = two_who_talk(site).ana
    fill(page, 300)
    page.reload()
    people.wait_for_line(page)
    page.locator("#m-300 [data-part=quote]").click()
    to_newest = page.locator("[data-part=to-newest]")
    expect(to_newest).to_be_visible()

    page.evaluate(SHOW_TOAST)

    beside, button = page.locator("#toasts .toast").bounding_box(), to_newest.bounding_box()
    assert beside is not None
    assert button is not None
    assert beside["width"] > 200
    assert beside["x"] + beside["width"] <= button["x"]
    assert beside["x"] >= 0


def test_conversation_with_much_that_is_new_opens_where_reading_ended(
    site: Site, two_who_talk: Callable[..., Two]
) -> None:
    page = two_who_talk(site).bo
    read = page.locator("nusa-timeline li[data-seq]").count()
    fill(page, MANY, is_read=False)

    page.reload()

    expect(page.locator("[data-new-line]")).to_be_in_viewport()
    expect(page.locator(f"#m-{read + 1}")).to_be_in_viewport()
    assert shown(page)[-1] < ROWS_MAX
    expect(page.locator("[data-part=to-newest] [data-part=count]")).to_be_visible()
    # What was not in sight is not read.
    assert Member.objects.filter(read_seq__gt=ROWS_MAX).count() == 0
    page.locator("[data-part=to-newest]").click()
    expect(page.locator(f"#m-{MANY}")).to_be_in_viewport()
