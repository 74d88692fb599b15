"""Details on many pages that a newcomer stumbled over."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from superapp.web import time_formats


@pytest.fixture
def ana(make_user):
    return make_user("ana", language="en")


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def test_not_found_page_has_the_navigation_for_a_logged_in_person(as_ana):
    answer = as_ana.get("/tidak-ada/")

    assert answer.status_code == 404
    assert 'class="places"' in answer.content.decode()


def test_not_found_page_for_a_stranger_has_no_navigation(client, db):
    assert 'class="places"' not in client.get("/tidak-ada/").content.decode()


def test_time_zones_are_labelled_by_city(as_ana):
    page = as_ana.get("/saya/").content.decode()
    zones = re.search(r'id="time-zone".*?</select>', page, re.DOTALL)[0]

    assert '<option value="Asia/Singapore">Singapore (UTC+8)</option>' in zones
    assert ">New York (UTC−" in zones
    assert "Etc/" not in zones
    assert not [label for label in re.findall(r">([^<]*)</option>", zones) if "_" in label]


def test_phone_number_of_the_owner_never_breaks_at_its_hyphens(as_ana):
    assert '<bdi class="whole">+62' in as_ana.get("/saya/").content.decode()
    assert '<bdi class="whole">+62' in as_ana.get("/dompet/isi/").content.decode()


@pytest.mark.parametrize(
    ("days", "language", "expected"),
    [
        pytest.param(0, "id", "hari ini", id="today in Indonesian"),
        pytest.param(0, "en", "today", id="today in English"),
        pytest.param(1, "id", "kemarin", id="yesterday"),
        pytest.param(2, "id", "Jumat", id="a weekday keeps its capital"),
    ],
)
def test_day_within_a_sentence_is_written_small(days, language, expected):
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)

    with translation.override(language), timezone.override("Asia/Jakarta"):
        assert time_formats.format_day_within(now - timedelta(days=days), now=now) == expected
