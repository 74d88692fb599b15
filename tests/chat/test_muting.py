"""Muting until a time of one's choice, in one's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from chat import api
from chat.domain import muting
from chat.errors import MuteTimeInvalid, MuteTimePassed, MuteTimeTooFar
from chat.models import Member
from chat.pages.muting import describe_mute
from chat.queries.summaries import fetch_summary
from superapp.accounts.models import User
from superapp.core import clock
from tests.chat.conftest import everything

NOW = datetime(2027, 3, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def muted_until(user):
    return Member.objects.get(user=user).muted_until


@pytest.mark.parametrize(
    ("chosen", "lasting"),
    [("8h", timedelta(hours=8)), ("1w", timedelta(days=7)), ("always", timedelta(days=36_500))],
)
def test_mute_page_offers_spans(as_ana, ana, talk, at, chosen, lasting):
    answer = as_ana.post(reverse("chat:mute", args=[talk.public_id]), {"mute": chosen, "mute_until": "bukan waktu"})

    assert answer.url == reverse("chat:details", args=[talk.public_id])
    assert muted_until(ana) == NOW + lasting


def test_own_time_is_of_the_zone_of_the_person(as_ana, ana, talk, at):
    User.objects.filter(pk=ana.pk).update(time_zone="Asia/Jayapura")

    as_ana.post(reverse("chat:mute", args=[talk.public_id]), {"mute": "own", "mute_until": "2027-03-02T09:30"})

    assert muted_until(ana) == datetime(2027, 3, 2, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "Pilih tanggal dan jamnya."),
        ("besok", "Pilih tanggal dan jamnya."),
        ("2027-02-30T10:00", "Pilih tanggal dan jamnya."),
        ("2027-03-01T25:00", "Pilih tanggal dan jamnya."),
        ("٢٠٢٧-03-01T10:00", "Pilih tanggal dan jamnya."),
        ("2027-03-01T09:03", "Waktu itu sudah lewat. Pilih waktu yang akan datang."),
        ("9999-12-31T23:59", "Waktunya terlalu jauh. Pilih “Selalu” saja."),
        ("0001-01-01T00:00", "Waktu itu sudah lewat. Pilih waktu yang akan datang."),
    ],
)
def test_own_time_that_makes_no_sense_is_refused_at_its_field(as_ana, ana, talk, at, written, sentence):
    before = everything()

    answer = as_ana.post(reverse("chat:mute", args=[talk.public_id]), {"mute": "own", "mute_until": written})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"<span>{sentence}</span>" in page.partition('id="mute_until-problem"')[2]
    assert 'value="own" checked' in page
    assert everything() == before


@pytest.mark.parametrize(
    ("until", "refusal"),
    [
        (NOW, MuteTimePassed),
        (NOW - timedelta(days=1), MuteTimePassed),
        (NOW + timedelta(days=36_502), MuteTimeTooFar),
    ],
)
def test_command_refuses_a_time_that_is_over_or_too_far(ask, ana, talk, at, until, refusal):
    before = everything()

    with pytest.raises(refusal):
        ask(ana, "chat.keep", conversation=str(talk.public_id), muted_until=until.isoformat())
    assert everything() == before


def test_command_takes_a_client_whose_clock_is_a_little_ahead(ask, ana, talk, at):
    until = NOW + timedelta(days=36_500, minutes=5)

    ask(ana, "chat.keep", conversation=str(talk.public_id), muted_until=until.isoformat())

    assert muted_until(ana) == until


def test_time_of_a_form_that_is_none_is_refused():
    for written in ("2027-03-01", "2027-03-01 09:30", "2027-03-01T09:30Z", "2027-3-1T9:30", "0000-01-01T00:00"):
        with pytest.raises(MuteTimeInvalid):
            muting.parse_own_time(written, "Asia/Jakarta")


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, ""),
        (NOW, ""),
        (NOW + timedelta(hours=8), "Dibisukan sampai hari ini, 17.03 WIB"),
        (NOW + timedelta(hours=20), "Dibisukan sampai besok, 05.03 WIB"),
        (NOW + timedelta(days=7), "Dibisukan sampai Senin, 8 Maret, 09.03 WIB"),
        (NOW + timedelta(days=400), "Dibisukan sampai Selasa, 4 April 2028, 09.03 WIB"),
        (NOW + muting.ALWAYS, "Selalu dibisukan"),
    ],
)
def test_mute_is_said_with_its_end_in_words(ana, talk, until, words):
    api.update_preferences(conversation_id=talk.public_id, user_id=ana.pk, muted_until=until)

    assert describe_mute(fetch_summary(talk.public_id, ana.pk), NOW, zone="WIB") == words


def test_details_say_until_when_and_lead_to_the_question(as_ana, ana, talk, at):
    details = reverse("chat:details", args=[talk.public_id])
    assert f'href="{reverse("chat:mute", args=[talk.public_id])}"' in as_ana.get(details).content.decode()

    as_ana.post(reverse("chat:mute", args=[talk.public_id]), {"mute": "8h"})

    page = as_ana.get(details).content.decode()
    assert "Dibisukan sampai hari ini, 17.03 WIB" in page
    assert 'name="muted" value="no"' in page


def test_outsider_mutes_nothing(client, make_user, talk, at):
    eve = make_user("eve")
    client.force_login(eve)
    before = everything()

    for answer in (client.get, client.post):
        assert answer(reverse("chat:mute", args=[talk.public_id]), {"mute": "8h"}).status_code == 404
    assert everything() == before
