"""Browsers without modules, and what people read in them."""

from __future__ import annotations

import html
import re

from django.http import HttpResponse
from django.test import Client

from superapp.accounts.models import Device, User
from tests.harness.socket_client import browser_on, make_trusted_device


def browser_of(user: User, *, is_trusted: bool = False) -> Client:
    """A browser in which this person is logged in; on a device of theirs that may move money, if it is trusted."""
    if is_trusted:
        return browser_on(Device.objects.get(pk=make_trusted_device(user)))
    browser = Client()
    browser.force_login(user)
    return browser


def markup(answer: HttpResponse) -> str:
    """Return a page without its style sheets, whose selectors name the attributes that tests look for."""
    return re.sub(r"<style\b.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)


def text(answer: HttpResponse) -> str:
    """Return the text that a page shows to people, without tags, scripts and style sheets."""
    page = re.sub(r"<(script|template)\b.*?</\1>", " ", markup(answer), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
