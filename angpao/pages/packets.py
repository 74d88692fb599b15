"""Pages of one angpao: the envelope, who got how much, and how it was split."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from angpao import errors
from angpao.actions.opening import open_angpao
from angpao.pages import presenters
from angpao.queries import get_packet, list_slots
from superapp.accounts.api import flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind
from superapp.core.form_pages import post_only_redirecting_to

# Refusals that the page of the packet says itself.
SAID_ON_PAGE = (errors.OwnAngpao, errors.AllOpened, errors.Expired, errors.WalletFull, errors.WalletNotOpen)
JUST_OPENED = "angpao.just_opened"


@named_person_required
@never_cache
@require_safe
def show_packet(request: HttpRequest, packet: UUID) -> HttpResponse:
    """Show the envelope to open, or what was in it and who got how much."""
    context = _packet_context(request, packet, clock.now())
    return render(request, "angpao/packet.html", {**context, "is_fresh": take_flash(request) == JUST_OPENED})


@named_person_required
@never_cache
@require_safe
def packet_state(request: HttpRequest, packet: UUID) -> JsonResponse:
    """Return the version of the packet's page, for the page that is open."""
    user_id = get_current_user(request).pk
    found = get_packet(packet, user_id=user_id)
    standing = presenters.find_standing(found, list_slots(found), user_id=user_id, now=clock.now())
    return JsonResponse({"state": standing.version})


@named_person_required
@never_cache
@post_only_redirecting_to("angpao:packet")
def open_packet(request: HttpRequest, packet: UUID) -> HttpResponse:
    """Open a slot of the packet, and lead back to its page."""
    now = clock.now()
    problem: DomainError
    try:
        open_angpao(packet=packet, user_id=get_current_user(request).pk, now=now)
    except SAID_ON_PAGE as refusal:
        problem = refusal
    else:
        flash_next(request, JUST_OPENED)
        return redirect("angpao:packet", packet=packet)
    context = _packet_context(request, packet, now)
    is_wallet_full = isinstance(problem, errors.WalletFull)
    shown = {**context, "problem": problem.body()["message"], "is_wallet_full": is_wallet_full}
    return render(request, "angpao/packet.html", shown, status=ErrorKind(problem.kind))


@named_person_required
@never_cache
@require_safe
def show_split(request: HttpRequest, packet: UUID) -> HttpResponse:
    """Explain how the amounts were split, and let the browser repeat it once the packet is over."""
    found = get_packet(packet, user_id=get_current_user(request).pk)
    context = {"packet": found, "split": presenters.present_split(found, list_slots(found))}
    return render(request, "angpao/split.html", context)


def _packet_context(request: HttpRequest, public_id: UUID, now: datetime) -> dict[str, Any]:
    user = get_current_user(request)
    packet = get_packet(public_id, user_id=user.pk)
    return {"shown": presenters.present_packet(packet, list_slots(packet), user_id=user.pk, now=now)}
