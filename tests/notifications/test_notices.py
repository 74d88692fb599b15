"""Messages in words of a notification: for members who want to hear of them, and for nobody else."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from chat import api as chat
from chat.errors import ConversationNotFound
from chat.pages import notices
from superapp.core import clock
from superapp.notifications.api import PersonalFact
from superapp.notifications.errors import NoticeNotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(make_user, talk):
    ana, bo = make_user("ana"), make_user("bo")
    return ana, bo, talk(ana, bo)


def test_notice_has_sender_text_and_banner_preferences(two, say, ask):
    ana, bo, conversation = two
    seq = say(conversation, bo, "Sudah sampai?")
    subject = f"chat:{conversation.public_id}"

    assert ask(ana, "notifications.notice", subject=subject) == {
        "notice": {
            "subject": subject,
            "number": seq,
            "title": bo.name,
            "text": "Sudah sampai?",
            "face": {"id": str(bo.public_id), "avatar": None},
            "url": f"/obrolan/{conversation.public_id}/",
            "banner": True,
            "sound": True,
            "vibration": True,
        }
    }
    ask(ana, "notifications.preferences_change", banner=False, sound=False, vibration=False)
    notice = ask(ana, "notifications.notice", subject=subject)["notice"]
    assert (notice["banner"], notice["sound"], notice["vibration"]) == (False, False, False)


def test_group_notice_names_the_group_and_the_sender(make_user, say, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    group = chat.create_group(owner_id=ana.pk, title="Arisan", member_ids=[bo.pk], now=now)
    say(group, bo, "Giliran siapa?")

    notice = ask(ana, "notifications.notice", subject=f"chat:{group.public_id}")["notice"]

    assert (notice["title"], notice["text"]) == ("Arisan", f"{bo.name}: Giliran siapa?")


def test_mention_in_a_muted_group_has_a_notice(make_user, say, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    group = chat.create_group(owner_id=ana.pk, title="Arisan", member_ids=[bo.pk], now=now)
    key = str(group.public_id)
    ask(bo, "chat.keep", conversation=key, muted_until="2099-01-01T00:00:00Z")

    say(group, ana, "halo semua")
    before = ask(bo, "notifications.notice", subject=f"chat:{key}")
    mention = {"client_id": "named", "body": f"halo @{bo.name}", "mentions": [str(bo.public_id)]}
    ask(ana, "chat.send", conversation=key, **mention)

    assert before["notice"] is None
    notice = ask(bo, "notifications.notice", subject=f"chat:{key}")["notice"]
    assert "halo @" in notice["text"]
    # What is said after the mention is told of no more than what was said before it.
    assert say(group, ana, "cepat ya") > notice["number"]
    assert ask(bo, "notifications.notice", subject=f"chat:{key}")["notice"]["number"] == notice["number"]


@pytest.mark.parametrize(
    "changes",
    [{"muted_until": clock.now() + timedelta(days=9000)}, {"is_archived": True}, {"is_hidden": True}],
    ids=lambda changes: next(iter(changes)),
)
def test_muted_or_archived_conversation_has_no_notice(two, say, ask, changes):
    ana, bo, conversation = two
    seq = say(conversation, bo)
    subject = f"chat:{conversation.public_id}"
    assert ask(ana, "notifications.notice", subject=subject)["notice"]

    chat.update_preferences(conversation_id=conversation.public_id, user_id=ana.pk, **changes)

    assert ask(ana, "notifications.notice", subject=subject) == {"notice": None}
    fact = PersonalFact(ana.pk, str(conversation.public_id), seq)
    assert notices.filter_unseen([fact], clock.now()) == set()


def test_read_message_has_no_notice(two, say, ask, now):
    ana, bo, conversation = two
    seq = say(conversation, bo)

    chat.mark_read(conversation_id=conversation.public_id, user_id=ana.pk, seq=seq)

    assert ask(ana, "notifications.notice", subject=f"chat:{conversation.public_id}") == {"notice": None}


def test_quiet_hours_and_pause_suppress_notices(two, say, ask):
    ana, bo, conversation = two
    say(conversation, bo)
    subject = f"chat:{conversation.public_id}"

    ask(ana, "notifications.preferences_change", paused_until=clock.to_wire(clock.now() + timedelta(hours=1)))
    assert ask(ana, "notifications.notice", subject=subject) == {"notice": None}
    ask(ana, "notifications.preferences_change", paused_until=None)
    assert ask(ana, "notifications.notice", subject=subject)["notice"]
    here = clock.now().astimezone(ZoneInfo(ana.time_zone))
    hours = {"since": f"{here:%H:%M}", "until": f"{here + timedelta(hours=2):%H:%M}"}
    ask(ana, "notifications.preferences_change", quiet_hours=hours)
    assert ask(ana, "notifications.notice", subject=subject) == {"notice": None}


def test_outsider_gets_no_notice_of_a_conversation(two, make_user, say, ask):
    _ana, bo, conversation = two
    say(conversation, bo, "rahasia")
    eve = make_user("eve")

    with pytest.raises(ConversationNotFound):
        ask(eve, "notifications.notice", subject=f"chat:{conversation.public_id}")


@pytest.mark.parametrize("subject", ["chat:", "chat", "", "dompet:1", ":"])
def test_subject_of_unknown_kind_is_refused(make_user, ask, subject):
    with pytest.raises(NoticeNotFound):
        ask(make_user("ana"), "notifications.notice", subject=subject)


def test_malformed_subject_id_is_not_found(make_user, ask):
    with pytest.raises(ConversationNotFound):
        ask(make_user("ana"), "notifications.notice", subject="chat:../../x")


def test_former_member_gets_no_notice(make_user, say, ask, now):
    ana, bo = make_user("ana"), make_user("bo")
    group = chat.create_group(owner_id=ana.pk, title="Arisan", member_ids=[bo.pk], now=now)
    say(group, ana)
    chat.leave_group(conversation_id=group.public_id, user_id=bo.pk, now=now)

    assert ask(bo, "notifications.notice", subject=f"chat:{group.public_id}") == {"notice": None}
