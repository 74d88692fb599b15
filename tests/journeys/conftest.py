"""Two people who know each other, at their browsers: ana with a phone, bo at a desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.harness.browsers import DESK, PHONE, Browser
from tests.harness.running_site import Site
from tests.journeys import people

ANA_PHONE = "0812 3456 7001"
BO_PHONE = "0813 3456 7002"


@dataclass(frozen=True)
class Two:
    """Two people in the same conversation, each on a site of their own if there are several doors."""

    ana: Page
    bo: Page


@pytest.fixture
def make_site(make_site: Callable[..., Site]) -> Callable[..., Site]:
    """A site whose codes can be read in the inbox, also as served."""
    return lambda env=None, **options: make_site(env={"SMS_INBOX": "1", **(env or {})}, **options)


@pytest.fixture
def two_strangers(browser: Browser) -> Callable[..., Two]:
    # Chromium reports it as an error when a page goes before the fade of the last one was over.
    browser.forgive("Transition was (aborted|skipped)")

    def arrive(site: Site) -> Two:
        ana = browser.person("ana", site.urls[0], size=PHONE)
        bo = browser.person("bo", site.urls[-1], size=DESK)
        people.arrive(ana, phone=ANA_PHONE, name="Ana Wulandari")
        people.arrive(bo, phone=BO_PHONE, name="Bo Santoso")
        return Two(ana, bo)

    return arrive


@pytest.fixture
def two_who_talk(two_strangers: Callable[..., Two]) -> Callable[..., Two]:
    """Two contacts with their conversation open."""

    def meet(site: Site) -> Two:
        two = two_strangers(site)
        people.become_contacts(two.ana, two.bo, phone=BO_PHONE)
        # The line that says yes counts as unread for who asked, until it was seen.
        expect(two.ana.locator("nusa-timeline li[data-kind=event]")).to_be_visible()
        expect(two.ana).not_to_have_title(re.compile(r"^\("))
        return two

    return meet
