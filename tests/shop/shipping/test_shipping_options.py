"""Prices of shipping: weight, zones, free shipping, and a shop's own ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.domain.distances import measure_km
from shop.domain.rate_tables import parse_rates
from shop.domain.shipping_options import (
    AGREED,
    Area,
    Band,
    Consignment,
    OptionKind,
    ShippingOption,
    ShippingTerms,
    list_options,
)
from shop.domain.shipping_rates import CourierService, Zone, count_steps, find_rate, volume_grams
from superapp.parcel_settings import OWN_RATES_FILE

SERVICES = parse_rates(OWN_RATES_FILE.read_text())
SLEMAN, CIKUTRA, JAYAPURA = "34.04.07.2001", "32.73.14.1002", "91.71.01.1001"
TERMS = ShippingTerms(
    origin=SLEMAN,
    origin_pin=None,
    services=frozenset(),
    flat_sen=None,
    free_from_sen=None,
    free_up_to_sen=None,
    pickup_address="",
    areas=(),
    bands=(),
)
ALL = frozenset(service.id for service in SERVICES)
OPTIONS = {"jne-reg", "jt-ez", "sicepat-reg", "pos-reguler", "anteraja-reguler"}


def zone(price: int, **fields) -> Zone:
    return Zone(
        **{
            "origins": ("",),
            "destinations": ("",),
            "within": "",
            "first_sen": price * 100,
            "next_sen": price * 100,
            "days": (1, 2),
            **fields,
        }
    )


def service(*zones: Zone, **fields) -> CourierService:
    return CourierService(
        **{
            "id": "jne-reg",
            "courier": "JNE",
            "name": "REG",
            "step_grams": 1_000,
            "tolerance_grams": 300,
            "max_grams": 50_000,
            "volume_divisor": 6_000,
            "zones": zones,
            **fields,
        }
    )


def to(destination: str, *, grams: int = 500, items: int = 50_000, **fields) -> Consignment:
    return Consignment(destination=destination, grams=grams, items_sen=items * 100, **fields)


def prices(options: list[ShippingOption]) -> dict[str, int]:
    return {option.id: option.price_sen // 100 for option in options}


@pytest.mark.parametrize(
    ("grams", "steps"), [(0, 1), (1, 1), (1_000, 1), (1_300, 1), (1_301, 2), (2_300, 2), (2_301, 3), (50_000, 50)]
)
def test_weight_is_counted_in_steps_with_a_tolerance(grams, steps):
    assert count_steps(grams, service()) == steps


@pytest.mark.parametrize(("size", "grams"), [(None, 0), ((30, 20, 10), 1_000), ((1, 1, 1), 1), ((31, 20, 10), 1_034)])
def test_volume_weighs_cubic_centimetres_by_the_divisor(size, grams):
    assert volume_grams(size, 6_000) == grams


def test_light_parcel_that_is_large_is_paid_by_its_volume():
    rate = find_rate(service(zone(10_000)), origin="34", destination="32", grams=100, size=(60, 40, 30))

    assert rate is not None
    assert rate.price_sen == 12 * 10_000_00


def test_narrowest_zone_wins_wherever_it_stands():
    zones = (
        zone(90),
        zone(80, destinations=("32",)),
        zone(70, destinations=("32.73",)),
        zone(60, destinations=("32",), origins=("34",)),
        zone(50, within="regency"),
        zone(40, within="province"),
    )

    def found(origin, destination):
        rate = find_rate(service(*reversed(zones)), origin=origin, destination=destination, grams=1)
        assert rate is not None
        return rate.price_sen // 100

    assert found("31.71", "51.71") == 90
    assert found("31.71", "32.01") == 80
    assert found("34.04", CIKUTRA) == 70
    assert found("34.04", "32.01") == 60
    assert found("32.73.01", CIKUTRA) == 50
    assert found("32.01", "32.71") == 40


def test_code_of_a_region_is_no_prefix_of_another_ones_digits():
    assert find_rate(service(zone(1, destinations=("32.7",))), origin="31", destination="32.73", grams=1) is None


def test_village_that_was_renamed_or_dissolved_keeps_the_price_of_its_regency():
    before, after = (
        list_options(replace(TERMS, services=ALL), SERVICES, to(code)) for code in (CIKUTRA, "32.73.14.9999")
    )

    assert prices(after) == prices(before)


def test_service_without_a_zone_for_the_destination_is_not_offered():
    found = prices(list_options(replace(TERMS, services=ALL), SERVICES, to(JAYAPURA)))

    assert "sicepat-reg" not in found
    assert set(found) == {"jne-reg", "jt-ez", "pos-reguler"}
    assert min(found.values()) > 0


def test_parcel_heavier_than_a_service_takes_is_not_offered():
    found = prices(list_options(replace(TERMS, services=ALL), SERVICES, to(CIKUTRA, grams=40_000)))

    assert set(found) == {"jne-reg", "jt-ez", "sicepat-reg"}


def test_weight_that_is_not_known_is_paid_as_one_step():
    unknown, light = (
        prices(list_options(replace(TERMS, services=ALL), SERVICES, to(CIKUTRA, grams=grams))) for grams in (0, 1)
    )

    assert unknown == light
    assert set(unknown) == OPTIONS


def test_services_that_are_off_are_not_offered():
    assert prices(list_options(replace(TERMS, services=frozenset({"jt-ez"})), SERVICES, to(CIKUTRA))) == {
        "jt-ez": 17_000
    }


def test_shop_without_terms_agrees_with_each_buyer():
    assert list_options(None, SERVICES, to(CIKUTRA)) == [AGREED]


def test_shop_that_does_not_send_there_offers_nothing():
    terms = replace(TERMS, areas=(Area("34.71", "Kota Yogyakarta", 10_000_00),))

    assert list_options(terms, SERVICES, to(CIKUTRA)) == []


def test_options_are_listed_cheapest_first_and_pickup_last():
    terms = replace(TERMS, services=frozenset({"jne-reg", "jt-ez"}), flat_sen=17_500_00, pickup_address="Jl. Kaliurang")

    assert list(prices(list_options(terms, SERVICES, to(CIKUTRA))).items()) == [
        ("jt-ez", 17_000),
        ("flat", 17_500),
        ("jne-reg", 18_000),
        ("pickup", 0),
    ]


def test_own_courier_takes_the_narrowest_area():
    areas = (Area("34", "DI Yogyakarta", 30_000_00), Area("34.04", "Sleman", 10_000_00))

    def price(code):
        return prices(list_options(replace(TERMS, areas=areas), SERVICES, to(code)))

    assert price(SLEMAN) == {"own": 10_000}
    assert price("34.71.01.1001") == {"own": 30_000}
    assert price(CIKUTRA) == {}


SHOP_PIN, NEAR_PIN, FAR_PIN = (-7.7829, 110.3670), (-7.7829, 110.4000), (-6.9034, 107.6431)


def test_own_courier_goes_by_distance_where_both_points_are_known():
    terms = replace(
        TERMS,
        origin_pin=SHOP_PIN,
        bands=(Band(10, 15_000_00), Band(5, 8_000_00)),
        areas=(Area("34", "DI Yogyakarta", 30_000_00),),
    )

    def price(pin):
        return prices(list_options(terms, SERVICES, to(SLEMAN, pin=pin)))

    assert price(NEAR_PIN) == {"own": 8_000}
    assert price((-7.7829, 110.4500)) == {"own": 15_000}
    assert price(FAR_PIN) == {}
    assert price(None) == {"own": 30_000}


def test_distance_is_measured_over_the_ground():
    assert measure_km(SHOP_PIN, FAR_PIN) == pytest.approx(315.7, abs=0.5)
    assert measure_km(SHOP_PIN, SHOP_PIN) == 0


@pytest.mark.parametrize(
    ("items", "up_to", "price"), [(99_999, None, 17_000), (100_000, None, 0), (100_000, 12_000, 5_000)]
)
def test_free_shipping_begins_at_its_amount_and_ends_at_its_limit(items, up_to, price):
    terms = replace(
        TERMS,
        services=frozenset({"jt-ez"}),
        free_from_sen=100_000_00,
        free_up_to_sen=None if up_to is None else up_to * 100,
    )

    (option,) = list_options(terms, SERVICES, to(CIKUTRA, items=items))

    assert (option.kind, option.price_sen, option.full_sen) == (OptionKind.COURIER, price * 100, 17_000_00)


terms_of_shops = st.builds(
    ShippingTerms,
    origin=st.sampled_from([SLEMAN, CIKUTRA, JAYAPURA, "31.71"]),
    origin_pin=st.sampled_from([None, SHOP_PIN]),
    services=st.frozensets(st.sampled_from(sorted(ALL))),
    flat_sen=st.none() | st.integers(0, 100_000).map(lambda rupiah: rupiah * 100),
    free_from_sen=st.none() | st.integers(1, 500_000).map(lambda rupiah: rupiah * 100),
    free_up_to_sen=st.none() | st.integers(1, 50_000).map(lambda rupiah: rupiah * 100),
    pickup_address=st.sampled_from(["", "Jl. Kaliurang"]),
    areas=st.sampled_from([(), (Area("34", "DIY", 9_000_00),)]),
    bands=st.sampled_from([(), (Band(20, 7_000_00),)]),
)
destinations = st.sampled_from([SLEMAN, CIKUTRA, JAYAPURA, "31.71.01.1001", "12.71", "73.71.01"])
pins = st.sampled_from([None, NEAR_PIN, FAR_PIN])
sizes = st.none() | st.tuples(*[st.integers(1, 200)] * 3)


@given(terms_of_shops, destinations, pins, sizes, st.integers(0, 60_000), st.integers(0, 60_000), st.integers(1, 10**6))
def test_price_never_falls_with_weight(terms, destination, pin, size, one, other, items):
    light, heavy = (
        prices(list_options(terms, SERVICES, to(destination, grams=grams, items=items, pin=pin, size=size)))
        for grams in sorted((one, other))
    )

    assert heavy.keys() <= light.keys()
    assert all(light[name] <= heavy[name] for name in heavy)


@given(terms_of_shops, destinations, pins, st.integers(0, 60_000), st.integers(1, 10**6), st.integers(1, 10**6))
def test_free_shipping_never_raises_a_price(terms, destination, pin, grams, one, other):
    small, large = (
        prices(list_options(terms, SERVICES, to(destination, grams=grams, items=items, pin=pin)))
        for items in sorted((one, other))
    )
    paid = prices(
        list_options(replace(terms, free_from_sen=None), SERVICES, to(destination, grams=grams, items=one, pin=pin))
    )

    assert small.keys() == large.keys() == paid.keys()
    assert all(0 <= large[name] <= small[name] <= paid[name] for name in paid)


@given(terms_of_shops, destinations, pins, st.integers(0, 60_000))
def test_courier_is_never_free_without_free_shipping(terms, destination, pin, grams):
    options = list_options(replace(terms, free_from_sen=None), SERVICES, to(destination, grams=grams, pin=pin))

    assert [option for option in options if option.kind == OptionKind.COURIER and option.price_sen <= 0] == []
