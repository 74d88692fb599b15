"""Errors that chat raises, each with its code on the wire."""

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


class NotReactable(DomainError):
    """The reaction is not exactly one emoji, or the message is a system event."""

    code = "chat.not_reactable"
    kind = ErrorKind.INVALID
    message = _("You cannot react with that.")


class NotAGroup(DomainError):
    """The conversation is a direct one, whose members cannot change."""

    code = "chat.not_a_group"
    kind = ErrorKind.CONFLICT
    message = _("This is a chat between two people.")


class AdminsOnly(DomainError):
    """Only admins of the group may do this."""

    code = "chat.admins_only"
    kind = ErrorKind.FORBIDDEN
    message = _("Only admins of this group can do that.")


class OwnerOnly(DomainError):
    """The action needs the owner's role, or its target is the owner or the caller, which nobody may choose."""

    code = "chat.owner_only"
    kind = ErrorKind.FORBIDDEN
    message = _("Only the owner of this group can do that.")


class OwnerMustHandOver(DomainError):
    """The owner must transfer ownership first: a group always has an owner."""

    code = "chat.owner_must_hand_over"
    kind = ErrorKind.CONFLICT
    message = _("Hand the group over to someone first.")


class MemberNotFound(DomainError):
    """The person is not a member of the group."""

    code = "chat.member_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This person is not in the group.")


class RemovedByAdmin(DomainError):
    """The person was removed by an admin, and only an admin can add them again."""

    code = "chat.removed_by_admin"
    kind = ErrorKind.FORBIDDEN
    message = _("An admin removed this person. Only an admin can add them again.")


class GroupFull(DomainError):
    """The group has as many members as a group may have."""

    code = "chat.group_full"
    kind = ErrorKind.CONFLICT
    message = _("This group is full: a group can have up to {members_max} people.")


class GroupTitleInvalid(DomainError):
    """The name of the group has no visible character, or too many."""

    code = "chat.group_title_invalid"
    kind = ErrorKind.INVALID
    message = _("Give the group a name of up to {chars_max} characters.")


class GroupDescriptionTooLong(DomainError):
    """The description of the group has too many characters."""

    code = "chat.group_description_too_long"
    kind = ErrorKind.INVALID
    message = _("A description can have up to {chars_max} characters.")


class InvitationNotFound(DomainError):
    """The person has no open invitation to such a group."""

    code = "chat.invitation_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This invitation is no longer there.")


class NobodyPicked(DomainError):
    """A list of people to add is empty."""

    code = "chat.nobody_picked"
    kind = ErrorKind.INVALID
    message = _("Pick at least one person.")


class TooManyPicked(DomainError):
    """A form picks more people than may be added at once."""

    code = "chat.too_many_picked"
    kind = ErrorKind.INVALID
    message = _("You can add up to {people_max} people at once.")


class GroupInviteNotFound(DomainError):
    """The link is unknown, expired, used up or revoked, or not for this person; the error does not tell which."""

    code = "chat.group_invite_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This invite link no longer works. Ask for a new one.")


class LinksUsedUp(DomainError):
    """The group has as many open links as a group may have."""

    code = "chat.links_used_up"
    kind = ErrorKind.CONFLICT
    message = _("A group can have up to {links_max} links. Switch one off first.")


class JoinRequestNotFound(DomainError):
    """The person does not wait to be let in, or their link is used up."""

    code = "chat.join_request_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This request is no longer there.")


class MuteTimeInvalid(DomainError):
    """The time until which a conversation should be muted is no date with a time."""

    code = "chat.mute_time_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a date and a time.")


class MuteTimePassed(DomainError):
    """The time until which a conversation should be muted is over."""

    code = "chat.mute_time_passed"
    kind = ErrorKind.INVALID
    message = _("That time has passed. Choose a later one.")


class MuteTimeTooFar(DomainError):
    """The time until which a conversation should be muted is later than any that is kept."""

    code = "chat.mute_time_too_far"
    kind = ErrorKind.INVALID
    message = _("That is too far away. Choose “Always” instead.")


class NotPinned(DomainError):
    """A conversation whose place among the pinned ones should change is not pinned."""

    code = "chat.not_pinned"
    kind = ErrorKind.CONFLICT
    message = _("This chat is not pinned.")


class DraftTooLong(DomainError):
    """The draft is longer than a message may be."""

    code = "chat.draft_too_long"
    kind = ErrorKind.INVALID
    message = _("A draft can have up to {chars_max} characters.")


class PollQuestionInvalid(DomainError):
    """The question of a poll is empty or too long."""

    code = "chat.poll_question_invalid"
    kind = ErrorKind.INVALID
    message = _("Ask a question of up to {chars_max} characters.")


class PollOptionsInvalid(DomainError):
    """A poll has too few or too many options, or one that is empty, too long, or there twice."""

    code = "chat.poll_options_invalid"
    kind = ErrorKind.INVALID
    message = _("Give {options_min} to {options_max} different answers, each with up to {chars_max} characters.")


class PollClosingInvalid(DomainError):
    """A poll would close in the past, or in more than a year."""

    code = "chat.poll_closing_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose a time within the next year.")


class PollChoiceInvalid(DomainError):
    """The poll has no such option, or only one may be chosen."""

    code = "chat.poll_choice_invalid"
    kind = ErrorKind.INVALID
    message = _("That answer cannot be chosen.")


class PollClosed(DomainError):
    """The poll is closed, so that votes no longer change."""

    code = "chat.poll_closed"
    kind = ErrorKind.CONFLICT
    message = _("This poll is closed.")


class NotAPoll(DomainError):
    """The message carries no poll."""

    code = "chat.not_a_poll"
    kind = ErrorKind.INVALID
    message = _("This message is not a poll.")


class ContactNotYours(DomainError):
    """The person of a contact card is not a contact of the sender."""

    code = "chat.contact_not_yours"
    kind = ErrorKind.INVALID
    message = _("You can only share your own contacts.")


class NotAContactCard(DomainError):
    """The message carries no contact card."""

    code = "chat.not_a_contact_card"
    kind = ErrorKind.INVALID
    message = _("This message has no contact.")


class LocationInvalid(DomainError):
    """The coordinates are not a place on earth."""

    code = "chat.location_invalid"
    kind = ErrorKind.INVALID
    message = _("These are not valid coordinates.")


class LocationNameTooLong(DomainError):
    """The name of a location is too long."""

    code = "chat.location_name_too_long"
    kind = ErrorKind.INVALID
    message = _("A place name can have up to {chars_max} characters.")


class NotForwardable(DomainError):
    """The message cannot be forwarded: it is a card or an event."""

    code = "chat.not_forwardable"
    kind = ErrorKind.INVALID
    message = _("This message cannot be forwarded.")
