"""Facade of payments between people: requests for money."""

from __future__ import annotations

from uuid import UUID

from peer_payments.actions.requests import (
    REFERENCE_PREFIX,
    cancel_request,
    decline_request,
    pay_request,
    remind_payer,
    request_money,
)
from peer_payments.contracts import RequestDetails
from peer_payments.queries import requests
from peer_payments.queries.requests import list_requests

__all__ = [
    "REFERENCE_PREFIX",
    "RequestDetails",
    "cancel_request",
    "decline_request",
    "get_request",
    "list_requests",
    "pay_request",
    "remind_payer",
    "request_money",
]


def get_request(user_id: int, request: UUID) -> RequestDetails:
    """
    Return a request of which this person is one of the two sides.

    :raises RequestNotFound: if there is none
    """
    return requests.describe_requests([requests.get_request(user_id, request)])[0]
