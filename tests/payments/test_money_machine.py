"""Money from a bank, between people, through shops and back to a bank equals a small independent model."""

from __future__ import annotations

import pytest

from tests.payments.money_machine import MoneyMachine, run_machine


@pytest.mark.timeout(1_800)
def test_money_equals_its_reference_model(real_db, monkeypatch, settings, tmp_path):
    run_machine(MoneyMachine, monkeypatch, settings, tmp_path)
