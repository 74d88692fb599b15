"""The nightly proof of the ledger."""

from __future__ import annotations

from superapp.core.nightly_checks import NightlyCheckRun


class NightlyProof(NightlyCheckRun):
    """A night's proof of the ledger."""
