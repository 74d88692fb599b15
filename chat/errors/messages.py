"""Errors about conversations, messages and reactions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class ConversationNotFound(DomainError):
    """No such conversation exists, or the person is not a member; the error does not tell which."""

    code = "chat.conversation_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Chat not found.")


class MessageNotFound(DomainError):
    """No message with this number exists that the person may see."""

    code = "chat.message_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("Message not found.")


class MessageNotYours(DomainError):
    """The message cannot be changed by the caller: another person sent it, or it is a card or an event."""

    code = "chat.message_not_yours"
    kind = ErrorKind.FORBIDDEN
    message = _("You can only change your own messages.")


class MessageRecalled(DomainError):
    """The message was recalled."""

    code = "chat.message_recalled"
    kind = ErrorKind.CONFLICT
    message = _("This message was deleted.")


class BodyEmpty(DomainError):
    """The body has no visible character."""

    code = "chat.body_empty"
    kind = ErrorKind.INVALID
    message = _("Type something first.")


class BodyTooLong(DomainError):
    """The body has more characters than one message may have."""

    code = "chat.body_too_long"
    kind = ErrorKind.INVALID
    message = _("This is too long: a message can have up to {chars_max} characters. Please split it.")


class BodyNotText(DomainError):
    """The body has control characters, or combining marks piled up on one character."""

    code = "chat.body_not_text"
    kind = ErrorKind.INVALID
    message = _("This contains characters that cannot be shown.")


class ClientIdInvalid(DomainError):
    """The ``client_id`` is empty, too long, or has other than visible ASCII characters."""

    code = "chat.client_id_invalid"
    kind = ErrorKind.INVALID
    message = _("This message has no valid ID.")


class ClientIdReused(DomainError):
    """The ``client_id`` was used before for other content; the first message is kept."""

    code = "chat.client_id_reused"
    kind = ErrorKind.CONFLICT
    message = _("Another message was already sent with this ID.")


class ReplyNotFound(DomainError):
    """The message to reply to is not in the conversation, or not visible to the sender."""

    code = "chat.reply_not_found"
    kind = ErrorKind.INVALID
    message = _("The message you are replying to was not found.")


class NotAccepted(DomainError):
    """The two people are not contacts, or one has blocked the other; the error does not tell which."""

    code = "chat.not_accepted"
    kind = ErrorKind.FORBIDDEN
    message = _("You cannot message this person.")


class MemberSilenced(DomainError):
    """An admin of the group took away the person's right to write in it."""

    code = "chat.member_silenced"
    kind = ErrorKind.FORBIDDEN
    message = _("An admin has muted you in this group. You can still read.")


class OnlyAdminsWrite(DomainError):
    """Only admins may write in this group."""

    code = "chat.only_admins_write"
    kind = ErrorKind.FORBIDDEN
    message = _("Only admins can send messages in this group.")


class MentionAllForAdmins(DomainError):
    """Only admins of a group mention everybody at once."""

    code = "chat.mention_all_for_admins"
    kind = ErrorKind.FORBIDDEN
    message = _("Only admins can mention everyone.")


class EditTooLate(DomainError):
    """The message is too old to be edited."""

    code = "chat.edit_too_late"
    kind = ErrorKind.CONFLICT
    message = _("A message can be edited for {minutes} minutes after sending.")


class EditedTooOften(DomainError):
    """The message was edited as often as a message may be."""

    code = "chat.edited_too_often"
    kind = ErrorKind.CONFLICT
    message = _("A message can be edited {edits_max} times. Send a new one.")


class EditConflict(DomainError):
    """The message was edited since the person saw it."""

    code = "chat.edit_conflict"
    kind = ErrorKind.CONFLICT
    message = _("This message was edited in the meantime.")


class RecallTooLate(DomainError):
    """The message is too old to be recalled."""

    code = "chat.recall_too_late"
    kind = ErrorKind.CONFLICT
    message = _("A message can be deleted for {minutes} minutes after sending.")


class TooManyReactions(DomainError):
    """Others reacted to the message with as many different emoji as a message can have."""

    code = "chat.too_many_reactions"
    kind = ErrorKind.CONFLICT
    message = _("A message can have up to {emoji_max} different reactions. Tap one that is already there.")


class NotReactable(DomainError):
    """The reaction is not exactly one emoji, or the message is a system event."""

    code = "chat.not_reactable"
    kind = ErrorKind.INVALID
    message = _("You cannot react with that.")
