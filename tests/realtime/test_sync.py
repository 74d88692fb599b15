"""Coming back: cursors, pages, and what is mine alone."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from superapp.core import change_cursor, epoch
from superapp.realtime import registry, sync, user_topic
from superapp.realtime.registry import Caller, SyncPage


@pytest.fixture(autouse=True)
def no_epoch_seen(monkeypatch):
    monkeypatch.setattr(sync, "_epoch", None)


@pytest.fixture
def things(monkeypatch):
    """A part of sync with 120 rows, and what it was asked."""
    asked = []

    def part(caller, since, after):
        asked.append((caller.user_id, since, after))
        start = int(after or 0)
        rows = [{"thing": number} for number in range(start, min(start + 50, 120))]
        return SyncPage(rows, str(start + 50) if start + 50 < 120 else None)

    monkeypatch.setattr(registry, "sync_parts", {"things": part, "none": lambda *_: SyncPage([], None)})
    return asked


def test_sync_part_is_read_page_by_page(connect, make_user, things):
    ana = make_user("ana")
    client = connect(ana)
    first = client.ok("sync", cursor="1.17")
    part = first["parts"]["things"]
    rows, pages = part["rows"], 1

    while part["next"] is not None:
        part = client.ok("sync.page", part="things", next=part["next"])
        rows, pages = rows + part["rows"], pages + 1

    assert (first["epoch"], first["me"], first["parts"]["none"]) == (1, 0, {"rows": [], "next": None})
    assert ([row["thing"] for row in rows], pages) == (list(range(120)), 3)
    assert things == [(ana.pk, 17, None), (ana.pk, 17, "50"), (ana.pk, 17, "100")]


def test_sync_reads_the_cursor_before_the_rows(connect, make_user, monkeypatch):
    stamps = []

    def part(_caller, _since, _after):
        with transaction.atomic():
            stamps.append(
                change_cursor.current_stamp()
            )  # Committed after the cursor was read: the next call must repeat it.
        return SyncPage([], None)

    monkeypatch.setattr(registry, "sync_parts", {"things": part})

    epoch, _, cursor = connect(make_user("ana")).ok("sync", cursor=None)["cursor"].partition(".")

    assert len(stamps) == 1
    assert (epoch, int(cursor) <= stamps[0]) == ("1", True)


@pytest.mark.parametrize("cursor", [None, "2.17", "0.17", "11.17", "17", "1"])
def test_cursor_of_another_epoch_or_none_returns_everything(connect, make_user, things, cursor):
    client = connect(make_user("ana"))

    answer = client.ok("sync", cursor=cursor)
    client.ok("sync.page", part="things", next=answer["parts"]["things"]["next"])

    assert [since for _, since, _ in things] == [None, None]


def test_raised_epoch_is_used_by_a_running_process_at_the_next_sync(connect, make_user, things, now):
    client = connect(make_user("ana"))
    before = client.ok("sync")
    assert client.ok("sync", cursor=before["cursor"])["epoch"] == 1

    _, raised = epoch.raise_manually(now)
    after = client.ok("sync", cursor=before["cursor"])
    client.ok("sync", cursor=after["cursor"])

    assert after["epoch"] == raised
    assert [since is None for _, since, _ in things] == [True, False, True, False]


def test_sockets_of_an_earlier_epoch_are_told_to_resync(connect, make_user, things, now):
    quiet, busy = connect(make_user("ana")), connect(make_user("bo"))
    busy.ok("sync")
    epoch.raise_manually(now)

    busy.ok("sync")

    assert {"on": "bus", "say": "resumed"} in quiet.hints()


def test_cursor_and_epoch_take_one_query(make_user, things, django_assert_num_queries):
    ana = make_user("ana")
    caller = Caller(ana.pk, ana.public_id, device_id=None, device_public_id=None, language="id")

    with django_assert_num_queries(2):  # The other is the rev of topic me.
        sync.sync(caller, sync.SyncRequest(cursor="1.17"))


@pytest.mark.parametrize(
    "cursor", [5, "x", "", "-1", "1.-5", ".5", "1.", "1.5.2", "1,5", " 1.5", "9" * 20, "9" * 20 + ".1", [], True]
)
def test_malformed_cursor_is_refused(connect, make_user, cursor):
    assert connect(make_user("ana")).err("sync", cursor=cursor)["code"] == "invalid"


def test_page_token_is_valid_only_for_its_person_and_part(connect, make_user, things):
    of_ana, of_eve = connect(make_user("ana")), connect(make_user("eve"))
    token = of_ana.ok("sync")["parts"]["things"]["next"]
    before = len(things)

    refused = [
        of_eve.err("sync.page", part="things", next=token),
        of_ana.err("sync.page", part="none", next=token),
        of_ana.err("sync.page", part="things", next=token[:-1] + ("A" if token[-1] != "A" else "B")),
        of_ana.err("sync.page", part="things", next=""),
    ]

    assert [told["code"] for told in refused] == ["page_token_invalid"] * 4
    assert of_ana.err("sync.page", part="orders", next=token)["code"] == "unknown_part"
    assert len(things) == before


def test_page_token_contains_no_user_key(connect, make_user, things):
    ana = make_user("ana", pk=123_456_789)

    token = connect(ana).ok("sync")["parts"]["things"]["next"]

    assert "123456789" not in token
    from django.core import signing

    assert signing.b64_decode(token.split(":")[0].encode()) == b'[null,"50"]'


@pytest.fixture
def mine(monkeypatch):
    """Two kinds of rows of topic me, given as ``(rev, kind)``."""
    rows: list[dict] = []

    def of_kind(kind):
        def provide(_user_id, after, limit):
            return [row for row in rows if row["kind"] == kind and row["rev"] > after][:limit]

        return provide

    monkeypatch.setattr(registry, "user_topic_rows", [of_kind("contact"), of_kind("membership")])
    return rows


def test_changes_of_all_kinds_are_ordered_by_rev(connect, make_user, mine):
    ana = make_user("ana")
    with transaction.atomic():
        user_topic.advance_revs({ana.pk: 4})
    mine += [{"kind": "contact", "rev": 2}, {"kind": "contact", "rev": 4}, {"kind": "membership", "rev": 3}]

    assert connect(ana).ok("me.changes", after=2) == {
        "rev": 4,
        "rows": [{"kind": "membership", "rev": 3}, {"kind": "contact", "rev": 4}],
        "more": False,
    }


def test_delta_without_changes_still_has_the_rev(connect, make_user, mine):
    ana = make_user("ana")
    with transaction.atomic():
        user_topic.advance_revs({ana.pk: 4})

    assert connect(ana).ok("me.changes", after=0) == {"rev": 4, "rows": [], "more": False}


def test_many_changes_are_read_page_by_page_with_none_left_out(connect, make_user, mine):
    ana = make_user("ana")
    with transaction.atomic():
        user_topic.advance_revs({ana.pk: 250})
    mine += [{"kind": ("contact", "membership")[rev % 2], "rev": rev} for rev in range(1, 251)]
    client = connect(ana)
    after, seen, more = 0, [], True

    while more:
        delta = client.ok("me.changes", after=after)
        after, more = delta["rev"], delta["more"]
        seen += [row["rev"] for row in delta["rows"]]

    assert seen == list(range(1, 251))
    assert after == 250


def test_rows_that_share_a_rev_stay_on_one_page(connect, make_user, mine):
    ana = make_user("ana")
    mine += [{"kind": "contact", "rev": rev} for rev in range(1, 101)]
    mine += [{"kind": "membership", "rev": 100}, {"kind": "contact", "rev": 101}]
    client = connect(ana)

    first = client.ok("me.changes", after=0)
    second = client.ok("me.changes", after=first["rev"])

    assert (first["rev"], first["more"], len(first["rows"])) == (99, True, 99)
    assert [(row["kind"], row["rev"]) for row in second["rows"]] == [
        ("contact", 100),
        ("membership", 100),
        ("contact", 101),
    ]
    assert not second["more"]


def test_revs_of_two_people_are_separate(make_user, database):
    ana, bo = make_user("ana"), make_user("bo")

    with transaction.atomic():
        assert user_topic.next_revs([bo.pk, ana.pk, bo.pk]) == {ana.pk: 1, bo.pk: 1}
        assert user_topic.next_rev(ana.pk) == 2

    assert (user_topic.current_rev(ana.pk), user_topic.current_rev(bo.pk)) == (2, 1)
    assert connection.in_atomic_block
