"""The demo world."""

from __future__ import annotations

import hashlib
import io
import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from PIL import Image, ImageChops, ImageStat

from chat.models import Conversation, Member, Message, MessageMark, PollVote, Reaction
from payments import api as payments
from payments.models import Journal, TopUp
from superapp.accounts import api as accounts
from superapp.accounts.models import Contact, User
from superapp.addresses import api as addresses
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from superapp.media.models import Media
from superapp.wiring.demo import (
    conversation_script,
    groups,
    people,
    pictures,
    purchases,
    script_files,
    shops,
    stage,
    wallets,
    world,
)
from tests.demo_pictures.__main__ import all_pictures, as_webp


@pytest.fixture(autouse=True)
def _media(settings, tmp_path, monkeypatch):
    # What is sold and bought has tests of its own, and cards of the present moment.
    monkeypatch.setattr(shops, "open_all", lambda *, now: None)
    monkeypatch.setattr(purchases, "scheduled_actions", lambda *, now: [])
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SMS_URL = ""


@pytest.fixture
def made(clone_of, now):
    clone_of("demo_people", lambda: world.make_world(now=now))
    assert world.is_complete()


def everything():
    """All rows of ours, as text."""
    ours = ("core", "realtime", "media", "accounts", "chat", "notifications", "payments")
    models = [model for label in ours for model in apps.get_app_config(label).get_models()]
    return {model.__name__: serialize("json", model.objects.order_by("pk")) for model in models}


def test_demo_has_a_dozen_people_with_pictures_and_login_numbers(made):
    cast = User.objects.filter(phone__number__in=[person.number for person in people.DEMO_PEOPLE])

    assert cast.count() == len(people.DEMO_PEOPLE) == User.objects.exclude(is_staff=True).count() == 16
    assert len({user.avatar for user in cast}) == 16
    assert all(len(user.avatar) == 64 for user in cast)
    assert {user.time_zone for user in cast} == {"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"}
    assert {user.language for user in cast} == {"id", "en"}


def test_people_who_buy_keep_their_addresses(made):
    kept = {
        key: [(one.village, one.is_primary) for one in addresses.list_addresses(player.user_id)]
        for key, player in stage.find_players().items()
    }

    assert {key: found for key, found in kept.items() if found} == {
        "emma": [("Brontokusuman", True)],
        "fatimah": [("Seutui", True)],
        "sekar": [("Purbayan", True), ("Prenggan", False)],
        "yohana": [("Hinekombe", True)],
    }


def test_making_the_demo_again_changes_nothing(made, now):
    before = everything()
    assert len(before) >= 15

    assert world.make_world(now=now + timedelta(days=3)) is False

    assert everything() == before


def test_demo_messages_have_edits_replies_and_reactions(made, now):
    messages = Message.objects.filter(kind="text")
    lines = [line for talk in scripts() for line in conversation_script.parse_conversation(talk, now=now)]

    assert messages.count() == sum(line.verb not in ("title", "add") for line in lines)
    assert messages.count() > 210
    assert messages.filter(edits__gt=0).count() == 3
    assert messages.filter(recalled_at__isnull=False).count() == 2
    assert messages.filter(reply_to__isnull=False).count() == sum(line.reply_to is not None for line in lines) == 11
    assert Reaction.objects.count() == sum(len(line.reactions) for line in lines) == 53


def test_demo_has_stars_and_an_archived_conversation(made):
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)

    assert MessageMark.objects.filter(is_starred=True).values_list("user_id", flat=True).distinct().get() == sekar.pk
    assert MessageMark.objects.filter(is_starred=True).count() == 5
    [archived] = Member.objects.filter(is_archived=True)
    assert (archived.user_id, archived.conversation.kind) == (sekar.pk, "direct")


def scripts():
    return [*world.CONVERSATIONS, *groups.GROUPS]


def test_demo_family_has_photos_a_poll_with_votes_mentions_and_events(made):
    family = Conversation.objects.get(kind="group", title="Keluarga Klaten")
    members = {member.user.handle: member for member in family.members.select_related("user")}
    carried = [message.extras["attachment"] for message in attached(family)]
    poll = next(one for one in carried if one["type"] == "poll")
    photos = [photo for one in carried if one["type"] == "photos" for photo in one["photos"]]

    assert {handle: member.role for handle, member in members.items()} == {
        "manik.sekar": "owner",
        "sumarni.klaten": "admin",
        "suroto.klaten": "member",
        "rizkypra": "member",
    }
    assert poll["options"] == ["Prameks jam 16.20", "Mobil Rizky, habis Magrib", "Sabtu pagi saja"]
    votes = PollVote.objects.filter(message__conversation=family).order_by("option", "user__handle")
    assert list(votes.values_list("option", "user__handle")) == [
        (0, "manik.sekar"),
        (0, "sumarni.klaten"),
        (1, "rizkypra"),
        (1, "suroto.klaten"),
    ]
    assert len(photos) == 4
    assert all(photo["placeholder"] for photo in photos)
    assert {photo["width"] > photo["height"] for photo in photos} == {True, False}
    sekars = members["manik.sekar"]
    assert (sekars.mentioned_seq, family.all_mentioned_seq, sekars.read_seq) == tuple(
        family.last_seq - place for place in range(3)
    )
    events = family.messages.filter(kind="event").order_by("seq").values_list("event__name", flat=True)
    assert list(events)[:2] == ["group_created", "members_added"]
    assert {"description_changed", "admin_made"} <= set(events)


def attached(conversation):
    return [one for one in conversation.messages.order_by("seq") if one.extras and one.extras.get("attachment")]


def test_demo_photos_are_shown_by_their_messages_alone(made):
    media = Media.objects.filter(kind="photo")

    assert media.count() == sum(len(line.words.split()) for line in photo_lines()) == 9
    assert {one.state for one in media} == {"ready"}
    assert all(one.reference.startswith("chat.message:") for one in media)


def photo_lines():
    now = datetime(2027, 3, 1, 5, tzinfo=UTC)
    lines = [line for group in groups.GROUPS for line in conversation_script.parse_conversation(group, now=now)]
    return [line for line in lines if line.verb == "photos"]


def test_demo_messages_are_recent_and_in_order(made, now):
    for conversation in Conversation.objects.all():
        times = list(conversation.messages.order_by("seq").values_list("sent_at", flat=True))
        assert times == sorted(times)
    newest = Message.objects.order_by("-sent_at").values_list("sent_at", flat=True)

    assert newest[0] == now - timedelta(minutes=3)
    assert newest[len(newest) - 1] > now - timedelta(days=11)
    assert {at.astimezone(conversation_script.TIME_ZONE).date() for at in newest} >= {
        (now - timedelta(days=n)).date() for n in range(7)
    }


def test_demo_unread_counts_match_the_script(made):
    expected = {(talk.key, key): count for talk in scripts() for key, count in talk.unread.items()}
    assert len(expected) == 8

    found = {}
    for talk in scripts():
        for key in talk.speakers:
            member = Member.objects.select_related("conversation").get(
                conversation=_conversation(talk), user__handle=_person(key).handle
            )
            unread = member.conversation.counted - member.read_counted - member.own_since
            if unread:
                found[talk.key, key] = unread

    assert found == expected


def _conversation(talk):
    if isinstance(talk, conversation_script.ScriptedGroup):
        return Conversation.objects.get(title=talk.title)
    ids = sorted(accounts.get_user_by_handle(_person(key).handle).pk for key in talk.speakers)
    return Conversation.objects.get(direct_key=f"{ids[0]}:{ids[1]}")


def _person(key):
    return next(person for person in people.DEMO_PEOPLE if person.key == key)


def test_demo_conversations_are_between_contacts(made):
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)
    states = list(Contact.objects.filter(owner=sekar).values_list("state", flat=True))

    assert states.count("accepted") == 14
    assert states.count("asks") == 1


def test_demo_wallets_have_a_past_history_made_once(made, now):
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)
    first = payments.list_wallet_movements(sekar.pk, now=now)

    again = wallets.fill_wallets(now=now + timedelta(days=3))

    assert {str(each.event.journal) for each in again} == {row["journal"] for row in sent()}
    assert payments.list_wallet_movements(sekar.pk, now=now) == first
    assert len(first) == 9
    assert first[0].posted_at < now
    assert first[0].balance_after == payments.get_wallet(sekar.pk, now=now).balance == Money(667_500_00)
    assert operators() == {"loket.wulan", "loket.bayu"}


def test_demo_transfers_have_one_card_at_their_time(made, now):
    sent_at = {row["journal"]: row["at"] for row in sent()}
    assert len(sent_at) == 7
    shown = Message.objects.filter(card_type="payments.transfer")
    assert {card.card["journal"]: card.sent_at for card in shown} == sent_at

    # The facts come when the work begins: they find their cards there.
    outbox.deliver_due(now + timedelta(days=1))

    assert {card.card["journal"]: card.sent_at for card in shown.all()} == sent_at
    assert Message.objects.filter(kind="card").count() == 7
    assert not Fact.objects.filter(name="payments.money_sent").exists()


def sent():
    rows = Journal.objects.filter(kind="sent").order_by("pk")
    return [{"journal": str(row.public_id), "at": row.posted_at} for row in rows]


def test_demo_interrupted_after_transfers_is_continued(db, now, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(world, "_set_up", no_more)
        with pytest.raises(ConnectionAbortedError):
            world.make_world(now=now)
    outbox.deliver_due(now + timedelta(days=1))
    before = Journal.objects.count()

    assert world.make_world(now=now) is True

    assert Journal.objects.count() == before
    assert Message.objects.filter(card_type="payments.transfer").count() == 7
    assert Message.objects.exclude(kind="card").count() > 180
    assert world.make_world(now=now) is False


@pytest.mark.parametrize("moves", [1, 6])
def test_demo_interrupted_during_transfers_is_continued(db, now, monkeypatch, moves):
    move, done = wallets._move, itertools.count(1)
    with monkeypatch.context() as patched:
        patched.setattr(wallets, "_move", lambda *args, **kw: move(*args, **kw) if next(done) <= moves else no_more())
        with pytest.raises(ConnectionAbortedError):
            world.make_world(now=now)
    sekar = accounts.get_user_by_handle(people.SEKAR.handle)
    assert len(payments.list_wallet_movements(sekar.pk, now=now)) < 9

    assert world.make_world(now=now + timedelta(minutes=5)) is True

    topped_up = [moved for moved in wallets.TRANSFERS if not moved.sender]
    assert Journal.objects.filter(kind="topped_up").count() == TopUp.objects.count() == len(topped_up)
    assert Journal.objects.filter(kind="sent").count() == 7
    assert payments.get_wallet(sekar.pk, now=now).balance == Money(667_500_00)
    assert Message.objects.filter(card_type="payments.transfer").count() == 7
    assert world.make_world(now=now) is False


def no_more(*args, **kwargs):
    raise ConnectionAbortedError


def operators():
    return set(User.objects.filter(is_staff=True).values_list("handle", flat=True))


@pytest.mark.parametrize("hour", [0, 3, 9, 17, 23])
def test_demo_messages_are_never_in_the_future(hour):
    now = datetime(2027, 3, 1, hour, 7, tzinfo=conversation_script.TIME_ZONE).astimezone(UTC)

    said = [line for talk in scripts() for line in conversation_script.parse_conversation(talk, now=now)]

    assert len(said) > 210
    assert max(line.at for line in said) <= now


def test_invalid_demo_script_is_refused(now):
    for lines in ("10.00 ana: halo", "10:00 eve: halo", "10:00 ana: [> nothing] halo", "10:00 ana: "):
        with pytest.raises(ValueError, match=r"."):
            conversation_script.parse_conversation(
                conversation_script.ScriptedConversation(one="ana", other="bo", lines=lines), now=now
            )


def test_demo_portraits_differ_and_are_small():
    portraits = [pictures.read_picture(f"people/{person.key}") for person in people.DEMO_PEOPLE]

    assert len({hashlib.sha256(picture).hexdigest() for picture in portraits}) == 16
    assert {Image.open(io.BytesIO(picture)).size for picture in portraits} == {(512, 512)}
    assert max(map(len, portraits)) < 20_000


def test_demo_pictures_are_exactly_those_drawn_and_used():
    files = {str(path.relative_to(pictures.FOLDER).with_suffix("")) for path in pictures.FOLDER.rglob("*.webp")}
    used = {f"people/{person.key}" for person in people.DEMO_PEOPLE}
    used |= {name for line in photo_lines() for name in line.words.split()}
    for shop in shops.DEMO_SHOPS:
        used |= {f"{shop.handle}/{name}" for name in ("logo", *(name for one in shop.goods for name in one.photos))}

    assert files == used == dict(all_pictures()).keys()


@pytest.mark.parametrize("name", ["people/sekar", "kopi-rante/logo"])
def test_demo_picture_redrawn_equals_the_stored_one(name):
    drawn, kept = (
        Image.open(io.BytesIO(picture)).convert("RGB")
        for picture in (as_webp(dict(all_pictures())[name]), pictures.read_picture(name))
    )

    # Another version of the encoder may differ by a shade.
    assert drawn.size == kept.size
    assert max(ImageStat.Stat(ImageChops.difference(drawn, kept)).mean) < 2


def test_misspelt_field_of_demo_data_is_refused(tmp_path, monkeypatch):
    (tmp_path / "people.toml").write_text('[[people]]\nkey = "ana"\nnumbr = "1"\n')
    monkeypatch.setattr(script_files, "FOLDER", tmp_path)

    with pytest.raises(msgspec.ValidationError, match="numbr"):
        script_files.read_list("people", people.DemoPerson)


def test_demo_command_prints_logins_and_refuses_with_a_gateway(db, capsys, settings):
    settings.SMS_INBOX = True
    call_command("demo")
    call_command("demo")
    printed = capsys.readouterr().out
    assert printed.count("081210000001  Sekar Ayuningtyas") == 2
    assert "The demo world is made." in printed
    assert "The demo world is here already." in printed

    settings.SMS_URL = "https://sms.example/"
    with pytest.raises(CommandError):
        call_command("demo")
