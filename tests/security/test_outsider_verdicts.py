"""The outsider matrix bites: what a breach would look like is called one, and an unknown field is not passed over."""

from __future__ import annotations

import pytest

from superapp.accounts.models import User
from tests.security.attack_fields import Operation, Undeclared, attacks
from tests.security.outsider_exceptions import Exemption
from tests.security.outsider_verdicts import Verdicts

REFUSED = {"is_refused": True, "said": "", "sent": "", "is_reading": False}
DONE = {**REFUSED, "is_refused": False}


@pytest.fixture
def verdicts(world):
    return Verdicts(world, "shop.order", "eve", {})


def rename(user):
    User.objects.filter(pk=user.pk).update(name="Diubah")


def test_refusal_without_changes_is_no_breach(verdicts):
    verdicts.judge("order: paid", **REFUSED)

    verdicts.finish()


def test_attack_that_succeeds_is_a_breach(verdicts):
    verdicts.judge("order: paid", **DONE)

    with pytest.raises(AssertionError, match="was not refused"):
        verdicts.finish()


def test_refusal_with_changes_is_a_breach_and_is_rolled_back(verdicts, world):
    rename(world.people["eve"])
    verdicts.judge("order: paid", **REFUSED)

    with pytest.raises(AssertionError, match=r"changed \['accounts_user'\]"):
        verdicts.finish()
    assert User.objects.get(pk=world.people["eve"].pk).name == "Eve"


def test_change_of_own_rows_is_no_breach_and_of_others_is_one(verdicts, world):
    rename(world.people["eve"])
    verdicts.judge("", **DONE)
    assert verdicts.breaches == []

    rename(world.people["bo"])
    verdicts.judge("", **DONE)
    with pytest.raises(AssertionError, match="changed what is not theirs"):
        verdicts.finish()


def test_change_by_a_read_is_a_breach_even_of_own_rows(verdicts, world):
    rename(world.people["eve"])
    verdicts.judge("", **{**DONE, "is_reading": True})

    with pytest.raises(AssertionError, match=r"changed \['accounts_user'\]"):
        verdicts.finish()


@pytest.mark.parametrize(("sent", "is_breach"), [("", True), ("rahasia-alamat", False)])
def test_disclosed_secret_is_a_breach_unless_sent_by_the_attacker(sent, is_breach, verdicts):
    verdicts.judge("order: paid", **{**REFUSED, "said": "Jalan rahasia-alamat 12", "sent": sent})

    assert bool(verdicts.breaches) is is_breach


def test_exemption_must_be_needed_and_name_its_changes(world):
    exempt = {("shop.order", "order: paid"): Exemption("", frozenset({"accounts_user"}))}
    unneeded, needed, wrong = (Verdicts(world, "shop.order", "eve", exempt) for _ in range(3))

    unneeded.judge("order: shipped", **REFUSED)
    rename(world.people["eve"])
    needed.judge("order: paid", **DONE)
    wrong.judge("order: paid", **DONE)

    needed.finish()
    for one, sentence in ((unneeded, "strike these"), (wrong, "and may change")):
        with pytest.raises(AssertionError, match=sentence):
            one.finish()


def test_undeclared_field_stops_the_matrix_and_names_where_to_declare_it(world):
    new = Operation("shop.gift", {"recipient_of_gift": {"type": "string", "format": "uuid"}})

    with pytest.raises(Undeclared, match=r"attacked_world\.py"):
        list(attacks(new, world))
