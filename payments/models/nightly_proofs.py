"""Runs of the nightly integrity check of the ledger."""

from __future__ import annotations

from superapp.core.nightly_checks import NightlyCheckRun


class NightlyProof(NightlyCheckRun):
    """One run of the nightly integrity check of the ledger."""
