"""System check that the keys and numbers agreed with the bank are there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from payments.adapters import banks


@checks.register()
def check_bank_directory(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Check the files that a request to the bank needs; the simulated bank makes those of its own."""
    if not settings.BANK_URL or settings.SIMULATED_BANK:
        return []
    try:
        banks.get_keys()
    except (OSError, ValueError) as error:
        return [
            checks.Error(
                f"BANK_URL is set, and BANK_DIRECTORY ({settings.BANK_DIRECTORY}) has not what the bank needs: {error}",
                hint="See docs/bank.md, Connecting a real one.",
                id="payments.E002",
            )
        ]
    return []
