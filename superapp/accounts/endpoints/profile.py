"""Commands for a person's own profile."""

from __future__ import annotations

from superapp.accounts import queries
from superapp.accounts.actions import profile
from superapp.accounts.actions.profile import ProfileChanges
from superapp.accounts.contracts import ProfileRow
from superapp.accounts.endpoints.schemas import ChangeProfileRequest, EmptyRequest
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.realtime.registry import Caller, register_command


@register_command("accounts.profile", EmptyRequest, rest="GET me", response=ProfileRow)
def own_profile(caller: Caller, request: EmptyRequest) -> ProfileRow:
    """Return the caller's own profile."""
    return serializers.serialize_profile(
        queries.get_user_by_id(caller.user_id), queries.find_phone_number(caller.user_id)
    )


@register_command("accounts.profile_change", ChangeProfileRequest, rest="PATCH me", cost=3, response=ProfileRow)
def profile_change(caller: Caller, request: ChangeProfileRequest) -> ProfileRow:
    """Change the caller's own profile."""
    changes = ProfileChanges(
        name=request.name,
        handle=request.handle,
        language=request.language,
        time_zone=request.time_zone,
        group_adders=request.group_adders,
    )
    return profile.change_profile(user_id=caller.user_id, changes=changes, now=clock.now())
