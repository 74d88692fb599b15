"""Queries for messages. They take the asking member: a message that the member may not see is not found."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from chat.domain.enums import MessageKind
from chat.errors import MessageNotFound
from chat.models import Conversation, Member, Message, MessageMark
from chat.queries.row_parts import load_row_parts
from chat.queries.visibility import is_in_sight_of
from superapp.core.compiled_queries import CompiledQuery


def fetch_message(conversation: Conversation, member: Member, seq: int) -> Message:
    """
    Fetch a message that this member may see, with everything that its row needs.

    :raises MessageNotFound: if there is none, or it is outside of the range that the member may see
    """
    try:
        return visible_messages(conversation.pk, member).get(seq=seq)
    except Message.DoesNotExist:
        raise MessageNotFound from None


def visible_messages(conversation_id: int, member: Member) -> QuerySet[Message]:
    """
    Return the messages of a conversation that this member may see, with everything that their rows need.

    A message that changed after the member left is omitted, since only its new content is stored; so is one that
    the member hid. ``marks_rev`` and ``is_starred`` are the member's own marks, None without any.
    """
    mine = FilteredRelation("marks", condition=Q(marks__user_id=member.user_id))
    return (
        in_range(conversation_id, member)
        .annotate(mine=mine)
        .filter(Q(mine__is_hidden=False) | Q(mine__is_hidden=None))
        .annotate(marks_rev=F("mine__rev"), is_starred=F("mine__is_starred"), my_votes=F("mine__votes"))
        .annotate(my_reaction=F("mine__reaction"))
    )


def in_range(conversation_id: int, member: Member) -> QuerySet[Message]:
    """Return the messages of a conversation that this member may see, those that the member hid included."""
    return with_row_relations(Message.objects.filter(is_in_sight_of(member), conversation_id=conversation_id))


def visible_rev(member: Member) -> int:
    """Return the conversation's rev as far as this member may know it."""
    return member.until_rev if member.until_rev is not None else member.conversation.rev


def list_changed_messages(member: Member, *, after_rev: int, rev: int, limit: int) -> list[Message]:
    """List the messages whose last change is in ``(after_rev, rev]``, in the order of their changes."""
    return _CHANGED.fetch(*_range(member), after_rev, rev, limit=limit)


def list_messages_before(member: Member, *, before_seq: int | None, limit: int) -> list[Message]:
    """List the newest ``limit`` messages before ``before_seq`` (None: all), in ascending order."""
    return _BEFORE.fetch(*_range(member), before_seq, limit=limit)[::-1]


def list_messages_after(member: Member, *, after_seq: int, before_seq: int | None, limit: int) -> list[Message]:
    """List the oldest ``limit`` messages after ``after_seq`` (and before ``before_seq``), in ascending order."""
    return _AFTER.fetch(*_range(member), after_seq, before_seq, limit=limit)


def _range(member: Member) -> tuple[int, int, int, int | None, int | None]:
    """Return the numbers on which depends what a member may see."""
    return member.conversation_id, member.user_id, member.from_seq, member.until_seq, member.until_rev


def _in_range(
    conversation_id: int, user_id: int, from_seq: int, until_seq: int | None, until_rev: int | None
) -> QuerySet[Message]:
    """Return the messages that a member with these numbers may see."""
    member = Member(user_id=user_id, from_seq=from_seq, until_seq=until_seq, until_rev=until_rev)
    return visible_messages(conversation_id, member)


def _changed(*values: Any, limit: int) -> QuerySet[Message]:
    *numbers, after_rev, rev = values
    return _in_range(*numbers).filter(rev__gt=after_rev, rev__lte=rev).order_by("rev")[:limit]


def _before(*values: Any, limit: int) -> QuerySet[Message]:
    *numbers, before_seq = values
    return _in_range(*numbers).filter(_is_before(before_seq)).order_by("-seq")[:limit]


def _after(*values: Any, limit: int) -> QuerySet[Message]:
    *numbers, after_seq, before_seq = values
    return _in_range(*numbers).filter(_is_before(before_seq), seq__gt=after_seq).order_by("seq")[:limit]


def _is_before(seq: int | None) -> Q:
    return Q() if seq is None else Q(seq__lt=seq)


_CHANGED = CompiledQuery(_changed)
_BEFORE = CompiledQuery(_before)
_AFTER = CompiledQuery(_after)


def list_messages_by_seq(member: Member, seqs: Collection[int]) -> list[Message]:
    """List those of these messages that the member may see."""
    return list(visible_messages(member.conversation_id, member).filter(seq__in=seqs).order_by("seq"))


def fetch_card(conversation: Conversation, *, sender_id: int, client_id: str) -> Message:
    """
    Fetch the card message that this sender posted under this client id, to update it or to answer a retry.

    The caller holds the conversation's lock.

    :raises MessageNotFound: if there is none
    """
    try:
        return Message.objects.get(
            conversation=conversation, sender_id=sender_id, client_id=client_id, kind=MessageKind.CARD
        )
    except Message.DoesNotExist:
        raise MessageNotFound from None


def fetch_card_seq(*, conversation_id: UUID, sender_id: int, idempotency_key: str) -> int:
    """
    Fetch the seq of the card that was posted to a conversation under this key.

    :raises MessageNotFound: if there is none
    """
    cards = Message.objects.filter(conversation__public_id=conversation_id, kind=MessageKind.CARD)
    seq = cards.filter(sender_id=sender_id, client_id=idempotency_key).values_list("seq", flat=True).first()
    if seq is None:
        raise MessageNotFound
    return seq


def find_posted(conversation: Conversation, *, sender_id: int, client_id: str) -> Message | None:
    """Find the message that this sender posted under this client id; None if there is none."""
    return Message.objects.filter(conversation=conversation, sender_id=sender_id, client_id=client_id).first()


def reload_message(message_id: int) -> Message:
    """Fetch a message as it is stored now, with everything that its row needs."""
    return with_row_relations(Message.objects.all()).get(pk=message_id)


def list_recipients_of_message(message: Message) -> list[int]:
    """List the user ids of the current members who may see this message; those who hid it are left out."""
    hidden = MessageMark.objects.filter(message=message, user_id=OuterRef("user_id"), is_hidden=True)
    present = Member.objects.filter(
        ~Exists(hidden), conversation_id=message.conversation_id, until_seq=None, from_seq__lte=message.seq
    )
    return list(present.order_by("user_id").values_list("user_id", flat=True))


def fetch_last_messages(memberships: Collection[Member]) -> dict[int, Message]:
    """Fetch the newest message that each of one person's memberships may see, by the membership's id."""
    newest = _LAST.fetch([member.pk for member in memberships])
    found = {message.member_id: message for message in newest}  # type: ignore[attr-defined]  # Annotated.
    before = [pk for pk, message in found.items() if message.is_hidden]  # type: ignore[attr-defined]  # Annotated.
    if before:
        found = {pk: message for pk, message in found.items() if pk not in before} | _fetch_last_not_hidden(before)
    load_row_parts(list(found.values()))
    return found


def _last_messages(member_ids: Collection[int]) -> QuerySet[Message]:
    hidden = MessageMark.objects.filter(
        message=OuterRef("pk"), user_id=OuterRef("conversation__members__user_id"), is_hidden=True
    )
    newest = Message.objects.filter(
        conversation__members__in=member_ids,
        seq=Coalesce(F("conversation__members__until_seq"), F("conversation__last_seq")),
        seq__gte=F("conversation__members__from_seq"),
    ).annotate(member_id=F("conversation__members__id"), is_hidden=Exists(hidden))
    return with_row_relations(newest)


_LAST = CompiledQuery(_last_messages)


def _fetch_last_not_hidden(member_ids: Collection[int]) -> dict[int, Message]:
    """Fetch the newest message that the person did not hide, for memberships whose newest message is hidden."""
    hidden = MessageMark.objects.filter(message=OuterRef("pk"), user_id=OuterRef(OuterRef("user_id")), is_hidden=True)
    seen = Message.objects.filter(
        ~Exists(hidden),
        conversation_id=OuterRef("conversation_id"),
        seq__gte=OuterRef("from_seq"),
        seq__lte=Coalesce(OuterRef("until_seq"), OuterRef("conversation__last_seq")),
        # Former members see only messages that have not changed since they left. The event of leaving never changes.
        rev__lte=Coalesce(OuterRef("until_rev"), OuterRef("conversation__rev")),
    ).order_by("-seq")
    members = Member.objects.filter(pk__in=member_ids).annotate(seen_id=Subquery(seen.values("pk")[:1]))
    ids = {pk: seen_id for pk, seen_id in members.values_list("pk", "seen_id") if seen_id is not None}
    messages = {message.pk: message for message in with_row_relations(Message.objects.filter(pk__in=ids.values()))}
    return {pk: messages[seen_id] for pk, seen_id in ids.items()}


def count_own_after(conversation: Conversation, *, user_id: int, seq: int) -> int:
    """Count the person's own messages after ``seq`` that count as unread for the other members."""
    own = Message.objects.filter(conversation=conversation, sender_id=user_id, seq__gt=seq)
    return own.exclude(kind=MessageKind.EVENT).count()


def list_senders(conversation_id: int, *, after_seq: int, until_seq: int) -> set[int]:
    """Return the user ids of those who sent messages with ``after_seq < seq <= until_seq``."""
    said = Message.objects.filter(conversation_id=conversation_id, seq__gt=after_seq, seq__lte=until_seq)
    return set(said.order_by().values_list("sender_id", flat=True).distinct())


def fetch_counted(conversation: Conversation, seq: int) -> int:
    """Return the running count of messages up to ``seq`` that badges count, the same for all members."""
    if seq == 0:
        return 0
    return Message.objects.values_list("counted", flat=True).get(conversation=conversation, seq=seq)


def with_row_relations(found: QuerySet[Message]) -> QuerySet[Message]:
    """Load with these messages what their rows need of other tables, but ``row_parts``."""
    return found.select_related("sender")
