"""
Measure searches, and a category, that always match the same number of products, in catalogues of growing size.

For each size, from 10,000 on tenfold up to ``--largest``, the same number of documents matches each of the words.
``rows`` is what all steps of the plan of a search read (SQLite does not tell), ``median_ms`` how long it takes. The
cost is flat if both grow by no more than ``ROWS_GROWTH_MAX`` and ``GROWTH_MAX`` from the smallest size.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator
from typing import Any

from bench import environment

SMALLEST, LARGEST = 10_000, 1_000_000
BATCH = 5_000
MATCHES = 200
ROUNDS = 40
ROWS_GROWTH_MAX, GROWTH_MAX = 1.05, 1.5
# Words of the others; none of them is one that is searched.
OTHERS = tuple(f"kata{number}" for number in range(20_000))
SEARCHED = ("gelang manik", "gelang", "gelang man", "kalung gelang")
CATEGORY, OTHER_CATEGORY = "gelang", "kopi"
COLUMNS = ("town_key", "town", "price_sen", "category")


def documents(first: int, last: int, size: int) -> Iterator[Any]:
    """Yield documents, of which MATCHES of the whole size match, spread evenly."""
    from shop.models import ProductDocument

    chance = random.Random(first)
    every = size // MATCHES
    for number in range(first, last):
        words = chance.choices(OTHERS, k=12)
        is_match = number % every == 0
        title = f"Gelang manik kalung {words[0]}" if is_match else f"{words[0]} {words[1]}"
        document = ProductDocument(id=number + 1, scope=number % 5_000, price_sen=100, town="Solo", town_key="solo")
        document.category = CATEGORY if is_match else OTHER_CATEGORY
        document.set_tokens(title=title, texts=[" ".join(words)])
        yield document


def fill(size: int) -> None:
    """Replace the documents in the table by ``size`` new ones."""
    from django.db import connection, transaction

    from shop.models import ProductDocument
    from shop.queries.product_documents import PRODUCTS
    from superapp.search.queries.collections import collections
    from superapp.search.queries.matching import fts5_table
    from superapp.search.writers.document_writer import write_documents

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shop_productdocument")
        if connection.vendor == "sqlite":
            cursor.execute(f"DELETE FROM {fts5_table(ProductDocument)}")
    for first in range(0, size, BATCH):
        made = list(documents(first, min(first + BATCH, size), size))
        with transaction.atomic():
            write_documents(collections[PRODUCTS], made, gone=())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE shop_productdocument" if connection.vendor == "postgresql" else "ANALYZE")


def requests() -> dict[str, Any]:
    """Return what is measured, by what it is called: searches for words, and all of a category."""
    from django.db.models import Q

    from superapp.search import api as search

    of_category = search.SearchRequest(text="", where=Q(category__in=[CATEGORY, "kalung"]), columns=COLUMNS)
    return {text: search.SearchRequest(text=text, columns=COLUMNS) for text in SEARCHED} | {"category": of_category}


def measure(request: Any) -> dict[str, Any]:
    """Make a request, and return what it found and cost."""
    from shop.queries.product_documents import PRODUCTS
    from superapp.search import api as search

    find = search.search if request.text else search.browse
    found = len(find(PRODUCTS, request).candidates)
    took = []
    began = time.process_time()
    for _round in range(ROUNDS):
        at = time.perf_counter()
        find(PRODUCTS, request)
        took.append(time.perf_counter() - at)
    cpu = (time.process_time() - began) / ROUNDS
    return {
        "found": found,
        "rows": count_rows(request),
        "own_cpu_ms": round(cpu * 1_000, 2),
        "median_ms": round(statistics.median(took) * 1_000, 2),
        "p95_ms": round(sorted(took)[int(ROUNDS * 0.95)] * 1_000, 2),
    }


def count_rows(request: Any) -> int | None:
    """Return how many rows all steps of the plan of a search read; None on SQLite."""
    from django.db import connection

    from shop.models import ProductDocument
    from superapp.search.domain import terms
    from superapp.search.queries import matching

    if connection.vendor != "postgresql":
        return None
    rows = ProductDocument.objects.filter(request.where)
    if request.text:
        made = terms.make_terms(terms.parse_words(request.text))
        rows = rows.filter(matching.matches(ProductDocument, made, scope=None))
    rows = rows.order_by("-pk")[:2_001]
    (plan,) = json.loads(rows.explain(format="json", analyze=True))
    return sum(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in steps(plan["Plan"]))


def steps(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from steps(inner)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--largest", type=int, default=LARGEST)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    sizes, size = [], SMALLEST
    while size <= options.largest:
        sizes.append(size)
        size *= 10
    told = []
    with environment.start_database(options.db, has_redis=False):
        for size in sizes:
            fill(size)
            told += [{"size": size, "text": name, **measure(request)} for name, request in requests().items()]
    for one in told:
        first = next(other for other in told if other["text"] == one["text"])
        one["growth"] = round(one["median_ms"] / first["median_ms"], 2)
        rows_growth = 1.0 if one["rows"] is None else one["rows"] / first["rows"]
        one["is_met"] = one["growth"] <= GROWTH_MAX and rows_growth <= ROWS_GROWTH_MAX
        print(json.dumps(one) if options.json else "  ".join(f"{name} {value}" for name, value in one.items()))
    if not all(one["is_met"] for one in told):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
