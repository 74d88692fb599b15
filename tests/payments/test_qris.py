"""Codes for payment: what their payloads say, which are refused, and that other readers understand ours."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cemacqr
import pytest
import qriskit
from hypothesis import given, strategies

from payments.domain import emv_qr
from payments.domain.qris import Criteria, MerchantAccount, QrisCode, Tip, read_qris, write_qris
from payments.errors import QrDamaged, QrForeign, QrUnknown
from superapp.core.money import Money
from tests.payments.test_emv_qr import payload_around

PAYLOADS = json.loads((Path(__file__).parent / "qris_payloads.json").read_text(encoding="utf-8"))["payloads"]
STALL = MerchantAccount(
    guid="ID.CO.CONTOH.WWW",
    pan="936009990000000017",
    merchant_id="MID000000000001",
    criteria=Criteria.MICRO,
)
POSTER = QrisCode(
    is_dynamic=False,
    account=STALL,
    nmid="ID1020000000001",
    category="5812",
    name="WARUNG CONTOH",
    city="JAKARTA",
    postal_code="10110",
    terminal="A01",
)
words = strategies.text(strategies.sampled_from("ABC abc 123 -.&é最佳سلام𝐀"), min_size=1, max_size=15)
amounts = strategies.integers(1, 9_999_999_999_99).map(Money)
tips = strategies.one_of(
    strategies.none(),
    strategies.just(Tip()),
    amounts.map(lambda fixed: Tip(fixed=fixed)),
    strategies.integers(1, 99_99).map(lambda share: Tip(basis_points=share)),
)
codes = strategies.builds(
    QrisCode,
    is_dynamic=strategies.booleans(),
    account=strategies.just(STALL),
    nmid=strategies.just("ID1020000000001"),
    category=strategies.from_regex(r"[0-9]{4}", fullmatch=True),
    amount=strategies.none() | amounts,
    tip=tips,
    name=words.map(lambda text: " ".join(text.split()) or "Toko"),
    city=words.map(lambda text: " ".join(text.split()) or "Solo"),
    postal_code=strategies.sampled_from(["", "57111"]),
    reference=strategies.sampled_from(["", "01J9ZK3M4N5P6Q7R8S9T0V1W2"]),
    terminal=strategies.sampled_from(["", "A01"]),
)


def changed(payload="static", /, **values):
    """The objects of a payload with other values; an empty one is left out."""
    objects = emv_qr.read_objects(PAYLOADS[payload])
    del objects["00"]
    for name, value in values.items():
        objects[name.removeprefix("o")] = value
    return emv_qr.write_objects((name, value) for name, value in sorted(objects.items()) if value)


def test_poster_says_whose_it_is_and_leaves_the_amount_to_the_payer():
    assert read_qris(PAYLOADS["static"]) == POSTER
    assert POSTER.account.acquirer == "93600999"


def test_dynamic_code_has_an_amount_and_a_reference():
    code = read_qris(PAYLOADS["dynamic"])

    assert (code.is_dynamic, code.amount, code.reference) == (True, Money(25_000_00), "01J9ZK3M4N5P6Q7R8S9T0V1W2")


@pytest.mark.parametrize(
    ("name", "amount", "tip"),
    [
        ("dynamic_decimals", Money(15_000_50), None),
        ("tip_prompt", Money(100_000_00), Tip()),
        ("tip_fixed", Money(100_000_00), Tip(fixed=Money(2_500_00))),
        ("tip_percent", Money(100_000_00), Tip(basis_points=250)),
    ],
)
def test_amount_and_tip_are_read_to_the_sen(name, amount, tip):
    code = read_qris(PAYLOADS[name])

    assert (code.amount, code.tip) == (amount, tip)


def test_tip_is_computed_from_the_amount():
    assert Tip(basis_points=250).of(Money(100_000_00)) == Money(2_500_00)
    assert Tip(fixed=Money(2_500_00)).of(Money(1_00)) == Money(2_500_00)
    assert Tip().of(Money(1_00)) is None


def test_transfer_names_a_person():
    code = read_qris(PAYLOADS["transfer"])

    assert (code.is_transfer, code.name, code.amount) == (True, "BUDI CONTOH", Money(50_000_00))
    assert code.account.pan == "9360099900000000017"


def test_code_of_another_issuer_is_read():
    code = read_qris(PAYLOADS["public_example"])

    assert (code.name, code.nmid, code.account.criteria) == ("NamaMerchantC1", "ID1019123456781", Criteria.MICRO)


def test_code_of_another_country_is_refused_as_such():
    emv_qr.read_objects(PAYLOADS["emvco_example"])

    with pytest.raises(QrForeign):
        read_qris(PAYLOADS["emvco_example"])


def test_checksum_in_lower_case_is_read_and_never_written():
    static = PAYLOADS["static"]

    assert write_qris(POSTER) == static
    assert read_qris(static[:-4] + static[-4:].lower()) == POSTER


@pytest.mark.parametrize("place", range(6, len(PAYLOADS["static"])))
def test_code_with_any_character_changed_is_refused(place):
    static = PAYLOADS["static"]
    other = "7" if static[place] != "7" else "3"

    with pytest.raises(QrDamaged):
        read_qris(static[:place] + other + static[place + 1 :])


STATIC = PAYLOADS["static"]


@pytest.mark.parametrize(
    ("payload", "refusal"),
    [
        pytest.param("", QrUnknown, id="nothing"),
        pytest.param("https://nusa.example/@toko", QrUnknown, id="a link"),
        pytest.param("000202" + STATIC[6:], QrUnknown, id="another version"),
        pytest.param(STATIC + "0" * (513 - len(STATIC)), QrUnknown, id="too long"),
        pytest.param("000201\ud83d63046BF6", QrDamaged, id="half a character"),
        pytest.param(STATIC[:-4] + "0000", QrDamaged, id="wrong checksum"),
        pytest.param(STATIC[:-8], QrDamaged, id="no checksum"),
        pytest.param(STATIC[:-1], QrDamaged, id="cut short"),
        pytest.param(STATIC + "0102XX", QrDamaged, id="checksum not last"),
        pytest.param("000201" + "6304ABCD" + STATIC[6:], QrDamaged, id="two checksums"),
    ],
)
def test_what_is_no_whole_payload_is_refused(payload, refusal):
    with pytest.raises(refusal):
        read_qris(payload)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"o54": "25,000"}, QrDamaged),
        ({"o54": "dua ribu"}, QrDamaged),
        ({"o54": "25.000.00"}, QrDamaged),
        ({"o54": "0"}, QrDamaged),
        ({"o54": "10.505"}, QrDamaged),
        ({"o54": "-5"}, QrDamaged),
        ({"o54": "٢٥٠٠٠"}, QrDamaged),
        ({"o54": "12345678901234"}, QrDamaged),
        ({"o54": "12345678901.00"}, QrDamaged),
        ({"o55": "02"}, QrDamaged),
        ({"o56": "500"}, QrDamaged),
        ({"o55": "03", "o57": "100"}, QrDamaged),
        ({"o55": "03", "o57": "0.00"}, QrDamaged),
        ({"o55": "01", "o57": "5"}, QrDamaged),
        ({"o55": "04"}, QrDamaged),
        ({"o53": "840"}, QrForeign),
        ({"o53": ""}, QrForeign),
        ({"o58": "SG"}, QrForeign),
        ({"o26": ""}, QrForeign),
        ({"o51": ""}, QrDamaged),
        ({"o51": "0014ID.CO.QRIS.WWW0203IDX"}, QrDamaged),
        ({"o26": "0016ID.CO.CONTOH.WWW0104abcd"}, QrDamaged),
        ({"o26": "0016ID.CO.CONTOH.WWW01189360099900000000170303XXX"}, QrDamaged),
        ({"o59": ""}, QrDamaged),
        ({"o59": "\u202e \u200b"}, QrDamaged),
        ({"o59": "x" * 26}, QrDamaged),
        ({"o60": ""}, QrDamaged),
        ({"o52": "58A2"}, QrDamaged),
        ({"o52": ""}, QrDamaged),
        ({"o26": "0016ID.CO.CONTOH.WWW"}, QrDamaged),
        ({"o51": "0014ID.CO.QRIS.WWW"}, QrDamaged),
        ({"o01": "13"}, QrDamaged),
        ({"o40": "0016ID.CO.CONTOH.WWW0119936009990000000017", "o01": "11"}, QrDamaged),
        ({"o62": "0799A01"}, QrDamaged),
    ],
)
def test_code_against_the_profile_is_refused(values, refusal):
    with pytest.raises(refusal):
        read_qris(changed(**values))


@pytest.mark.parametrize(
    "values", [{"o54": "25000"}, {"o54": "98."}, {"o61": ""}, {"o80": "0002XX"}, {"o65": "??"}, {"o01": ""}]
)
def test_code_that_other_readers_accept_is_accepted(values):
    assert read_qris(changed(**values)).name == "WARUNG CONTOH"


OUR_ACCOUNT = "0016ID.CO.CONTOH.WWW01189360099900000000170215MID0000000000010303UMI"
OTHER_ACCOUNT = OUR_ACCOUNT.replace("93600999", "93600002")
NATIONAL = "0014ID.CO.QRIS.WWW0215ID10200000000010303UMI"


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("98.", Money(98_00)),
        ("98.5", Money(98_50)),
        ("0.01", Money(1)),
        ("1234567890.12", Money(1_234_567_890_12)),
        ("1234567890123", Money(1_234_567_890_123_00)),
    ],
)
def test_amount_is_read_however_it_is_written(written, amount):
    assert read_qris(changed(o54=written)).amount == amount
    assert read_qris(changed(o55="02", o56=written)).tip == Tip(fixed=amount)


@pytest.mark.parametrize(("written", "basis_points"), [("5", 500), ("2.5", 250), ("0.01", 1), ("99.99", 9_999)])
def test_share_of_a_tip_is_read_however_it_is_written(written, basis_points):
    assert read_qris(changed(o55="03", o57=written)).tip == Tip(basis_points=basis_points)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"o01": "11", "o51": NATIONAL}, id="static"),
        pytest.param({"o52": "5812"}, id="category of goods"),
        pytest.param({"o62": ""}, id="nothing more"),
        pytest.param({"o62": "0804BOOK"}, id="purpose alone"),
        pytest.param({"o62": "9936000200012601J9ZK3M4N5P6Q7R8S9T0V1W2X"}, id="unique number alone"),
    ],
)
def test_transfer_that_lacks_a_mark_of_a_transfer_is_refused(values):
    with pytest.raises(QrDamaged):
        read_qris(changed("transfer", **values))


def test_transfer_may_say_more_than_it_must():
    code = read_qris(changed("transfer", o62="0505REF010804BOOK9936000200012601J9ZK3M4N5P6Q7R8S9T0V1W2X"))

    assert (code.is_transfer, code.reference) == (True, "REF01")


@pytest.mark.parametrize("name", ["26", "27", "39", "41", "45"])
def test_any_domestic_account_is_found(name):
    code = read_qris(changed(**{"o26": "", f"o{name}": OTHER_ACCOUNT}))

    assert code.account.acquirer == "93600002"


@pytest.mark.parametrize("name", ["25", "46"])
def test_account_of_an_international_scheme_is_no_account_here(name):
    with pytest.raises(QrForeign):
        read_qris(changed(**{"o26": "", f"o{name}": OTHER_ACCOUNT}))


def test_first_of_several_accounts_counts():
    assert read_qris(changed(o27=OTHER_ACCOUNT)).account == STALL


def test_account_of_a_person_counts_before_one_of_a_merchant():
    assert read_qris(changed("transfer", o26=OTHER_ACCOUNT)).account.acquirer == "93600999"


def test_account_without_id_and_criteria_is_a_regular_one():
    account = read_qris(changed(o26="0016ID.CO.CONTOH.WWW0118936009990000000017")).account

    assert (account.merchant_id, account.criteria) == ("", Criteria.REGULAR)


def test_account_without_its_network_is_refused():
    with pytest.raises(QrDamaged):
        read_qris(changed(o26="0118936009990000000017"))


def test_number_of_the_older_register_is_read():
    older = "0015ID.OR.GPNQR.WWW0215ID1020000000001"

    assert read_qris(changed(o51=older)).nmid == "ID1020000000001"


def test_number_of_another_register_is_refused():
    with pytest.raises(QrDamaged):
        read_qris(changed(o51=NATIONAL.replace("QRIS", "KRIS")))


def test_dynamic_code_needs_no_number_in_the_register():
    assert read_qris(changed("dynamic", o51="")).nmid == ""


def test_texts_are_read_up_to_their_lengths():
    code = read_qris(changed(o59="N" * 25, o60="C" * 15, o61="12345 \u202e678901"))

    assert (code.name, code.city, code.postal_code) == ("N" * 25, "C" * 15, "12345 6789")
    with pytest.raises(QrDamaged):
        read_qris(changed(o60="C" * 16))


def test_name_in_another_script_is_shown_and_its_hidden_characters_are_not():
    code = read_qris(changed(o59="متجر\u202e السلام\u200b"))

    assert code.name == "متجر السلام"


@pytest.mark.parametrize(("sen", "written"), [(25_000_00, "25000"), (25_000_05, "25000.05"), (25_000_50, "25000.50")])
def test_amount_is_written_with_two_digits_of_sen_or_none(sen, written):
    payload = write_qris(dataclasses.replace(POSTER, amount=Money(sen)))

    assert emv_qr.read_objects(payload)["54"] == written


@pytest.mark.parametrize(("basis_points", "written"), [(1, "00.01"), (9_900, "99.00"), (9_999, "99.99")])
def test_share_of_a_tip_is_written_with_two_digits_on_both_sides(basis_points, written):
    code = dataclasses.replace(POSTER, amount=Money(25_000_00), tip=Tip(basis_points=basis_points))
    objects = emv_qr.read_objects(write_qris(code))

    assert (objects["54"], objects["57"]) == ("25000", written)


@given(codes)
def test_code_that_was_written_is_read_as_it_was(code):
    try:
        payload = write_qris(code)
    except ValueError:
        amount = code.amount or Money(1)
        assert amount.amount_minor >= 10**12 or code.tip is not None
        return

    assert read_qris(payload) == code
    assert len(payload) <= emv_qr.PAYLOAD_CHARS_MAX


@given(strategies.text(max_size=520))
def test_any_text_is_read_or_refused(text):
    for payload in (text, f"000201{text}", payload_around(text)):
        try:
            read_qris(payload)
        except (QrUnknown, QrDamaged, QrForeign):
            continue


@pytest.mark.parametrize(
    "code",
    [
        POSTER,
        dataclasses.replace(POSTER, is_dynamic=True, amount=Money(25_000_00), reference="01J9ZK3M4N5P6Q7R8S9T0V1W2"),
        dataclasses.replace(POSTER, is_dynamic=True, amount=Money(15_000_50)),
        dataclasses.replace(POSTER, is_dynamic=True, amount=Money(100_000_00), tip=Tip()),
        dataclasses.replace(POSTER, is_dynamic=True, amount=Money(100_000_00), tip=Tip(fixed=Money(2_500_00))),
        dataclasses.replace(POSTER, is_dynamic=True, amount=Money(100_000_00), tip=Tip(basis_points=250)),
    ],
)
def test_other_readers_understand_a_code_of_ours(code):
    payload = write_qris(code)

    theirs = qriskit.parse(payload, strict=True)
    assert qriskit.validate(payload) == []
    assert (theirs.merchant_name, theirs.merchant_city, theirs.nmid) == (code.name, code.city, code.nmid)
    assert theirs.is_dynamic == code.is_dynamic
    report = cemacqr.validate(cemacqr.parse_payload(payload))
    assert report.ok, report.violations


@pytest.mark.parametrize(
    "values",
    [
        {"name": "x" * 26},
        {"name": "Toko\u202e"},
        {"name": ""},
        {"city": "Kota yang panjang sekali"},
        {"nmid": ""},
        {"category": "toko"},
        {"reference": "x" * 100},
        {"amount": Money(0)},
        {"amount": Money(-5)},
        {"is_transfer": True},
    ],
)
def test_code_that_nobody_could_read_is_not_written(values):
    with pytest.raises((ValueError, QrDamaged, QrForeign)):
        write_qris(dataclasses.replace(POSTER, **values))
