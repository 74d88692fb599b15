"""Creating groups and changing their state: name, picture, description and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from chat.actions.group_members import AddedPeople, admit_people
from chat.actions.memberships import begin_memberships, post_group_event, store_group
from chat.domain import group_rules
from chat.domain.enums import ConversationKind, MemberRole
from chat.errors import AdminsOnly, GroupDescriptionTooLong, GroupTitleInvalid, GroupTitleReserved, NotAGroup
from chat.models import Conversation, Group, Member
from chat.queries.groups import find_created_group
from chat.queries.locking import lock_group_for_member
from chat.queries.members import fetch_current_membership
from chat.queries.message_media import group_reference
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit
from superapp.core import change_cursor, ids
from superapp.core.reserved_names import is_reserved_brand_name
from superapp.core.text_cleaning import clean_line, clean_lines
from superapp.media import api as media

CREATE_LIMIT = RateLimit("chat.group.create", 50, timedelta(days=1))
PICTURE_LIMIT = RateLimit("chat.group.picture", 50, timedelta(days=1))


def create_group(
    *, owner_id: int, title: str, member_ids: Sequence[int], now: datetime, idempotency_key: str = ""
) -> Conversation:
    """
    Create a group of these people; ``owner_id`` becomes its owner.

    No check of contacts is made, and no event is posted: a person's own request is ``create_group_by_request``.
    """
    user_ids = sorted({owner_id, *member_ids})
    with transaction.atomic():
        conversation = Conversation.objects.create(
            kind=ConversationKind.GROUP, title=clean_line(title), created_at=now, changed=change_cursor.current_stamp()
        )
        Group.objects.create(
            conversation=conversation,
            created_by_id=owner_id,
            idempotency_key=idempotency_key or str(ids.new_id()),
            member_count=len(user_ids),
        )
        begin_memberships(conversation, user_ids, from_seq=1)
        Member.objects.filter(conversation=conversation, user_id=owner_id).update(role=MemberRole.OWNER)
    return conversation


def create_group_by_request(
    *, owner_id: int, title: str, people: Sequence[UUID], idempotency_key: str, now: datetime
) -> tuple[Conversation, AddedPeople]:
    """
    Create a group at a person's request; those who let only contacts add them are invited instead.

    A repetition under the same key returns the group of the first call, and nobody is added again.

    :raises GroupTitleInvalid: if the name is empty or too long
    :raises GroupTitleReserved: if the group could be taken for one of the operator
    :raises RateLimited: after too many new groups in a day
    """
    title = clean_title(title)
    standing = find_created_group(owner_id, idempotency_key)
    if standing is not None:
        return standing, AddedPeople((), ())
    accounts.consume_rate_limits([(CREATE_LIMIT, f"user:{owner_id}")], now=now)
    try:
        with transaction.atomic():
            conversation = create_group(
                owner_id=owner_id, title=title, member_ids=(), now=now, idempotency_key=idempotency_key
            )
            post_group_event(conversation, "group_created", actor_id=owner_id, now=now, fields={"title": title})
            conversation, owner = lock_group_for_member(conversation.public_id, owner_id)
            return conversation, admit_people(conversation, owner, people, now=now)
    except IntegrityError:  # The same request at the same moment created it.
        standing = find_created_group(owner_id, idempotency_key)
        assert standing is not None
        return standing, AddedPeople((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChanges:
    """Requested changes of a group; None leaves a field as it is."""

    title: str | None = None
    description: str | None = None
    is_admins_only: bool | None = None
    is_adding_admins_only: bool | None = None
    is_changing_admins_only: bool | None = None


# The event of each setting: when it is switched on, and off.
_SETTING_EVENTS = {
    "is_admins_only": ("writing_restricted", "writing_opened"),
    "is_adding_admins_only": ("adding_restricted", "adding_opened"),
    "is_changing_admins_only": ("changing_restricted", "changing_opened"),
}


def change_group(*, conversation_id: UUID, by_user_id: int, changes: GroupChanges, now: datetime) -> Group:
    """
    Change name, description or settings of a group. What already has the value is not announced.

    :raises ConversationNotFound: if the person is not a member
    :raises NotAGroup: if it is no group
    :raises AdminsOnly: if the person may not change this
    :raises GroupTitleInvalid, GroupTitleReserved, GroupDescriptionTooLong: if these texts are
    """
    wanted = _clean_changes(changes)
    with transaction.atomic():
        conversation, member = lock_group_for_member(conversation_id, by_user_id)
        group = conversation.group
        changed = {name: value for name, value in wanted.items() if _value_of(conversation, group, name) != value}
        if any(not _may_change(member, group, name) for name in changed):
            raise AdminsOnly
        if "title" in changed:
            # A group keeps the name that it has, as when the operator has changed theirs.
            _require_not_reserved(str(changed["title"]))
        if not changed:
            return group
        for name, value in changed.items():
            setattr(conversation if name in _OF_CONVERSATION else group, name, value)
        conversation.save(update_fields=_OF_CONVERSATION)
        for name, value in changed.items():
            event, said = _event_of(name, value)
            post_group_event(conversation, event, actor_id=by_user_id, now=now, fields=said)
        store_group(conversation, group)
        return group


def require_may_change(conversation_id: UUID, user_id: int) -> None:
    """
    Check that a person may change name, picture and description of a group.

    :raises ConversationNotFound: if the person is not a member
    :raises NotAGroup: if it is no group
    :raises AdminsOnly: if the person may not change this
    """
    member = fetch_current_membership(conversation_id, user_id)
    if member.conversation.kind != ConversationKind.GROUP:
        raise NotAGroup
    if not _may_change(member, member.conversation.group, "picture"):
        raise AdminsOnly


def store_picture(*, conversation_id: UUID, by_user_id: int, upload: bytes, now: datetime) -> UUID:
    """
    Store a picture for a group, and return its medium, which ``set_picture`` takes.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: if the person may not change the group
    :raises MediaTooLarge, TooManyPixels, MediaUnreadable: if it is no picture that can be kept
    :raises RateLimited: after too many pictures in a day
    """
    # Before the picture is decoded, which takes a while.
    require_may_change(conversation_id, by_user_id)
    accounts.consume_rate_limits([(PICTURE_LIMIT, f"user:{by_user_id}")], now=now)
    return media.store_picture(upload, owner_id=by_user_id, kind=media.MediaKind.AVATAR, now=now).id


def set_picture(*, conversation_id: UUID, by_user_id: int, picture: UUID | None, now: datetime) -> Group:
    """
    Let a group be pictured by a ready avatar of the person, or by nothing with None. The one before is deleted.

    Setting the same again changes nothing.

    :raises ConversationNotFound, NotAGroup, AdminsOnly: if the person may not change the group
    :raises MediaNotFound: if it is not theirs, or something else shows it
    :raises MediaKindUnknown, MediaNotReady: if it is no avatar, or is not ready
    """
    with transaction.atomic():
        conversation, member = lock_group_for_member(conversation_id, by_user_id)
        group = conversation.group
        if not _may_change(member, group, "picture"):
            raise AdminsOnly
        if group.picture == picture:
            return group
        reference = group_reference(conversation.pk)
        media.release(reference, now=now)
        if picture is not None:
            media.take_avatar(owner_id=by_user_id, media=picture, reference=reference)
        group.picture = picture
        event = "picture_changed" if picture is not None else "picture_removed"
        post_group_event(conversation, event, actor_id=by_user_id, now=now)
        store_group(conversation, group)
        return group


_OF_CONVERSATION = ("title", "is_admins_only")


def _value_of(conversation: Conversation, group: Group, name: str) -> object:
    return getattr(conversation if name in _OF_CONVERSATION else group, name)


def _may_change(member: Member, group: Group, name: str) -> bool:
    is_admins_only = name in _SETTING_EVENTS or group.is_changing_admins_only
    return group_rules.may(member.role, is_silenced=member.is_silenced, is_admins_only=is_admins_only)


def _event_of(name: str, value: object) -> tuple[str, dict[str, str]]:
    """Return name and fields of the event for a changed field."""
    if name == "title":
        return "title_changed", {"title": str(value)}
    if name == "description":
        return "description_changed", {}
    return _SETTING_EVENTS[name][0 if value else 1], {}


def _clean_changes(changes: GroupChanges) -> dict[str, object]:
    wanted = {one.name: getattr(changes, one.name) for one in fields(changes)}
    given = {name: value for name, value in wanted.items() if value is not None}
    if "title" in given:
        given["title"] = _clean_line_of_title(str(given["title"]))
    if "description" in given:
        given["description"] = _clean_description(str(given["description"]))
    return given


def clean_title(written: str) -> str:
    """
    Return the name of a group as it is stored.

    :raises GroupTitleInvalid: if it is empty or too long
    :raises GroupTitleReserved: if the group could be taken for one of the operator
    """
    title = _clean_line_of_title(written)
    _require_not_reserved(title)
    return title


def _clean_line_of_title(written: str) -> str:
    title = clean_line(written)
    if not 1 <= len(title) <= Conversation.TITLE_CHARS_MAX:
        raise GroupTitleInvalid(chars_max=Conversation.TITLE_CHARS_MAX)
    return title


def _require_not_reserved(title: str) -> None:
    if is_reserved_brand_name(title):
        raise GroupTitleReserved(brand=settings.BRAND_NAME)


def _clean_description(written: str) -> str:
    text = clean_lines(written)
    if len(text) > Group.DESCRIPTION_CHARS_MAX:
        raise GroupDescriptionTooLong(chars_max=Group.DESCRIPTION_CHARS_MAX)
    return text
