"""Answers of the bank to SNAP requests: HTTP status (3 digits), service (2) and case (2) make a response code."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse

CASES = {
    (200, "00"): "Successful",
    (202, "00"): "Request In Progress",
    (400, "00"): "Bad Request",
    (400, "01"): "Invalid Field Format",
    (400, "02"): "Invalid Mandatory Field",
    (401, "00"): "Unauthorized",
    (401, "01"): "Invalid Token (B2B)",
    (403, "02"): "Exceeds Transaction Amount Limit",
    (403, "14"): "Insufficient Funds",
    (403, "15"): "Transaction Not Permitted",
    (403, "18"): "Inactive Card/Account/Customer",
    (404, "01"): "Transaction Not Found",
    (404, "08"): "Invalid Merchant",
    (404, "11"): "Invalid Card/Account/Customer",
    (404, "13"): "Invalid Amount",
    (404, "14"): "Paid Bill",
    (404, "18"): "Inconsistent Request",
    (404, "19"): "Invalid Bill/Virtual Account",
    (405, "01"): "Requested Operation Is Not Allowed",
    (409, "00"): "Conflict",
    (409, "01"): "Duplicate partnerReferenceNo",
    (429, "00"): "Too Many Requests",
    (500, "00"): "General Error",
    (504, "00"): "Timeout",
}


class Refusal(Exception):
    """A request is refused with an HTTP status and a case; ``detail`` names the field or the reason."""

    def __init__(self, status: int, case: str, detail: str = "", **fields: Any) -> None:
        super().__init__(f"{status}/{case}")
        self.status = status
        self.case = case
        self.detail = detail
        self.fields = fields


def answer(status: int, service: str, case: str = "00", *, detail: str = "", **fields: Any) -> JsonResponse:
    """Return the answer of a service for a case, with these fields."""
    message = CASES[status, case]
    if detail:
        message = f"{message} {{{detail}}}" if status == 400 else f"{message}. {detail}"
    body = {"responseCode": f"{status}{service}{case}", "responseMessage": message, **fields}
    return JsonResponse(body, status=status)
