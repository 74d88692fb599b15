"""Request schemas of chat: the fields of each command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chat.domain import group_rules
from chat.domain.attachments import AttachmentInput
from chat.domain.polls import OPTIONS_MAX
from chat.domain.preferences import PREFERENCES
from chat.models import GroupLink
from chat.queries.groups import MEMBERS_PER_PAGE
from chat.queries.history import PAGE_MAX
from superapp.realtime.registry import RequestSchema

MENTIONS_MAX = 20
Seq = Annotated[int, Meta(ge=1, le=2**53)]
Rev = Annotated[int, Meta(ge=0, le=2**53)]
# A datetime with a time zone.
Instant = Annotated[datetime, Meta(tz=True)]
_INPUT_TYPES: dict[Any, Any] = {datetime | None: Instant | None}


class ForwardedMessage(msgspec.Struct, frozen=True):
    """The message to forward."""

    conversation: UUID
    seq: Seq


class SendMessageRequest(RequestSchema):
    conversation: UUID
    client_id: str
    body: str
    reply_to: Seq | None = None
    attachment: AttachmentInput | None = None
    mentions: Annotated[tuple[UUID, ...], Meta(max_length=MENTIONS_MAX)] = ()
    mentions_all: bool = False
    # The content is that of this message, and ``body`` and ``attachment`` are not used.
    forwarded: ForwardedMessage | None = None


class EditMessageRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    body: str
    edits: Annotated[int, Meta(ge=0, le=2**31)]


class MessageRequest(RequestSchema):
    conversation: UUID
    seq: Seq


class ReactionRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    emoji: str | None


class ReactorsRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    emoji: Annotated[str, Meta(max_length=64)] | None = None
    after: Annotated[str, Meta(max_length=40)] | None = None


class MarkMessageRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    # A mark that is left out stays as it is.
    hidden: bool | None = None
    starred: bool | None = None


class StarredRequest(RequestSchema):
    conversation: UUID | None = None
    before: Annotated[str, Meta(max_length=40)] | None = None


class VoteRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    options: Annotated[list[Annotated[int, Meta(ge=0, le=100)]], Meta(max_length=OPTIONS_MAX)]


class VotersRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    option: Annotated[int, Meta(ge=0, le=100)]
    after: Annotated[str, Meta(max_length=40)] | None = None


class MarkReadRequest(RequestSchema):
    conversation: UUID
    seq: Seq


class MarkDeliveredRequest(RequestSchema):
    """Conversations, each with the seq up to which its messages were delivered to this device."""

    marks: Annotated[list[tuple[UUID, Seq]], Meta(max_length=100)]


class ConversationRequest(RequestSchema):
    conversation: UUID


class ChangesRequest(RequestSchema):
    conversation: UUID
    after: Rev


class HistoryRequest(RequestSchema):
    conversation: UUID
    before: Seq | None = None
    after: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = 50


class PhotosRequest(RequestSchema):
    conversation: UUID
    before: Seq | None = None
    after: Seq | None = None


class PickedMessagesRequest(RequestSchema):
    conversation: UUID
    seqs: Annotated[list[Seq], Meta(max_length=50)]


Key = Annotated[str, Meta(min_length=1, max_length=64)]
People = Annotated[tuple[UUID, ...], Meta(max_length=group_rules.ADDED_AT_ONCE_MAX)]
PageSize = Annotated[int, Meta(ge=1, le=MEMBERS_PER_PAGE)]


class EmptyRequest(RequestSchema):
    pass


class CreateGroupRequest(RequestSchema):
    title: str
    users: People
    idempotency_key: Key


class ChangeGroupRequest(RequestSchema):
    conversation: UUID
    title: str | None = None
    description: str | None = None
    only_admins_write: bool | None = None
    only_admins_add: bool | None = None
    only_admins_change: bool | None = None


class GroupPictureRequest(RequestSchema):
    conversation: UUID
    picture: UUID | None


class AddMembersRequest(RequestSchema):
    conversation: UUID
    users: People


class MemberRequest(RequestSchema):
    conversation: UUID
    user: UUID


class LeaveGroupRequest(RequestSchema):
    conversation: UUID
    heir: UUID | None = None


class RoleRequest(RequestSchema):
    conversation: UUID
    user: UUID
    role: Literal["owner", "admin", "member"]


class SilenceRequest(RequestSchema):
    conversation: UUID
    user: UUID
    silenced: bool


class MembersRequest(RequestSchema):
    conversation: UUID
    search: Annotated[str, Meta(max_length=80)] = ""
    after: Annotated[str, Meta(max_length=64)] | None = None
    limit: PageSize = 50


class ReadersRequest(RequestSchema):
    conversation: UUID
    seq: Seq
    after: Annotated[str, Meta(max_length=64)] | None = None


class AnswerInvitationRequest(RequestSchema):
    conversation: UUID
    accept: bool


class MakeGroupLinkRequest(RequestSchema):
    conversation: UUID
    days: Annotated[int, Meta(ge=1, le=365)] | None = None
    uses: Annotated[int, Meta(ge=1, le=group_rules.MEMBERS_MAX)] | None = None
    approval: bool = False


class GroupLinkRequest(RequestSchema):
    conversation: UUID
    link: UUID


class GroupTokenRequest(RequestSchema):
    token: Annotated[str, Meta(max_length=GroupLink.TOKEN_CHARS_MAX)]


class AnswerJoinRequest(RequestSchema):
    conversation: UUID
    user: UUID
    accept: bool


class MovePinnedRequest(RequestSchema):
    conversation: UUID
    beside: UUID
    below: bool = False


class OpenConversationRequest(RequestSchema):
    user: UUID


# A preference that is left out keeps its value.
PreferencesRequest: type[Any] = msgspec.defstruct(
    "PreferencesRequest",
    [
        ("conversation", UUID),
        *((one.wire_name, _INPUT_TYPES.get(one.type, one.type) | UnsetType, UNSET) for one in PREFERENCES),
    ],
    bases=(RequestSchema,),
    module=__name__,
    frozen=True,
    kw_only=True,
)
