"""The services of the bank under ``/v1.0``, as SNAP BI names and numbers them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from payments.adapters.bank_keys import BankKeys
from simulators.bank import authentication, connections, faults
from simulators.bank.authentication import TOKEN_SECONDS
from simulators.bank.fields import Body
from simulators.bank.responses import Refusal, answer
from simulators.bank.settings import current
from superapp.core import clock

# The fields of an answer; with a status of its own where it is not 200.
Fields = dict[str, Any]
Handler = Callable[[Body, BankKeys, datetime], Fields | tuple[int, Fields]]
View = Callable[[HttpRequest], HttpResponse]
ACCESS_TOKEN_SERVICE = "73"  # noqa: S105  A number, and no secret.


@csrf_exempt
def access_token(request: HttpRequest) -> HttpResponse:
    """Issue a token for signed requests (service 73)."""

    def serve() -> Fields:
        if Body.read(request.body).text("grantType") != "client_credentials":
            raise Refusal(400, "01", "grantType")
        token = authentication.issue_token(request, current().keys, clock.now())
        return {"accessToken": token, "tokenType": "Bearer", "expiresIn": str(TOKEN_SECONDS)}

    return _answer(request, ACCESS_TOKEN_SERVICE, serve)


def service(number: str, handler: Handler, *, moves: str = "") -> View:
    """Return the view of a service under a token; ``moves`` names the kind of money that it moves, for the faults."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        def serve() -> Fields | tuple[int, Fields]:
            keys, now = current().keys, clock.now()
            authentication.require_client(request, keys, now)
            body = Body.read(request.body)
            connections.drop_before_commit(moves)
            served = handler(body, keys, now)
            connections.drop_after_commit(moves)
            return served

        return _answer(request, number, serve)

    return view


def _answer(request: HttpRequest, number: str, serve: Callable[[], Fields | tuple[int, Fields]]) -> HttpResponse:
    if request.method != "POST":
        return answer(405, number, "01")
    struck = faults.strike("answer")
    if struck is not None:
        return answer(int(struck), number)
    try:
        served = serve()
        status, fields = served if isinstance(served, tuple) else (200, served)
        response = answer(status, number, **fields)
    except Refusal as refusal:
        response = answer(refusal.status, number, refusal.case, detail=refusal.detail, **refusal.fields)
    except RequestDataTooBig:
        response = answer(400, number, "00")
    except connections.Dropped:
        return connections.hang_up(request)
    # What is slow is the answer: the money has moved.
    time.sleep(float(faults.strike("delay") or 0))
    return response
