"""The proof of the ledger that runs every night, and the alarm that it raises."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from payments import guards, proof
from payments.models import NightlyProof
from superapp.core.nightly import Nightly
from superapp.core.work import every


def _findings(now: datetime) -> list[str]:
    found = [str(finding) for finding in proof.prove(now=now)]
    return found + [f"missing in the database: {guard}" for guard in guards.missing(connection)]


_nightly = Nightly("ledger", NightlyProof, _findings)
prove_and_report = _nightly.report
claim = _nightly.claim


@every(seconds=300)
def prove_nightly(now: datetime) -> int:
    """Prove the whole ledger once a night."""
    return _nightly.begin(now)
