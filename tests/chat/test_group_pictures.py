"""Pictures of groups: who sets them, who sees them, and what becomes of those before."""

from __future__ import annotations

import dataclasses
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from chat import api
from chat.actions import groups
from chat.errors import AdminsOnly, ConversationNotFound, NotAGroup
from chat.models import Group, Message
from superapp.core import clock
from superapp.core.errors import RateLimited
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.errors import MediaKindUnknown, MediaNotFound, MediaNotReady, MediaUnreadable, TooManyPixels
from superapp.media.maintenance import periodic_tasks
from superapp.media.models import Media
from tests.media.photo_files import photo, png_that_declares


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def make_avatar(now):
    """An avatar of somebody, ready unless said otherwise; its number is returned."""

    def make(owner, **fields):
        media = Media.objects.create(
            **{
                "owner": owner, "kind": MediaKind.AVATAR, "state": MediaState.READY, "bytes": 7, "sha256": "ab" * 32,
                "width": 512, "height": 512, "created_at": now, **fields,
            }
        )  # fmt: skip
        return media.public_id

    return make


@pytest.fixture
def set_picture(group, now):
    """Set the picture of the group: ``set_picture(ana, avatar)``."""

    def set_picture(by, picture):
        return api.set_picture(conversation_id=group.public_id, by_user_id=by.pk, picture=picture, now=now)

    return set_picture


@pytest.fixture
def send(group):
    """Send the form of the details page: ``send(ana, picture=content)``."""

    def send(by, picture=None, **fields):
        browser = Client()
        browser.force_login(by)
        if picture is not None:
            fields["picture"] = SimpleUploadedFile("a.jpg", picture, "image/jpeg")
        return browser.post(f"/obrolan/{group.public_id}/grup/foto/", fields)

    return send


def seen_by(user, address):
    """The answer to somebody who asks for an address; None is nobody who is logged in."""
    browser = Client()
    if user is not None:
        browser.force_login(user)
    answer = browser.get(address)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def statuses(people, address):
    return [seen_by(person, address).status_code for person in people]


def picture_of(group):
    return Group.objects.get(conversation=group).picture


def events(group):
    return [one.event["name"] for one in Message.objects.filter(conversation=group, kind="event").order_by("seq")]


def test_picture_is_a_square_that_members_see_and_nobody_else(people, group, send):
    ana, bo, citra, dewi, eve = people

    answer = send(ana, photo(800, 400))

    assert answer.status_code == 302
    address = f"/media/berkas/{picture_of(group)}"
    assert events(group)[-1] == "picture_changed"
    assert statuses((ana, bo, citra, dewi, eve, None), f"{address}/small.webp") == [200, 200, 200, 404, 404, 404]
    for name, side in (("small.webp", 128), ("large.webp", 512)):
        shown = seen_by(citra, f"{address}/{name}")
        assert Image.open(io.BytesIO(shown.body)).size == (side, side)
        assert shown.headers["Cache-Control"].startswith("private")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert seen_by(citra, f"{address}/original").status_code == 404


def test_group_state_and_pages_have_the_picture(people, group, set_picture, make_avatar, ask, commit):
    ana, bo, citra, *_ = people
    picture = make_avatar(ana)

    with commit() as hints:
        set_picture(ana, picture)

    [changed] = [(to, hint) for to, hint in hints if hint["say"] == "group.changed"]
    assert sorted(changed[0]) == sorted(person.pk for person in (ana, bo, citra))
    assert changed[1]["group"]["picture"] == str(picture)
    row = ask(citra, "chat.conversation", conversation=str(group.public_id))
    assert row["group"] == changed[1]["group"]
    for page in ("", "rincian/"):
        assert (
            f'src="/media/berkas/{picture}/small.webp"'
            in seen_by(citra, f"/obrolan/{group.public_id}/{page}").body.decode()
        )


def test_picture_that_is_set_again_changes_nothing(people, group, set_picture, make_avatar, commit):
    ana = people[0]
    picture = make_avatar(ana)
    set_picture(ana, picture)
    rev = Group.objects.get(conversation=group).rev

    with commit() as hints:
        assert set_picture(ana, picture).rev == rev

    assert hints == []
    assert events(group).count("picture_changed") == 1


def test_former_picture_is_deleted_with_its_files(people, group, send, media_root):
    ana = people[0]
    send(ana, photo(300, 300))
    first = picture_of(group)
    send(ana, photo(300, 200))

    assert seen_by(ana, f"/media/berkas/{first}/small.webp").status_code == 404
    periodic_tasks.remove_deleted_files(clock.now())
    assert len(list(media_root.rglob("*.webp"))) == 2
    assert seen_by(ana, f"/media/berkas/{picture_of(group)}/small.webp").status_code == 200

    send(ana, remove="yes")

    periodic_tasks.remove_deleted_files(clock.now())
    assert picture_of(group) is None
    assert events(group)[-1] == "picture_removed"
    assert list(media_root.rglob("*.webp")) == []


def test_equal_pictures_of_two_groups_share_files_that_stay_until_the_last_is_gone(
    people, group, make_group, send, media_root, now
):
    ana, citra = people[0], people[2]
    other = make_group(citra)
    content = photo(300, 300)
    send(ana, content)
    stored = api.store_picture(conversation_id=other.public_id, by_user_id=citra.pk, upload=content, now=now)
    api.set_picture(conversation_id=other.public_id, by_user_id=citra.pk, picture=stored, now=now)
    assert len(list(media_root.rglob("*.webp"))) == 2

    send(ana, remove="yes")
    periodic_tasks.remove_deleted_files(clock.now())

    assert seen_by(citra, f"/media/berkas/{stored}/small.webp").status_code == 200


def test_member_changes_the_picture_unless_only_admins_may(people, group, send, set_picture, make_avatar, now):
    ana, bo, citra, dewi, eve = people
    assert set_picture(citra, make_avatar(citra)).picture is not None
    changes = api.GroupChanges(is_changing_admins_only=True)
    api.change_group(conversation_id=group.public_id, by_user_id=ana.pk, changes=changes, now=now)
    before = picture_of(group)

    for who, refusal in ((citra, AdminsOnly), (dewi, ConversationNotFound), (eve, ConversationNotFound)):
        for picture in (make_avatar(who), None):
            with pytest.raises(refusal):
                set_picture(who, picture)
    assert [send(who, photo()).status_code for who in (citra, dewi, eve)] == [302, 404, 404]
    assert [send(who, remove="yes").status_code for who in (citra, dewi, eve)] == [302, 404, 404]

    assert picture_of(group) == before
    assert set_picture(bo, None).picture is None


def test_member_who_was_muted_does_not_change_the_picture(people, group, set_picture, make_avatar, now):
    ana, _bo, citra, *_ = people
    api.set_silenced(
        conversation_id=group.public_id, by_user_id=ana.pk, user=citra.public_id, is_silenced=True, now=now
    )

    with pytest.raises(AdminsOnly):
        set_picture(citra, make_avatar(citra))


def test_conversation_of_two_has_no_picture(people, make_direct, make_avatar, now):
    ana, bo, *_ = people
    talk = make_direct(ana, bo)

    with pytest.raises(NotAGroup):
        api.set_picture(conversation_id=talk.public_id, by_user_id=ana.pk, picture=make_avatar(ana), now=now)
    with pytest.raises(NotAGroup):
        api.store_picture(conversation_id=talk.public_id, by_user_id=ana.pk, upload=photo(), now=now)


def test_foreign_used_and_unready_media_are_no_pictures(people, group, set_picture, make_avatar):
    ana, bo, *_ = people
    sent = make_avatar(ana, kind=MediaKind.PHOTO)
    for picture, refusal in (
        (uuid.uuid4(), MediaNotFound),
        (make_avatar(bo), MediaNotFound),
        (make_avatar(ana, reference="chat.group:1"), MediaNotFound),
        (make_avatar(ana, state=MediaState.PROCESSING), MediaNotReady),
        (sent, MediaKindUnknown),
    ):
        with pytest.raises(refusal):
            set_picture(ana, picture)

    assert picture_of(group) is None
    assert "picture_changed" not in events(group)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"MZ\x90\x00\x03" + b"\x00" * 2_000, MediaUnreadable),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', MediaUnreadable),
        (photo()[:-400], MediaUnreadable),
        (b"", MediaUnreadable),
        (png_that_declares(30_000, 30_000), TooManyPixels),
    ],
    ids=["exe", "svg", "cut", "empty", "bomb"],
)
def test_file_that_is_no_picture_is_refused_and_said_so(people, group, send, media_root, content, refusal):
    ana = people[0]

    answer = send(ana, content)

    assert answer.status_code == 302
    assert picture_of(group) is None
    assert not Media.objects.exists()
    assert not media_root.exists()
    with pytest.raises(refusal):
        api.store_picture(conversation_id=group.public_id, by_user_id=ana.pk, upload=content, now=clock.now())


def test_page_says_why_a_picture_was_refused(people, group):
    browser = Client()
    browser.force_login(people[0])
    upload = SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg")

    shown = browser.post(f"/obrolan/{group.public_id}/grup/foto/", {"picture": upload}, follow=True).content.decode()

    assert "Berkas ini bukan foto yang bisa dibuka" in shown


def test_form_is_on_the_page_of_those_who_may_change_the_group(people, group, make_direct, now):
    ana, bo, citra, *_ = people
    form = f'action="/obrolan/{group.public_id}/grup/foto/" enctype="multipart/form-data"'
    details = f"/obrolan/{group.public_id}/rincian/"
    assert form in seen_by(citra, details).body.decode()
    changes = api.GroupChanges(is_changing_admins_only=True)
    api.change_group(conversation_id=group.public_id, by_user_id=ana.pk, changes=changes, now=now)

    assert form not in seen_by(citra, details).body.decode()
    assert form in seen_by(bo, details).body.decode()
    assert "grup/foto" not in seen_by(ana, f"/obrolan/{make_direct(ana, bo).public_id}/rincian/").body.decode()


# Who is not in yet.


def test_invited_person_sees_the_picture_until_they_decline(people, group, invited, send, ask):
    ana, _bo, _citra, _dewi, eve = people
    send(ana, photo(300, 300))
    address = f"/media/berkas/{picture_of(group)}/small.webp"
    [row] = ask(eve, "chat.invitations")["rows"]
    assert row["picture"] == str(picture_of(group))
    assert f'src="{address}"' in seen_by(eve, "/obrolan/undangan/").body.decode()
    assert seen_by(eve, address).status_code == 200

    ask(eve, "chat.invitation_answer", conversation=invited, accept=False)

    assert seen_by(eve, address).status_code == 404


def test_page_of_a_link_shows_the_picture_while_the_link_is_open(people, group, link_of, send, ask):
    ana, bo, _citra, dewi, eve = people
    send(ana, photo(300, 300))
    link = link_of()
    page = f"/grup/undangan/{link['token']}/"
    assert f'src="{page}foto/"' in seen_by(eve, page).body.decode()
    assert ask(eve, "chat.group_invite", token=link["token"])["picture"] == f"{page}foto/"
    # By its own address it stays hidden from whoever is not in.
    assert seen_by(eve, f"/media/berkas/{picture_of(group)}/small.webp").status_code == 404

    # Dewi was removed, and her links lead nowhere.
    assert statuses((eve, None, dewi), f"{page}foto/") == [200, 200, 404]
    assert seen_by(eve, f"{page}foto/").headers["Cache-Control"] == "private, max-age=60"
    assert seen_by(eve, "/grup/undangan/tidak-ada/foto/").status_code == 404
    ask(bo, "chat.group_link_revoke", conversation=str(group.public_id), link=link["id"])
    assert seen_by(eve, f"{page}foto/").status_code == 404


def test_who_leaves_sees_the_picture_no_longer(people, group, send, now):
    ana, _bo, citra, *_ = people
    send(ana, photo(300, 300))
    address = f"/media/berkas/{picture_of(group)}/small.webp"
    assert seen_by(citra, address).status_code == 200

    api.leave_group(conversation_id=group.public_id, user_id=citra.pk, now=now)

    assert seen_by(citra, address).status_code == 404
    assert (
        "/media/berkas/" not in seen_by(citra, f"/obrolan/{group.public_id}/").body.decode().partition("<template")[0]
    )


def test_pictures_of_a_group_are_counted(people, group, now, monkeypatch):
    monkeypatch.setattr(groups, "PICTURE_LIMIT", dataclasses.replace(groups.PICTURE_LIMIT, times=1))
    ana = people[0]
    named = {"conversation_id": group.public_id, "by_user_id": ana.pk, "upload": photo(), "now": now}
    api.store_picture(**named)

    with pytest.raises(RateLimited):
        api.store_picture(**named)
