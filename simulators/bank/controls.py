"""
Doors of the bank for tests and demonstrations, in JSON: faults, books, deposits, and paying as a customer does.

They take JSON alone, which no page of another host can send here without being asked first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from simulators.bank import books as ledger
from simulators.bank import connections, customer_payments
from simulators.bank import faults as fault_list
from simulators.bank.errors import NotPayable
from simulators.bank.fields import Body
from simulators.bank.models import Notification
from simulators.bank.responses import Refusal
from simulators.bank.settings import current
from superapp.core import clock

Fields = dict[str, Any]


def _control(act: Callable[[Body], Fields]) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        if request.content_type != "application/json":
            return JsonResponse({"error": "JSON, please"}, status=415)
        try:
            return JsonResponse(act(Body.read(request.body)))
        except Refusal as refusal:
            return JsonResponse({"error": f"{refusal.status}/{refusal.case} {refusal.detail}"}, status=400)
        except NotPayable as reason:
            return JsonResponse({"error": str(reason)}, status=409)
        except connections.Dropped:
            return connections.hang_up(request)

    return view


@require_GET
def books(_request: HttpRequest) -> HttpResponse:
    """Return the balances and all entries, and what the client has not been told."""
    waiting = Notification.objects.filter(state=Notification.State.WAITING).count()
    return JsonResponse({**ledger.dump(), "waiting_notifications": waiting})


@_control
def faults(body: Body) -> Fields:
    """Set a fault: ``{"name": "delay", "times": 1, "value": "5"}``."""
    times = body.fields.get("times", 1)
    try:
        fault_list.set_fault(body.text("name"), times=int(times), value=str(body.fields.get("value") or ""))
    except (TypeError, ValueError):
        raise Refusal(400, "01", "times or value") from None
    return {"faults": {fault.name: fault.times for fault in fault_list.listed()}}


@_control
def deposits(body: Body) -> Fields:
    """
    Pay play money into an account of this bank: ``{"account", "amount"}``; with ``slip``, once for each of those.
    """
    account = ledger.find_account(body.text("account"), bank_code=current().keys.bank_code)
    if account is None:
        raise Refusal(404, "11")
    slip = body.optional_text("slip")
    return {"referenceNo": ledger.deposit(account, body.amount("amount"), now=clock.now(), slip=slip).reference}


@_control
def pay_virtual_account(body: Body) -> Fields:
    """Pay a virtual account: ``{"account", "virtualAccountNo", "amount"}``; without an amount, what the bill says."""
    amount = body.amount("amount") if body.fields.get("amount") else None
    payer = customer_payments.find_payer(body.text("account"))
    number = body.text("virtualAccountNo")
    return {"referenceNo": customer_payments.pay_virtual_account(number, payer=payer, amount=amount, now=clock.now())}


@_control
def pay_qr_code(body: Body) -> Fields:
    """Pay a code: ``{"account", "qrContent"}``."""
    payer = customer_payments.find_payer(body.text("account"))
    content = body.text("qrContent", chars_max=512)
    return {"referenceNo": customer_payments.pay_qr_code(content, payer=payer, now=clock.now())}
