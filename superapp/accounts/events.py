"""Facts of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from superapp.core.events import Event, register_fact


@dataclass(frozen=True, kw_only=True)
class _PersonEvent(Event):
    user_id: int

    @property
    def key(self) -> str:
        return f"person:{self.user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PersonJoined(_PersonEvent):
    """A new account was created."""

    name: ClassVar[str] = "accounts.person_joined"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ProfileChanged(_PersonEvent):
    """A public detail of a person changed: name, handle or picture."""

    name: ClassVar[str] = "accounts.profile_changed"


@register_fact
@dataclass(frozen=True, kw_only=True)
class PhoneMoved(_PersonEvent):
    """A phone number moved from ``user_id``, who was not seen for long, to ``to_user_id``, who verified it last."""

    name: ClassVar[str] = "accounts.phone_moved"
    to_user_id: int


@dataclass(frozen=True, kw_only=True)
class _PairEvent(Event):
    lower_user_id: int
    higher_user_id: int

    @property
    def key(self) -> str:
        return f"contact:{self.lower_user_id}:{self.higher_user_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class ContactAccepted(_PairEvent):
    """
    Two people became contacts.

    ``accepted_by`` accepted the other's invitation at ``at``; 0 without an invitation, as between a buyer and a shop.
    """

    name: ClassVar[str] = "accounts.contact_accepted"
    accepted_by: int = 0
    at: str = ""


@register_fact
@dataclass(frozen=True, kw_only=True)
class ContactEnded(_PairEvent):
    """Two people are no longer contacts, because one removed or blocked the other."""

    name: ClassVar[str] = "accounts.contact_ended"


@dataclass(frozen=True, kw_only=True)
class _InvitationEvent(Event):
    invitation_id: int

    @property
    def key(self) -> str:
        return f"invitation:{self.invitation_id}"


@register_fact
@dataclass(frozen=True, kw_only=True)
class NumberInvited(_InvitationEvent):
    """A person invited the owner of a phone number."""

    name: ClassVar[str] = "accounts.number_invited"


@register_fact
@dataclass(frozen=True, kw_only=True)
class InvitationCancelled(_InvitationEvent):
    """A person cancelled their invitation of a phone number."""

    name: ClassVar[str] = "accounts.invitation_cancelled"
