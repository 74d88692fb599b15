"""Photos in messages: whose, once, for the members alone, and gone with the message."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import msgspec
import pytest
from django.db import transaction

from chat import api, errors
from chat.domain.attachments import PhotosInput
from chat.models import Message
from superapp.core.errors import InputInvalid
from superapp.media import queries
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import MediaInUse, MediaNotFound, MediaNotReady
from superapp.media.models import Media
from tests.chat.conftest import everything

CLIENT_ID = "0198a000-0000-7000-8000-000000000001"


@pytest.fixture
def make_photo(now):
    """A photo of somebody, ready unless said otherwise; its number is returned."""

    def make(owner, state=MediaState.READY, **fields):
        media = Media.objects.create(
            **{
                "owner": owner, "kind": MediaKind.PHOTO, "state": state, "bytes": 7, "sha256": "ab", "width": 640,
                "height": 480, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI", "created_at": now, **fields,
            }
        )  # fmt: skip
        return media.public_id

    return make


@pytest.fixture
def send(now):
    """Send photos: ``send(conversation, ana, photo)``."""

    def send(conversation, sender, *media, client_id=CLIENT_ID, body="", at=now):
        return api.send_with_extras(
            conversation_id=conversation.public_id, sender_id=sender.pk, sender_public_id=sender.public_id,
            client_id=client_id, body=body, attachment=PhotosInput(media=media), now=at,
        )  # fmt: skip

    return send


def viewers(media, *people):
    return [person.handle for person in people if queries.find_visible(media, person.pk) is not None]


def test_message_row_has_photos_with_sizes_and_placeholders(make_user, make_direct, make_photo, ask, commit):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    photos = [str(make_photo(ana)), str(make_photo(ana, width=300, height=900))]

    with commit() as hints:
        ask(
            ana, "chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="di pasar",
            attachment={"type": "photos", "media": photos},
        )  # fmt: skip

    [row] = ask(bo, "chat.history", conversation=str(conversation.public_id))["rows"]
    assert (row["kind"], row["body"]) == ("text", "di pasar")
    assert row["extras"] == {
        "attachment": {
            "type": "photos",
            "photos": [
                {"id": photos[0], "width": 640, "height": 480, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI"},
                {"id": photos[1], "width": 300, "height": 900, "placeholder": "1QcSHQRnh493V4dIh4eXh1h4kJUI"},
            ],
        }
    }
    assert [hint["row"] for _people, hint in hints if hint["say"] == "message.posted"] == [row]


def test_socket_sending_photos_gets_the_response_and_no_hint(real_db, make_user, make_direct, make_photo, connect):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)
    line, at_bo = connect(ana), connect(bo)

    answer = line.ok(
        "chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="",
        attachment={"type": "photos", "media": [str(photo)]},
    )  # fmt: skip
    again = line.err(
        "chat.send", conversation=str(conversation.public_id), client_id="other", body="",
        attachment={"type": "photos", "media": [str(photo)]},
    )  # fmt: skip

    assert [hint["say"] for hint in answer["hints"]] == ["membership.changed", "message.posted"]
    assert [hint["row"]["extras"]["attachment"]["photos"][0]["id"] for hint in at_bo.hints()] == [str(photo)]
    assert line.hints() == []
    assert again["code"] == "media.in_use"


def test_photo_retry_returns_the_first_message_even_after_recall(make_user, make_direct, make_photo, send, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo, other = make_direct(ana, bo), make_photo(ana), make_photo(ana)
    first = send(conversation, ana, photo)

    again = send(conversation, ana, photo)
    api.recall_message(conversation_id=conversation.public_id, seq=first.seq, by_user_id=ana.pk, now=now)
    after = send(conversation, ana, photo)

    assert [(one.seq, one.is_new) for one in (first, again, after)] == [(1, True), (1, False), (1, False)]
    with pytest.raises(errors.ClientIdReused):
        send(conversation, ana, other)
    assert Media.objects.get(public_id=other).reference is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "uploading", "width": None, "height": None}, MediaNotReady),
        ({"state": "processing", "width": None, "height": None}, MediaNotReady),
        ({"state": "refused", "code": "media.unreadable", "width": None, "height": None}, MediaNotReady),
        ({"state": "deleted", "deleted_at": "now"}, MediaNotFound),
        ({"reference": "chat.message:1:1:elsewhere"}, MediaInUse),
    ],
)
def test_unsendable_photo_is_refused(make_user, make_direct, make_photo, send, now, fields, expected):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, good = make_direct(ana, bo), make_photo(ana)
    photo = make_photo(ana, **{key: now if value == "now" else value for key, value in fields.items()})
    before = everything(), list(Media.objects.order_by("pk").values())

    with pytest.raises(expected):
        send(conversation, ana, good, photo)

    assert (everything(), list(Media.objects.order_by("pk").values())) == before


def test_forged_photo_is_refused_like_one_that_does_not_exist(make_user, make_direct, make_photo, send):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    conversation, hers = make_direct(eve, bo), make_photo(ana)
    before = everything(), list(Media.objects.order_by("pk").values())

    for forged in (hers, uuid.uuid4()):
        with pytest.raises(MediaNotFound):
            send(conversation, eve, forged)

    assert (everything(), list(Media.objects.order_by("pk").values())) == before
    assert viewers(hers, ana, bo, eve) == ["ana"]


def test_photo_of_an_outsider_is_refused_and_stays_unused(make_user, make_direct, make_photo, send):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    conversation, photo = make_direct(ana, bo), make_photo(eve)

    with pytest.raises(errors.ConversationNotFound):
        send(conversation, eve, photo)

    assert Media.objects.get().reference is None
    assert viewers(photo, ana, bo, eve) == ["eve"]


def test_member_who_was_removed_while_uploading_sends_no_photo(make_user, make_group, make_photo, send, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_group(ana, bo), make_photo(bo)
    api.leave_group(conversation_id=conversation.public_id, user_id=bo.pk, now=now)

    with pytest.raises(errors.ConversationNotFound):
        send(conversation, bo, photo)

    assert Media.objects.get().reference is None


def test_photo_is_visible_to_those_who_see_its_message(make_user, make_group, make_photo, send, post, now):
    ana, bo, citra, dewi, eve = (make_user(name) for name in ("ana", "bo", "citra", "dewi", "eve"))
    conversation = make_group(ana, bo, citra)
    api.leave_group(conversation_id=conversation.public_id, user_id=citra.pk, now=now)
    photo = make_photo(ana)
    send(conversation, ana, photo)
    api.add_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user_id=dewi.pk, now=now)
    api.leave_group(conversation_id=conversation.public_id, user_id=bo.pk, now=now)

    # Bo left after it, Citra before it, and Dewi joined later.
    assert viewers(photo, ana, bo, citra, dewi, eve) == ["ana", "bo"]


def test_recall_deletes_the_photos(make_user, make_direct, make_photo, send, post, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    gone, kept = make_photo(ana), make_photo(ana)
    posted = send(conversation, ana, gone)
    send(conversation, ana, kept, client_id="other")
    seen = viewers(gone, ana, bo)

    api.recall_message(conversation_id=conversation.public_id, seq=posted.seq, by_user_id=ana.pk, now=now)

    assert seen == ["ana", "bo"]
    assert viewers(gone, ana, bo) == []
    assert viewers(kept, ana, bo) == ["ana", "bo"]
    assert Message.objects.get(seq=posted.seq).extras is None
    assert list(queries.list_with_files_left(at_most=9)) == [Media.objects.get(public_id=gone)]


def test_refused_recall_deletes_no_photo(make_user, make_direct, make_photo, send, now):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)
    posted = send(conversation, ana, photo)

    with pytest.raises(errors.MessageNotYours):
        api.recall_message(conversation_id=conversation.public_id, seq=posted.seq, by_user_id=bo.pk, now=now)
    with pytest.raises(errors.RecallTooLate):
        api.recall_message(
            conversation_id=conversation.public_id, seq=posted.seq, by_user_id=ana.pk, now=now + timedelta(hours=2)
        )

    assert viewers(photo, ana, bo) == ["ana", "bo"]


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "photos", "media": []},
        {"type": "photos", "media": [str(uuid.uuid4())] * 31},
        {"type": "photos", "media": ["../../etc/passwd"]},
        {"type": "photos", "media": "0198c0de-0000-7000-8000-000000000000"},
        {"type": "photos"},
        {"type": "malware", "media": []},
        {"media": []},
        {"type": 5},
        [],
        "photos",
        7,
    ],
)
def test_attachment_of_the_wrong_shape_is_refused(make_user, make_direct, ask, attachment):
    ana, bo = make_user("ana"), make_user("bo")
    conversation = make_direct(ana, bo)
    before = everything()

    with pytest.raises(InputInvalid):
        ask(
            ana, "chat.send", conversation=str(conversation.public_id), client_id=CLIENT_ID, body="",
            attachment=attachment,
        )  # fmt: skip

    assert everything() == before


def test_photo_that_is_named_twice_is_refused(make_user, make_direct, make_photo, send):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)

    with pytest.raises(MediaInUse):
        send(conversation, ana, photo, photo)

    assert Message.objects.count() == 0


def test_text_beside_photos_is_cleaned_as_any_other(make_user, make_direct, make_photo, send):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)

    for body, refusal in (("x" * 4_001, errors.BodyTooLong), ("a\x07b", errors.BodyNotText)):
        with pytest.raises(refusal):
            send(conversation, ana, photo, body=body)

    assert Media.objects.get().reference is None


def test_two_messages_that_race_for_one_photo_do_not_share_it(
    real_db, make_user, make_direct, make_photo, send, in_threads
):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    to_bo, to_citra, photo = make_direct(ana, bo), make_direct(ana, citra), make_photo(ana)

    outcomes = in_threads(
        *(
            lambda number=number: send((to_bo, to_citra)[number % 2], ana, photo, client_id=f"c-{number}")
            for number in range(8)
        )
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["MediaInUse"] * 7 + ["PostedMessage"]
    message = Message.objects.get()
    assert Media.objects.get().reference == f"chat.message:{message.conversation_id}:{ana.pk}:{message.client_id}"


def test_retries_and_a_recall_at_the_same_moment_leave_no_photo(
    real_db, make_user, make_direct, make_photo, send, in_threads, now
):
    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)
    send(conversation, ana, photo)

    def recall():
        return api.recall_message(conversation_id=conversation.public_id, seq=1, by_user_id=ana.pk, now=now)

    outcomes = in_threads(recall, *[lambda: send(conversation, ana, photo)] * 5)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Message.objects.count() == 1
    assert viewers(photo, ana, bo) == []
    assert Media.objects.get().state == "deleted"


def test_photo_deleted_while_being_sent_is_used_once_or_never(
    real_db, make_user, make_direct, make_photo, send, in_threads, now
):
    from superapp.media.actions.uploads import delete_own

    ana, bo = make_user("ana"), make_user("bo")
    conversation, photo = make_direct(ana, bo), make_photo(ana)

    sent, deleted = in_threads(
        lambda: send(conversation, ana, photo), lambda: delete_own(owner_id=ana.pk, media=photo, now=now)
    )

    if isinstance(sent, Exception):
        assert (type(sent), deleted, Message.objects.count()) == (MediaNotFound, None, 0)
    else:
        assert (type(deleted), viewers(photo, ana, bo)) == (MediaInUse, ["ana", "bo"])


def test_photos_column_round_trips(make_user, make_direct, make_photo, send):
    ana, bo = make_user("ana"), make_user("bo")
    with transaction.atomic():
        send(make_direct(ana, bo), ana, make_photo(ana))

    stored = Message.objects.get().extras

    assert json.loads(msgspec.json.encode(stored)) == stored
    assert stored["attachment"]["type"] == "photos"


def test_forwarded_photos_stay_when_the_first_message_is_recalled(make_user, make_direct, make_photo, send, ask, now):
    ana, bo, citra, eve = (make_user(name) for name in ("ana", "bo", "citra", "eve"))
    talk, other, photo = make_direct(ana, bo), make_direct(bo, citra), make_photo(ana)
    first = send(talk, ana, photo, body="di pasar")
    fields = {
        "conversation": str(other.public_id), "client_id": CLIENT_ID, "body": "",
        "forwarded": {"conversation": str(talk.public_id), "seq": first.seq},
    }  # fmt: skip

    answers = [ask(bo, "chat.send", **fields) for _try in range(2)]
    [row] = ask(citra, "chat.history", conversation=str(other.public_id))["rows"]
    copy = uuid.UUID(row["extras"]["attachment"]["photos"][0]["id"])
    seen = viewers(photo, ana, bo, citra, eve), viewers(copy, ana, bo, citra, eve)
    api.recall_message(conversation_id=talk.public_id, seq=first.seq, by_user_id=ana.pk, now=now)

    assert [answer["seq"] for answer in answers] == [1, 1]
    assert (row["body"], row["extras"]["forwards"]) == ("di pasar", 1)
    assert seen == (["ana", "bo"], ["bo", "citra"])
    assert viewers(photo, ana, bo, citra) == []
    assert viewers(copy, ana, bo, citra) == ["bo", "citra"]
    assert Media.objects.count() == 2
    assert queries.are_files_shown(photo)
    # A photo that is gone is forwarded by nobody.
    with pytest.raises(errors.MessageRecalled):
        ask(bo, "chat.send", **{**fields, "client_id": "later"})


def test_forwarding_invisible_photos_is_refused(make_user, make_direct, make_photo, send, ask):
    ana, bo, eve = make_user("ana"), make_user("bo"), make_user("eve")
    talk, hers = make_direct(ana, bo), make_direct(eve, bo)
    first = send(talk, ana, make_photo(ana))
    before = everything(), list(Media.objects.values())

    with pytest.raises(errors.ConversationNotFound):
        ask(
            eve, "chat.send", conversation=str(hers.public_id), client_id=CLIENT_ID, body="",
            forwarded={"conversation": str(talk.public_id), "seq": first.seq},
        )  # fmt: skip

    assert (everything(), list(Media.objects.values())) == before


def test_concurrent_forward_and_recall_leave_the_whole_copy_or_nothing(
    real_db, make_user, make_direct, make_photo, send, ask, in_threads, now
):
    ana, bo, citra = make_user("ana"), make_user("bo"), make_user("citra")
    talk, other, photo = make_direct(ana, bo), make_direct(bo, citra), make_photo(ana)
    send(talk, ana, photo)

    forwarded, recalled = in_threads(
        lambda: ask(
            bo, "chat.send", conversation=str(other.public_id), client_id=CLIENT_ID, body="",
            forwarded={"conversation": str(talk.public_id), "seq": 1},
        ),
        lambda: api.recall_message(conversation_id=talk.public_id, seq=1, by_user_id=ana.pk, now=now),
    )  # fmt: skip

    assert not isinstance(recalled, Exception)
    copies = Media.objects.filter(files_of=photo, state="ready").count()
    if isinstance(forwarded, Exception):
        assert isinstance(forwarded, errors.MessageRecalled | MediaNotFound), forwarded
        assert copies == 0
    else:
        assert (copies, queries.are_files_shown(photo)) == (1, True)
