"""Reserved names cannot be taken in any spelling; ordinary names that contain one stay allowed."""

from __future__ import annotations

import pytest

from chat.actions import groups
from chat.errors import GroupTitleReserved
from shop import api as shop_api
from shop import errors as shop_errors
from superapp.accounts.domain import names
from superapp.accounts.errors import HandleTaken, NameReserved
from superapp.core.reserved_names import is_reserved_brand_name, is_reserved_name

CLAIMS = [
    "nusa_official",
    "admin1",
    "nusa-official",
    "Nusa",
    "NUSA",
    "n u s a",
    "n.u.s.a",
    "nusa2027",
    "nu5a",
    "nusa.0fficial",
    "nusaofficial",
    "officialnusa",
    "adm1n",
    "4dmin",
    "admin_123",
    "adrnin",
    "ad-min",
    "the_admin",
    "nusa_id",
    "nusa.indonesia",
    "NusaPay",
    "nusa_cs_24",
    "customer.service",
    "customer_service_nusa",
    "Customer Service",
    "Admin Nusa",
    "Tim Nusa",
    "Bantuan Nusa",
    "Pusat Bantuan",
    "Toko Resmi Nusa",
    "Promo Nusa",
    "Hadiah & Undian Nusa",
    "Budi (Admin Nusa)",
    "Nusa Official Jakarta",
    "Nusа",  # A Cyrillic а.
    "ΝUSA",  # A Greek Ν.
    "Ｎｕｓａ",
    "𝐍𝐮𝐬𝐚",
    "ɴᴜꜱᴀ",
    "🅽🆄🆂🅰",
    "🇳🇺🇸🇦",
    "N\u0301u\u0308s\u0323a",
    "Nu\u200bsa",
    "Offіcіal",
    "Official ✔",
    "★ Admin ★",
    "Nusaˢ",  # A small raised letter beside it, as ™ is one.
    "Nusa 🅥",  # A letter in a circle, as a tick is one.
    "ⓥ Nusa",
    "Verified",
    "Super Admin",
    "Layanan Pelanggan",
    "officiaI",  # A capital I.
    "supp0rt nusa",
    "Nusa™",
    "Nusa℠",
    "Nusa℠ Official Store",
    "Nusa ℡",
    "ꓠusa Official",
    "ꓠꓴꓢꓮ",
    "ᑎᑌᔕᗩ",
    "₦Ʉ₴₳",
    "ɳυʂα",
    "NUSΛ",
    "𐊪usa",
    "Nus\u10a0",  # A letter of Georgian, which is in no table.
    "ᏚuᏢᏢort Nusa",
    "Nusa Refund",
    "Dukungan Nusa",
    "Petugas Nusa",
    "Kasir Nusa",
    "Kasir Nusa Jakarta",
    "Verifikasi Nusa",
    "Kode OTP Nusa",
    "Layanan Refund Nusa",
    "Call Center",
    "Nusa Mall Resmi",
    "nusa.refund",
    "nusa.kasir",
    "dukungan.nusa",
    "nusarefund",
]
ORDINARY = [
    "Nusantara",
    "Adminah",
    "Nusa Dua",
    "Nusa Penida Tour",
    "Kopi Nusa Indah",
    "nusantara.coffee",
    "adminah",
    "Aminah",
    "Siti Nusaibah",
    "Nussa",
    "Panusa",
    "Budi",
    "Budi Santoso",
    "raffi.official",
    "Kopi Toraja Official",
    "Bank Sampah Melati",
    "Timothy",
    "Tim",
    "Toko Baru",
    "Toko Indonesia",
    "Warung Bu Sri",
    "Promo Murah",
    "Bu Admi",
    "Csilla",
    "Polina",
    "Rooty",
    "Sistiana",
    "Staffan",
    "Idris",
    "Ana1",
    "Кофе",
    "مريم",
    "咖啡",
    "😀",
    "12345",
    "Kasir Nusantara",
    "Nusa Putra",
    "Nusa Dua Mall",
    "Kasir Bu Sri",
    "Refund",
    "Petugas Kebersihan",
    "Toko ₦",
    "Kopi™ Nusantara™",
    "Łukasz",
    "Đặng Ánh",
    "ภาคิน",
    "Νίκος",
    "ᏣᎳᎩ",
    "Budi ꓠ",
    "Café Мой",
]


@pytest.mark.parametrize("written", CLAIMS)
def test_name_impersonating_the_operator_is_detected(written):
    assert is_reserved_name(written)


@pytest.mark.parametrize("written", ORDINARY)
def test_ordinary_name_is_not_reserved(written):
    assert not is_reserved_name(written)


@pytest.mark.parametrize("written", ["nusa_official", "admin1", "nu5a", "n.u.s.a", "official_nusa", "adrnin"])
def test_reserved_handle_is_taken(written):
    with pytest.raises(HandleTaken):
        names.clean_handle(written)


@pytest.mark.parametrize("written", ["Nusa Official", "Admin", "Nusа", "Customer Service", "CS Nusa"])
def test_person_cannot_take_a_reserved_name(written):
    with pytest.raises(NameReserved) as refused:
        names.clean_name(written)

    assert refused.value.code == "accounts.name_reserved"
    assert refused.value.params == {"brand": "Nusa"}


@pytest.mark.parametrize("written", ["Nusantara", "Adminah", "Resmi", "Nusa Dua"])
def test_person_with_an_ordinary_name_keeps_it(written):
    assert names.clean_name(written) == written


def test_brand_and_operator_of_the_settings_are_reserved(settings):
    settings.BRAND_NAME = "Desa Maju"
    settings.OPERATOR_NAME = "Telkom Raya"

    for written in ("Desa Maju", "desamaju", "desa.maju.official", "Admin Desa Maju", "De5a Maju", "Telkom Raya CS"):
        assert is_reserved_name(written), written
    for written in ("Nusa", "Desa Maju Jaya", "Maju Desa", "Raya", "Telkom"):
        assert not is_reserved_name(written), written


def test_empty_operator_name_reserves_nothing(settings):
    settings.OPERATOR_NAME = ""

    assert not is_reserved_name("")
    assert not is_reserved_name("Budi Admin")


@pytest.mark.parametrize("handle", ["nusa-official", "nusa0fficial", "admin-1", "toko-nusa", "cs-nusa"])
def test_shop_address_cannot_be_a_reserved_name(db, make_user, now, handle):
    with pytest.raises(shop_errors.HandleTaken):
        shop_api.open_shop(owner_id=make_user("bo").pk, handle=handle, name="Warung Bo", town="Solo", now=now)


def test_shop_name_cannot_be_reserved_and_the_error_is_at_its_field(db, make_user, now):
    bo = make_user("bo")
    with pytest.raises(shop_errors.NameReserved) as refused:
        shop_api.open_shop(owner_id=bo.pk, handle="warung-bo", name="Nusa Official Store", town="Solo", now=now)

    assert refused.value.params == {"field": "name", "brand": "Nusa"}
    shop_api.open_shop(owner_id=bo.pk, handle="nusantara", name="Nusantara", town="Solo", now=now)
    with pytest.raises(shop_errors.NameReserved):
        shop_api.change_shop(owner_id=bo.pk, name="Nusа Resmi", now=now)


OF_THE_HOUSE = (
    "Nusa",
    "Nusa Official",
    "Tim Nusa",
    "Νuѕа Resmi",
    "N u s a Bantuan",
    "Nu\u200bsa CS",
    "Budi (Admin Nusa)",
)
OF_OTHERS = ("Admin", "Keamanan", "Pengurus RT 5", "Admin Toko", "Nusa Dua Trip", "Nusantara", "Customer Service", "")


def test_group_has_its_own_admins_and_may_not_claim_the_brand():
    assert [one for one in OF_THE_HOUSE if not is_reserved_brand_name(one)] == []
    assert [one for one in OF_OTHERS if is_reserved_brand_name(one)] == []


def test_group_cannot_take_a_name_of_the_house_and_keeps_the_one_it_has(make_user, now, settings):
    ana = make_user("ana")
    refused = {"owner_id": ana.pk, "people": (), "now": now}
    for number, title in enumerate(OF_THE_HOUSE):
        with pytest.raises(GroupTitleReserved) as refusal:
            groups.create_group_by_request(**refused, title=title, idempotency_key=str(number))
    assert refusal.value.params == {"brand": "Nusa"}
    group, _added = groups.create_group_by_request(**refused, title="Nusantara", idempotency_key="k")

    def change(**changes):
        return groups.change_group(
            conversation_id=group.public_id, by_user_id=ana.pk, changes=groups.GroupChanges(**changes), now=now
        )

    with pytest.raises(GroupTitleReserved):
        change(title="Nusa Official", description="x")
    settings.BRAND_NAME = "Nusantara"
    assert change(title="Nusantara", description="Warga").description == "Warga"
