"""Kinds of proposals: what one member may propose and another approve. Each product registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise

from superapp.console.domain.roles import Role

# The values of a proposal, by name; stored as JSON.
Payload = Mapping[str, str | int | None]
# A label and a value, in the reader's language.
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The approval under which a proposal is executed: the two people, by user id, and when each acted."""

    proposal: UUID
    reason: str
    maker_id: int
    checker_id: int
    made_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """
    A kind of proposal. Members with one of ``roles`` make such proposals, and decide about those of others; if not all
    of these roles decide, ``deciders`` are those that do.

    ``describe`` returns all values in words. ``validate`` raises a DomainError if nobody could approve the payload.
    ``concerns`` returns whether it is about the own money or case of the user with this id, who then neither proposes
    nor decides it. ``execute`` is called once, in the transaction of the approval, and returns in words what became of
    it; a DomainError from it undoes its writes and closes the proposal as failed.
    """

    name: str
    title: str | Promise
    roles: frozenset[Role]
    describe: Callable[[Payload], Sequence[Fact]]
    validate: Callable[[Payload], None]
    execute: Callable[[Payload, Approval], str]
    deciders: frozenset[Role] = frozenset()
    concerns: Callable[[Payload, int], bool] = lambda _payload, _user_id: False

    def may_be_decided_by(self, roles: Iterable[str]) -> bool:
        return bool((self.deciders or self.roles) & set(roles))


_kinds: dict[str, ProposalKind] = {}


def register_proposal_kind(kind: ProposalKind) -> None:
    """
    Register a kind of proposal.

    :raises ValueError: if the name is taken
    """
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"two kinds of proposals are called {kind.name}")


def get_kind(name: str) -> ProposalKind:
    """Return the kind of a proposal; each stored one is of a registered kind."""
    return _kinds[name]


def list_kind_names(roles: Iterable[str]) -> list[str]:
    """Return the names of the kinds of which somebody with these roles sees the proposals; auditors see all."""
    mine = set(roles)
    return [kind.name for kind in _kinds.values() if Role.AUDITOR in mine or kind.roles & mine]
