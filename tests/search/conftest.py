"""A world of documents: products in the table of the shop, whose texts a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shop.models import ProductDocument
from shop.queries.product_documents import PRODUCTS
from superapp.search import api as search
from superapp.search.queries.collections import collections
from superapp.search.writers.document_writer import write_documents


def make_document(pk: int, title: str, *texts: str, scope: int = 1, price: int = 100) -> ProductDocument:
    document = ProductDocument(id=pk, scope=scope, price_sen=price, town="Solo", town_key="solo")
    document.set_tokens(title=title, texts=texts)
    return document


@pytest.fixture
def write(db: Any) -> Callable[..., None]:
    """Write documents by their titles: ``write("Gelang manik", "Kalung")``, numbered from 1."""

    def put(*titles: str, **fields: Any) -> None:
        documents = [make_document(pk, title, **fields) for pk, title in enumerate(titles, 1)]
        write_documents(collections[PRODUCTS], documents, gone=())

    return put


@pytest.fixture
def find() -> Callable[..., list[int]]:
    """Return the ids that a search finds, in order: ``find("gelang")``."""

    def ids(text: str, **fields: Any) -> list[int]:
        found = search.search(PRODUCTS, search.SearchRequest(text=text, **fields))
        return [candidate.id for candidate in found.candidates]

    return ids
