"""Pages of the simulated courier, for whoever tries the product: parcels to move on, faults, and messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine

from simulators.courier.books import Books
from simulators.courier.faults import KINDS
from simulators.courier.vocabulary import COURIERS, STEPS

HERE = Path(__file__).resolve().parent
STYLE = HERE.parent / "static" / "simulator.css"
_engine = Engine(dirs=[str(HERE / "templates")])


def show_parcels(books: Books, *, error: str = "") -> bytes:
    """Show the newest parcels with the steps that each can take, and a form for another one."""
    parcels = [{**row, "name": COURIERS[row["courier"]]} for row in books.list_parcels()]
    return _render("parcels.html", {"parcels": parcels, "couriers": COURIERS, "steps": STEPS, "error": error})


def show_faults(books: Books, *, error: str = "") -> bytes:
    """Show which faults strike and how often, with a form for each."""
    there = books.list_faults()
    rows = [
        {"name": name, "kind": kind, "times": str(there.get(name, (0, ""))[0]), "value": there.get(name, (0, ""))[1]}
        for name, kind in KINDS.items()
    ]
    return _render("faults.html", {"faults": rows, "error": error})


def show_pushes(books: Books) -> bytes:
    """Show the newest messages to the client, and how they went."""
    rows = [{**row, "attempts": str(row["attempts"])} for row in books.list_pushes()]
    return _render("pushes.html", {"pushes": rows})


def _render(name: str, shown: dict[str, Any]) -> bytes:
    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=True)
    return _engine.get_template(name).render(Context(shown)).encode()
