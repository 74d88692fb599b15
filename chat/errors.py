"""What chat may refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, Kind


class ConversationNotFound(DomainError):
    """No such conversation, or not yours: the two are told apart to nobody."""

    code = "chat.conversation_not_found"
    kind = Kind.NOT_FOUND
    message = _("Chat not found.")


class MessageNotFound(DomainError):
    """No message with this number that you may see."""

    code = "chat.message_not_found"
    kind = Kind.NOT_FOUND
    message = _("Message not found.")


class MessageNotYours(DomainError):
    """Only who wrote a message may change it."""

    code = "chat.message_not_yours"
    kind = Kind.FORBIDDEN
    message = _("You can only change your own messages.")


class MessageRecalled(DomainError):
    """The message was taken back, and nothing can be done with it any more."""

    code = "chat.message_recalled"
    kind = Kind.CONFLICT
    message = _("This message was deleted.")


class BodyEmpty(DomainError):
    """Nothing is left to read once blanks and invisible characters are taken away."""

    code = "chat.body_empty"
    kind = Kind.INVALID
    message = _("Type something first.")


class BodyTooLong(DomainError):
    """More characters than one message may have."""

    code = "chat.body_too_long"
    kind = Kind.INVALID
    message = _("This is too long: a message can have up to {chars_max} characters. Please split it.")


class BodyNotText(DomainError):
    """Control characters, or marks piled up on one character."""

    code = "chat.body_not_text"
    kind = Kind.INVALID
    message = _("This contains characters that cannot be shown.")


class ClientIdInvalid(DomainError):
    """An empty or over-long ``client_id``, or one with other than plain visible characters."""

    code = "chat.client_id_invalid"
    kind = Kind.INVALID
    message = _("This message has no valid ID.")


class ClientIdReused(DomainError):
    """The same ``client_id`` came with another content; the first message stands."""

    code = "chat.client_id_reused"
    kind = Kind.CONFLICT
    message = _("Another message was already sent with this ID.")


class ReplyNotFound(DomainError):
    """The message to reply to is not in the conversation, or not visible to you."""

    code = "chat.reply_not_found"
    kind = Kind.INVALID
    message = _("The message you are replying to was not found.")


class NotAccepted(DomainError):
    """One has blocked the other, or they are no contacts; which of it is told to nobody."""

    code = "chat.not_accepted"
    kind = Kind.FORBIDDEN
    message = _("You cannot message this person.")


class EditTooLate(DomainError):
    """The message is too old to be changed."""

    code = "chat.edit_too_late"
    kind = Kind.CONFLICT
    message = _("A message can be edited for {minutes} minutes after sending.")


class EditConflict(DomainError):
    """The message was changed since the one who edits saw it."""

    code = "chat.edit_conflict"
    kind = Kind.CONFLICT
    message = _("This message was edited in the meantime.")


class RecallTooLate(DomainError):
    """The message is too old to be taken back."""

    code = "chat.recall_too_late"
    kind = Kind.CONFLICT
    message = _("A message can be deleted for {minutes} minutes after sending.")


class NotReactable(DomainError):
    """The reaction is no single emoji, or the line is none of a person's."""

    code = "chat.not_reactable"
    kind = Kind.INVALID
    message = _("You cannot react with that.")


class NotAGroup(DomainError):
    """A conversation of two people has no others to be added or removed."""

    code = "chat.not_a_group"
    kind = Kind.CONFLICT
    message = _("This is a chat between two people.")


class DraftTooLong(DomainError):
    """More than a message may have."""

    code = "chat.draft_too_long"
    kind = Kind.INVALID
    message = _("A draft can have up to {chars_max} characters.")
