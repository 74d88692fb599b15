"""System check that log-in codes can be sent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(deploy=True)
def check_sms_gateway(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.SMS_URL:
        return []
    if settings.SERVED and not settings.SMS_INBOX:
        return [checks.Error("SMS_URL is not set: nobody can log in.", id="accounts.E001")]
    if settings.SERVED:
        words = "SMS_INBOX is on: whoever reads this server's inbox can log in as anybody."
        return [checks.Warning(words, id="accounts.W001")]
    return []
