"""Money in whole minor units of one asset, without floats; divisions always assign the remainder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from superapp.core.errors import AmountInvalid, AmountNotWhole, AssetsMixed

# Far above the sum of all wallets of a country in sen, far below 64 bits: sums of sums still fit.
MINOR_MAX = 10**17


@dataclass(frozen=True, slots=True)
class Asset:
    """A currency: its code, the digits of its minor unit, and its symbol."""

    code: str
    digits: int
    symbol: str


ASSETS = {asset.code: asset for asset in (Asset("IDR", 2, "Rp"), Asset("USD", 2, "US$"))}
IDR = "IDR"
SEN_PER_RUPIAH = 100

# "1.250.000", "1250000" or "1.250.000,50"; never "1,250,000", "1.25" or "1e6".
_WRITTEN = re.compile(r"(?P<whole>0|[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d*)(?:,(?P<minor>\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount in minor units (sen) of an asset. It may be negative, as a difference; see ``require_positive``.

    :raises AmountInvalid: if the amount is not a whole number or out of range, or the asset is unknown
    """

    amount_minor: int
    asset: str = IDR

    def __post_init__(self) -> None:
        # A bool is an int in Python, and True would be one sen.
        if type(self.amount_minor) is not int or abs(self.amount_minor) > MINOR_MAX:
            raise AmountInvalid
        if not isinstance(self.asset, str) or self.asset not in ASSETS:
            raise AmountInvalid

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._require_same_asset(other), self.asset)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._require_same_asset(other), self.asset)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.asset)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.amount_minor * times, self.asset)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._require_same_asset(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._require_same_asset(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount_minor > self._require_same_asset(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount_minor >= self._require_same_asset(other)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        """Format as people write it: ``Rp1.250.000``, and ``Rp1.250.000,50`` only where there are sen."""
        asset = ASSETS[self.asset]
        whole, minor = divmod(abs(self.amount_minor), 10**asset.digits)
        sign = "-" if self.amount_minor < 0 else ""
        rest = f",{minor:0{asset.digits}d}" if minor else ""
        return f"{sign}{asset.symbol}{whole:,}".replace(",", ".") + rest

    def require_positive(self) -> Money:
        """
        Return the amount if it is positive.

        :raises AmountInvalid: otherwise
        """
        if self.amount_minor <= 0:
            raise AmountInvalid
        return self

    def require_whole(self) -> Money:
        """
        Return the amount if people can pay it: positive, and without a fraction of a rupiah, so that Rp1 is the least.

        Sen are for what nobody types, such as fees and shares of them.

        :raises AmountInvalid: if it is not positive
        :raises AmountNotWhole: if it has a fraction
        """
        if self.require_positive().amount_minor % 10 ** ASSETS[self.asset].digits:
            raise AmountNotWhole
        return self

    def split(self, parts: int) -> list[Money]:
        """Split into parts as equal as possible, the larger first; their sum is exactly this amount."""
        return self.split_by([1] * parts)

    def split_by(self, weights: list[int]) -> list[Money]:
        """
        Split in proportion to the weights; the sum of the parts is exactly this amount.

        The remainder goes, one minor unit each, to the parts that lost most by rounding down, the earlier first.
        """
        total = sum(weights)
        if total <= 0 or any(type(weight) is not int or weight < 0 for weight in weights):
            raise ValueError("weights are whole numbers, not negative, and not all nothing")
        sign = -1 if self.amount_minor < 0 else 1
        shares = [divmod(abs(self.amount_minor) * weight, total) for weight in weights]
        rest = abs(self.amount_minor) - sum(share for share, _ in shares)
        by_loss = sorted(range(len(weights)), key=lambda part: (-shares[part][1], part))
        lucky = set(by_loss[:rest])
        return [Money(sign * (share + (part in lucky)), self.asset) for part, (share, _) in enumerate(shares)]

    def share(self, basis_points: int) -> Money:
        """Return this many ten-thousandths of the amount, rounded half up once."""
        if type(basis_points) is not int or basis_points < 0 or self.amount_minor < 0:
            raise ValueError("a share is a whole number of ten-thousandths of an amount that is not negative")
        return Money((self.amount_minor * basis_points * 2 + 10_000) // 20_000, self.asset)

    def to_wire(self) -> dict[str, int | str]:
        """Return the representation of money on all wires."""
        return {"amount_minor": self.amount_minor, "asset": self.asset}

    def _require_same_asset(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.asset != self.asset:
            raise AssetsMixed(acquired=self.asset, other=other.asset)
        return other.amount_minor


def from_wire(value: Any) -> Money:  # Values from the wire may have any type.
    """
    Parse ``{"amount_minor": 125000000, "asset": "IDR"}``.

    :raises AmountInvalid: for anything else
    """
    if not isinstance(value, dict) or value.keys() != {"amount_minor", "asset"}:
        raise AmountInvalid
    return Money(value["amount_minor"], value["asset"])


def parse(text: str, asset: str = IDR) -> Money:
    """
    Parse an amount that a person wrote: ``Rp1.250.000``, ``1250000``, ``Rp 1.250.000,50``.

    Parsing is strict, since a misread point is an error by a factor of a thousand.

    :raises AmountInvalid: for any other form
    """
    if not isinstance(text, str) or asset not in ASSETS:
        raise AmountInvalid
    known = ASSETS[asset]
    written = _WRITTEN.fullmatch(text.strip(" ").removeprefix(known.symbol).strip(" "))
    if written is None or len(text) > 40:
        raise AmountInvalid
    minor = written["minor"] or "0" * known.digits
    if len(minor) != known.digits:
        raise AmountInvalid
    return Money(int(written["whole"].replace(".", "") + minor), asset)
