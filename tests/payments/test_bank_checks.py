"""A bank without its keys is named at the start, and not first by a person's failing withdrawal."""

from __future__ import annotations

import pytest

from payments.adapters import bank_keys
from payments.maintenance.bank_checks import check_bank_directory


@pytest.fixture
def directory(settings, tmp_path):
    settings.BANK_URL, settings.SIMULATED_BANK = "https://bank.example", False
    settings.BANK_DIRECTORY = tmp_path / "bank"
    bank_keys.ensure_keys(settings.BANK_DIRECTORY)
    return settings.BANK_DIRECTORY


def test_bank_whose_files_are_there_is_right(directory):
    (directory / "bank_private.pem").unlink()  # No real bank gives its own away.

    assert check_bank_directory(None) == []


@pytest.mark.parametrize("name", ["client.json", "client_private.pem", "bank_public.pem"])
def test_missing_file_is_named(directory, name):
    (directory / name).unlink()

    (error,) = check_bank_directory(None)

    assert (error.id, name in error.msg) == ("payments.E002", True)


def test_file_that_is_none_of_its_kind_is_named(directory):
    (directory / "client.json").write_text("{}")

    (error,) = check_bank_directory(None)

    assert "client.json must have account_number" in error.msg


@pytest.mark.parametrize("change", [{"BANK_URL": ""}, {"SIMULATED_BANK": True}], ids=["no bank", "simulated"])
def test_installation_without_a_bank_of_its_own_needs_no_files(directory, settings, change):
    (directory / "client.json").unlink()
    for name, value in change.items():
        setattr(settings, name, value)

    assert check_bank_directory(None) == []
