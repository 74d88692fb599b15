"""
QRIS, the QR code for payment of Indonesia: what a payload says, and the payload of a code of ours.

Indonesia's profile of EMV merchant-presented codes. A payload proves nothing, since anybody can print one: the payer
sees name, city and acquirer before the PIN, and only the provider's notification confirms a payment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from payments.domain import emv_qr
from payments.errors import QrDamaged, QrForeign
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money
from superapp.core.text_cleaning import clean_line

STATIC, DYNAMIC = "11", "12"
COUNTRY, CURRENCY = "ID", "360"
# Identifiers of the national merchant repository; the second is older, and still on stickers.
NATIONAL_GUID, NATIONAL_GUIDS = "ID.CO.QRIS.WWW", frozenset({"ID.CO.QRIS.WWW", "ID.OR.GPNQR.WWW"})
NATIONAL_ID, TRANSFER_ID = "51", "40"
DOMESTIC_IDS = tuple(f"{number}" for number in range(26, 46) if f"{number}" != TRANSFER_ID)
TRANSFER_CATEGORY = "4829"
NAME_CHARS_MAX, CITY_CHARS_MAX, POSTAL_CODE_CHARS_MAX = 25, 15, 10
AMOUNT_CHARS_MAX = 13
REFERENCE_CHARS_MAX = 25
# The first digits of a PAN are the number of the acquirer, who issued the code.
ACQUIRER_DIGITS = 8
_AMOUNT = re.compile(r"(?P<rupiah>[0-9]{1,13})(?:\.(?P<sen>[0-9]{0,2}))?")
_PERCENT = re.compile(r"(?P<whole>[0-9]{1,2})(?:\.(?P<part>[0-9]{1,2}))?")
_PAN = re.compile(r"[0-9]{8,19}")
_CATEGORY = re.compile(r"[0-9]{4}")
_NMID = re.compile(r"ID[0-9]{13}")


class Criteria(StrEnum):
    """The size and kind of a merchant, by which its fee is set."""

    MICRO = "UMI"
    SMALL = "UKE"
    MEDIUM = "UME"
    LARGE = "UBE"
    REGULAR = "URE"
    PUBLIC_SERVICE = "PSO"
    SOCIAL = "BLU"


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip beside the amount: fixed, or a share of it in basis points; with neither, the payer chooses."""

    fixed: Money | None = None
    basis_points: int | None = None

    def of(self, amount: Money) -> Money | None:
        """Return the tip on an amount; None where the payer chooses."""
        if self.basis_points is not None:
            return amount.share(self.basis_points)
        return self.fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantAccount:
    """Merchant account information: the network's identifier, the merchant's account number (PAN), id and criteria."""

    guid: str
    pan: str
    merchant_id: str = ""
    criteria: Criteria = Criteria.REGULAR

    @property
    def acquirer(self) -> str:
        """The first eight digits of the PAN, the national number of the acquirer."""
        return self.pan[:ACQUIRER_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True)
class QrisCode:
    """
    The content of a code. ``amount`` is None where the payer types it.

    A dynamic code is for one payment, and ``reference`` tells which; a static one, such as a poster, is for many.
    ``nmid`` is the merchant's number in the national register. A transfer has no merchant: it is to a person.
    """

    is_dynamic: bool
    is_transfer: bool = False
    account: MerchantAccount
    nmid: str = ""
    category: str
    amount: Money | None = None
    tip: Tip | None = None
    name: str
    city: str
    postal_code: str = ""
    reference: str = ""
    terminal: str = ""


def read_qris(payload: str) -> QrisCode:
    """
    Read the payload of a code. Unknown data objects are ignored.

    Name and city are cleaned of what would make them read as something else.

    :raises QrUnknown: if it is no code for payment
    :raises QrDamaged: if it is damaged, or what it must have is missing or wrong
    :raises QrForeign: if it is of another country or currency, or of no account in Indonesia
    """
    objects = emv_qr.read_objects(payload)
    if objects.get("58") != COUNTRY or objects.get("53") != CURRENCY:
        raise QrForeign
    method = objects.get("01", STATIC)
    if method not in (STATIC, DYNAMIC) or not _CATEGORY.fullmatch(objects.get("52", "")):
        raise QrDamaged
    more = emv_qr.read_template(objects["62"]) if "62" in objects else {}
    is_transfer = TRANSFER_ID in objects
    if is_transfer and not (method == DYNAMIC and objects["52"] == TRANSFER_CATEGORY and {"08", "99"} <= more.keys()):
        raise QrDamaged
    nmid = _read_nmid(objects)
    if method == STATIC and not nmid:
        raise QrDamaged
    return QrisCode(
        is_dynamic=method == DYNAMIC,
        is_transfer=is_transfer,
        account=_read_account(objects, is_transfer=is_transfer),
        nmid=nmid,
        category=objects["52"],
        amount=_read_amount(objects["54"]) if "54" in objects else None,
        tip=_read_tip(objects),
        name=_read_text(objects, "59", NAME_CHARS_MAX),
        city=_read_text(objects, "60", CITY_CHARS_MAX),
        postal_code=clean_line(objects.get("61", ""))[:POSTAL_CODE_CHARS_MAX],
        reference=more.get("05", ""),
        terminal=more.get("07", ""),
    )


def write_qris(code: QrisCode) -> str:
    """
    Write the payload of a code of ours for a merchant.

    Never of somebody else's code: with another amount in it, it would still name their account, and their acquirer
    would not know it.

    :raises ValueError: if it is for a transfer, or a value does not fit
    """
    if code.is_transfer:
        raise ValueError("codes for transfers are only read")
    account = code.account
    domestic = [("00", account.guid), ("01", account.pan), ("02", account.merchant_id), ("03", account.criteria.value)]
    national = [("00", NATIONAL_GUID), ("02", code.nmid), ("03", account.criteria.value)]
    more = [(name, value) for name, value in (("05", code.reference), ("07", code.terminal)) if value]
    objects = [
        ("01", DYNAMIC if code.is_dynamic else STATIC),
        (DOMESTIC_IDS[0], emv_qr.write_template(domestic)),
        (NATIONAL_ID, emv_qr.write_template(national)),
        ("52", code.category),
        ("53", CURRENCY),
        *([("54", _write_amount(code.amount))] if code.amount is not None else []),
        *_write_tip(code.tip),
        ("58", COUNTRY),
        ("59", code.name),
        ("60", code.city),
        *([("61", code.postal_code)] if code.postal_code else []),
        *([("62", emv_qr.write_template(more))] if more else []),
    ]
    payload = emv_qr.write_objects(objects)
    if read_qris(payload) != code:
        raise ValueError("a value does not fit into a code")
    return payload


def _read_account(objects: dict[str, str], *, is_transfer: bool) -> MerchantAccount:
    """Return the first domestic merchant account; accounts of international schemes are ignored."""
    found = next((name for name in ((TRANSFER_ID,) if is_transfer else DOMESTIC_IDS) if name in objects), None)
    if found is None:
        raise QrForeign
    fields = emv_qr.read_template(objects[found])
    criteria = fields.get("03", Criteria.REGULAR.value)
    if not fields.get("00") or not _PAN.fullmatch(fields.get("01", "")) or not _is_criteria(criteria):
        raise QrDamaged
    return MerchantAccount(
        guid=fields["00"],
        pan=fields["01"],
        merchant_id=fields.get("02", ""),
        criteria=Criteria(criteria),
    )


def _read_nmid(objects: dict[str, str]) -> str:
    """Return the merchant's number in the national register; empty if the code has none."""
    if NATIONAL_ID not in objects:
        return ""
    fields = emv_qr.read_template(objects[NATIONAL_ID])
    if fields.get("00") not in NATIONAL_GUIDS or not _NMID.fullmatch(fields.get("02", "")):
        raise QrDamaged
    return fields["02"]


def _is_criteria(value: str) -> bool:
    return value in {one.value for one in Criteria}


def _read_text(objects: dict[str, str], name: str, chars_max: int) -> str:
    text = clean_line(objects.get(name, ""))
    if not text or len(objects[name]) > chars_max:
        raise QrDamaged
    return text


def _read_amount(text: str) -> Money:
    found = _AMOUNT.fullmatch(text)
    if found is None or len(text) > AMOUNT_CHARS_MAX:
        raise QrDamaged
    amount = Money(int(found["rupiah"]) * SEN_PER_RUPIAH + int((found["sen"] or "").ljust(2, "0")), IDR)
    if not amount:
        raise QrDamaged
    return amount


def _write_amount(amount: Money) -> str:
    rupiah, sen = divmod(amount.amount_minor, SEN_PER_RUPIAH)
    return f"{rupiah}.{sen:02}" if sen else f"{rupiah}"


def _read_tip(objects: dict[str, str]) -> Tip | None:
    kind, fixed, percent = objects.get("55"), objects.get("56"), objects.get("57")
    if (kind == "02") != (fixed is not None) or (kind == "03") != (percent is not None):
        raise QrDamaged
    if kind is None:
        return None
    if kind == "01":
        return Tip()
    if fixed is not None:
        return Tip(fixed=_read_amount(fixed))
    if percent is None or (found := _PERCENT.fullmatch(percent)) is None:
        raise QrDamaged
    basis_points = int(found["whole"]) * 100 + int((found["part"] or "").ljust(2, "0"))
    if basis_points == 0:
        raise QrDamaged
    return Tip(basis_points=basis_points)


def _write_tip(tip: Tip | None) -> list[tuple[str, str]]:
    if tip is None:
        return []
    if tip.fixed is not None:
        return [("55", "02"), ("56", _write_amount(tip.fixed))]
    if tip.basis_points is not None:
        # Some readers accept two digits before the point and two behind it only.
        return [("55", "03"), ("57", f"{tip.basis_points // 100:02}.{tip.basis_points % 100:02}")]
    return [("55", "01")]
