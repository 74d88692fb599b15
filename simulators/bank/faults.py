"""Faults that the bank was told to have. Each strikes a given number of times, and says so beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from simulators.bank.models import Fault

TIMES_MAX = 1_000
SECONDS_MAX = 3_600


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault: its name for people, and what its value means; ``default`` is the value where none was given."""

    title: str
    english: str
    meaning: str = ""
    default: str = ""
    is_number: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedFault:
    """A fault with how often it still strikes, and its value."""

    name: str
    kind: FaultKind
    times: int
    value: str


_MONEY = ("", "transfer", "refund", "va", "qr")
KINDS = {
    "drop_before_commit": FaultKind(
        "Putus sebelum dibukukan", "Drop before commit", "transfer, refund, va, qr; kosong = semua", "", choices=_MONEY
    ),
    "drop_after_commit": FaultKind(
        "Putus sesudah dibukukan", "Drop after commit", "transfer, refund, va, qr; kosong = semua", "", choices=_MONEY
    ),
    "delay": FaultKind("Jawaban lambat", "Delay", "detik / seconds", "5", is_number=True),
    "answer": FaultKind("Jawaban galat", "Answer with an error", "429, 500, 504", "500", choices=("429", "500", "504")),
    "repeat_callbacks": FaultKind(
        "Ulangi panggilan", "Repeat callbacks", "berapa kali / how often", "1", is_number=True
    ),
    "reorder_callbacks": FaultKind(
        "Tahan satu panggilan, yang lain mendahului", "Reorder callbacks", "detik / seconds", "3", is_number=True
    ),
    "accept_then_fail": FaultKind(
        "Terima, lalu gagal", "Accept, then fail", "detik sampai gagal / seconds until it fails", "2", is_number=True
    ),
    "wrong_amount": FaultKind(
        "Jumlah salah di panggilan", "Wrong amount in the callback", "selisih rupiah / rupiah off", "1", is_number=True
    ),
    "skewed_clock": FaultKind("Jam bank meleset", "Skewed clock", "detik / seconds", "600", is_number=True),
    "expired_token": FaultKind("Token kedaluwarsa", "Expired token"),
    "missing_line": FaultKind("Baris mutasi hilang", "Missing line in the statement"),
    "extra_line": FaultKind("Baris mutasi tambahan", "Extra line in the statement", "rupiah", "12345", is_number=True),
}


def set_fault(name: str, *, times: int, value: str = "") -> None:
    """
    Have a fault strike so many times from now on; zero ends it.

    :raises ValueError: if there is no such fault, or it has no such value
    """
    kind = KINDS.get(name)
    if kind is None or not 0 <= times <= TIMES_MAX:
        raise ValueError("no such fault, or too often")
    value = value or kind.default
    if kind.is_number:
        if abs(int(value)) > SECONDS_MAX and kind.meaning != "rupiah":
            raise ValueError("too much")
    elif value not in (kind.choices or ("",)):
        raise ValueError("no such value")
    Fault.objects.update_or_create(name=name, defaults={"times": times, "value": value})


def strike(name: str, *, of: str = "") -> str | None:
    """
    Return the value of a fault if it strikes now, and count that; None if it does not.

    A fault that has a value for one kind of movement strikes at that kind (``of``) alone.
    """
    fault = Fault.objects.filter(name=name, times__gt=0).first()
    if fault is None or (of and fault.value not in ("", of)):
        return None
    # Of two requests at the same moment, one has the last strike.
    if not Fault.objects.filter(name=name, times__gt=0).update(times=F("times") - 1):
        return None
    return fault.value


def listed() -> list[ListedFault]:
    """Return all faults with how often each still strikes."""
    stored = {fault.name: fault for fault in Fault.objects.all()}
    return [
        ListedFault(name, kind, stored[name].times, stored[name].value)
        if name in stored
        else ListedFault(name, kind, 0, kind.default)
        for name, kind in KINDS.items()
    ]
