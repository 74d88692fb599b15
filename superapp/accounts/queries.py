"""Reading accounts; the asker is an argument, and a stranger learns nothing."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet

from superapp.accounts.errors import DeviceNotFound, InvitationNotFound, InviteNotFound, PersonNotFound
from superapp.accounts.models import Contact, Device, Invitation, InviteLink, LoginCode, PhoneNumber, User
from superapp.core import prepared
from superapp.realtime import me

DEVICES_MAX = 100
INVITATIONS_MAX = 200
SESSION_KEY_CHARS_MAX = 40

# People.


def anybody_is_registered() -> bool:
    return User.objects.exists()


def user_by_id(user_id: int) -> User:
    """
    :raises PersonNotFound: if there is none
    """
    return _one(User.objects.filter(pk=user_id))


def user_by_public_id(public_id: UUID) -> User:
    """
    :raises PersonNotFound: if there is none
    """
    return _one(User.objects.filter(public_id=public_id, is_active=True))


def user_ever_of(public_id: UUID) -> User:
    """
    The same, also when their account was closed.

    :raises PersonNotFound: if there never was one
    """
    return _one(User.objects.filter(public_id=public_id))


def user_by_handle(handle: str) -> User:
    """
    :raises PersonNotFound: if nobody has the handle
    """
    return _one(User.objects.filter(handle=handle, is_active=True))


def user_by_number(number: str) -> User | None:
    """The person who proved this number last. Only for those who may know: never for somebody who merely typed it."""
    return User.objects.filter(phone__number=number).first()


def number_of(user_id: int) -> str | None:
    return PhoneNumber.objects.filter(user_id=user_id).values_list("number", flat=True).first()


def users(user_ids: Collection[int]) -> list[User]:
    return list(User.objects.filter(pk__in=user_ids).order_by("pk"))


def public_ids(user_ids: Collection[int]) -> dict[int, UUID]:
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "public_id"))


def users_changed(user_ids: Collection[int], *, since: int) -> list[User]:
    return list(User.objects.filter(pk__in=user_ids, changed__gte=since).order_by("pk"))


def lock_people(user_ids: Collection[int]) -> dict[int, User]:
    """
    Lock people in the order of their ids, so that what concerns two of them happens one after the other.

    :raises PersonNotFound: if one of them is missing
    """
    rows = User.objects.filter(pk__in=user_ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    found = {user.pk: user for user in rows}
    if len(found) != len(set(user_ids)):
        raise PersonNotFound
    return found


def _one(people: QuerySet[User]) -> User:
    user = people.first()
    if user is None:
        raise PersonNotFound
    return user


# Contacts.


def sides(user_id: int, peer_id: int) -> tuple[Contact | None, Contact | None]:
    """My side of knowing this person, and theirs."""
    rows = Contact.objects.filter(owner_id__in=(user_id, peer_id), peer_id__in=(user_id, peer_id))
    by_owner = {side.owner_id: side for side in rows}
    return by_owner.get(user_id), by_owner.get(peer_id)


def visible_sides(owner_id: int) -> QuerySet[Contact]:
    """What this person has been told about whom they know."""
    return Contact.objects.filter(owner_id=owner_id, rev__gt=0).select_related("peer")


def contact_requests(user_id: int, _now: datetime) -> QuerySet[Contact]:
    """Who asks this person to be a contact, and was not answered."""
    return Contact.objects.filter(owner_id=user_id, state=Contact.State.ASKS, is_blocked=False, rev__gt=0)


def open_invitations(owner_id: int) -> list[Invitation]:
    """The numbers that this person asked and that did not answer, the newest first."""
    rows = Invitation.objects.filter(owner_id=owner_id, cancelled_at=None)
    return list(rows.order_by("-invited_at", "-pk")[:INVITATIONS_MAX])


def lock_invitation(invitation_id: int) -> Invitation | None:
    """Lock an invitation, after the people that it is about."""
    return Invitation.objects.select_for_update(of=("self",), no_key=True).filter(pk=invitation_id).first()


def lock_own_invitation(owner_id: int, public_id: UUID) -> Invitation:
    """
    :raises InvitationNotFound: if it is somebody else's, or there is none
    """
    rows = Invitation.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(owner_id=owner_id, public_id=public_id, cancelled_at=None).first()
    if found is None:
        raise InvitationNotFound
    return found


def newest_link(owner_id: int) -> InviteLink | None:
    """The invite link that this person made last, be it over or not."""
    return InviteLink.objects.filter(owner_id=owner_id).order_by("-pk").first()


def link_of_token(token: str) -> InviteLink | None:
    """The invite link of this address, with its owner."""
    return InviteLink.objects.select_related("owner").filter(token=token, owner__is_active=True).first()


def lock_link(link_id: int) -> InviteLink:
    """Lock an invite link, after the people who become contacts by it."""
    return InviteLink.objects.select_for_update(no_key=True).get(pk=link_id)


def lock_own_link(owner_id: int, public_id: UUID) -> InviteLink:
    """
    :raises InviteNotFound: if it is somebody else's, or there is none
    """
    found = InviteLink.objects.select_for_update(no_key=True).filter(owner_id=owner_id, public_id=public_id).first()
    if found is None:
        raise InviteNotFound
    return found


def sides_changed(owner_id: int, *, since: int | None, after: tuple[int, int] | None, rows_max: int) -> list[Contact]:
    """What changed of this person's contacts since the cursor, latest first, from ``after`` (stamp, id) on."""
    found = visible_sides(owner_id).filter(_earlier(after))
    if since is not None:
        found = found.filter(changed__gte=since)
    return list(found.order_by("-changed", "-pk")[:rows_max])


def peers_changed(owner_id: int, *, since: int, after: tuple[int, int] | None, rows_max: int) -> list[User]:
    """Whom of this person's contacts looks different since the cursor, latest first, from ``after`` (stamp, id) on."""
    known = visible_sides(owner_id).exclude(state=Contact.State.ENDED).values("peer_id")
    found = User.objects.filter(_earlier(after), pk__in=known, changed__gte=since)
    return list(found.order_by("-changed", "-pk")[:rows_max])


def _earlier(after: tuple[int, int] | None) -> Q:
    if after is None:
        return Q()
    return Q(changed__lt=after[0]) | Q(changed=after[0], pk__lt=after[1])


def has_blocked(owner_id: int, peer_id: int) -> bool:
    return Contact.objects.filter(owner_id=owner_id, peer_id=peer_id, is_blocked=True).exists()


# For statements that other apps write by hand: whether ``owner`` has blocked ``peer``, both of them expressions of SQL.
HAS_BLOCKED = (
    "EXISTS (SELECT 1 FROM accounts_contact k WHERE k.owner_id = {owner} AND k.peer_id = {peer} AND k.is_blocked)"
)


def is_blocked_between(user_id: int, peer_id: int) -> bool:
    """Tell whether one of the two has blocked the other."""
    pair = Contact.objects.filter(owner_id__in=(user_id, peer_id), peer_id__in=(user_id, peer_id))
    return pair.filter(is_blocked=True).exists()


def onlookers(user_id: int) -> list[int]:
    """Who has this person in their list of contacts, and should see a new picture or name there."""
    rows = Contact.objects.filter(peer_id=user_id, rev__gt=0).exclude(state=Contact.State.ENDED)
    return list(rows.order_by("owner_id").values_list("owner_id", flat=True))


# Logging in.


def lock_open_code(*, number: str, browser_hash: str, now: datetime) -> LoginCode | None:
    """Lock the newest code of this number that this browser asked for, if it can still be used."""
    codes = LoginCode.objects.filter(number=number, browser_hash=browser_hash)
    newest = codes.order_by("-sent_at", "-pk").select_for_update().first()
    if newest is None or newest.used_at is not None or newest.expires_at <= now:
        return None
    return newest


def last_code_sent_at(*, number: str, browser_hash: str | None) -> datetime | None:
    """When a code was last sent to this number, or, given a browser, when this browser last had one sent."""
    codes = LoginCode.objects.filter(number=number)
    if browser_hash is not None:
        codes = codes.filter(browser_hash=browser_hash)
    return codes.order_by("-sent_at").values_list("sent_at", flat=True).first()


def is_known_browser(*, number: str, browser_hash: str) -> bool:
    """Whether the account of this number was used in this browser before."""
    return Device.objects.filter(user__phone__number=number, browser_hash=browser_hash).exists()


def last_seen_at(user_id: int) -> datetime | None:
    seen = Device.objects.filter(user_id=user_id).order_by("-last_seen_at")
    return seen.values_list("last_seen_at", flat=True).first()


# Devices.


class OpenSession(NamedTuple):
    """A session that has not ended, of a device that has not, with its person."""

    session_key: str
    device_id: int
    device_public_id: UUID
    last_seen_at: datetime
    user_id: int
    user_public_id: UUID
    language: str
    me_rev: int
    epoch: int


# By hand and kept by the database: whoever connects is looked for with it, and a country connects at once.
_OPEN_SESSIONS = """
    SELECT device.session_key, device.id, device.public_id, device.last_seen_at, person.id, person.public_id,
        person.language, {rev}, (SELECT epoch FROM core_instance)
    FROM accounts_device AS device
    JOIN django_session AS session ON session.session_key = device.session_key
    JOIN accounts_user AS person ON person.id = device.user_id
    WHERE device.session_key {among} AND device.ended_at IS NULL AND person.is_active AND session.expire_date > %s
"""
_OPEN_SESSIONS_POSTGRES = _OPEN_SESSIONS.format(rev=me.REV_OF.format(user="person.id"), among="= ANY(%s)")
_OPEN_SESSIONS_SQLITE = _OPEN_SESSIONS.format(
    rev=me.REV_OF.format(user="person.id"), among="IN (SELECT value FROM json_each(%s))"
)


def open_sessions(session_keys: Collection[str], *, now: datetime) -> list[OpenSession]:
    """Those of these sessions that have not ended, nor the account of their person."""
    keys = [key for key in session_keys if _may_be_a_session(key)]
    if not keys:
        return []
    if connection.vendor == "postgresql":
        return [OpenSession(*row) for row in prepared.ask(_OPEN_SESSIONS_POSTGRES, [keys, now])()]
    return [
        OpenSession(key, device, UUID(device_id), seen.replace(tzinfo=UTC), user, UUID(user_id), *others)
        for key, device, device_id, seen, user, user_id, *others in prepared.ask(
            _OPEN_SESSIONS_SQLITE, [json.dumps(keys), now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")]
        )()
    ]


def _may_be_a_session(key: str) -> bool:
    # What a cookie claims may hold what no database takes, and would spoil the look for others, too.
    return 0 < len(key) <= SESSION_KEY_CHARS_MAX and key.isascii() and key.isalnum()


# For PostgreSQL: locks those of these devices that nobody else holds, in the order of their ids.
FREE_STALE_DEVICES = (
    "SELECT id FROM accounts_device WHERE id = ANY(%s) AND last_seen_at < %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
)


def device_id_of_session(session_key: str) -> int | None:
    return Device.objects.filter(session_key=session_key, ended_at=None).values_list("pk", flat=True).first()


def devices_of(user_id: int) -> list[Device]:
    """Where this person is logged in, latest use first."""
    rows = Device.objects.filter(user_id=user_id, ended_at=None)
    return list(rows.order_by(F("last_seen_at").desc(), "-pk")[:DEVICES_MAX])


def device_of(user_id: int, public_id: UUID) -> Device:
    """
    :raises DeviceNotFound: if it is somebody else's, or there is none
    """
    device = Device.objects.filter(user_id=user_id, public_id=public_id).first()
    if device is None:
        raise DeviceNotFound
    return device


def open_device(user_id: int, device_id: int | None) -> Device:
    """
    A device on which this person is logged in.

    :raises DeviceNotFound: if it is somebody else's, or was signed out, or there is none
    """
    found = None if device_id is None else Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None).first()
    if found is None:
        raise DeviceNotFound
    return found


def is_trusted_device(user_id: int, device_id: int | None) -> bool:
    """Whether something stronger than a code by SMS speaks for this device of theirs (see ``Device``)."""
    if device_id is None:
        return False
    return Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None, trusted_at__isnull=False).exists()


def browser_of_device(user_id: int, device_id: int | None) -> str | None:
    """Return by what the browser of this device of theirs is told again, "" if by nothing; None if it is not theirs."""
    return Device.objects.filter(pk=device_id or 0, user_id=user_id).values_list("browser_hash", flat=True).first()


def devices_asking(user_id: int, *, now: datetime) -> list[Device]:
    """Those that asked to be trusted, and may be today or tomorrow."""
    since = now - Device.TRUST_WAIT - Device.TRUST_OPEN_FOR
    rows = Device.objects.filter(user_id=user_id, ended_at=None, trusted_at=None, trust_asked_at__gte=since)
    return list(rows.order_by("trust_asked_at", "pk"))


def devices_in_browser(*, user_id: int, browser_hash: str) -> QuerySet[Device]:
    """Every log-in of this person in this browser, ended ones, too; none for a browser that cannot be told again."""
    if not browser_hash:
        return Device.objects.none()
    return Device.objects.filter(user_id=user_id, browser_hash=browser_hash)


def is_trusted_browser(*, user_id: int, browser_hash: str) -> bool:
    """Whether this person was trusted in this browser before."""
    return devices_in_browser(user_id=user_id, browser_hash=browser_hash).filter(trusted_at__isnull=False).exists()


# Pictures.

DIGESTS_PAGE = 500


def shows_avatar(public_id: UUID, digest: str) -> bool:
    """Whether this is the picture that this person shows now."""
    return User.objects.filter(public_id=public_id, avatar=digest, is_active=True).exists()


def avatars_shown(digests: Collection[str]) -> set[str]:
    """Those of the pictures that somebody shows."""
    ordered = sorted(digests)
    shown: set[str] = set()
    for start in range(0, len(ordered), DIGESTS_PAGE):
        page = User.objects.filter(avatar__in=ordered[start : start + DIGESTS_PAGE])
        shown.update(page.values_list("avatar", flat=True))
    return shown
