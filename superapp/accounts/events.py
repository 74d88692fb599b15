"""Facts about accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _OfPerson(Event):
    user_id: int

    @property
    def key(self) -> str:
        return f"person:{self.user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PersonJoined(_OfPerson):
    """A new account exists."""

    name: ClassVar[str] = "accounts.person_joined"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ProfileChanged(_OfPerson):
    """A public detail of a person changed: name, handle or picture."""

    name: ClassVar[str] = "accounts.profile_changed"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PhoneMoved(_OfPerson):
    """A number left ``user_id``, who was silent for long, for ``to_user_id``, who proved it last."""

    name: ClassVar[str] = "accounts.phone_moved"
    to_user_id: int


@dataclass(frozen=True, kw_only=True)
class _OfPair(Event):
    lower_user_id: int
    higher_user_id: int

    @property
    def key(self) -> str:
        return f"contact:{self.lower_user_id}:{self.higher_user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ContactAccepted(_OfPair):
    """
    Two people became contacts. ``accepted_by`` accepted the other's invitation at ``at``; 0 without an invitation, as
    when a person buys from a shop.
    """

    name: ClassVar[str] = "accounts.contact_accepted"
    accepted_by: int = 0
    at: str = ""


@register_fact
@dataclass(frozen=True, kw_only=True)
class ContactEnded(_OfPair):
    """Two people are no longer contacts, since one removed or blocked the other."""

    name: ClassVar[str] = "accounts.contact_ended"


@dataclass(frozen=True, kw_only=True)
class _OfInvitation(Event):
    invitation_id: int

    @property
    def key(self) -> str:
        return f"invitation:{self.invitation_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class NumberInvited(_OfInvitation):
    """A person invited the owner of a phone number."""

    name: ClassVar[str] = "accounts.number_invited"


@register_fact
@dataclass(frozen=True, kw_only=True)
class InvitationCancelled(_OfInvitation):
    """A person cancelled their invitation of a phone number."""

    name: ClassVar[str] = "accounts.invitation_cancelled"
