"""The bank of this installation."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from payments.adapters import bank_keys
from payments.adapters.bank import Bank
from payments.adapters.bank_keys import BankKeys
from payments.adapters.snap_bank import SnapBank
from payments.errors import NoBank


def is_connected() -> bool:
    """Return whether this installation is connected to a bank."""
    return bool(settings.BANK_URL)


def get_bank() -> Bank:
    """
    Return the bank of this installation.

    :raises NoBank: if none is connected
    """
    if not settings.BANK_URL:
        raise NoBank
    return _connect(settings.BANK_URL, settings.BANK_DIRECTORY)


def get_keys() -> BankKeys:
    """
    Return the keys and numbers that we and the bank have agreed on.

    :raises NoBank: if no bank is connected
    """
    if not settings.BANK_URL:
        raise NoBank
    return _load_keys(settings.BANK_DIRECTORY)


@lru_cache(maxsize=2)
def _load_keys(directory: Path) -> BankKeys:
    if settings.SIMULATED_BANK:
        bank_keys.ensure_keys(directory)
    return bank_keys.load(directory)


@lru_cache(maxsize=2)
def _connect(url: str, directory: Path) -> SnapBank:
    return SnapBank(url, _load_keys(directory), seconds_max=settings.BANK_SECONDS_MAX)
