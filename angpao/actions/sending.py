"""Sending an angpao: its money is set aside and its slots are written in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from angpao import errors
from angpao.contracts import PacketRequest
from angpao.domain import audiences, feature_gates, splits
from angpao.domain.audiences import Audience
from angpao.domain.enums import Mode
from angpao.domain.references import packet_reference
from angpao.events import AngpaoSent
from angpao.models import MESSAGE_CHARS_MAX, SLOTS_MAX, TOTAL_SEN_MAX, Packet, Slot
from angpao.queries import find_packet
from payments import api as payments
from payments.errors import NotOffered
from superapp.core import outbox
from superapp.core.errors import AmountInvalid, InputInvalid
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money
from superapp.core.text_cleaning import clean_line

OPEN_FOR = timedelta(hours=24)


def send_angpao(request: PacketRequest, *, device_id: int | None, pin: str, now: datetime) -> Packet | payments.Refused:
    """
    Send an angpao, once for its id, and return it; or why the payment was refused, which is final for the id.

    A repeated request returns the first packet without asking for the PIN.

    :raises PinWrong: or another error of ``payments.verify_pin``; nothing is stored then
    :raises KeyReused: if the id was used for a different angpao
    """
    audience = require_sendable(request)
    before = find_packet(request.packet)
    if before is not None:
        return _require_same(before, request)
    authorization = payments.verify_pin(user_id=request.sender_id, device_id=device_id, pin=pin, now=now)
    with transaction.atomic():
        answer = payments.pay_into_angpao(
            reference=packet_reference(request.packet),
            payer_id=request.sender_id,
            amount=request.total,
            authorization=authorization,
            idempotency_key=str(request.packet),
            content=_content(request),
            now=now,
        )
        if isinstance(answer, payments.Refused):
            return answer
        # The same request at the same moment was first.
        before = find_packet(request.packet) if answer.replayed else None
        return before or _write(request, audience, now)


def require_sendable(request: PacketRequest) -> Audience:
    """
    Check an angpao that is to be sent, and return its audience.

    :raises NotOffered: if there are no payments here
    :raises AudienceNotFound: if the sender is not in the audience
    :raises LuckyNotOffered, AmountInvalid, AmountNotWhole, TooManySlots: if it cannot be sent so
    :raises TooLittle, NotDivisible, MessageTooLong: otherwise
    """
    if not feature_gates.is_enabled():
        raise NotOffered
    audience = audiences.find_audience(request.audience, request.sender_id)
    if audience is None or audience.others == 0:
        raise errors.AudienceNotFound
    if request.mode not in Mode.values:
        raise InputInvalid(detail="mode")
    if request.mode == Mode.LUCKY and not feature_gates.is_lucky_enabled():
        raise errors.LuckyNotOffered
    _require_sound_amount(request, audience)
    if len(clean_line(request.message)) > MESSAGE_CHARS_MAX:
        raise errors.MessageTooLong(chars_max=MESSAGE_CHARS_MAX)
    return audience


def _require_sound_amount(request: PacketRequest, audience: Audience) -> None:
    total = request.total.require_whole()
    if total.asset != IDR or total.amount_minor > TOTAL_SEN_MAX:
        raise AmountInvalid
    slots_max = min(audience.others, SLOTS_MAX)
    if not 1 <= request.slots <= slots_max:
        raise errors.TooManySlots(slots_max=slots_max)
    least = Money(settings.ANGPAO_MIN_RUPIAH * SEN_PER_RUPIAH)
    if total < least * request.slots:
        raise errors.TooLittle(amount_min=str(least))
    if request.mode == Mode.EQUAL and total.amount_minor // SEN_PER_RUPIAH % request.slots:
        raise errors.NotDivisible


def _write(request: PacketRequest, audience: Audience, now: datetime) -> Packet:
    seed = splits.make_seed()
    amounts = splits.split(
        Mode(request.mode),
        total=request.total.amount_minor // SEN_PER_RUPIAH,
        slots=request.slots,
        least=settings.ANGPAO_MIN_RUPIAH,
        seed=seed,
    )
    packet = Packet.objects.create(
        public_id=request.packet,
        sender_id=request.sender_id,
        audience=request.audience,
        is_group=audience.is_group,
        mode=request.mode,
        total_sen=request.total.amount_minor,
        least_sen=settings.ANGPAO_MIN_RUPIAH * SEN_PER_RUPIAH,
        slot_count=request.slots,
        message=clean_line(request.message),
        seed=seed,
        commitment=splits.commit_to(seed, amounts),
        sent_at=now,
        expires_at=now + OPEN_FOR,
        return_at=now + OPEN_FOR,
    )
    Slot.objects.bulk_create(
        Slot(packet=packet, position=position, amount_sen=amount * SEN_PER_RUPIAH)
        for position, amount in enumerate(amounts)
    )
    outbox.publish(AngpaoSent(packet=str(packet.public_id), audience=packet.audience, sender_id=packet.sender_id))
    return packet


def _require_same(packet: Packet, request: PacketRequest) -> Packet:
    is_same = packet.sender_id == request.sender_id and _content(request) == {
        "audience": packet.audience,
        "mode": packet.mode,
        "slots": packet.slot_count,
        "message": packet.message,
    }
    if not is_same or packet.total_sen != request.total.amount_minor:
        raise errors.KeyReused
    return packet


def _content(request: PacketRequest) -> dict[str, object]:
    return {
        "audience": request.audience,
        "mode": request.mode,
        "slots": request.slots,
        "message": clean_line(request.message),
    }
