"""Rate tables: what they say, what is wrong in one, and that our own can be read."""

from __future__ import annotations

import pytest

from shop.domain.rate_tables import RatesInvalid, parse_rates
from shop.domain.shipping_rates import find_rate
from shop.maintenance.courier_checks import check_shipping_rates
from superapp.parcel_settings import OWN_RATES_FILE

TABLE = """
[regions]
jawa = ["31", "32"]

[[service]]
id = "jne-reg"
courier = "JNE"
name = "REG"
step_grams = 1000
tolerance_grams = 300
max_grams = 50000
volume_divisor = 6000
zones = [
  { within = "regency", first = 9000, next = 8000, days = [1, 2] },
  { from = ["jawa"], to = ["jawa"], first = 18000, next = 16000, days = [2, 3] },
]
"""
OWN = OWN_RATES_FILE.read_text()


def test_table_gives_prices_in_sen_and_days():
    (service,) = parse_rates(TABLE)

    rate = find_rate(service, origin="31.71", destination="32.73.14.1002", grams=2_000)

    assert service.label == "JNE REG"
    assert rate is not None
    assert (rate.price_sen, rate.days) == (34_000_00, (2, 3))


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ("first = 9000", "first = 0", "line 14: first needs a whole number from 1 to 10000000"),
        ("first = 9000", "first = 9000.5", "line 14: first needs a whole number from 1 to 10000000"),
        ("first = 9000, ", "", "line 14: first needs a whole number from 1 to 10000000"),
        ("next = 16000", "next = true", "line 15: next needs a whole number from 0 to 10000000"),
        ("days = [2, 3]", "days = [3, 2]", "line 15: days go from 0 to 90, the smaller first"),
        ("days = [2, 3]", "days = 3", "line 15: days needs two numbers: [2, 3]"),
        ('within = "regency"', 'within = "city"', 'line 14: within is "regency", "province" or left out'),
        ('to = ["jawa"]', 'to = ["java"]', "line 15: to has 'java', which is no code of a region and no name in"),
        ('to = ["jawa"]', "to = []", "line 15: to needs a list of regions"),
        ('"31"', '"3"', "line 3: jawa has '3', which is no code of a region and no name in [regions]"),
        ("tolerance_grams = 300", "tolerance_grams = 1000", "line 10: tolerance_grams needs a whole number from 0 to"),
        ("step_grams = 1000", "step = 1000", "line 9: step is unknown; there are courier, id, max_grams"),
        ('id = "jne-reg"', 'id = "JNE REG"', "line 6: id needs a to z and -"),
        ('name = "REG"', 'name = ""', "line 8: name needs a text in one line"),
        ("[[service]]", "[[services]]", "has an unknown table 'services'; there are [regions] and [[service]]"),
        ("volume_divisor = 6000", "volume_divisor =", "is no TOML: "),
    ],
)
def test_wrong_table_is_refused_with_its_line_and_field(written, instead, problem):
    assert TABLE.count(written) == 1 or written in ("first = 9000", '"31"')

    with pytest.raises(RatesInvalid) as refused:
        parse_rates(TABLE.replace(written, instead, 1))

    assert str(refused.value).startswith(problem)


def test_service_named_twice_is_refused():
    twice = TABLE + TABLE[TABLE.index("[[service]]") :]

    with pytest.raises(RatesInvalid, match=r"line 18: id names jne-reg twice"):
        parse_rates(twice)


def test_zone_that_never_counts_is_refused():
    again = '  { from = ["31"], to = ["32"], first = 1, next = 1, days = [1, 1] },\n]\n'

    with pytest.raises(RatesInvalid, match="line 16: to never counts"):
        parse_rates(TABLE.removesuffix("]\n") + again)


def test_our_own_examples_have_five_couriers():
    services = parse_rates(OWN)

    assert {service.courier for service in services} == {"JNE", "J&T", "SiCepat", "Pos Indonesia", "AnterAja"}
    assert OWN.startswith("# Example rates")


def test_check_at_the_start_says_where_the_table_is_wrong(settings):
    settings.SHIPPING_RATES = TABLE.replace("first = 18000", "first = -1")

    (problem,) = check_shipping_rates(None)

    assert problem.msg == "SHIPPING_RATES_FILE: line 15: first needs a whole number from 1 to 10000000"


def test_check_at_the_start_takes_a_right_table(settings):
    settings.SHIPPING_RATES = TABLE

    assert check_shipping_rates(None) == []
