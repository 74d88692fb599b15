"""Address books in several tabs at the same moment: no address too many, one primary, no change overwritten unseen."""

from __future__ import annotations

from superapp.addresses import api
from superapp.addresses.actions import address_books
from superapp.addresses.contracts import AddressValue
from superapp.addresses.errors import AddressChanged, TooManyAddresses
from superapp.addresses.models import Address
from superapp.core import ids
from tests.addresses.conftest import write


def test_last_place_is_taken_once(real_db, make_user, add, now, in_threads):
    ana = make_user("ana")
    for _number in range(29):
        add(ana)

    outcomes = in_threads(*[lambda: add(ana, is_primary=True)] * 4)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AddressValue", *["TooManyAddresses"] * 3]
    assert {type(outcome) for outcome in outcomes} == {AddressValue, TooManyAddresses}
    assert Address.objects.filter(user=ana).count() == 30
    assert Address.objects.filter(user=ana, is_primary=True).count() == 1


def test_form_sent_at_the_same_moment_is_added_once(real_db, make_user, now, in_threads):
    ana, key = make_user("ana"), ids.new_id()

    def send():
        return address_books.add_address(user_id=ana.pk, idempotency_key=key, written=write(), now=now)

    outcomes = in_threads(send, send, send)

    assert api.list_addresses(ana.pk) == [outcomes[0]]
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_change_of_two_tabs_is_taken_from_one_and_shown_to_the_other(real_db, make_user, add, now, in_threads):
    ana = make_user("ana")
    before = add(ana)

    def change(street):
        return address_books.change_address(
            user_id=ana.pk, address=before.public_id, version=1, written=write(street=street), now=now
        )

    outcomes = in_threads(lambda: change("Jl. Satu 1"), lambda: change("Jl. Dua 2"))

    assert {type(outcome) for outcome in outcomes} == {AddressValue, AddressChanged}
    assert api.get_address(ana.pk, before.public_id) in outcomes


def test_primary_is_one_whoever_chooses_and_deletes_at_the_same_moment(real_db, make_user, add, in_threads):
    ana = make_user("ana")
    first, second, third = add(ana), add(ana), add(ana)

    in_threads(
        lambda: address_books.make_primary(user_id=ana.pk, address=second.public_id),
        lambda: address_books.make_primary(user_id=ana.pk, address=third.public_id),
        lambda: address_books.delete_address(user_id=ana.pk, address=first.public_id),
    )

    assert Address.objects.filter(user=ana, is_primary=True).count() == 1
