"""Models of chat: faces, conversations, members, messages and reactions."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from chat.domain import group_rules
from chat.domain.enums import ConversationKind, MemberRole, MessageKind
from superapp.core import ids


class Face(models.Model):
    """
    A name and picture under which a person talks in another role, such as that of a shop.

    ``key`` is the opaque key by which another part of the product knows it (``shop:0198…``); ``picture`` and
    ``address`` are URLs of this site. ``rev`` counts its changes, and ``changed`` is the stamp of the last one (see
    ``core.change_cursor``).
    """

    NAME_CHARS_MAX = 80

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=NAME_CHARS_MAX)
    picture = models.CharField(max_length=200, default="", blank=True)
    address = models.CharField(max_length=200, default="", blank=True)
    rev = models.BigIntegerField(default=1)
    changed = models.BigIntegerField(default=0)


class Conversation(models.Model):
    """
    A numbered log of messages shared by its members.

    ``last_seq`` is the number of the newest message, ``rev`` the number of the newest change, ``counted`` the
    number of messages that count as unread. Each change locks this row, so that numbers are gapless and a client
    can detect what it has missed. ``changed`` is the stamp of the last change (see ``core.change_cursor``).

    Counters are not positive fields here and in the other tables that each message writes: PostgreSQL parses each
    ``CHECK`` of a table anew for each statement, which cost a quarter of a message's time.
    """

    TITLE_CHARS_MAX = 80

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    kind = models.CharField(max_length=8, choices=ConversationKind)
    title = models.CharField(max_length=TITLE_CHARS_MAX, default="", blank=True)
    # In a group, only admins and the owner may write.
    is_admins_only = models.BooleanField(default=False)
    # "<lower user id>:<higher user id>" for a direct conversation: one for each pair, plus one with each face of
    # either, whose key ends in ":<face id>". "self:<user id>" for the notes of one person.
    direct_key = models.CharField(max_length=64, null=True, unique=True)
    # Found through the memberships of the face's owner: each message would pay for an index.
    face = models.ForeignKey(Face, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    last_seq = models.BigIntegerField(default=0)
    rev = models.BigIntegerField(default=0)
    counted = models.BigIntegerField(default=0)
    # The newest message that mentions all members of a group.
    all_mentioned_seq = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=("direct", "self"), direct_key__isnull=False)
                | models.Q(kind="group", direct_key=None),
                name="chat_conversation_direct_has_key",
            ),
        )


class Member(models.Model):
    """
    A person's membership of a conversation: role, visible range, receipts and preferences.

    The person may see messages with ``from_seq <= seq <= until_seq``; ``until_seq`` is set on leaving, and the row
    stays so that their devices can be notified. ``rev`` is the rev of their user topic at the last change of this
    row. The unread count is ``conversation.counted - read_counted - own_since``.
    """

    DRAFT_CHARS_MAX = 4_000

    # The constraint and the first index below serve in place of own indexes, which each message would pay for.
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="members", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=8, choices=MemberRole, default=MemberRole.MEMBER)
    # An admin took away the right to write here.
    is_silenced = models.BooleanField(default=False)
    from_seq = models.BigIntegerField(default=1)
    until_seq = models.BigIntegerField(null=True)
    # The conversation's rev when the person left; they may not see later changes.
    until_rev = models.BigIntegerField(null=True)
    # The name of the group when the person left; they may not see later ones.
    until_title = models.CharField(max_length=Conversation.TITLE_CHARS_MAX, default="", blank=True)
    # Up to which message all others had read and received the log when the person left; 0 in a large group.
    until_read_seq = models.BigIntegerField(default=0)
    until_delivered_seq = models.BigIntegerField(default=0)
    # An admin removed the person, who may not come back by a link.
    is_removed = models.BooleanField(default=False)
    read_seq = models.BigIntegerField(default=0)
    read_counted = models.BigIntegerField(default=0)
    own_since = models.BigIntegerField(default=0)
    delivered_seq = models.BigIntegerField(default=0)
    # The newest message that mentions this member by name.
    mentioned_seq = models.BigIntegerField(default=0)
    muted_until = models.DateTimeField(null=True)
    is_pinned = models.BooleanField(default=False)
    # Among the person's pinned conversations; the highest is on top.
    pin_order = models.BigIntegerField(default=0)
    hidden_seq = models.BigIntegerField(default=0)
    draft = models.CharField(max_length=DRAFT_CHARS_MAX, default="", blank=True)
    is_archived = models.BooleanField(default=False)
    is_marked_unread = models.BooleanField(default=False)
    rev = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "user"], name="chat_member_once"),)
        indexes = (
            models.Index(fields=["user", "rev"], name="chat_member_user_rev"),
            models.Index(fields=["user", "changed"], name="chat_member_user_changed"),
        )

    @property
    def is_active_admin(self) -> bool:
        """The member may do what is for admins, which an admin silenced by the owner may not."""
        return group_rules.is_admin(self.role) and not self.is_silenced


class Message(models.Model):
    """
    An entry of a conversation's log.

    Its ``seq`` never changes; ``rev`` is that of the conversation when the message last changed (posted, edited,
    recalled, reacted to). ``counted`` is the running count of messages that count as unread. ``content_hash`` is
    the hash of the first content, so that a retry can be told from another message under the same ``client_id``.
    """

    BODY_CHARS_MAX = 4_000
    CLIENT_ID_CHARS_MAX = 64

    # The constraints serve in place of own indexes; messages are never queried by sender alone.
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    rev = models.BigIntegerField()
    counted = models.BigIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    client_id = models.CharField(max_length=CLIENT_ID_CHARS_MAX)
    content_hash = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=MessageKind, default=MessageKind.TEXT)
    body = models.CharField(max_length=BODY_CHARS_MAX, default="", blank=True)
    card_type = models.CharField(max_length=32, default="", blank=True)
    card = models.JSONField(null=True)
    # For kind "event": {"name": "member_joined", "user": "<public id>"}.
    event = models.JSONField(null=True)
    # ``chat.domain.extras.MessageExtras``: what the message carries beside its text.
    extras = models.JSONField(null=True)
    reply_to = models.BigIntegerField(null=True)
    edits = models.IntegerField(default=0)
    edited_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "seq"], name="chat_message_seq_once"),
            models.UniqueConstraint(fields=["conversation", "sender", "client_id"], name="chat_message_posted_once"),
            models.CheckConstraint(
                condition=~models.Q(body="")
                | ~models.Q(card_type="")
                | models.Q(event__isnull=False)
                | models.Q(extras__isnull=False)
                | models.Q(recalled_at__isnull=False),
                name="chat_message_says_something",
            ),
        )
        indexes = (
            models.Index(fields=["conversation", "rev"], name="chat_message_by_rev"),
            # Few messages carry anything beside their text; the others do not pay for it.
            models.Index(
                fields=["conversation", "seq"],
                name="chat_message_with_extras",
                condition=models.Q(extras__isnull=False),
            ),
        )


class Reaction(models.Model):
    """The only reaction of a person to a message."""

    EMOJI_CHARS_MAX = 16

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    emoji = models.CharField(max_length=EMOJI_CHARS_MAX)
    reacted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "user"], name="chat_reaction_one_each"),)


class MessageMark(models.Model):
    """
    A person's own marks on a message, sent to nobody else: hidden ("delete for me"), starred, their votes and reaction.

    ``rev`` is the rev of the person's user topic when the marks last changed.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="marks", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_hidden = models.BooleanField(default=False)
    is_starred = models.BooleanField(default=False)
    starred_at = models.DateTimeField(null=True)
    # In a poll: the numbers of the options that the person chose, as their rows in ``PollVote``.
    votes = models.JSONField(default=list)
    # The emoji of the person's row in ``Reaction``; empty without one.
    reaction = models.CharField(max_length=Reaction.EMOJI_CHARS_MAX, default="", blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "user"], name="chat_mark_one_each"),)
        indexes = (
            models.Index(fields=["user", "rev"], name="chat_mark_user_rev"),
            models.Index(fields=["user", "-starred_at"], condition=models.Q(is_starred=True), name="chat_mark_starred"),
        )


class MessageVersion(models.Model):
    """A text that a message had before it was edited; ``edits`` is how often it had been edited then."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="versions", db_index=False)
    edits = models.IntegerField()
    body = models.CharField(max_length=Message.BODY_CHARS_MAX, default="", blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "edits"], name="chat_version_once"),)


class Group(models.Model):
    """
    The state of a group beside its log, its name and the right to write, which its conversation holds.

    ``rev`` counts changes of all that members see of the group in a list: it is announced and compared as that of a
    face is. ``member_count`` moves under the conversation's lock with each membership.
    """

    DESCRIPTION_CHARS_MAX = 500
    KEY_CHARS_MAX = 64

    conversation = models.OneToOneField(Conversation, on_delete=models.PROTECT, primary_key=True, related_name="group")
    description = models.CharField(max_length=DESCRIPTION_CHARS_MAX, default="", blank=True)
    # The public id of the medium that pictures the group.
    picture = models.UUIDField(null=True)
    # Only admins may add people; only admins may change name, picture and description.
    is_adding_admins_only = models.BooleanField(default=False)
    is_changing_admins_only = models.BooleanField(default=False)
    member_count = models.IntegerField(default=0)
    rev = models.BigIntegerField(default=1)
    # With the key of its request, so that a repeated request finds the group; null in groups from before.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    idempotency_key = models.CharField(max_length=KEY_CHARS_MAX, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["created_by", "idempotency_key"], name="chat_group_created_once"),
            models.CheckConstraint(
                condition=models.Q(member_count__gte=0, member_count__lte=1_024), name="chat_group_size_bounded"
            ),
        )


class GroupInvitation(models.Model):
    """An invitation to a group for a person whom the inviting member may not add; it ends when they are members."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    # For a while, further invitations change nothing.
    declined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "user"], name="chat_invitation_once"),)


class GroupLink(models.Model):
    """
    A link by which people join a group, or ask to be let in if it ``needs_approval``.

    ``token`` is the part of the URL that cannot be guessed: 128 random bits.
    """

    TOKEN_CHARS_MAX = 43

    public_id = models.UUIDField(default=ids.new_id, unique=True, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=TOKEN_CHARS_MAX, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    uses_max = models.IntegerField(null=True)
    uses = models.IntegerField(default=0)
    needs_approval = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(uses_max=None) | models.Q(uses__lte=models.F("uses_max")),
                name="chat_group_link_uses_bounded",
            ),
        )

    def is_open(self, now: datetime) -> bool:
        """Return whether the link still lets people in."""
        is_left = self.uses_max is None or self.uses < self.uses_max
        return self.revoked_at is None and is_left and (self.expires_at is None or now < self.expires_at)


class JoinRequest(models.Model):
    """A person who opened a link that needs approval and waits for an admin."""

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    link = models.ForeignKey(GroupLink, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["conversation", "user"], name="chat_join_request_once"),)


class PollVote(models.Model):
    """A person's vote for one option of the poll that a message carries; ``option`` counts from 0."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="votes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    option = models.SmallIntegerField()
    voted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "option", "user"], name="chat_vote_once"),)


class ClosedPoll(models.Model):
    """The moment at which its author closed the poll that a message carries."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, primary_key=True, related_name="closed_poll")
    closed_at = models.DateTimeField()
