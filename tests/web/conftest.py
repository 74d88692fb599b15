"""Fixtures of the shell's tests."""

from __future__ import annotations

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _developer_inbox(settings: LazySettings) -> None:
    """The page of the inbox is there, as on any machine that sends no real messages."""
    settings.SMS_URL = ""
    settings.SMS_INBOX = True
