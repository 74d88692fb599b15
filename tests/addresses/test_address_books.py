"""Address books: added once, changed from the version that was seen, one primary, thirty at most, nobody else's."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from superapp.addresses import api
from superapp.addresses.actions import address_books
from superapp.addresses.errors import (
    AddressAlreadySaved,
    AddressChanged,
    AddressNotFound,
    RegionUnknown,
    TooManyAddresses,
)
from superapp.addresses.models import Address, Region
from superapp.addresses.queries.address_books import find_outdated
from superapp.core import ids
from tests.addresses.conftest import CIKUTRA, DAGO, write

pytestmark = pytest.mark.django_db
VANISHED = "32.73.14.9999"


def test_added_address_is_stored_with_the_names_of_its_region(make_user, add):
    ana = make_user("ana")

    added = add(ana, pin="-6.9034, 107.6431")

    assert api.list_addresses(ana.pk) == [added]
    assert api.get_address(ana.pk, added.public_id) == added
    assert dataclasses.asdict(added) == {
        "public_id": added.public_id,
        "version": 1,
        "is_primary": True,
        "label": "Rumah",
        "recipient": "Sekar Ayu",
        "phone": "+6281277771234",
        "street": "Jl. Cikutra No. 5",
        "rt": "004",
        "rw": "007",
        "landmark": "Seberang masjid",
        "postal_code": "40124",
        "pin": (-6.9034, 107.6431),
        "region_code": CIKUTRA,
        "village": "Cikutra",
        "district": "Cibeunying Kidul",
        "regency": "Kota Bandung",
        "province": "Jawa Barat",
        "dataset_version": "test-1",
    }


def test_address_is_formatted_as_lines_of_a_label(make_user, add):
    ana = make_user("ana")
    whole, bare = add(ana), add(ana, rt="", rw="", landmark="", postal_code="", phone="+65 8123 4567")

    with translation.override("id"):
        assert api.format_address(whole) == [
            "Sekar Ayu (0812-7777-1234)",
            "Jl. Cikutra No. 5, RT 004/RW 007",
            "Patokan: Seberang masjid",
            "Cikutra, Cibeunying Kidul",
            "Kota Bandung, Jawa Barat 40124",
        ]
    assert api.format_address(bare) == [
        "Sekar Ayu (+65 8123 4567)",
        "Jl. Cikutra No. 5",
        "Cikutra, Cibeunying Kidul",
        "Kota Bandung, Jawa Barat",
    ]


def test_every_wrong_field_is_named_at_once(make_user, add):
    wrong = {"region": "99", "recipient": "", "phone": "halo", "street": "a" * 10_000, "rt": "x", "postal_code": "1"}

    with pytest.raises(RegionUnknown) as refusal:
        add(make_user("ana"), **wrong)

    assert [one.params["field"] for one in refusal.value.all()] == [
        "region",
        "street",
        "rt",
        "postal_code",
        "recipient",
        "phone",
    ]
    assert not Address.objects.exists()


@pytest.mark.parametrize("code", [VANISHED, "32.73.14", "32", "", "halo", "32.73.14.1002\x00", "3" * 10_000])
def test_region_that_is_no_village_is_refused(code, make_user, add):
    with pytest.raises(RegionUnknown):
        add(make_user("ana"), region=code)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=HYPERLINK(1)", '"><img src=x>', "{{ 1 }}"])
def test_text_with_markup_or_formulas_is_stored_as_text(text, make_user, add):
    added = add(make_user("ana"), recipient=text, street=text, landmark=text, label=text[:30])

    assert (added.recipient, added.street, added.landmark) == (text, text, text)


def test_address_sent_twice_is_added_once(make_user, now):
    ana, key = make_user("ana"), ids.new_id()

    def send(**fields):
        return address_books.add_address(user_id=ana.pk, idempotency_key=key, written=write(**fields), now=now)

    first, again = send(), send()

    assert first == again
    with pytest.raises(AddressAlreadySaved) as refusal:
        send(street="Jl. Lain 1")
    assert refusal.value.params == {"address": str(first.public_id)}
    assert api.list_addresses(ana.pk) == [first]


def test_key_of_somebody_else_adds_an_address_of_ones_own(make_user, now):
    key = ids.new_id()
    [of_ana, of_eve] = [
        address_books.add_address(user_id=make_user(name).pk, idempotency_key=key, written=write(), now=now)
        for name in ("ana", "eve")
    ]

    assert of_ana.public_id != of_eve.public_id


def test_first_address_is_primary_and_each_person_has_one(make_user, add):
    ana = make_user("ana")
    first, second = add(ana), add(ana)
    assert [one.is_primary for one in (first, second)] == [True, False]

    third = add(ana, is_primary=True)
    assert primary_of(ana) == [third.public_id]

    address_books.make_primary(user_id=ana.pk, address=first.public_id)
    address_books.make_primary(user_id=ana.pk, address=first.public_id)
    assert primary_of(ana) == [first.public_id]
    assert api.list_addresses(ana.pk)[0].public_id == first.public_id


def primary_of(user):
    return [one.public_id for one in api.list_addresses(user.pk) if one.is_primary]


def test_newest_address_becomes_primary_when_the_primary_is_deleted(make_user, add):
    ana = make_user("ana")
    first, _second, third = add(ana), add(ana), add(ana)

    address_books.delete_address(user_id=ana.pk, address=first.public_id)
    assert primary_of(ana) == [third.public_id]

    for one in api.list_addresses(ana.pk):
        address_books.delete_address(user_id=ana.pk, address=one.public_id)
    assert api.list_addresses(ana.pk) == []


def test_address_is_changed_from_the_version_that_was_seen(make_user, add, now):
    ana = make_user("ana")
    before = add(ana)

    def change(version, **fields):
        return address_books.change_address(
            user_id=ana.pk, address=before.public_id, version=version, written=write(**fields), now=now
        )

    changed = change(1, region=DAGO, street="Jl. Dago 1")
    assert changed == dataclasses.replace(
        before, version=2, region_code=DAGO, street="Jl. Dago 1", village="Dago", district="Coblong"
    )

    # The same again is a retry; other content from an older version is another tab.
    assert change(1, region=DAGO, street="Jl. Dago 1") == changed
    with pytest.raises(AddressChanged) as refusal:
        change(1, street="Jl. Lain 1")
    assert refusal.value.params == {"version": 2}
    assert api.get_address(ana.pk, before.public_id) == changed


def test_outsider_finds_changes_and_deletes_no_address(make_user, add, now):
    ana, eve = make_user("ana"), make_user("eve")
    added = add(ana)
    attempts = (
        lambda: api.get_address(eve.pk, added.public_id),
        lambda: address_books.make_primary(user_id=eve.pk, address=added.public_id),
        lambda: address_books.delete_address(user_id=eve.pk, address=added.public_id),
        lambda: address_books.change_address(
            user_id=eve.pk, address=added.public_id, version=1, written=write(street="Jl. Eve"), now=now
        ),
    )

    for attempt in attempts:
        with pytest.raises(AddressNotFound):
            attempt()

    assert (api.list_addresses(ana.pk), api.list_addresses(eve.pk)) == ([added], [])


def test_thirty_addresses_are_kept_and_a_place_is_free_again_after_one_is_deleted(make_user, add):
    ana = make_user("ana")
    kept = [add(ana) for _number in range(30)]

    with pytest.raises(TooManyAddresses):
        add(ana)

    address_books.delete_address(user_id=ana.pk, address=kept[7].public_id)
    add(ana)
    assert Address.objects.filter(user=ana).count() == 30


def test_database_refuses_a_place_above_the_limit_or_taken_a_second_primary_and_a_pin_abroad(make_user, add):
    ana = make_user("ana")
    first, second = add(ana), add(ana)

    for address, columns in (
        (first, {"slot": 31}),
        (first, {"slot": 0}),
        (second, {"slot": 1}),
        (second, {"is_primary": True}),
        (first, {"latitude": 52.5, "longitude": 13.4}),
        (first, {"latitude": -6.9}),
        (first, {"version": 0}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Address.objects.filter(public_id=address.public_id).update(**columns)


def test_renamed_village_keeps_its_name_on_addresses_until_it_is_saved_again(make_user, add, now):
    ana = make_user("ana")
    before = add(ana)
    Region.objects.filter(code=CIKUTRA).update(name="Cikutra Baru")

    assert api.get_address(ana.pk, before.public_id).village == "Cikutra"
    assert find_outdated([before]) == {before.public_id}

    saved = address_books.change_address(user_id=ana.pk, address=before.public_id, version=1, written=write(), now=now)
    assert (saved.village, saved.version) == ("Cikutra Baru", 2)
    assert find_outdated([saved]) == set()


def test_vanished_village_stays_on_its_address_and_cannot_be_chosen_for_another(make_user, add, now):
    ana = make_user("ana")
    before = add(ana)
    Region.objects.filter(code=CIKUTRA).delete()

    saved = address_books.change_address(
        user_id=ana.pk, address=before.public_id, version=1, written=write(street="Jl. Baru 9"), now=now
    )

    assert (saved.street, saved.village, saved.region_code) == ("Jl. Baru 9", "Cikutra", CIKUTRA)
    assert find_outdated([saved]) == {saved.public_id}
    with pytest.raises(RegionUnknown):
        add(ana)


def test_list_takes_one_query_and_its_outdated_regions_another(make_user, add, django_assert_num_queries):
    ana = make_user("ana")
    for _number in range(5):
        add(ana)

    with django_assert_num_queries(2):
        find_outdated(api.list_addresses(ana.pk))
