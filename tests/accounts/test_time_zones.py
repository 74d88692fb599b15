"""The list of time zones from which a person chooses."""

from __future__ import annotations

import re

import pytest

from superapp.accounts.models import User


@pytest.fixture
def ana(make_user):
    return make_user("ana", language="en")


@pytest.fixture
def profile_page(client, ana):
    """Return the page with Ana's profile as it is now."""
    client.force_login(ana)
    return lambda: client.get("/saya/").content.decode()


def zones_of(page):
    """The choices of a time zone by region, as ``(zone, label)``."""
    select = page.partition('id="time-zone"')[2].partition("</select>")[0]
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', select, re.DOTALL)
    options = r'<option value="([^"]+)"[^>]*>([^<]+)</option>'
    return {region: re.findall(options, text) for region, text in groups}


def test_time_zones_are_those_of_indonesia_then_the_world_by_region(profile_page):
    found = zones_of(profile_page())

    assert list(found)[:3] == ["Indonesia", "Asia", "Australia"]
    assert [label for _zone, label in found["Indonesia"]] == ["WIB · Jakarta", "WITA · Makassar", "WIT · Jayapura"]
    assert ("Asia/Kuala_Lumpur", "Kuala Lumpur (UTC+8)") in found["Asia"]
    assert ("Asia/Kathmandu", "Kathmandu (UTC+5:45)") in found["Asia"]
    assert ("America/Caracas", "Caracas (UTC−4)") in found["America"]
    labels = [label for _zone, label in found["Asia"]]
    assert labels == sorted(labels)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Asia/Jayapura", "UTC"])
def test_time_zone_of_a_person_is_chosen_wherever_it_stands(profile_page, ana, zone):
    User.objects.filter(pk=ana.pk).update(time_zone=zone)

    assert re.search(rf'<option value="{zone}" selected>', profile_page())
