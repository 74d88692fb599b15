"""Commands for groups: their state, their members and roles, and who read a message."""

from __future__ import annotations

from typing import Any

from chat.actions import group_members, groups
from chat.actions.groups import GroupChanges
from chat.contracts import AddedRow, CreatedGroupRow, GroupRow, MembersPage, ReadersPage
from chat.endpoints.schemas import (
    AddMembersRequest,
    ChangeGroupRequest,
    CreateGroupRequest,
    GroupPictureRequest,
    LeaveGroupRequest,
    MemberRequest,
    MembersRequest,
    ReadersRequest,
    RoleRequest,
    SilenceRequest,
)
from chat.queries.group_lists import fetch_members_page, fetch_readers_page
from chat.queries.row_builders import group_row
from chat.queries.summaries import fetch_summary
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


def _added(people: group_members.AddedPeople) -> AddedRow:
    return AddedRow(added=[str(one) for one in people.added], invited=[str(one) for one in people.invited])


@register_command("chat.group_create", CreateGroupRequest, rest="POST groups", cost=3, response=CreatedGroupRow)
def create(caller: Caller, request: CreateGroupRequest) -> CreatedGroupRow:
    conversation, people = groups.create_group_by_request(
        owner_id=caller.user_id,
        title=request.title,
        people=request.users,
        idempotency_key=request.idempotency_key,
        now=clock.now(),
    )
    summary = fetch_summary(conversation.public_id, caller.user_id)
    return CreatedGroupRow(conversation=summary, invited=_added(people).invited)


@register_command(
    "chat.group_change", ChangeGroupRequest, rest="PATCH conversations/<uuid:conversation>/group", response=GroupRow
)
def change(caller: Caller, request: ChangeGroupRequest) -> GroupRow:
    changes = GroupChanges(
        title=request.title,
        description=request.description,
        is_admins_only=request.only_admins_write,
        is_adding_admins_only=request.only_admins_add,
        is_changing_admins_only=request.only_admins_change,
    )
    group = groups.change_group(
        conversation_id=request.conversation, by_user_id=caller.user_id, changes=changes, now=clock.now()
    )
    return group_row(group)


@register_command(
    "chat.group_picture",
    GroupPictureRequest,
    rest="PUT conversations/<uuid:conversation>/group/picture",
    response=GroupRow,
    in_order=True,
)
def set_picture(caller: Caller, request: GroupPictureRequest) -> GroupRow:
    group = groups.set_picture(
        conversation_id=request.conversation, by_user_id=caller.user_id, picture=request.picture, now=clock.now()
    )
    return group_row(group)


@register_command(
    "chat.group_add",
    AddMembersRequest,
    rest="POST conversations/<uuid:conversation>/members",
    cost=3,
    response=AddedRow,
)
def add(caller: Caller, request: AddMembersRequest) -> AddedRow:
    people = group_members.add_people(
        conversation_id=request.conversation, by_user_id=caller.user_id, people=request.users, now=clock.now()
    )
    return _added(people)


@register_command(
    "chat.group_remove", MemberRequest, rest="DELETE conversations/<uuid:conversation>/members/<uuid:user>"
)
def remove(caller: Caller, request: MemberRequest) -> dict[str, Any]:
    group_members.remove_member(
        conversation_id=request.conversation, by_user_id=caller.user_id, user=request.user, now=clock.now()
    )
    return {}


@register_command("chat.group_leave", LeaveGroupRequest, rest="POST conversations/<uuid:conversation>/leave")
def leave(caller: Caller, request: LeaveGroupRequest) -> dict[str, Any]:
    group_members.leave_group(
        conversation_id=request.conversation, user_id=caller.user_id, heir=request.heir, now=clock.now()
    )
    return {}


@register_command(
    "chat.group_role",
    RoleRequest,
    rest="PUT conversations/<uuid:conversation>/members/<uuid:user>/role",
    in_order=True,
)
def set_role(caller: Caller, request: RoleRequest) -> dict[str, Any]:
    group_members.set_role(
        conversation_id=request.conversation,
        by_user_id=caller.user_id,
        user=request.user,
        role=request.role,
        now=clock.now(),
    )
    return {}


@register_command(
    "chat.group_silence",
    SilenceRequest,
    rest="PUT conversations/<uuid:conversation>/members/<uuid:user>/silenced",
    in_order=True,
)
def set_silenced(caller: Caller, request: SilenceRequest) -> dict[str, Any]:
    group_members.set_silenced(
        conversation_id=request.conversation,
        by_user_id=caller.user_id,
        user=request.user,
        is_silenced=request.silenced,
        now=clock.now(),
    )
    return {}


@register_command(
    "chat.members", MembersRequest, rest="GET conversations/<uuid:conversation>/members", response=MembersPage
)
def members(caller: Caller, request: MembersRequest) -> MembersPage:
    return fetch_members_page(
        request.conversation, caller.user_id, search=request.search, after=request.after, limit=request.limit
    )


@register_command(
    "chat.readers",
    ReadersRequest,
    rest="GET conversations/<uuid:conversation>/messages/<int:seq>/readers",
    response=ReadersPage,
)
def readers(caller: Caller, request: ReadersRequest) -> ReadersPage:
    return fetch_readers_page(request.conversation, caller.user_id, seq=request.seq, after=request.after)
