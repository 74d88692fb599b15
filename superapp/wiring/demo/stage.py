"""Values of the play: the demo people with their accounts, and a conversation while its script is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from superapp.accounts import api as accounts
from superapp.wiring.demo.conversation_script import ScriptedConversation, ScriptedGroup, ScriptedMessage
from superapp.wiring.demo.people import PERSON_BY_KEY, DemoPerson
from superapp.wiring.demo.wallets import SentTransfer


@dataclass(frozen=True, kw_only=True)
class Player:
    """A demo person with their account."""

    user_id: int
    public_id: UUID
    name: str


@dataclass(kw_only=True)
class PlayedConversation:
    """A conversation while its script is played, with the numbers of its messages."""

    talk: ScriptedConversation | ScriptedGroup
    conversation_id: UUID
    players: Mapping[str, Player]
    # Messages and transfers in the order of their times.
    happenings: Sequence[ScriptedMessage | SentTransfer]
    seqs: list[int] = field(default_factory=list)
    newest_seq: int = 0


def find_player(person: DemoPerson) -> Player:
    """Return a demo person who is registered."""
    user = accounts.find_user_by_phone_number(person.number)
    assert user is not None
    return Player(user_id=user.pk, public_id=user.public_id, name=user.name)


def find_players() -> dict[str, Player]:
    """Return all demo people by their keys."""
    return {key: find_player(person) for key, person in PERSON_BY_KEY.items()}
