"""Commands for ways into a group: invitations, links, and requests to be let in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chat.actions import group_invitations, group_links
from chat.contracts import GroupLinkRow, GroupPreviewRow, JoinedRow
from chat.endpoints.schemas import (
    AnswerInvitationRequest,
    AnswerJoinRequest,
    ConversationRequest,
    EmptyRequest,
    GroupLinkRequest,
    GroupTokenRequest,
    MakeGroupLinkRequest,
)
from chat.queries.group_lists import list_invitation_rows, list_link_rows, list_request_rows
from chat.queries.row_builders import link_row, preview_row
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command("chat.invitations", EmptyRequest, rest="GET group-invitations")
def invitations(caller: Caller, request: EmptyRequest) -> dict[str, Any]:
    return {"rows": list_invitation_rows(caller.user_id)}


@register_command(
    "chat.invitation_answer", AnswerInvitationRequest, rest="POST group-invitations/<uuid:conversation>/answer"
)
def answer_invitation(caller: Caller, request: AnswerInvitationRequest) -> dict[str, Any]:
    group_invitations.answer_invitation(
        conversation_id=request.conversation, user_id=caller.user_id, accepts=request.accept, now=clock.now()
    )
    return {}


@register_command("chat.group_links", ConversationRequest, rest="GET conversations/<uuid:conversation>/links")
def links(caller: Caller, request: ConversationRequest) -> dict[str, Any]:
    return {"rows": list_link_rows(request.conversation, caller.user_id, now=clock.now())}


@register_command(
    "chat.group_link", MakeGroupLinkRequest, rest="POST conversations/<uuid:conversation>/links", response=GroupLinkRow
)
def make_link(caller: Caller, request: MakeGroupLinkRequest) -> GroupLinkRow:
    link = group_links.make_link(
        conversation_id=request.conversation,
        by_user_id=caller.user_id,
        lasts_for=None if request.days is None else timedelta(days=request.days),
        uses_max=request.uses,
        needs_approval=request.approval,
        now=clock.now(),
    )
    return link_row(link)


@register_command(
    "chat.group_link_revoke", GroupLinkRequest, rest="DELETE conversations/<uuid:conversation>/links/<uuid:link>"
)
def revoke_link(caller: Caller, request: GroupLinkRequest) -> dict[str, Any]:
    group_links.revoke_link(
        conversation_id=request.conversation, by_user_id=caller.user_id, link=request.link, now=clock.now()
    )
    return {}


@register_command(
    "chat.group_invite", GroupTokenRequest, rest="GET group-invites/<str:token>", response=GroupPreviewRow
)
def invite(caller: Caller, request: GroupTokenRequest) -> GroupPreviewRow:
    return preview_row(group_links.open_link(token=request.token, user_id=caller.user_id, now=clock.now()))


@register_command("chat.group_join", GroupTokenRequest, rest="POST group-invites/<str:token>", response=JoinedRow)
def join(caller: Caller, request: GroupTokenRequest) -> JoinedRow:
    joining = group_links.join_by_link(token=request.token, user_id=caller.user_id, now=clock.now())
    return JoinedRow(
        state="joined" if joining.is_member else "asked",
        conversation=str(joining.conversation.public_id) if joining.is_member else None,
    )


@register_command("chat.join_requests", ConversationRequest, rest="GET conversations/<uuid:conversation>/requests")
def requests(caller: Caller, request: ConversationRequest) -> dict[str, Any]:
    return {"rows": list_request_rows(request.conversation, caller.user_id)}


@register_command(
    "chat.join_answer", AnswerJoinRequest, rest="POST conversations/<uuid:conversation>/requests/<uuid:user>"
)
def answer_request(caller: Caller, request: AnswerJoinRequest) -> dict[str, Any]:
    group_links.answer_request(
        conversation_id=request.conversation,
        by_user_id=caller.user_id,
        user=request.user,
        accepts=request.accept,
        now=clock.now(),
    )
    return {}
