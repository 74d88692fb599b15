"""Actions of people at their browsers, in the words of a journey."""

from __future__ import annotations

import re
from typing import Any, Protocol

from playwright.sync_api import APIResponse, Locator, Page, expect

from superapp.accounts.models import DeveloperSms
from tests.harness.servers import wait_until

ANSWER_MS = 15_000


class Taps(Protocol):
    """A counter of how often a finger touches the screen."""

    def tap(self, what: Locator, name: str) -> None: ...

    def type(self, what: Locator, name: str, text: str) -> None: ...


def arrive(page: Page, *, phone: str, name: str) -> None:
    """Log in for the first time over the API with this browser's cookies, where logging in is not what is tried."""
    page.context.request.get("/masuk/")
    call(page, "POST", "login/code", {"phone": phone})
    text = DeveloperSms.objects.order_by("-pk").values_list("text", flat=True)[0]
    call(page, "POST", "login", {"phone": phone, "code": str(text).rsplit("#", 1)[1]})
    call(page, "PATCH", "me", {"name": name})


def become_contacts(one: Page, other: Page, *, phone: str) -> None:
    """Invite the owner of this number, who accepts; both open their conversation."""
    call(one, "POST", "contacts", {"phone": phone})
    inviter, invited = (call(page, "GET", "me")["user"] for page in (one, other))
    # An invitation by number arrives by a fact.
    wait_until(lambda: request(other, "POST", f"contacts/{inviter}/answer", {"accept": True}).ok, "an invitation")
    conversation = call(one, "POST", "conversations", {"user": invited})["id"]
    for page in (other, one):
        page.goto(f"/obrolan/{conversation}/")
        wait_for_line(page)


def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """One call of the API by this person's browser, which is not refused."""
    answer = request(page, method, path, body)
    assert answer.ok, (answer.status, answer.text())
    return answer.json()


def request(page: Page, method: str, path: str, body: Any = None) -> APIResponse:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    return page.context.request.fetch(f"/api/v1/{path}", method=method, data=body, headers={"X-CSRFToken": token})


def sign_up(page: Page, *, phone: str, name: str, url: str = "") -> None:
    """Log in for the first time, with the code from the inbox of this computer."""
    page.goto(f"{url}/masuk/")
    log_in_here(page, phone=phone, name=name, url=url)
    page.wait_for_url(re.compile(r"/obrolan/"))


def log_in_here(page: Page, *, phone: str, name: str, url: str = "") -> None:
    """On the page that asks for a number: log in for the first time, and go on to wherever one came from."""
    page.fill("#phone", phone)
    page.press("#phone", "Enter")
    page.wait_for_selector("#code")
    page.fill("#code", _newest_code(page, url))
    page.wait_for_selector("#name")
    page.fill("#name", name)
    page.press("#name", "Enter")


def sign_up_by_hand(page: Page, *, phone: str, name: str, taps: Taps) -> None:
    """The same tap by tap, from the start of the site."""
    page.goto("/")
    taps.tap(page.locator(".welcome__begin"), "log in")
    page.wait_for_selector("#phone")
    taps.type(page.locator("#phone"), "phone", phone)
    taps.tap(page.locator("main form .button--main"), "go on")
    page.wait_for_selector("#code")
    # The sixth digit sends the form.
    taps.type(page.locator("#code"), "code", _newest_code(page, ""))
    page.wait_for_selector("#name")
    taps.type(page.locator("#name"), "name", name)
    taps.tap(page.locator("main form .button--main"), "go on")
    page.wait_for_url(re.compile(r"/obrolan/"))


def _newest_code(page: Page, url: str) -> str:
    inbox = page.context.new_page()
    inbox.goto(f"{url}/masuk/kotak-sms/")
    text = inbox.locator(".item__note").first.inner_text()
    inbox.close()
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None, text
    return found.group()


def take_handle(page: Page, handle: str) -> None:
    page.goto("/saya/")
    page.fill("[name=handle]", handle)
    with page.expect_navigation():
        page.press("[name=handle]", "Enter")
    expect(page.locator("[name=handle]")).to_have_value(handle)


def invite(page: Page, who: str) -> None:
    """Ask somebody, by phone number or @handle, to be a contact."""
    page.goto("/kontak/")
    page.fill("#who", who)
    with page.expect_navigation():
        page.press("#who", "Enter")


def accept_invitation(page: Page) -> None:
    button = page.locator("button[name=accept][value=yes]")

    def is_asked() -> bool:
        page.goto("/kontak/")
        return button.count() > 0

    wait_until(is_asked, "an invitation")
    with page.expect_navigation():
        button.first.click()


def write_to_first_contact(page: Page) -> None:
    """Open the conversation with the one contact there is."""
    page.goto("/kontak/")
    page.locator(".item--tap").first.click()
    page.wait_for_url(re.compile(r"/obrolan/[0-9a-f-]{36}/"))
    wait_for_line(page)


def wait_for_line(page: Page) -> None:
    """The page has its modules and a line."""
    expect(page.locator("html[data-line=ready]")).to_be_attached(timeout=ANSWER_MS)


def write(page: Page, text: str) -> None:
    """Type into the composer without sending."""
    body = page.locator("nusa-composer [data-part=body]")
    body.fill(text)


def send(page: Page) -> None:
    page.locator("nusa-composer [data-part=send]").click()


def say(page: Page, text: str) -> None:
    write(page, text)
    send(page)


def messages(page: Page) -> Locator:
    """All messages on the screen, from the oldest to the newest."""
    return page.locator("nusa-timeline [data-part=list] > li[data-kind=text]")


def message(page: Page, text: str) -> Locator:
    return messages(page).filter(has=page.locator("[data-part=body]", has_text=re.compile(f"^{re.escape(text)}$")))


def bodies(page: Page) -> list[str]:
    """Return the texts of the messages, in the order of the screen."""
    return messages(page).locator("[data-part=body]").all_text_contents()


def expect_said(page: Page, texts: list[str], *, timeout: int = 30_000) -> None:
    """Exactly these messages are on the screen, in this order, each known to the server."""
    expect(messages(page).locator("[data-part=body]")).to_have_text(texts, timeout=timeout)
    expect(messages(page).and_(page.locator("[data-seq]"))).to_have_count(len(texts), timeout=timeout)


def choose(page: Page, text: str, action: str) -> None:
    """Open the menu of a message and choose."""
    found = message(page, text)
    found.hover()
    found.locator("[data-action=menu]").click()
    page.locator(f"#message-menu [data-action={action}]").first.click()
