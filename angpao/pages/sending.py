"""
Pages to send an angpao: for whom, how much, confirmation.

Each confirmation has its own id in its URL, which becomes the id of the angpao: a repeated submission is the same one.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from angpao import errors
from angpao.actions.sending import require_sendable, send_angpao
from angpao.contracts import PacketRequest
from angpao.domain import audiences, feature_gates
from angpao.domain.audiences import CONVERSATION, Audience
from angpao.domain.enums import Mode
from angpao.models import MESSAGE_CHARS_MAX, SLOTS_MAX, Packet
from angpao.queries import find_own_packet
from payments import api as payments
from payments.errors import InsufficientFunds, PinLocked, PinMissing, PinWrong
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost
from superapp.core.money import SEN_PER_RUPIAH, Money

# Greetings for religious holidays and other occasions.
GREETINGS = (
    gettext_lazy("Happy Eid 🌙"),
    gettext_lazy("Gong Xi Fa Cai 🧧"),
    gettext_lazy("Merry Christmas 🎄"),
    gettext_lazy("Happy birthday 🎂"),
    gettext_lazy("Congratulations 🎉"),
    gettext_lazy("Thank you 🙏"),
)
DRAFTS_KEY = "angpao"
DRAFTS_MAX = 10
WRITTEN_CHARS_MAX = 40
# The field of the form that each refusal is shown at.
FIELDS: dict[type[DomainError], str] = {
    AmountInvalid: "amount",
    errors.TooLittle: "amount",
    errors.NotDivisible: "amount",
    errors.TooManySlots: "quantity",
    errors.MessageTooLong: "message",
}


@named_person_required
@never_cache
@require_safe
def choose_audience(request: HttpRequest) -> HttpResponse:
    """List the groups and contacts to whom an angpao can be sent; a chat names one of them in the address."""
    me = get_current_user(request)
    group, peer = ids.parse_id(request.GET.get("obrolan", "")), ids.parse_id(request.GET.get("kepada", ""))
    if group is not None:
        return redirect("angpao:send", conversation=group)
    chosen = audiences.find_person(me.pk, peer) if peer is not None else None
    if chosen is not None:
        return redirect("angpao:send", conversation=chosen.key)
    found = audiences.list_audiences(me.pk)
    return render(request, "angpao/choose.html", {"audiences": found})


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_amount(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Validate mode, amount, number of people and message; the next page asks for the PIN."""
    me, now = get_current_user(request), clock.now()
    audience = _get_audience(conversation, me.pk)
    wallet = payments.get_wallet(me.pk, now=now)
    typed = _read_form(request, audience)
    problems: dict[str, object] = {}
    if request.method == "POST":
        wanted, problems = _parse(typed, audience, me.pk, available=wallet.available)
        if wanted is not None:
            _store_draft(request, wanted)
            return redirect("angpao:confirm", conversation=conversation, key=wanted.packet)
    context = {
        "audience": audience,
        "wallet": wallet,
        "typed": typed,
        "problems": problems,
        "is_lucky_enabled": feature_gates.is_lucky_enabled(),
        "least": Money(settings.ANGPAO_MIN_RUPIAH * SEN_PER_RUPIAH),
        "slots_max": min(audience.others, SLOTS_MAX),
        "message_chars_max": MESSAGE_CHARS_MAX,
        "greetings": GREETINGS,
    }
    return render(request, "angpao/send.html", context, status=ErrorKind.INVALID if problems else 200)


@named_person_required
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def confirm(request: HttpRequest, conversation: UUID, key: UUID) -> HttpResponse:
    """Show what is sent to whom and the PIN field; on POST send the angpao, once for this URL."""
    me, now = get_current_user(request), clock.now()
    wanted = _load_draft(request, me.pk, conversation, key)
    if wanted is None:
        return redirect("angpao:send", conversation=conversation)
    audience = _get_audience(conversation, me.pk)
    if request.method != "POST" and find_own_packet(key, me.pk) is not None:  # Opened again, or after a lost response.
        return redirect(audience.address)
    problem: DomainError | None = None
    is_refused = False
    if request.method == "POST":
        pin = "".join(request.POST.get("pin", "")[:40].split())
        try:
            answer = send_angpao(wanted, device_id=accounts.get_device_id(request), pin=pin, now=now)
        except (PinWrong, PinLocked, PinMissing) as refusal:
            problem = refusal
        else:
            if isinstance(answer, Packet):
                return redirect(audience.address)
            problem, is_refused = answer.error(), True
    wallet = payments.get_wallet(me.pk, now=now)
    context = {
        "audience": audience,
        "wanted": wanted,
        "is_lucky": wanted.mode == Mode.LUCKY,
        "each": Money(wanted.total.amount_minor // wanted.slots),
        "wallet": wallet,
        "after": wallet.available - wanted.total,
        "pin": payments.get_pin_state(me.pk, device_id=accounts.get_device_id(request), now=now),
        "is_refused": is_refused,
        "problem": problem and _error_text(problem, wallet.available),
    }
    return render(request, "angpao/confirm.html", context, status=problem.kind if problem else 200)


def _get_audience(conversation: UUID, user_id: int) -> Audience:
    audience = audiences.find_audience(f"{CONVERSATION}:{conversation}", user_id)
    if audience is None or audience.others == 0:
        raise errors.AudienceNotFound
    return audience


def _read_form(request: HttpRequest, audience: Audience) -> dict[str, str]:
    """Return what is typed, or what the form proposes at first: drawn amounts for all members of a group."""
    mode = Mode.LUCKY if audience.is_group and feature_gates.is_lucky_enabled() else Mode.EQUAL
    proposed = {"mode": str(mode), "amount": "", "quantity": str(min(audience.others, SLOTS_MAX)), "message": ""}
    typed = request.POST if request.method == "POST" else {}
    return {
        "mode": str(typed.get("mode", proposed["mode"]))[:WRITTEN_CHARS_MAX],
        "amount": str(typed.get("amount", ""))[:WRITTEN_CHARS_MAX],
        "quantity": str(typed.get("quantity", proposed["quantity"]))[:WRITTEN_CHARS_MAX] if audience.is_group else "1",
        "message": str(typed.get("message", ""))[: MESSAGE_CHARS_MAX * 4].strip(),
    }


def _parse(
    typed: dict[str, str], audience: Audience, user_id: int, *, available: Money
) -> tuple[PacketRequest | None, dict[str, object]]:
    """Parse the form into a request; return errors by field if it is invalid."""
    slots = int(typed["quantity"]) if typed["quantity"].isascii() and typed["quantity"].isdigit() else 0
    try:
        written = money.parse(typed["amount"]).require_whole()
    except AmountInvalid:
        return None, {"amount": _("Enter an amount, such as 50.000.")}
    except AmountNotWhole as refusal:
        return None, {"amount": refusal.body()["message"]}
    wanted = PacketRequest(
        packet=ids.new_id(),
        sender_id=user_id,
        audience=audience.reference,
        mode=typed["mode"] if typed["mode"] in Mode.values else Mode.EQUAL,
        # An equal angpao is given as what each person gets.
        total=written if typed["mode"] == Mode.LUCKY or slots > SLOTS_MAX else written * max(slots, 1),
        slots=slots,
        message=typed["message"],
    )
    try:
        require_sendable(wanted)
    except tuple(FIELDS) as refusal:
        return None, {FIELDS[type(refusal)]: refusal.body()["message"]}
    if wanted.total > available:
        return None, {"amount": _("You have {available}, which is not enough.").format(available=available)}
    return wanted, {}


def _error_text(problem: DomainError, available: Money) -> str:
    if isinstance(problem, InsufficientFunds):
        return _("You have {available}, which is not enough.").format(available=available)
    if isinstance(problem, PinWrong):
        left = int(problem.params["left"] or 0)
        return ngettext("Wrong PIN. You have {left} try left.", "Wrong PIN. You have {left} tries left.", left).format(
            left=left
        )
    return str(problem.body()["message"])


def _store_draft(request: HttpRequest, wanted: PacketRequest) -> None:
    """Store a draft under its id in the session, which keeps messages out of URLs."""
    drafts: dict[str, Any] = dict(request.session.get(DRAFTS_KEY, {}))
    drafts[str(wanted.packet)] = {
        "audience": wanted.audience,
        "mode": str(wanted.mode),
        "total": wanted.total.amount_minor,
        "slots": wanted.slots,
        "message": wanted.message,
    }
    request.session[DRAFTS_KEY] = dict(list(drafts.items())[-DRAFTS_MAX:])


def _load_draft(request: HttpRequest, user_id: int, conversation: UUID, key: UUID) -> PacketRequest | None:
    kept = request.session.get(DRAFTS_KEY, {}).get(str(key))
    if kept is None or kept["audience"] != f"{CONVERSATION}:{conversation}":
        return None
    return PacketRequest(packet=key, sender_id=user_id, **{**kept, "total": Money(kept["total"])})
