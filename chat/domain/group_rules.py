"""Rules of groups: the size limits, and which role may manage which other role."""

from __future__ import annotations

from chat.domain.enums import MemberRole

MEMBERS_MAX = 1_024
ADDED_AT_ONCE_MAX = 100
# In larger groups, a read receipt is sent only to the authors of the messages that were read.
RECEIPTS_TO_ALL_MAX = 32

ADMIN_ROLES = frozenset({MemberRole.ADMIN, MemberRole.OWNER})


def is_admin(role: str) -> bool:
    """Return whether the role has the rights of an admin."""
    return role in ADMIN_ROLES


def may_act_on(role: str, target_role: str) -> bool:
    """
    Return whether a member may remove or mute another one.

    The owner may act on everybody, admins on members without a role only.
    """
    if role == MemberRole.OWNER:
        return True
    return role == MemberRole.ADMIN and target_role == MemberRole.MEMBER


def may(role: str, *, is_silenced: bool, is_admins_only: bool) -> bool:
    """Return whether a member may do what a setting leaves to admins or to everybody."""
    return not is_silenced and (is_admin(role) or not is_admins_only)
