"""A person's choices about notifications: quiet hours, pauses, and how every device hears of a change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from superapp.core.errors import InputInvalid
from superapp.notifications.actions.preferences import PreferenceChanges, change_preferences
from superapp.notifications.domain.quiet_hours import QuietHours, find_quiet_end
from superapp.notifications.errors import PauseInvalid, QuietHoursInvalid
from superapp.realtime import bus, user_topic

pytestmark = pytest.mark.django_db
NIGHT = {"since": "22:00", "until": "06:30"}
DEFAULTS = {
    "kind": "notifications",
    "rev": 0,
    "sound": True,
    "vibration": True,
    "banner": True,
    "sms": True,
    "quiet_hours": None,
    "paused_until": None,
    "presence": "contacts",
}


@pytest.fixture
def hints_sent(monkeypatch):
    sent = []
    monkeypatch.setattr(bus, "publish", lambda hints: sent.extend(hints))
    return sent


def test_preferences_never_set_are_the_defaults(make_user, ask):
    assert ask(make_user("ana"), "notifications.preferences") == DEFAULTS


def test_preference_change_is_hinted_to_every_device_and_synced(
    make_user, ask, hints_sent, django_capture_on_commit_callbacks
):
    ana = make_user("ana")
    before = user_topic.current_rev(ana.pk)

    with django_capture_on_commit_callbacks(execute=True):
        row = ask(
            ana, "notifications.preferences_change", sound=False, quiet_hours={"since": "22:00", "until": "06:30"}
        )

    assert row == {**DEFAULTS, "rev": before + 1, "sound": False, "quiet_hours": {"since": "22:00", "until": "06:30"}}
    [hint] = hints_sent
    assert list(hint.user_ids) == [ana.pk]
    assert b'"say":"notifications.changed"' in hint.encoded
    assert row in ask(ana, "me.changes", after=before)["rows"]
    assert ask(ana, "notifications.preferences") == row


def test_same_preference_again_changes_nothing_and_sends_no_hint(
    make_user, ask, hints_sent, django_capture_on_commit_callbacks
):
    ana = make_user("ana")
    first = ask(ana, "notifications.preferences_change", banner=False)

    with django_capture_on_commit_callbacks(execute=True):
        again = ask(ana, "notifications.preferences_change", banner=False)

    assert again == first
    assert hints_sent == []


def test_preferences_are_separate_for_each_person(make_user, ask):
    ana, eve = make_user("ana"), make_user("eve")

    ask(eve, "notifications.preferences_change", sound=False, presence="nobody")

    assert ask(ana, "notifications.preferences") == DEFAULTS


@pytest.mark.parametrize(
    "fields",
    [
        {"quiet_hours": {"since": "24:00", "until": "06:00"}},
        {"quiet_hours": {"since": "22:00"}},
        {"quiet_hours": {"since": "22:00", "until": "6"}},
        {"quiet_hours": "22:00"},
        {"paused_until": "2027-01-01T00:00:00"},
        {"paused_until": "besok"},
        {"presence": "semua"},
        {"sound": "ya"},
    ],
    ids=str,
)
def test_invalid_preference_is_refused(make_user, ask, fields):
    ana = make_user("ana")

    with pytest.raises(InputInvalid):
        ask(ana, "notifications.preferences_change", **fields)

    assert ask(ana, "notifications.preferences") == DEFAULTS


def test_quiet_hours_without_length_are_refused(make_user, now):
    with pytest.raises(QuietHoursInvalid):
        change_preferences(
            user_id=make_user("ana").pk, changes=PreferenceChanges(quiet_hours=QuietHours(60, 60)), now=now
        )


def test_pause_is_limited_to_a_year_and_a_past_one_is_ignored(make_user, now):
    ana = make_user("ana")

    with pytest.raises(PauseInvalid):
        change_preferences(user_id=ana.pk, changes=PreferenceChanges(paused_until=now + timedelta(days=400)), now=now)
    past = change_preferences(
        user_id=ana.pk, changes=PreferenceChanges(paused_until=now - timedelta(minutes=1)), now=now
    )

    assert past["paused_until"] is None


@pytest.mark.parametrize(
    ("since", "until", "moment", "ends"),
    [
        ("22:00", "06:00", "2027-03-01T16:00:00", "2027-03-01T23:00:00"),
        ("22:00", "06:00", "2027-03-01T22:59:59", "2027-03-01T23:00:00"),
        ("22:00", "06:00", "2027-03-01T23:00:00", None),
        ("22:00", "06:00", "2027-03-01T14:59:59", None),
        ("12:00", "13:00", "2027-03-01T05:30:00", "2027-03-01T06:00:00"),
        ("12:00", "13:00", "2027-03-01T06:00:00", None),
        ("00:00", "23:59", "2027-03-01T16:58:59", "2027-03-01T16:59:00"),
    ],
)
def test_quiet_hours_use_the_time_zone_of_the_person(since, until, moment, ends):
    """Jakarta is seven hours ahead of UTC."""
    hours = QuietHours(*(int(text[:2]) * 60 + int(text[3:]) for text in (since, until)))

    found = find_quiet_end(
        hours, paused_until=None, time_zone="Asia/Jakarta", now=datetime.fromisoformat(moment).replace(tzinfo=UTC)
    )

    assert found == (None if ends is None else datetime.fromisoformat(ends).replace(tzinfo=UTC))


def test_quiet_time_ends_after_both_pause_and_quiet_hours(now):
    pause = now + timedelta(minutes=5)

    assert find_quiet_end(None, paused_until=pause, time_zone="Asia/Jakarta", now=now) == pause
    assert find_quiet_end(None, paused_until=now, time_zone="Asia/Jakarta", now=now) is None
