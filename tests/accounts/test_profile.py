from __future__ import annotations

import pytest

from superapp.accounts import api
from superapp.accounts.actions import profile
from superapp.accounts.actions.profile import ProfileChanges
from superapp.accounts.errors import HandleInvalid, HandleTaken, LanguageUnknown, NameInvalid, TimeZoneUnknown
from superapp.accounts.models import User
from superapp.core import change_cursor
from superapp.core.errors import RateLimited
from superapp.core.models import Fact
from superapp.realtime import bus, user_topic


@pytest.fixture
def change(now):
    """``change(ana, name="Ana")``."""

    def change(user, **changes):
        return profile.change_profile(user_id=user.pk, changes=ProfileChanges(**changes), now=now)

    return change


@pytest.fixture
def published(monkeypatch):
    """Record which hint was sent to whom."""
    sent = []
    monkeypatch.setattr(
        bus, "publish", lambda tidings: sent.extend((sorted(one.user_ids), one.encoded) for one in tidings)
    )
    return sent


def test_profile_change_gets_the_next_rev(make_user, change):
    ana = make_user("ana")

    row = change(ana, name="  Ana  Wijaya ", handle="@Ana.W", language="en", time_zone="Asia/Makassar")

    assert row == {
        "kind": "profile",
        "rev": 1,
        "user": str(ana.public_id),
        "name": "Ana Wijaya",
        "handle": "ana.w",
        "avatar": None,
        "phone": "+62 812-0000-0001",
        "language": "en",
        "time_zone": "Asia/Makassar",
        "group_adders": "contacts",
    }
    ana.refresh_from_db()
    assert (ana.name, ana.handle, ana.language, ana.time_zone) == ("Ana Wijaya", "ana.w", "en", "Asia/Makassar")
    assert user_topic.current_rev(ana.pk) == ana.rev == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "\u200b"}, NameInvalid),
        ({"handle": "a b"}, HandleInvalid),
        ({"handle": "admin"}, HandleTaken),
        ({"handle": "budi"}, HandleTaken),
        ({"language": "fr"}, LanguageUnknown),
        ({"time_zone": "Mars/Base"}, TimeZoneUnknown),
        ({"time_zone": "../../etc/passwd"}, TimeZoneUnknown),
        ({"name": "Ana Baru", "time_zone": ""}, TimeZoneUnknown),
    ],
)
def test_invalid_profile_change_changes_nothing(make_user, change, changes, error):
    ana, _budi = make_user("ana"), make_user("budi")

    with pytest.raises(error):
        change(ana, **changes)

    ana.refresh_from_db()
    assert (ana.name, ana.handle, ana.rev, user_topic.current_rev(ana.pk)) == ("Ana", "ana", 0, 0)
    assert not Fact.objects.exists()


def test_profile_change_to_the_same_values_changes_nothing(
    make_user, change, published, django_capture_on_commit_callbacks
):
    ana = make_user("ana")

    with django_capture_on_commit_callbacks(execute=True):
        row = change(ana, name="Ana", handle="ANA", language="id")

    assert row["rev"] == 0
    assert published == []
    assert not Fact.objects.exists()


def test_new_name_is_hinted_to_contacts_and_not_to_strangers(
    make_user, make_contacts, change, published, django_capture_on_commit_callbacks
):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    make_contacts(ana, bo)

    with django_capture_on_commit_callbacks(execute=True):
        change(ana, name="Ana Baru")

    hint = (
        '{"on":"people","say":"profile.changed","person":'
        f'{{"id":"{ana.public_id}","name":"Ana Baru","handle":"ana","avatar":null}}}}'
    )
    assert ([ana.pk, bo.pk], hint.encode()) in published
    assert [user_ids for user_ids, _ in published] == [[ana.pk, bo.pk], [ana.pk]]
    assert not any(eve.pk in user_ids for user_ids, _ in published)
    assert Fact.objects.filter(name="accounts.profile_changed").count() == 1


def test_language_and_time_zone_are_private(
    make_user, make_contacts, change, published, django_capture_on_commit_callbacks
):
    ana, bo = make_user("ana"), make_user("bo")
    make_contacts(ana, bo)

    with django_capture_on_commit_callbacks(execute=True):
        change(ana, language="en")

    assert [user_ids for user_ids, _ in published] == [[ana.pk]]
    assert not Fact.objects.filter(name="accounts.profile_changed").exists()


def test_people_who_changed_since_a_cursor_are_found_in_one_query(make_user, change, django_assert_num_queries):
    ana, bo = make_user("ana"), make_user("bo")
    cursor = change_cursor.current_cursor()
    change(bo, name="Bo Baru")

    with django_assert_num_queries(1):
        changed = api.get_changed_people({ana.pk, bo.pk}, since=cursor.stamp)
    with django_assert_num_queries(1):
        everybody = api.get_people({ana.pk, bo.pk})

    assert bo.pk in changed
    assert changed[bo.pk] == everybody[bo.pk]
    assert changed[bo.pk]["name"] == "Bo Baru"


def test_handle_may_change_three_times_a_month(make_user, change):
    ana = make_user("ana")
    for turn in range(3):
        change(ana, handle=f"ana{turn}")

    with pytest.raises(RateLimited):
        change(ana, handle="ana4")

    ana.refresh_from_db()
    assert ana.handle == "ana2"


def test_concurrent_claims_of_one_handle_give_it_to_one(real_db, make_user, change, in_threads):
    ana, bo = make_user("ana"), make_user("bo")

    outcomes = in_threads(lambda: change(ana, handle="rindu"), lambda: change(bo, handle="rindu"))

    assert sum(isinstance(outcome, HandleTaken) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
    assert User.objects.filter(handle="rindu").count() == 1
