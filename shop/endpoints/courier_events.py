"""
Messages of couriers: events of parcels that nobody asked for, signed as the Standard Webhooks specification says.

Nothing is believed without the signature. A message is answered with 200 once its events are stored and its orders
moved; on anything else the courier tells it again, and what it gives up on is found when it is asked.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.actions import tracking
from shop.adapters import connected_couriers
from shop.adapters.courier_messages import read_events
from shop.adapters.courier_signatures import is_message_signed
from shop.models import Checkpoint
from shop.queries.tracking import find_parcel_by_number
from superapp.core import clock

BODY_BYTES_MAX = 65_536
CLOCK_DIFFERENCE_SECONDS_MAX = 300
ID_CHARS_MAX = 100

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def take_courier_events(request: HttpRequest, courier: str) -> HttpResponse:
    """Store the events of a parcel that a courier tells by itself."""
    now = clock.now()
    name = connected_couriers.find_by_slug(courier)
    # Unknown couriers and wrong signatures get the same answer, so that it does not tell which couriers are connected.
    if name is None or not _is_signed(request, connected_couriers.get_key(name), now):
        log.warning("courier_message_refused", courier=courier)
        return JsonResponse({"error": "signature"}, status=401)
    try:
        told = read_events(request.body)
    except ValueError as error:
        log.warning("courier_message_not_understood", courier=name, error=str(error))
        return JsonResponse({"error": "events"}, status=400)
    tracking.note_answer(name, now=now)
    parcel = find_parcel_by_number(name, told.waybill.upper())
    if parcel is not None and told.events:
        tracking.take_events(parcel, told.events, source=Checkpoint.Source.PUSH, now=now)
    return JsonResponse({"known": parcel is not None})


def _is_signed(request: HttpRequest, key: str, now: datetime) -> bool:
    """Return whether a message was signed with this key, within five minutes. What costs little is checked first."""
    message_id, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not message_id or len(message_id) > ID_CHARS_MAX:
        return False
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > CLOCK_DIFFERENCE_SECONDS_MAX or len(request.body) > BODY_BYTES_MAX:
        return False
    signatures = request.headers.get("webhook-signature", "")
    return is_message_signed(signatures, key, message_id=message_id, timestamp=timestamp, body=request.body)
