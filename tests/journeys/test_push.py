"""A push message wakes a closed app: the worker asks home what it stands for, and shows that."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from chat.models import Member, Message
from superapp.core import clock, ids
from superapp.notifications.models import Notification
from tests.harness.running_site import Site
from tests.harness.servers import wait_until
from tests.journeys import people
from tests.journeys.conftest import BO_PHONE, Two


class Push:
    """The maker of a browser as its developer tools play it: messages for the one worker of a site."""

    def __init__(self, page: Page, origin: str) -> None:
        self._origin = origin
        self._registrations: list[str] = []
        self._tools: CDPSession = page.context.new_cdp_session(page)
        self._tools.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._tools.send("ServiceWorker.enable")
        page.evaluate("navigator.serviceWorker.ready.then(() => {})")
        wait_until(lambda: page.wait_for_timeout(50) or self._registrations, "a worker")

    def _note(self, told: dict[str, Any]) -> None:
        self._registrations += [one["registrationId"] for one in told["registrations"] if not one["isDeleted"]]

    def deliver(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._tools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": self._registrations[-1], "data": text},
        )


def shown(page: Page) -> list[dict[str, Any]]:
    """Return the notifications that the device shows."""
    found: list[dict[str, Any]] = page.evaluate(
        "navigator.serviceWorker.ready.then((all) => all.getNotifications()).then((all) => all.map((one) =>"
        " ({ title: one.title, body: one.body, tag: one.tag, url: one.data.url, silent: one.silent })))"
    )
    return found


def expect_shown(page: Page, *titles: str) -> list[dict[str, Any]]:
    for _ in range(50):
        if len(shown(page)) >= len(titles):
            break
        page.wait_for_timeout(100)
    found = shown(page)
    assert [one["title"] for one in found] == list(titles)
    return found


def test_push_notification_shows_the_fetched_notice_and_opens_it(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    ana = two.ana
    people.invite(ana, BO_PHONE)
    people.accept_invitation(two.bo)
    people.write_to_first_contact(two.bo)
    ana.context.grant_permissions(["notifications"], origin=site.url)
    ana.goto("/dompet/")
    push = Push(ana, site.url)
    # The app is closed.
    ana.goto("about:blank")
    people.say(two.bo, "Sudah <b>sampai</b>?")
    wait_until(lambda: Message.objects.filter(body__contains="sampai").exists(), "the message")
    message = Message.objects.select_related("conversation").get(body__contains="sampai")
    reader = Member.objects.exclude(user_id=message.sender_id).get(conversation=message.conversation)
    subject = f"chat:{message.conversation.public_id}"
    row = Notification.objects.create(
        user_id=reader.user_id, subject=subject, number=message.seq, due_at=clock.now(), sent_at=clock.now()
    )

    push.deliver({"id": str(row.public_id)})
    push.deliver({"id": str(row.public_id)})
    ana.wait_for_timeout(1_500)
    ana.goto("/luring/")

    # Twice the same is one, since it has the conversation as its tag.
    [one] = expect_shown(ana, "Bo Santoso")
    assert (one["body"], one["tag"], one["silent"]) == ("Sudah <b>sampai</b>?", subject, False)
    assert one["url"] == f"/obrolan/{message.conversation.public_id}/"
    worker = ana.context.service_workers[-1]
    worker.evaluate(
        "registration.getNotifications().then(([one]) =>"
        " { dispatchEvent(new NotificationEvent('notificationclick', { notification: one })) })"
    )
    ana.wait_for_url(f"**{one['url']}")
    expect(ana.locator("nusa-timeline")).to_contain_text("Sudah <b>sampai</b>?")
    assert shown(ana) == []

    # Who looks at a page needs no notification.
    push.deliver({"id": str(row.public_id)})
    ana.wait_for_timeout(1_000)
    assert shown(ana) == []


def test_push_without_a_notice_shows_a_general_notification(site: Site, two_strangers: Callable[..., Two]) -> None:
    two = two_strangers(site)
    ana = two.ana
    ana.context.grant_permissions(["notifications"], origin=site.url)
    ana.goto("/dompet/")
    push = Push(ana, site.url)
    ana.goto("about:blank")

    push.deliver({"id": str(ids.new_id())})
    push.deliver("no json at all")
    ana.wait_for_timeout(1_500)
    ana.goto("/luring/")

    [one] = expect_shown(ana, "Pesan baru")
    assert (one["body"], one["url"]) == ("", "/obrolan/")
