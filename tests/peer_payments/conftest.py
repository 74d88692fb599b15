"""People who lend and owe each other something."""

from __future__ import annotations

import pytest

from superapp.accounts import api as accounts


@pytest.fixture
def two(make_payer, now):
    """ana, who lent bo something; bo has money. They are contacts."""
    ana, bo = make_payer("ana", 10_000_00), make_payer("bo", 100_000_00)
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    return ana, bo
