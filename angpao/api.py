"""Facade of angpao: gifts of money in packets, for one person or a group."""

from angpao.actions.opening import open_angpao
from angpao.actions.returning import return_due
from angpao.actions.sending import require_sendable, send_angpao
from angpao.contracts import OpenedSlot, PacketRequest, PacketSummary
from angpao.domain.audiences import Audience, AudienceSource, register_audience_source
from angpao.domain.feature_gates import is_enabled, is_lucky_enabled
from angpao.domain.references import PREFIX as REFERENCE_PREFIX
from angpao.queries import fetch_returned_amount, fetch_senders, fetch_summary

__all__ = [
    "REFERENCE_PREFIX",
    "Audience",
    "AudienceSource",
    "OpenedSlot",
    "PacketRequest",
    "PacketSummary",
    "fetch_returned_amount",
    "fetch_senders",
    "fetch_summary",
    "is_enabled",
    "is_lucky_enabled",
    "open_angpao",
    "register_audience_source",
    "require_sendable",
    "return_due",
    "send_angpao",
]
