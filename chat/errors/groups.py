"""Errors about groups, their members, invitations and links."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class NotAGroup(DomainError):
    """The action is for groups, and the conversation is a direct one."""

    code = "chat.not_a_group"
    kind = ErrorKind.CONFLICT
    message = _("This is a chat between two people.")


class AdminsOnly(DomainError):
    """Only admins of the group may do this."""

    code = "chat.admins_only"
    kind = ErrorKind.FORBIDDEN
    message = _("Only admins of this group can do that.")


class OwnerOnly(DomainError):
    """The action needs the role of owner, or its target is the owner or the caller, whom it may not target."""

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


class GroupTitleReserved(GroupTitleInvalid):
    """The group could be taken for one of the operator: its name has the brand, alone or beside words of authority."""

    code = "chat.group_title_reserved"
    message = _("People could take that group for one of {brand} itself. Choose another name, please.")


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


class GroupLinkNotFound(DomainError):
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
