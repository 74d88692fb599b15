"""People on the screens besides the demo world: a new one, one with long names, one who writes from right to left."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import translation

from chat import api as chat
from chat.actions import group_links
from chat.models import Conversation, GroupLink
from superapp.accounts import api as accounts
from superapp.accounts.actions import devices, profile
from superapp.accounts.models import User
from superapp.core import ids

NEWCOMER = "+6281290000001"
EDGE = "+6281290000002"
ODD_PEOPLE = (
    ("+6281290000003", "Raden Mas Panji Sosrokartono Kusumaningrat Adiwij"),
    ("+6281290000004", "ليلى بنت الحسن"),
    ("+6281290000005", "Siti Nurhaliza-Wulandari-Kartasasmita-Hadiningrat"),
)
ODD_LINES = (
    (
        "Kata terpanjang yang pernah kutulis: ketidakbertanggungjawabannyakebersamaankemasyarakatanperpustakaannya",
        "https://contoh.example/alamat/yang/sangat/panjang/sekali/tanpa/satu/pun/spasi/di/dalamnya?dan=tanya&lagi=tanya",
        "Sip",
    ),
    ("مرحبا! كيف حالك اليوم؟", "Baik! Kata “شكرا جزيلا” artinya terima kasih banyak, kan?", "نعم، صحيح 👍", "🙏"),
    ("Baris satu\nBaris dua\n\nBaris empat", "Terima kasih ya"),
)


def make_odd_people(*, now: datetime) -> None:
    """Add them, once."""
    if accounts.find_user_by_phone_number(EDGE) is not None:
        return
    accounts.create_person(name="Nona Baru", number=NEWCOMER, now=now)
    edge = accounts.create_person(name="Tepi Layar", handle="tepi.layar", number=EDGE, now=now)
    for place, ((number, name), lines) in enumerate(zip(ODD_PEOPLE, ODD_LINES, strict=True)):
        person = accounts.create_person(name=name, number=number, now=now)
        accounts.connect_people(user_id=edge.pk, peer_id=person.pk, now=now)
        talk = chat.open_direct_conversation(user_id=edge.pk, peer_id=person.pk, now=now)
        for line, body in enumerate(lines):
            sender = edge if line % 2 else person
            entry = chat.compose_message(
                conversation_id=talk.public_id,
                sender_id=sender.pk,
                sender_public_id=sender.public_id,
                client_id=str(ids.new_id()),
                body=body,
            )
            chat.post_message(entry, now=now - timedelta(minutes=100 - 10 * line + place))


def log_in(number: str, *, language: str, now: datetime) -> str:
    """The session cookie of this person, who reads this language from now on."""
    user = accounts.find_user_by_phone_number(number)
    assert user is not None
    profile.change_profile(user_id=user.pk, changes=profile.ProfileChanges(language=language), now=now)
    return session_of(user, now=now)


def session_of(user: User, *, now: datetime) -> str:
    """The session cookie of a device on which this person is logged in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    assert session.session_key is not None
    with translation.override(user.language):
        devices.register_device(
            user_id=user.pk,
            session_key=session.session_key,
            browser_hash="",
            name="Chrome, Android",
            is_new_account=True,
            now=now,
        )
    return session.session_key


def conversation_of(number: str, other_number: str) -> str:
    """The address of what these two say to each other."""
    one, other = accounts.find_user_by_phone_number(number), accounts.find_user_by_phone_number(other_number)
    assert one is not None
    assert other is not None
    key = f"{min(one.pk, other.pk)}:{max(one.pk, other.pk)}"
    return f"/obrolan/{Conversation.objects.get(direct_key=key).public_id}/"


def group_of(title: str) -> str:
    """The address of a group."""
    return f"/obrolan/{Conversation.objects.get(kind='group', title=title).public_id}/"


def link_into(title: str, *, now: datetime) -> str:
    """The address of an open link into a group, which is made the first time."""
    group = Conversation.objects.get(kind="group", title=title)
    founder = group.group.created_by_id
    assert founder is not None
    link = GroupLink.objects.filter(conversation=group).first() or group_links.make_link(
        conversation_id=group.public_id,
        by_user_id=founder,
        lasts_for=timedelta(days=7),
        uses_max=50,
        needs_approval=False,
        now=now,
    )
    return f"/grup/undangan/{link.token}/"
