"""
Facade of the console: products register desks and kinds of proposals, make proposals, and write into the audit.

Views of desks are decorated with ``superapp.console.sessions.desk_page``.
"""

from superapp.console.actions.audit import record
from superapp.console.actions.proposals import clean_reason, propose
from superapp.console.contracts import Deed, Member
from superapp.console.domain.action_words import register_action_words
from superapp.console.domain.desks import Desk, register_desk
from superapp.console.domain.proposal_kinds import Approval, Fact, Payload, ProposalKind, register_proposal_kind
from superapp.console.domain.roles import Role
from superapp.console.domain.subject_words import register_subject_words
from superapp.console.queries.audit import list_deeds
from superapp.console.queries.proposals import list_open_payloads

__all__ = [
    "Approval",
    "Deed",
    "Desk",
    "Fact",
    "Member",
    "Payload",
    "ProposalKind",
    "Role",
    "clean_reason",
    "list_deeds",
    "list_open_payloads",
    "propose",
    "record",
    "register_action_words",
    "register_desk",
    "register_proposal_kind",
    "register_subject_words",
]
