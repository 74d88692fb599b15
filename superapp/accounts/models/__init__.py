"""Models of accounts: users, phone numbers, devices, contacts and counters."""

from __future__ import annotations

from superapp.accounts.models.contacts import Contact, Invitation, InviteLink
from superapp.accounts.models.developer_sms import DeveloperSms
from superapp.accounts.models.devices import Device
from superapp.accounts.models.login_codes import LoginCode
from superapp.accounts.models.rate_counts import RateCount
from superapp.accounts.models.users import PhoneNumber, User, UserQuerySet

__all__ = [
    "Contact",
    "DeveloperSms",
    "Device",
    "Invitation",
    "InviteLink",
    "LoginCode",
    "PhoneNumber",
    "RateCount",
    "User",
    "UserQuerySet",
]
