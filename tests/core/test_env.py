"""The environment: every variable declared once, read strictly."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.exceptions import ImproperlyConfigured

from superapp import env


@pytest.fixture(autouse=True)
def _declared(monkeypatch):
    monkeypatch.setattr(env, "declared_variables", [])


def test_variable_that_is_set_wins_over_the_default(monkeypatch):
    monkeypatch.setenv("COLOUR", "red")

    assert env.text("COLOUR", "blue", "What colour.") == "red"
    assert env.text("SHAPE", "round", "What shape.") == "round"


def test_variable_without_default_must_be_set(monkeypatch):
    monkeypatch.delenv("COLOUR", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"COLOUR must be set: What colour\."):
        env.text("COLOUR", None, "What colour.")


@pytest.mark.parametrize("value", ["", "two", "2.5", "0x2", "1e3"])
def test_integer_variable_with_another_text_is_refused(monkeypatch, value):
    monkeypatch.setenv("COUNT", value)

    with pytest.raises(ImproperlyConfigured, match="COUNT must be a whole number"):
        env.integer("COUNT", 3, "How many.")


def test_whole_number_is_read(monkeypatch):
    monkeypatch.setenv("COUNT", "12")

    assert env.integer("COUNT", 3, "How many.") == 12
    assert env.integer("OTHER", 3, "How many.") == 3


@pytest.mark.parametrize(("value", "wrong"), [("0", "at least 1, not 0"), ("-3", "at least 1"), ("8", "at most 7")])
def test_number_outside_its_bounds_is_refused(monkeypatch, value, wrong):
    monkeypatch.setenv("DAYS", value)

    with pytest.raises(ImproperlyConfigured, match=f"DAYS must be {wrong}"):
        env.positive_integer("DAYS", 3, "How many.", at_most=7)


def test_number_at_its_bounds_is_read(monkeypatch):
    monkeypatch.setenv("DAYS", "7")

    assert env.positive_integer("DAYS", 3, "How many.", at_most=7) == 7


def test_list_variable_is_separated_by_commas(monkeypatch):
    monkeypatch.setenv("HOSTS", " a.example, ,b.example,")

    assert env.string_list("HOSTS", "", "Which.") == ["a.example", "b.example"]


@pytest.mark.parametrize("value", ["", "XX", "ID,+62", "Indonesia", "*"])
def test_country_list_with_an_unknown_country_is_refused(monkeypatch, value):
    monkeypatch.setenv("COUNTRIES", value)

    with pytest.raises(ImproperlyConfigured, match="COUNTRIES must be countries of two letters"):
        env.country_list("COUNTRIES", "ID", "Where.")


def test_countries_are_read_in_their_order(monkeypatch):
    monkeypatch.setenv("COUNTRIES", "my, ID")

    assert env.country_list("COUNTRIES", "ID", "Where.") == ["MY", "ID"]
    assert env.country_list("OTHER", "ID", "Where.") == ["ID"]


@pytest.mark.parametrize("value", ["0", "-1"])
def test_positive_integer_variable_refuses_zero(monkeypatch, value):
    monkeypatch.setenv("COUNT", value)

    with pytest.raises(ImproperlyConfigured, match="COUNT must be at least 1"):
        env.positive_integer("COUNT", 3, "How many.")


def test_networks_are_read_strictly(monkeypatch):
    monkeypatch.setenv("PROXIES", "10.1.2.3/8, fd00::1")
    assert env.network_list("PROXIES", "", "Whom.") == ["10.0.0.0/8", "fd00::1/128"]

    monkeypatch.setenv("PROXIES", "10.0.0.1,0.0.0.0/0")
    with pytest.raises(ImproperlyConfigured, match=r"PROXIES: '0\.0\.0\.0/0' would believe everybody"):
        env.network_list("PROXIES", "", "Whom.")


def test_declared_variable_keeps_its_description():
    env.text("COLOUR", "blue", "What colour.")

    assert env.declared_variables == [env.Variable("COLOUR", "blue", "What colour.")]


def test_every_variable_of_the_product_is_declared_once(monkeypatch):
    monkeypatch.undo()
    counts = Counter(variable.name for variable in env.declared_variables)

    assert counts["VAR_DIR"] == 1
    assert {name: count for name, count in counts.items() if count > 1} == {}


def test_every_variable_of_the_product_has_a_sentence(monkeypatch):
    monkeypatch.undo()

    assert [variable.name for variable in env.declared_variables if not variable.description.endswith(".")] == []


@pytest.mark.parametrize(("value", "limit"), [("-1", "at least 0"), ("71", "at most 70")])
def test_number_beyond_its_limits_is_refused_with_the_limit(monkeypatch, value, limit):
    monkeypatch.setenv("COUNT", value)

    with pytest.raises(ImproperlyConfigured, match=f"COUNT must be {limit}, not {value}"):
        env.integer("COUNT", 3, "How many.", at_most=70)


@pytest.mark.parametrize("value", ["0", "65536", "-5"])
def test_number_that_is_no_port_is_refused(monkeypatch, value):
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match="PORT must be at"):
        env.port("PORT", 8_000, "Where.")


@pytest.mark.parametrize("value", ["", ".push.example,Push.Example"])
def test_host_names_are_read_in_lower_case(monkeypatch, value):
    monkeypatch.setenv("HOSTS", value)

    assert env.host_list("HOSTS", "", "Which.") == ([".push.example", "push.example"] if value else [])


@pytest.mark.parametrize(
    "value", ["*.example.com", ".", ".com", "127.0.0.1", "push.example:443", "https://push.example"]
)
def test_host_list_takes_names_alone(monkeypatch, value):
    monkeypatch.setenv("HOSTS", value)

    with pytest.raises(ImproperlyConfigured, match="HOSTS must be host names"):
        env.host_list("HOSTS", "", "Which.")


def test_address_may_be_left_out_where_nothing_must_be_set(monkeypatch):
    monkeypatch.setenv("GATEWAY", "")

    assert env.url("GATEWAY", "", "Where.", schemes=("https",)) == ""
