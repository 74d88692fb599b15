"""Long logs, long lists, and coming back: pages that repeat at most, and never leave out."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from chat import api
from chat.models import Message
from chat.writers import log
from tests.chat.conftest import entry


@pytest.fixture
def long_log(make_user, make_direct, now):
    """Ana and Bo have said 250 things: the conversation's name, ana, bo."""
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    log.append([entry(conversation, (ana, bo)[number % 2], f"pesan {number}") for number in range(1, 251)], now=now)
    return str(conversation.public_id), ana, bo


@pytest.mark.parametrize("limit", [1, 49, 50, 100])
def test_history_pages_back_to_the_first_message(long_log, ask, limit):
    name, ana, _bo = long_log
    pages, before = [], {}
    for _turn in range(1_000):
        page = ask(ana, "chat.history", conversation=name, limit=limit, **before)
        pages.append(page)
        if not page["more"]:
            break
        before = {"before": page["rows"][0]["seq"]}

    seqs = [row["seq"] for page in reversed(pages) for row in page["rows"]]
    assert seqs == list(range(1, 251))
    assert [len(page["rows"]) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert {page["rev"] for page in pages} == {250}


@pytest.mark.parametrize("limit", [1, 49, 100])
def test_history_pages_forward_from_a_message_to_the_last(long_log, ask, limit):
    name, ana, _bo = long_log
    pages, after = [], 100
    for _turn in range(1_000):
        page = ask(ana, "chat.history", conversation=name, after=after, limit=limit)
        pages.append(page)
        if not page["more"]:
            break
        after = page["rows"][-1]["seq"]

    assert [row["seq"] for page in pages for row in page["rows"]] == list(range(101, 251))
    assert [len(page["rows"]) for page in pages[:-1]] == [limit] * (len(pages) - 1)


def test_history_between_two_messages_begins_after_the_first(long_log, ask):
    name, ana, _bo = long_log

    begun = ask(ana, "chat.history", conversation=name, after=100, before=200, limit=3)
    whole = ask(ana, "chat.history", conversation=name, after=100, before=104, limit=3)

    assert ([row["seq"] for row in begun["rows"]], begun["more"]) == ([101, 102, 103], True)
    assert ([row["seq"] for row in whole["rows"]], whole["more"]) == ([101, 102, 103], False)


def test_history_after_the_last_message_is_known_to_be_empty(long_log, ask):
    name, ana, _bo = long_log

    page = ask(ana, "chat.history", conversation=name, after=250)

    assert (page["rows"], page["more"], page["rev"]) == ([], False, 250)


def test_history_before_the_first_message_is_known_to_be_empty(long_log, ask):
    name, ana, _bo = long_log

    page = ask(ana, "chat.history", conversation=name, before=1)

    assert (page["rows"], page["more"], page["rev"], page["quoted"]) == ([], False, 250, [])


def test_changes_page_forward_up_to_the_rev_of_the_conversation(long_log, ask, now):
    name, ana, _bo = long_log
    api.edit_message(conversation_id=name, seq=248, by_user_id=ana.pk, body="lain", edits=0, now=now)
    api.set_reaction(conversation_id=name, seq=1, by_user_id=ana.pk, emoji="👍", now=now)
    pages, after = [], 0
    for _turn in range(1_000):
        page = ask(ana, "chat.changes", conversation=name, after=after)
        pages.append(page)
        if not page["more"]:
            break
        after = page["rev"]

    # Every message once, in the order of its last change; the first one changed last.
    assert [row["seq"] for page in pages for row in page["rows"]] == [*range(2, 248), 249, 250, 248, 1]
    assert [(page["rev"], len(page["rows"])) for page in pages] == [(101, 100), (201, 100), (252, 50)]
    end = ask(ana, "chat.changes", conversation=name, after=252)
    assert (end["rev"], end["rows"], end["more"]) == (252, [], False)


def test_rev_ahead_of_the_conversation_is_reported(long_log, ask):
    name, ana, _bo = long_log

    page = ask(ana, "chat.changes", conversation=name, after=9_999)

    assert (page["rev"], page["rows"], page["more"]) == (250, [], False)


def test_quoted_messages_are_returned_if_not_already_on_the_page(long_log, ask, post, now):
    name, ana, bo = long_log
    conversation = Message.objects.first().conversation
    for reply_to in (3, 250, 3, 251):
        post(conversation, bo, "soal ini", reply_to=reply_to)

    page = ask(ana, "chat.history", conversation=name, limit=4)

    assert [row["reply_to"] for row in page["rows"]] == [3, 250, 3, 251]
    assert [row["seq"] for row in page["quoted"]] == [3, 250]


def test_messages_picked_by_number_come_once_in_order_without_missing_ones(long_log, ask):
    name, ana, _bo = long_log

    rows = ask(ana, "chat.messages", conversation=name, seqs=[7, 3, 7, 9_999])["rows"]

    assert [row["seq"] for row in rows] == [3, 7]
    assert ask(ana, "chat.messages", conversation=name, seqs=[]) == {"rows": []}


# The list, and what changed in it.


@pytest.fixture
def many(make_user, make_direct, post):
    """Ana has 120 conversations, each with one message: ana, and the conversations in their order."""
    ana = make_user("ana")
    conversations = []
    for number in range(120):
        other = make_user(f"teman{number}")
        conversations.append(make_direct(ana, other))
        post(conversations[-1], other, f"halo dari {number}")
    return ana, conversations


def pages_of(ask, user, cursor):
    answer = ask(user, "sync", cursor=cursor)
    part = answer["parts"]["conversations"]
    pages = [part["rows"]]
    while part["next"] is not None:
        part = ask(user, "sync.page", part="conversations", next=part["next"])
        pages.append(part["rows"])
    return answer, pages


def test_sync_pages_through_everything_newest_first(many, ask):
    ana, conversations = many

    _answer, pages = pages_of(ask, ana, None)

    assert [len(page) for page in pages] == [50, 50, 20]
    names = [row["id"] for page in pages for row in page]
    # On PostgreSQL one transaction has one stamp, and rows of one stamp are ordered by their number.
    assert names == [str(conversation.public_id) for conversation in reversed(conversations)]


def test_conversations_changed_in_one_transaction_survive_a_page_break(make_user, make_direct, ask, now, monkeypatch):
    ana = make_user("ana")
    conversations = [make_direct(ana, make_user(f"teman{number}")) for number in range(5)]
    log.append([entry(conversation, ana) for conversation in conversations], now=now)
    monkeypatch.setattr("chat.queries.summaries.SUMMARIES_PER_PAGE", 2)

    _answer, pages = pages_of(ask, ana, None)

    assert [len(page) for page in pages] == [2, 2, 1]
    names = [row["id"] for page in pages for row in page]
    assert names == [str(conversation.public_id) for conversation in reversed(conversations)]


def test_list_of_the_html_page_equals_the_list_of_sync(many, ask):
    ana, _conversations = many
    _answer, pages = pages_of(ask, ana, None)

    first = api.list_summaries(ana.pk)
    second = api.list_summaries(ana.pk, before=first.next)
    third = api.list_summaries(ana.pk, before=second.next)

    assert [row.id for page in (first, second, third) for row in page.rows] == [
        row["id"] for page in pages for row in page
    ]
    assert third.next is None


@pytest.fixture
def many_for_real(real_db, many):
    return many


def test_conversation_that_changes_while_pages_are_read_is_not_lost(many_for_real, post, ask):
    ana, conversations = many_for_real
    first = ask(ana, "sync", cursor=None)
    part = first["parts"]["conversations"]
    seen = [row["id"] for row in part["rows"]]

    # One that is on no page yet moves to the front.
    post(conversations[0], ana, "hai")
    while part["next"] is not None:
        part = ask(ana, "sync.page", part="conversations", next=part["next"])
        seen += [row["id"] for row in part["rows"]]
    again = ask(ana, "sync", cursor=first["cursor"])["parts"]["conversations"]["rows"]

    everybody = {str(conversation.public_id) for conversation in conversations}
    assert set(seen) | {row["id"] for row in again} == everybody
    assert str(conversations[0].public_id) in {row["id"] for row in again}
    assert again[0]["last"]["body"] == "hai"


def test_sync_after_the_cursor_returns_only_changes(real_db, make_user, make_direct, post, ask, now):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    one, two, three = make_direct(ana, bo), make_direct(ana, citra), make_direct(bo, citra)
    cursor = ask(ana, "sync", cursor=None)["cursor"]

    def changed():
        return [row["id"] for row in ask(ana, "sync", cursor=cursor)["parts"]["conversations"]["rows"]]

    # On PostgreSQL, whatever ran anywhere when the cursor was read makes rows come once more.
    before = [] if connection.vendor == "sqlite" else changed()
    post(three, bo, "tidak untuk ana")
    assert changed() == before
    post(two, citra)
    assert changed() == [str(two.public_id), *(name for name in before if name != str(two.public_id))]
    api.update_preferences(conversation_id=one.public_id, user_id=ana.pk, is_pinned=True)
    assert changed() == [str(one.public_id), str(two.public_id)]
    # The same cursor gives the same rows again: a repeat is harmless.
    assert changed() == [str(one.public_id), str(two.public_id)]


@pytest.mark.parametrize("deed", ["edit", "recall", "react"])
def test_change_of_an_old_message_is_in_the_next_sync(real_db, make_user, make_direct, post, ask, now, deed):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    for _turn in range(2):
        post(conversation, ana)
    cursor = ask(bo, "sync", cursor=None)["cursor"]
    which = {"conversation_id": conversation.public_id, "seq": 1, "by_user_id": ana.pk, "now": now}

    if deed == "edit":
        api.edit_message(body="lain", edits=0, **which)
    elif deed == "recall":
        api.recall_message(**which)
    else:
        api.set_reaction(emoji="👍", **which)

    [row] = ask(bo, "sync", cursor=cursor)["parts"]["conversations"]["rows"]
    assert (row["id"], row["rev"], row["last"]["seq"]) == (str(conversation.public_id), 3, 2)


@pytest.mark.served_only
def test_transaction_that_commits_late_is_not_missed(real_db, make_user, make_direct, ask, now, in_threads):
    import threading

    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    late, early = make_direct(ana, bo), make_direct(ana, citra)
    cursor = ask(ana, "sync", cursor=None)["cursor"]
    has_written, may_commit = threading.Event(), threading.Event()

    def write_late():
        with transaction.atomic():
            log.append([entry(late, bo, "aku duluan")], now=now)
            has_written.set()
            assert may_commit.wait(20)

    def read_in_between():
        assert has_written.wait(20)
        # A younger transaction commits first: a cursor that trusted the order of numbers would be past the older one.
        log.write([entry(early, citra, "aku belakangan")])
        first = ask(ana, "sync", cursor=cursor)
        may_commit.set()
        return first

    _wrote, first = in_threads(write_late, read_in_between)
    second = ask(ana, "sync", cursor=first["cursor"])["parts"]["conversations"]["rows"]

    assert first["parts"]["conversations"]["rows"][0]["id"] == str(early.public_id)
    # The late one comes now, and the early one may come again.
    assert str(late.public_id) in {row["id"] for row in second}
    assert {row["id"] for row in second} <= {str(late.public_id), str(early.public_id)}


def test_empty_conversation_is_listed_without_a_last_message(make_user, make_direct, ask):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)

    [row] = ask(bo, "sync", cursor=None)["parts"]["conversations"]["rows"]

    assert (row["id"], row["last"], row["last_seq"]) == (str(conversation.public_id), None, 0)


def test_membership_is_a_row_of_the_user_topic(make_user, make_direct, post, ask):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    after = ask(ana, "sync", cursor=None)["me"]
    post(conversation, ana)
    api.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, draft="nanti")

    delta = ask(ana, "me.changes", after=after)

    assert (delta["rev"], delta["more"]) == (after + 2, False)
    assert [(row["kind"], row["rev"], row["draft"]) for row in delta["rows"]] == [("membership", after + 2, "nanti")]
    assert ask(bo, "me.changes", after=ask(bo, "sync", cursor=None)["me"])["rows"] == []
