"""
Requests at the console: who they come from, and the decorator of desks' views.

Somebody who is no member is told that the page does not exist; a member without a session at the console is asked for a
one-time code first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from superapp.accounts import api as accounts
from superapp.console import queries
from superapp.console.actions.audit import record
from superapp.console.actions.console_sessions import touch_session
from superapp.console.contracts import Member
from superapp.console.domain.desks import get_desk
from superapp.console.domain.roles import Role
from superapp.console.errors import RoleMissing
from superapp.console.models import AuditEntry
from superapp.core import clock

View = Callable[..., HttpResponseBase]
READS = ("GET", "HEAD")


def member_page(view: View) -> View:
    """Decorate a view for members of the console, with or without a session there; it is not found for others."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.console_member = _find_member(request)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return cast("View", never_cache(guarded))


def console_page(view: View) -> View:
    """Decorate a view for members with an open session at the console; other members are asked for a code first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        member, now = get_member(request), clock.now()
        session = queries.find_open_session(member_id=member.id, session_key=request.session.session_key or "", now=now)
        if session is None:
            return redirect(f"{reverse('console:log_in')}?{urlencode({'next': request.get_full_path()})}")
        touch_session(session, now=now)
        return view(request, *args, **kwargs)

    return member_page(guarded)


def desk_page(name: str) -> Callable[[View], View]:
    """
    Decorate a view of a registered desk.

    It is found by the desk's roles and by auditors, who may send nothing. Each look is written into the audit with its
    address before the view runs; that at a page which answers a refused form, before the page is sent.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            member, desk = get_member(request), get_desk(name)
            if not desk.is_visible_to(member.roles):
                raise Http404
            address = request.get_full_path()
            if len(address) > AuditEntry.DETAIL_CHARS_MAX:  # The audit would lose its end, and what was looked for.
                raise BadRequest
            if request.method in READS:
                record_look(request, subject=f"desk:{name}", detail=address)
                return view(request, *args, **kwargs)
            if not desk.is_workplace_of(member.roles):
                raise RoleMissing
            response = view(request, *args, **kwargs)
            if not isinstance(response, HttpResponseRedirectBase):
                record_look(request, subject=f"desk:{name}", detail=address)
            return response

        return console_page(guarded)

    return decorate


def get_member(request: HttpRequest) -> Member:
    """Return the member from whom the request of a decorated view comes."""
    return cast("Member", request.console_member)  # type: ignore[attr-defined]


def require_role(request: HttpRequest, *roles: Role) -> Member:
    """
    Return the member from whom the request comes.

    :raises RoleMissing: if they have none of these roles
    """
    member = get_member(request)
    if not member.has_role(*roles):
        raise RoleMissing
    return member


def record_look(request: HttpRequest, *, subject: str, detail: str = "") -> None:
    """Write into the audit that the member is about to see somebody's person or money, such as ``user:0198…``."""
    record(member=get_member(request), action="looked", subject=subject, detail=detail, now=clock.now())


def _find_member(request: HttpRequest) -> Member:
    row = queries.find_active_member(int(request.user.pk)) if request.user.is_authenticated else None
    if row is None:
        raise Http404
    return Member(
        id=row.pk,
        user_id=row.user_id,
        name=row.user.name,
        roles=frozenset(row.roles),
        address=accounts.get_client_address(request),
    )
