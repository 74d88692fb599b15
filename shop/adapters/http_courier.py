"""A courier that answers over HTTP: ``GET {url}/track?waybill=…`` with the shared key, answered in JSON."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

from shop.adapters.courier_messages import is_same_waybill, read_events
from shop.adapters.couriers import CourierEvent, CourierSilent, WaybillUnknown
from superapp.core.http_exchange import connect, exchange

ANSWER_BYTES_MAX = 262_144


class HttpCourier:
    """A client of one courier. Several threads may use it at once."""

    def __init__(self, url: str, key: str, *, seconds_max: float) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._seconds_max = seconds_max

    def track(self, waybill: str) -> tuple[CourierEvent, ...]:
        target = f"{urlsplit(self._url).path}/track?{urlencode({'waybill': waybill})}"
        try:
            status, answer = exchange(
                connect(self._url, seconds_max=self._seconds_max),
                "GET",
                target,
                body=b"",
                headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json"},
                seconds_max=self._seconds_max,
                # One byte more than is read, so that a longer answer is seen to be cut off.
                bytes_max=ANSWER_BYTES_MAX + 1,
            )
        except (OSError, http.client.HTTPException) as error:
            raise CourierSilent(f"{type(error).__name__}: {error}") from error
        if status not in (http.client.OK, http.client.NOT_FOUND) or len(answer) > ANSWER_BYTES_MAX:
            raise CourierSilent(f"status {status}, {len(answer)} bytes")
        try:
            told = read_events(answer)
        except ValueError as error:
            raise CourierSilent(f"status {status}: {error}") from error
        # A proxy's page is no answer, and neither is one about another parcel.
        if not is_same_waybill(told.waybill, waybill):
            raise CourierSilent("the answer is about another parcel")
        if status == http.client.NOT_FOUND or not told.events:
            raise WaybillUnknown(waybill)
        return told.events
