"""SMS gateways: over HTTP, or the developer's inbox on this machine."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from superapp.accounts.errors import CodeNotSent
from superapp.accounts.models import DeveloperSms
from superapp.core import clock
from superapp.core.http_exchange import connect, exchange

RESPONSE_BYTES_MAX = 65_536
INBOX_ROWS_MAX = 200

log = structlog.get_logger(__name__)


class SmsGateway(Protocol):
    """
    A gateway that sends one text to one number, or raises ``CodeNotSent``.

    It is never called inside a transaction.
    """

    def send(self, *, number: str, text: str) -> None: ...


def get_gateway() -> SmsGateway:
    """
    Return the SMS gateway of this installation.

    :raises CodeNotSent: if none is configured, which ``manage.py check --deploy`` reports
    """
    if settings.SMS_URL:
        return HttpSmsGateway(
            url=settings.SMS_URL,
            headers=settings.SMS_HEADERS,
            fields=settings.SMS_FIELDS,
            ok_field=settings.SMS_OK_FIELD,
            ok_value=settings.SMS_OK_VALUE,
            seconds_max=settings.SMS_SECONDS_MAX,
        )
    if settings.SMS_INBOX:
        return DeveloperInbox()
    log.error("sms_gateway_missing")
    raise CodeNotSent


class DeveloperInbox:
    """A gateway that stores messages for the operator of this machine to read."""

    def send(self, *, number: str, text: str) -> None:
        DeveloperSms.objects.create(number=number, text=text, sent_at=clock.now())
        log.info("sms_in_developer_inbox", number=number, text=text)


def list_developer_inbox(*, now: datetime) -> list[DeveloperSms]:
    """Return the last ``INBOX_ROWS_MAX`` messages to developers, newest first; none if messages are really sent."""
    if settings.SMS_URL or not settings.SMS_INBOX:
        return []
    return list(DeveloperSms.objects.filter(sent_at__lte=now).order_by("-pk")[:INBOX_ROWS_MAX])


@dataclass(frozen=True, kw_only=True)
class HttpSmsGateway:
    """
    A gateway that takes one JSON object by POST.

    ``fields`` is the template of the object: ``{number}`` (E.164), ``{digits}`` (without the plus) and ``{text}`` are
    filled into its strings, at any depth. Any 2xx status is success. For a gateway that reports failure with 200, the
    response's ``ok_field`` (a dotted path) must equal ``ok_value``. Redirects are not followed, and the whole exchange
    is aborted after ``seconds_max``.
    """

    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, Any]
    ok_field: str = ""
    ok_value: str = ""
    seconds_max: int = 5

    def send(self, *, number: str, text: str) -> None:
        values = {"{number}": number, "{digits}": number.lstrip("+"), "{text}": text}
        body = json.dumps(_fill_template(self.fields, values)).encode()
        try:
            status, answer = self._post(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            log.warning("sms_gateway_out_of_reach", error=f"{type(error).__name__}: {error}")
            raise CodeNotSent(retry_after=10) from error
        if not 200 <= status < 300 or not self._is_accepted(answer):
            log.warning("sms_gateway_said_no", status=status, answer=answer[:500].decode(errors="replace"))
            raise CodeNotSent(retry_after=10)

    def _post(self, body: bytes) -> tuple[int, bytes]:
        address = urlsplit(self.url)
        path = address.path or "/"
        return exchange(
            connect(self.url, seconds_max=self.seconds_max),
            "POST",
            f"{path}?{address.query}" if address.query else path,
            body=body,
            headers={**self.headers, "Content-Type": "application/json"},
            seconds_max=self.seconds_max,
            bytes_max=RESPONSE_BYTES_MAX,
        )

    def _is_accepted(self, answer: bytes) -> bool:
        if not self.ok_field:
            return True
        try:
            value = json.loads(answer)
            for key in self.ok_field.split("."):
                value = value[key]
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        return str(value) == self.ok_value


def _fill_template(template: Any, values: Mapping[str, str]) -> Any:
    """Fill in the placeholders of a template; filled-in values are not expanded again."""
    if isinstance(template, Mapping):
        return {key: _fill_template(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [_fill_template(value, values) for value in template]
    if not isinstance(template, str):
        return template
    filled, rest = "", template
    while rest:
        found = min((name for name in values if name in rest), key=rest.index, default=None)
        if found is None:
            return filled + rest
        before, _, rest = rest.partition(found)
        filled += before + values[found]
    return filled
