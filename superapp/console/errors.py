"""Errors of the console. Their codes are stable and never change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from superapp.core.errors import DomainError, ErrorKind


class ConsoleCodeWrong(DomainError):
    """The one-time code is not a current one, or it was used before."""

    code = "console.code_wrong"
    kind = ErrorKind.FORBIDDEN
    message = _("This code is not valid, or it was used before. Wait for the next one in your app.")


class MemberNotFound(DomainError):
    """The person is no member of the console."""

    code = "console.member_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This person is not a member of the console.")


class RoleMissing(DomainError):
    """The member's roles do not allow it."""

    code = "console.role_missing"
    kind = ErrorKind.FORBIDDEN
    message = _("Your role does not allow this.")


class RolesInvalid(DomainError):
    """A role is unknown."""

    code = "console.roles_invalid"
    kind = ErrorKind.INVALID
    message = _("Choose among these roles: {roles}.")


class ReasonMissing(DomainError):
    """No reason was given, or it is too long."""

    code = "console.reason_missing"
    kind = ErrorKind.INVALID
    message = _("Write down the reason, in up to {chars} characters.")


class ProposalNotFound(DomainError):
    """No such proposal exists, or it is of a kind that the member's roles do not show."""

    code = "console.proposal_not_found"
    kind = ErrorKind.NOT_FOUND
    message = _("This proposal does not exist.")


class ProposalWaits(DomainError):
    """The member already made a proposal of these values with this reason, which waits to be decided."""

    code = "console.proposal_waits"
    kind = ErrorKind.CONFLICT
    message = _("The same one is already waiting for approval. If this is another one, write a different reason.")


class ProposalClosed(DomainError):
    """The proposal was decided or withdrawn before."""

    code = "console.proposal_closed"
    kind = ErrorKind.CONFLICT
    message = _("This proposal has been decided already.")


class SecondPersonNeeded(DomainError):
    """The member made the proposal, so that another one must decide."""

    code = "console.second_person_needed"
    kind = ErrorKind.FORBIDDEN
    message = _("You made this proposal. Somebody else must decide about it.")


class OwnMatter(DomainError):
    """The proposal is about the member's own money, shop or order, so that others must propose and decide it."""

    code = "console.own_matter"
    kind = ErrorKind.FORBIDDEN
    message = _("This is about your own wallet, shop or order. Somebody else has to do it.")


class MakerLostRole(DomainError):
    """The maker of the proposal has lost the role for it meanwhile, so that it can only be rejected."""

    code = "console.maker_lost_role"
    kind = ErrorKind.CONFLICT
    message = _(
        "The person who proposed this no longer has the role for it. "
        "Reject it, and propose it again if it is still right."
    )


class NotTheMaker(DomainError):
    """The member did not make the proposal and so cannot withdraw it."""

    code = "console.not_the_maker"
    kind = ErrorKind.FORBIDDEN
    message = _("Only the person who made this proposal can withdraw it.")
