"""Reading conversations. Whoever asks is an argument; a stranger learns nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Prefetch, Q, QuerySet, When, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from chat.errors import ConversationNotFound, MessageNotFound
from chat.models import Conversation, Face, Member, Message, Reaction

MEMBERS_MAX = 50
HIDDEN_MAX = 200


def member_of(conversation_id: UUID, user_id: int) -> Member:
    """
    This person's side of the conversation, with ``conversation`` loaded; also of one they left.

    :raises ConversationNotFound: if there is none, or they never were in it
    """
    try:
        return Member.objects.select_related("conversation__face").get(
            conversation__public_id=conversation_id, user_id=user_id
        )
    except Member.DoesNotExist:
        raise ConversationNotFound from None


def present_member_of(conversation_id: UUID, user_id: int) -> Member:
    """The same, of one they are in now."""
    member = member_of(conversation_id, user_id)
    if member.until_seq is not None:
        raise ConversationNotFound
    return member


def lock_conversation(conversation_id: UUID) -> Conversation:
    """
    Lock a conversation against every other change; look at its members only afterwards.

    :raises ConversationNotFound: if there is none
    """
    try:
        return Conversation.objects.select_for_update(no_key=True).get(public_id=conversation_id)
    except Conversation.DoesNotExist:
        raise ConversationNotFound from None


def lock_for_member(conversation_id: UUID, user_id: int) -> tuple[Conversation, Member]:
    """
    Lock a conversation on behalf of somebody who is in it.

    The membership is read by a statement of its own: one inside the locking statement would see the time before the
    wait.

    :raises ConversationNotFound: if it is missing, or they are not in it
    """
    conversation = lock_conversation(conversation_id)
    try:
        member = Member.objects.select_related("user").get(conversation=conversation, user_id=user_id, until_seq=None)
    except Member.DoesNotExist:
        raise ConversationNotFound from None
    member.conversation = conversation
    return conversation, member


def sides_in(conversation_ids: Iterable[UUID], *, user_id: int) -> list[Member]:
    """The person's sides of those of these conversations that they are in now, each with ``conversation`` loaded."""
    present = Member.objects.filter(conversation__public_id__in=list(conversation_ids), user_id=user_id, until_seq=None)
    return list(present.select_related("conversation").order_by("conversation_id"))


def lock_sides(conversation_ids: Collection[int], *, user_id: int) -> list[Member]:
    """
    Lock these conversations in the order of their ids, and read the person's sides of those that they are in now, each
    with ``conversation`` and ``user`` loaded.
    """
    locked = Conversation.objects.filter(pk__in=conversation_ids).order_by("pk").select_for_update(no_key=True)
    by_id = {conversation.pk: conversation for conversation in locked}
    sides = Member.objects.filter(conversation_id__in=list(by_id), user_id=user_id, until_seq=None)
    found = list(sides.select_related("user").order_by("conversation_id"))
    for side in found:
        side.conversation = by_id[side.conversation_id]
    return found


def message_for(conversation: Conversation, member: Member, seq: int) -> Message:
    """
    One message that this member may see, with all that its row needs.

    :raises MessageNotFound: if there is none, or it lies before or after their time
    """
    try:
        return messages(conversation.pk, member).get(seq=seq)
    except Message.DoesNotExist:
        raise MessageNotFound from None


def messages(conversation_id: int, member: Member) -> QuerySet[Message]:
    """
    The messages of a conversation that this member may see, ready to be made into rows.

    Of a message that was changed after they left, only what it became is stored, and that is not theirs to learn.
    """
    visible = Q(conversation_id=conversation_id, seq__gte=member.from_seq)
    if member.until_seq is not None:
        visible &= Q(seq__lte=member.until_seq, rev__lte=member.until_rev)
    return _with_row(Message.objects.filter(visible))


def rev_for(member: Member) -> int:
    """The conversation's rev as far as this member may know it."""
    return member.until_rev if member.until_rev is not None else member.conversation.rev


def messages_changed(member: Member, *, after_rev: int, rev: int, limit: int) -> list[Message]:
    """The messages whose last change has a number in ``(after_rev, rev]``, in the order of their changes."""
    changed = messages(member.conversation_id, member).filter(rev__gt=after_rev, rev__lte=rev)
    return list(changed.order_by("rev")[:limit])


def messages_before(member: Member, *, before_seq: int | None, limit: int) -> list[Message]:
    """The newest ``limit`` messages before ``before_seq``, in ascending order."""
    page = messages(member.conversation_id, member)
    if before_seq is not None:
        page = page.filter(seq__lt=before_seq)
    return list(reversed(page.order_by("-seq")[:limit]))


def messages_picked(member: Member, seqs: Collection[int]) -> list[Message]:
    """These messages, as far as this member may see them."""
    return list(messages(member.conversation_id, member).filter(seq__in=seqs).order_by("seq"))


def card_of(conversation: Conversation, *, sender_id: int, client_id: str) -> Message:
    """
    The card that was posted to a locked conversation under this key.

    :raises MessageNotFound: if there is none
    """
    try:
        return Message.objects.get(
            conversation=conversation, sender_id=sender_id, client_id=client_id, kind=Message.Kind.CARD
        )
    except Message.DoesNotExist:
        raise MessageNotFound from None


def seq_of_card(conversation_id: UUID, *, sender_id: int, client_id: str) -> int:
    """
    The number of the card that was posted to a conversation under this key.

    :raises MessageNotFound: if there is none
    """
    cards = Message.objects.filter(conversation__public_id=conversation_id, kind=Message.Kind.CARD)
    seq = cards.filter(sender_id=sender_id, client_id=client_id).values_list("seq", flat=True).first()
    if seq is None:
        raise MessageNotFound
    return seq


def message_afresh(message_id: int) -> Message:
    """A message as it stands now, with all that its row needs."""
    return _with_row(Message.objects.all()).get(pk=message_id)


def audience_of(message: Message) -> list[int]:
    """Who is in the conversation now and may see this message, by user id."""
    present = Member.objects.filter(conversation_id=message.conversation_id, until_seq=None, from_seq__lte=message.seq)
    return list(present.order_by("user_id").values_list("user_id", flat=True))


def audience(conversation_id: int) -> list[int]:
    """Who is in the conversation now, by user id."""
    return audiences([conversation_id])[conversation_id]


def audiences(conversation_ids: Collection[int]) -> dict[int, list[int]]:
    """Who is in each of these conversations now, by user id."""
    found: dict[int, list[int]] = {conversation_id: [] for conversation_id in conversation_ids}
    present = Member.objects.filter(conversation_id__in=conversation_ids, until_seq=None).order_by("user_id")
    for conversation_id, user_id in present.values_list("conversation_id", "user_id"):
        found[conversation_id].append(user_id)
    return found


def members_known_to(sides: Iterable[Member]) -> dict[int, list[Member]]:
    """
    The first members of the conversations of these sides, at most ``MEMBERS_MAX`` of one, with their user.

    Who is in a conversation now is told to nobody who left it.
    """
    present = [side.conversation_id for side in sides if side.until_seq is None]
    ranked = Member.objects.filter(conversation_id__in=present, until_seq=None).annotate(
        place=Window(RowNumber(), partition_by="conversation_id", order_by="id")
    )
    found: dict[int, list[Member]] = {}
    for member in ranked.filter(place__lte=MEMBERS_MAX).select_related("user").order_by("conversation_id", "id"):
        found.setdefault(member.conversation_id, []).append(member)
    return found


def direct_key(user_id: int, peer_id: int, face: Face | None = None) -> str:
    """The key of the conversation of two people, or of the one that one of them holds under a face."""
    pair = f"{min(user_id, peer_id)}:{max(user_id, peer_id)}"
    return pair if face is None else f"{pair}:{face.pk}"


def direct_conversation(user_id: int, peer_id: int, face: Face | None = None) -> Conversation | None:
    """The conversation of two people, if there is one; with a face, the one that is held under it."""
    return Conversation.objects.filter(direct_key=direct_key(user_id, peer_id, face)).first()


def face_of(key: str) -> Face | None:
    return Face.objects.filter(key=key).first()


def lock_face(face_id: int) -> Face:
    return Face.objects.select_for_update(no_key=True).get(pk=face_id)


def audience_of_face(face: Face) -> list[int]:
    """Who is in a conversation with this face now, by user id; found by way of its owner, who is in all of them."""
    talks = Member.objects.filter(user_id=face.owner_id, conversation__face=face).values("conversation_id")
    present = Member.objects.filter(conversation_id__in=talks, until_seq=None).order_by("user_id")
    return list(present.values_list("user_id", flat=True).distinct())


def sides_changed(user_id: int, *, since: int | None, before: tuple[int, int] | None, limit: int) -> list[Member]:
    """
    My sides of conversations that changed since the cursor, newest first, each with ``changed_last``.

    A conversation that I left counts by the change of leaving alone. ``before`` is the ``(changed_last, id)`` of the
    last row of the page before.
    """
    sides = (
        Member.objects.filter(user_id=user_id)
        .select_related("conversation__face")
        .annotate(
            # A face that became another has its conversations told anew, to whoever is in them.
            changed_last=Greatest(
                "changed",
                Case(When(until_seq=None, then=F("conversation__changed")), default=0),
                Case(When(until_seq=None, then=Coalesce(F("conversation__face__changed"), 0)), default=0),
            )
        )
    )
    # A device that knows nothing has nothing to hear of what is gone.
    sides = sides.filter(until_seq=None) if since is None else sides.filter(changed_last__gte=since)
    if before is not None:
        changed, pk = before
        sides = sides.filter(Q(changed_last__lt=changed) | Q(changed_last=changed, pk__lt=pk))
    return list(sides.order_by("-changed_last", "-pk")[:limit])


def sides_hidden(user_id: int) -> list[Member]:
    """My sides of conversations that I hid and in which nothing was said since, the newest change first."""
    hidden = Member.objects.filter(
        user_id=user_id, until_seq=None, hidden_seq__gt=0, conversation__last_seq__lte=F("hidden_seq")
    )
    return list(hidden.select_related("conversation__face").order_by("-changed", "-pk")[:HIDDEN_MAX])


def last_messages(sides: Collection[Member]) -> dict[int, Message]:
    """For each side, by its id, the newest message that it may see."""
    newest = Message.objects.filter(
        conversation__members__in=[side.pk for side in sides],
        seq=Coalesce(F("conversation__members__until_seq"), F("conversation__last_seq")),
        seq__gte=F("conversation__members__from_seq"),
    ).annotate(side_id=F("conversation__members__id"))
    return {message.side_id: message for message in _with_row(newest)}  # type: ignore[attr-defined]  # Annotated.


def sides_of_me(user_id: int, *, after_rev: int, limit: int) -> list[Member]:
    """My sides that changed after this rev of my topic ``me``, in the order of their changes."""
    changed = Member.objects.filter(user_id=user_id, rev__gt=after_rev).select_related("conversation")
    return list(changed.order_by("rev")[:limit])


def unread_sides(user_id: int, now: datetime) -> QuerySet[Member]:
    """The person's sides of conversations that ask for attention: unread, neither muted nor hidden, not left."""
    is_loud = Q(muted_until=None) | Q(muted_until__lte=now)
    return Member.objects.filter(
        is_loud,
        user_id=user_id,
        until_seq=None,
        conversation__counted__gt=F("read_counted") + F("own_since"),
        conversation__last_seq__gt=F("hidden_seq"),
    )


def side(conversation: Conversation, user_id: int) -> Member:
    return Member.objects.get(conversation=conversation, user_id=user_id)


def is_present(conversation: Conversation, user_id: int) -> bool:
    return Member.objects.filter(conversation=conversation, user_id=user_id, until_seq=None).exists()


def was_ever_in(conversation: Conversation, user_id: int) -> bool:
    return Member.objects.filter(conversation=conversation, user_id=user_id).exists()


def own_counted_after(conversation: Conversation, *, user_id: int, seq: int) -> int:
    """How many messages of this person's own after ``seq`` make a badge for others."""
    own = Message.objects.filter(conversation=conversation, sender_id=user_id, seq__gt=seq)
    return own.exclude(kind=Message.Kind.EVENT).count()


def counted_at(conversation: Conversation, seq: int) -> int:
    """The running count of messages that make a badge, at this message."""
    if seq == 0:
        return 0
    return Message.objects.values_list("counted", flat=True).get(conversation=conversation, seq=seq)


def _with_row(found: QuerySet[Message]) -> QuerySet[Message]:
    reactions = Prefetch("reactions", Reaction.objects.select_related("user"))
    return found.select_related("sender").prefetch_related(reactions)
