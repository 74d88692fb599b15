"""Faults that the courier was told to have. Each strikes a given number of times, and says so beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from simulators.courier.books import Books

TIMES_MAX, SECONDS_MAX = 1_000, 3_600


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault, by its names for people; ``meaning`` says what its value is, ``default`` which it has."""

    title: str
    english: str
    meaning: str = ""
    default: str = ""


KINDS = {
    "silence": FaultKind("Bungkam: tidak menjawab", "Silence", "detik sampai putus / seconds until it hangs up", "30"),
    "nothing": FaultKind("Menjawab 200 tanpa isi", "200 with nothing", "0 = tanpa kejadian, 1 = badan kosong", "0"),
    "late": FaultKind("Jawaban lambat", "Late answer", "detik / seconds", "3"),
    "wrong": FaultKind("Jawaban tentang paket lain", "Another parcel's answer"),
    "duplicated": FaultKind("Semua kejadian dua kali", "Every event twice"),
    "out_of_order": FaultKind("Kejadian terbalik urutannya", "Events out of order"),
    "unknown_code": FaultKind("Kode yang tidak dikenal", "A code that nobody knows"),
    "time_back": FaultKind("Waktu mundur", "Time goes back", "jam / hours", "240"),
    "no_push": FaultKind("Tidak memberi tahu", "Tells nothing by itself"),
    "push_twice": FaultKind("Memberi tahu dua kali", "Tells everything twice"),
    "push_held": FaultKind("Kabar ditahan, yang lain mendahului", "Holds back a message", "detik / seconds", "3"),
}


def set_fault(books: Books, name: str, *, times: int, value: str = "") -> None:
    """
    Have a fault strike so many times from now on; zero ends it.

    :raises ValueError: if there is no such fault, or it has no such value
    """
    kind = KINDS.get(name)
    if kind is None or not 0 <= times <= TIMES_MAX:
        raise ValueError("no such fault, or too often")
    value = value or kind.default
    if kind.meaning and not 0 <= int(value) <= SECONDS_MAX:
        raise ValueError("too much")
    books.set_fault(name, times, value if kind.meaning else "")
