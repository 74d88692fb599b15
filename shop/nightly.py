"""The proof of goods and orders that runs every night, and the alarm that it raises."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from shop import guards, proof
from shop.models import ShopNight
from superapp.core.nightly import Nightly
from superapp.core.work import every


def _findings(now: datetime) -> list[str]:
    found = [str(finding) for finding in proof.prove(now=now)]
    return found + [f"missing in the database: {guard}" for guard in guards.missing(connection)]


nightly = Nightly("orders", ShopNight, _findings)


@every(seconds=300)
def prove_nightly(now: datetime) -> int:
    """Prove all goods and orders once a night."""
    return nightly.begin(now)
