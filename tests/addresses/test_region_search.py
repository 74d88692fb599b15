"""Searches for regions: by words of their names and their ancestors', ranked, and over the public endpoint."""

from __future__ import annotations

import pytest

from superapp.accounts.adapters import page_auth
from superapp.addresses.endpoints import regions as endpoint
from superapp.addresses.queries.regions import list_regions_within, search_regions
from superapp.realtime.rate_limits import Throttle

pytestmark = pytest.mark.django_db
CIKUTRA = {
    "code": "32.73.14.1002",
    "level": 4,
    "name": "Cikutra",
    "names": ["Jawa Barat", "Kota Bandung", "Cibeunying Kidul", "Cikutra"],
}


def found(text):
    return [region.code for region in search_regions(text)]


@pytest.mark.parametrize(
    "typed",
    [
        "cikutra bandung",
        "Bandung, CIKUTRA",
        "ciku band",
        "kel. cikutra kec. cibeunying kidul kota bandung",
        "cikutra cibeunyingkidul jabar",
        "“cikutra”",
    ],
    ids=ascii,
)
def test_village_is_found_by_words_of_its_name_and_its_ancestors(typed):
    assert found(typed) == ["32.73.14.1002"]


@pytest.mark.parametrize("typed", ["lebakgede coblong", "lebak gede coblong", "coblong lebak-gede", "lebakg bandung"])
def test_name_is_found_as_one_word_or_two(typed):
    assert found(typed) == ["32.73.02.1002"]


def test_name_in_one_word_is_found_by_two():
    assert found("lebak gede cilegon") == ["36.72.03.1002"]


def test_mark_within_a_name_may_be_left_out():
    assert found("jaan gondang") == found("ja'an gondang") == ["35.18.17.2007"]


def test_other_name_of_a_city_finds_it():
    assert found("laweyan solo")[0] == "33.72.01"


def test_closer_names_and_larger_regions_come_first():
    names = [(region.name, region.ancestor_names) for region in search_regions("bandung")]

    assert names[:3] == [
        ("Kabupaten Bandung", "Jawa Barat"),
        ("Kota Bandung", "Jawa Barat"),
        ("Bandung", "Kabupaten Tulungagung, Jawa Timur"),
    ]
    assert ("Kabupaten Bandung Barat", "Jawa Barat") in names
    assert names.index(("Kabupaten Bandung Barat", "Jawa Barat")) > 2


def test_word_of_two_letters_is_compared_as_a_whole():
    assert found("ci") == []
    assert found("x") == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "xyzzy",
        "cikutra surakarta",
        "%",
        "_____",
        "' OR 1=1 --",
        "\x00",
        "a" * 10_000,
    ],
    ids=lambda typed: ascii(typed)[:20],
)
def test_search_for_what_is_not_there_finds_nothing(typed):
    assert found(typed) == []


@pytest.mark.parametrize(
    ("typed", "queries"),
    [("xyzzy cibeunying bandung", 4), ("xyzzyxyzzy cibeunying bandung", 2), ("q w x y z v", 2)],
    ids=["nowhere", "nowhere-and-long", "short"],
)
def test_search_asks_for_no_word_after_one_that_is_nowhere(typed, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        assert found(typed) == []


def test_regions_within_one_are_listed_by_name():
    assert [region.name for region in list_regions_within("32.73.14")] == [
        "Cicadas",
        "Cikutra",
        "Padasuka",
        "Pasirlayung",
        "Sukamaju",
        "Sukapada",
    ]
    assert [region.name for region in list_regions_within("")][:2] == ["Aceh", "Banten"]
    assert list_regions_within("99") == []


def test_endpoint_finds_regions_for_people_who_are_not_logged_in(client):
    answer = client.get("/api/v1/regions", {"search": "cikutra bandung"})

    assert answer.status_code == 200
    assert answer.json() == {"dataset": "test-1", "rows": [CIKUTRA]}


def test_endpoint_lists_the_regions_within_one(client):
    within = client.get("/api/v1/regions", {"within": "32.73.14"}).json()["rows"]
    provinces = client.get("/api/v1/regions").json()["rows"]

    assert CIKUTRA in within
    assert [row["level"] for row in provinces] == [1] * len(provinces)


@pytest.mark.parametrize(
    "query",
    ["search=" + "a" * 101, "within=" + "3" * 14, "search=a&search=b"],
    ids=["long-search", "long-code", "twice"],
)
def test_endpoint_refuses_what_is_no_search(query, client):
    answer = client.get(f"/api/v1/regions?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_endpoint_takes_no_other_method(client):
    assert client.post("/api/v1/regions").status_code == 405


def test_endpoint_limits_a_network_of_guests_and_each_person(client, make_user, monkeypatch):
    for module, throttle in ((page_auth, "guest_throttle"), (endpoint, "command_throttle")):
        monkeypatch.setattr(module, throttle, Throttle(per_second=0.5, burst=2, timer=lambda: 100.0))

    def ask(**more):
        return client.get("/api/v1/regions", {"search": "cikutra"}, **more).status_code

    as_guest = [ask(REMOTE_ADDR="2001:db8::1"), ask(REMOTE_ADDR="2001:db8::2"), ask(REMOTE_ADDR="2001:db8:0:1::1")]
    client.force_login(make_user("ana"))
    as_ana = [ask(REMOTE_ADDR="2001:db8::1"), ask(REMOTE_ADDR="2001:db8:0:2::1")]

    assert as_guest == [200, 429, 200]
    assert as_ana == [200, 429]
