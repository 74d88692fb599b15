"""Pages of one movement: the receipt, its picture and PDF, and the proof that it is sealed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments import api
from payments.actions.sealing import is_sealing
from payments.domain.proofs import encode_proof
from payments.pages import presenters, receipt_presenter
from payments.pages.receipt_presenter import PresentedReceipt, Reader
from payments.queries import proofs, receipt_prints
from superapp.accounts.api import get_current_user, named_person_required, take_flash
from superapp.web.offline import readable_offline


@readable_offline
@named_person_required
@never_cache
@require_safe
def receipt(request: HttpRequest, journal: UUID) -> HttpResponse:
    """Show one of the person's movements as a receipt, and where the money is."""
    user = get_current_user(request)
    row = api.get_receipt(user.pk, journal)
    shown = presenters.present_movements([row])[0]
    presented = receipt_presenter.present_receipt(row, shown, Reader(user.pk, user.name))
    context = {
        "movement": shown,
        "receipt": presented,
        "file_name": _file_name(presented),
        "steps": presenters.present_steps(row, shown),
        "share_text": receipt_presenter.format_share_text(presented),
        "is_sealed": proofs.is_sealed(user.pk, journal),
        "is_sealing": is_sealing(),
        "note": take_flash(request),
    }
    return render(request, "payments/receipt.html", context)


@named_person_required
@never_cache
@require_safe
def receipt_picture(request: HttpRequest, journal: UUID) -> HttpResponse:
    """Send the receipt as a picture (PNG)."""
    presented = _present(request, journal)
    content = receipt_prints.draw_picture(receipt_presenter.to_print(presented))
    return _file(content, "image/png", f"{_file_name(presented)}.png")


@named_person_required
@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, journal: UUID) -> HttpResponse:
    """Send the receipt as PDF."""
    presented = _present(request, journal)
    content = receipt_prints.draw_pdf(receipt_presenter.to_print(presented))
    return _file(content, "application/pdf", f"{_file_name(presented)}.pdf")


@named_person_required
@never_cache
@require_safe
def receipt_proof(request: HttpRequest, journal: UUID) -> HttpResponse:
    """Send the inclusion proof of the movement (JSON), which can be verified without us."""
    proof = proofs.get_proof(get_current_user(request).pk, journal)
    presented = _present(request, journal)
    return _file(encode_proof(proof), "application/json", f"{_file_name(presented)}.json")


def _present(request: HttpRequest, journal: UUID) -> PresentedReceipt:
    user = get_current_user(request)
    row = api.get_receipt(user.pk, journal)
    shown = presenters.present_movements([row])[0]
    return receipt_presenter.present_receipt(row, shown, Reader(user.pk, user.name))


def _file_name(presented: PresentedReceipt) -> str:
    return f"bukti-{presented.number}"


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
