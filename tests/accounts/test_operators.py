"""Operators are appointed at the command line, by username or number."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command


def test_person_becomes_an_operator_and_ends_being_one(db, make_user, capsys):
    rina = make_user("rina")

    call_command("make_operator", "rina")
    rina.refresh_from_db()
    assert rina.is_staff

    call_command("make_operator", "@rina", "--end")
    rina.refresh_from_db()
    assert not rina.is_staff
    assert capsys.readouterr().out.splitlines() == [
        f"{rina.name} is an operator.",
        f"{rina.name} is no operator any more.",
    ]


def test_unknown_operator_is_refused_by_name(db):
    with pytest.raises(CommandError, match=r"argument person: 'nobody.here': nobody here has"):
        call_command("make_operator", "nobody.here")
