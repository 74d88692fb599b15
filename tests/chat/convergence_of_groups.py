"""Rules of the convergence machine about its group, and invariants of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies
from hypothesis.stateful import invariant, rule

from chat import api
from chat.actions import group_links
from chat.models import Group, Member
from superapp.accounts.models import User
from superapp.core.errors import DomainError
from superapp.media.domain.enums import MediaKind, MediaState
from superapp.media.models import Media

# Why a message is not sent: its sender is not in, was blocked, or may only read.
REFUSALS = {
    "chat.conversation_not_found",
    "chat.not_accepted",
    "chat.member_silenced",
    "chat.only_admins_write",
}
people = strategies.integers(0, 3)
titles = strategies.sampled_from(["Arisan", "RT 05", "Keluarga"])
roles = strategies.sampled_from(["owner", "admin", "member"])


class GroupDeeds:
    """Rules about the second conversation of the machine, a group."""

    users: list[User]
    places: list[UUID]
    # Of a link to the group by which people ask to join.
    token: str
    now: datetime

    def attempt(self, action: Any, who: int, where: int, **fields: Any) -> None:
        raise NotImplementedError

    def attempt_mine(self, action: Any, who: int, where: int, **fields: Any) -> None:
        raise NotImplementedError

    @rule(who=people, whom=people)
    def add(self, who: int, whom: int) -> None:
        self.attempt(api.add_member, who, 1, user_id=self.users[whom].pk, now=self.now)

    @rule(who=people, whom=people, role=roles)
    def give_role(self, who: int, whom: int, role: str) -> None:
        self.attempt(api.set_role, who, 1, user=self.users[whom].public_id, role=role, now=self.now)

    @rule(who=people, whom=people, is_silenced=strategies.booleans())
    def silence(self, who: int, whom: int, is_silenced: bool) -> None:
        user = self.users[whom].public_id
        self.attempt(api.set_silenced, who, 1, user=user, is_silenced=is_silenced, now=self.now)

    @rule(who=people, whom=people)
    def remove(self, who: int, whom: int) -> None:
        if who != whom:
            self.attempt(api.remove_member, who, 1, user=self.users[whom].public_id, now=self.now)

    @rule(who=people, title=titles, is_admins_only=strategies.booleans())
    def change_group(self, who: int, title: str, is_admins_only: bool) -> None:
        changes = api.GroupChanges(title=title, is_admins_only=is_admins_only)
        self.attempt(api.change_group, who, 1, changes=changes, now=self.now)

    @rule(who=people, is_removed=strategies.booleans())
    def change_picture(self, who: int, is_removed: bool) -> None:
        picture = None
        if not is_removed:
            picture = Media.objects.create(
                owner=self.users[who],
                kind=MediaKind.AVATAR,
                state=MediaState.READY,
                bytes=1,
                sha256="ab" * 32,
                width=512,
                height=512,
                created_at=self.now,
            ).public_id
        self.attempt(api.set_picture, who, 1, picture=picture, now=self.now)

    @invariant()
    def picture_of_a_group_is_shown_by_nothing_else(self) -> None:
        for place in getattr(self, "places", [])[1:]:
            group = Group.objects.get(conversation__public_id=place)
            shown = Media.objects.filter(reference=f"chat.group:{group.pk}", state=MediaState.READY)
            assert [media.public_id for media in shown] == ([group.picture] if group.picture else [])

    def make_link(self) -> None:
        """Make the link by which people ask to join."""
        link = group_links.make_link(
            conversation_id=self.places[1],
            by_user_id=self.users[0].pk,
            lasts_for=None,
            uses_max=None,
            needs_approval=True,
            now=self.now,
        )
        self.token = link.token

    @rule(who=people)
    def request_to_join(self, who: int) -> None:
        with suppress(DomainError):
            group_links.join_by_link(token=self.token, user_id=self.users[who].pk, now=self.now)

    @rule(who=people, whom=people, accepts=strategies.booleans())
    def answer_request(self, who: int, whom: int, accepts: bool) -> None:
        user = self.users[whom].public_id
        self.attempt(group_links.answer_request, who, 1, user=user, accepts=accepts, now=self.now)

    @rule(who=people)
    def leave(self, who: int) -> None:
        self.attempt_mine(api.leave_group, who, 1, now=self.now)

    @invariant()
    def group_with_members_has_one_owner_and_counts_them(self) -> None:
        for place in getattr(self, "places", [])[1:]:
            present = Member.objects.filter(conversation__public_id=place, until_seq=None)
            found = list(present.values_list("role", flat=True))
            assert found.count("owner") == min(1, len(found))
            assert Group.objects.get(conversation__public_id=place).member_count == len(found)
