"""Pages of the bank: paying as a customer does, the accounts, and the panel of faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from payments.adapters.snap_signatures import WESTERN_INDONESIA
from payments.domain.qris import read_qris
from payments.errors import QrDamaged, QrForeign, QrUnknown
from simulators.bank import books, connections, customer_payments, faults, qr_codes, statement, va_payments
from simulators.bank.errors import NotPayable
from simulators.bank.models import Account, Entry, Notification
from simulators.bank.money import read_typed, show
from simulators.bank.settings import HERE, current
from superapp.core import clock

ENTRIES_SHOWN = 100
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class OwnPages:
    """Middleware: the bank answers under its own names alone, and pages load nothing but their own style."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A foreign page whose host name resolves to this machine would be treated as ours: DisallowedHost, 400.
        request.get_host()
        response = self._get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response


@require_GET
def style(_request: HttpRequest) -> FileResponse:
    """Return the style sheet of all pages."""
    return FileResponse((HERE.parent / "static" / "simulator.css").open("rb"), content_type="text/css")


@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Show all accounts with their balances."""
    listed = [
        {
            "number": account.number,
            "name": account.name,
            "bank": books.BANK_NAMES.get(account.bank_code, account.bank_code),
            "balance": show(account.balance),
            "is_client": account.kind == Account.Kind.CLIENT,
            "is_dormant": account.status == Account.Status.DORMANT,
        }
        for account in Account.objects.exclude(kind=Account.Kind.VAULT).order_by("bank_code", "-kind", "number")
    ]
    return render(request, "bank/accounts.html", {"accounts": listed, "today": _today()})


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, number: str) -> HttpResponse:
    """Show what came and went on an account, and let play money be paid in."""
    found = Account.objects.exclude(kind=Account.Kind.VAULT).filter(number=number).first()
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            books.deposit(found, read_typed(request.POST.get("amount", "")), now=clock.now())
        except ValueError:
            error = "Tulis jumlah dalam rupiah, misalnya 50.000."
        else:
            return redirect("account", number=number)
    entries = Entry.objects.filter(account=found).select_related("journal").order_by("-id")[:ENTRIES_SHOWN]
    rows = [
        {
            "at": _local(entry.journal.posted_at),
            "description": entry.journal.description,
            "reference": entry.journal.reference,
            "amount": show(entry.amount),
            "is_credit": entry.amount > 0,
            "balance": show(entry.balance_after),
        }
        for entry in entries
    ]
    shown = {"account": found, "balance": show(found.balance), "rows": rows, "error": error, "today": _today()}
    return render(request, "bank/account.html", shown)


@require_http_methods(["GET", "POST"])
def virtual_account(request: HttpRequest) -> HttpResponse:
    """Pay a virtual account: its number, then name and amount, then the payment."""
    given = request.POST if request.method == "POST" else request.GET
    number = given.get("number", "").strip()
    shown: dict[str, object] = {"number": number, "payers": _payers(), "chosen": given.get("account", "")}
    try:
        if request.method == "POST":
            payer = customer_payments.find_payer(given.get("account", ""))
            amount = read_typed(given["amount"]) if given.get("amount") else None
            reference = customer_payments.pay_virtual_account(number, payer=payer, amount=amount, now=clock.now())
            return redirect(f"{reverse('va')}?paid={reference}")
        if number:
            bill = va_payments.inquire(number, clock.now())
            shown |= {"bill": bill, "amount": "" if bill.amount is None else show(bill.amount)}
    except NotPayable as reason:
        shown["error"] = str(reason)
    except ValueError:
        shown["error"] = "Tulis jumlah dalam rupiah, misalnya 50.000."
    except connections.Dropped:
        return connections.hang_up(request)
    return render(request, "bank/va.html", {**shown, "paid": request.GET.get("paid", "")})


@require_http_methods(["GET", "POST"])
def qr_code(request: HttpRequest) -> HttpResponse:
    """Pay a code of this bank: its text, then name and amount, then the payment."""
    given = request.POST if request.method == "POST" else request.GET
    content = given.get("content", "").strip()
    shown: dict[str, object] = {"content": content, "payers": _payers(), "chosen": given.get("account", "")}
    try:
        if request.method == "POST":
            payer = customer_payments.find_payer(given.get("account", ""))
            reference = customer_payments.pay_qr_code(content, payer=payer, now=clock.now())
            return redirect(f"{reverse('qr')}?paid={reference}")
        if content:
            code = qr_codes.find_payable(content, clock.now())
            shown |= {"merchant": read_qris(content), "amount": show(code.amount)}
    except NotPayable as reason:
        shown["error"] = str(reason)
    except (QrDamaged, QrForeign, QrUnknown):
        shown["error"] = "QR ini tidak terbaca."
    except connections.Dropped:
        return connections.hang_up(request)
    return render(request, "bank/qr.html", {**shown, "paid": request.GET.get("paid", "")})


@require_http_methods(["GET", "POST"])
def fault_panel(request: HttpRequest) -> HttpResponse:
    """Show which faults strike and how often, and set one."""
    error = ""
    if request.method == "POST":
        try:
            faults.set_fault(
                request.POST.get("name", ""),
                times=int(request.POST.get("times", "")),
                value=request.POST.get("value", ""),
            )
        except ValueError:
            error = "Nilai itu tidak bisa dipakai untuk gangguan ini."
        else:
            return redirect("faults")
    return render(request, "bank/faults.html", {"faults": faults.listed(), "error": error})


@require_GET
def callbacks(request: HttpRequest) -> HttpResponse:
    """Show the newest calls to the client, and how they went."""
    rows = [
        {
            "kind": Notification.Kind(row.kind).label,
            "reference": row.reference,
            "state": row.state,
            "attempts": row.attempts,
            "answer": row.last_answer,
            "at": _local(row.written_at),
        }
        for row in Notification.objects.order_by("-id")[:ENTRIES_SHOWN]
    ]
    return render(request, "bank/callbacks.html", {"rows": rows})


@require_GET
def day_statement(_request: HttpRequest, day: str) -> HttpResponse:
    """Return the statement of a day as CSV."""
    try:
        content = statement.write_statement(current().keys, date.fromisoformat(day))
    except (ValueError, OverflowError):
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="{day}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _payers() -> list[dict[str, str]]:
    return [
        {"number": payer.number, "name": payer.name, "balance": show(payer.balance)}
        for payer in books.payers(current().keys)
    ]


def _today() -> str:
    return f"{clock.now().astimezone(WESTERN_INDONESIA):%Y-%m-%d}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(WESTERN_INDONESIA):%d-%m-%Y %H.%M.%S} WIB"
