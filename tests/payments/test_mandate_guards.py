"""Mandates stay as their payer gave them, also against raw SQL."""

from __future__ import annotations

import pytest

from payments.models import Mandate
from tests.payments.test_guards import refused


@pytest.mark.parametrize(
    "change",
    ["amount_max = amount_max + 1", "payer_id = receiver_id, receiver_id = payer_id", "made_at = '2020-01-01'"],
)
def test_mandate_stays_as_it_was_given(make_user, now, change):
    mandate = Mandate.objects.create(payer=make_user("ana"), receiver=make_user("bo"), amount_max=1_000, made_at=now)

    assert refused(f"UPDATE payments_mandate SET {change} WHERE id = {mandate.pk}")
    assert refused(f"DELETE FROM payments_mandate WHERE id = {mandate.pk}")


def test_mandate_that_ended_does_not_begin_again(make_user, now):
    mandate = Mandate.objects.create(payer=make_user("ana"), receiver=make_user("bo"), amount_max=1_000, made_at=now)

    assert not refused(f"UPDATE payments_mandate SET ended_at = made_at WHERE id = {mandate.pk}")
    assert refused(f"UPDATE payments_mandate SET ended_at = NULL WHERE id = {mandate.pk}")
