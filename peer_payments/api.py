"""Facade of payments between people: requests, bills that are split in a group, and scheduled transfers."""

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
from peer_payments.actions.schedules import pause_schedule, resume_schedule, schedule_transfer, stop_schedule
from peer_payments.actions.splits import close_split, split_by_hand, split_by_item, split_equally
from peer_payments.contracts import RequestDetails, SplitDetails
from peer_payments.domain.groups import Group, GroupChoice, register_group_source
from peer_payments.domain.shares import BillItem
from peer_payments.queries import requests, splits
from peer_payments.queries.requests import filter_paid_between, list_requests
from peer_payments.queries.schedules import get_schedule, list_occurrences, list_schedules
from peer_payments.queries.splits import list_splits

__all__ = [
    "REFERENCE_PREFIX",
    "BillItem",
    "Group",
    "GroupChoice",
    "RequestDetails",
    "SplitDetails",
    "cancel_request",
    "close_split",
    "decline_request",
    "filter_paid_between",
    "get_request",
    "get_schedule",
    "get_split",
    "list_occurrences",
    "list_requests",
    "list_schedules",
    "list_splits",
    "pause_schedule",
    "pay_request",
    "register_group_source",
    "remind_payer",
    "request_money",
    "resume_schedule",
    "schedule_transfer",
    "split_by_hand",
    "split_by_item",
    "split_equally",
    "stop_schedule",
]


def get_request(user_id: int, request: UUID) -> RequestDetails:
    """
    Return a request of which this person is one of the two sides.

    :raises RequestNotFound: if there is none
    """
    return requests.describe_requests([requests.get_request(user_id, request)])[0]


def get_split(user_id: int, split: UUID) -> SplitDetails:
    """
    Return a bill for its maker, for somebody who has or had a share of it, or for a present member of the group.

    :raises SplitNotFound: for anybody else, and if there is none
    """
    return splits.describe_splits([splits.get_split(user_id, split)])[0]
