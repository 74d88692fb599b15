"""The reader of structured data of `make check-web` sees what it should see."""

from __future__ import annotations

import json

import pytest

from tests.web_check.structured import faults_of_structure

OFFER = {
    "@type": "Offer",
    "price": "1250000",
    "priceCurrency": "IDR",
    "availability": "https://schema.org/InStock",
    "url": "https://nusa.example/toko/a/b/",
}
PRODUCT = {
    "@context": "https://schema.org",
    "@type": "Product",
    "name": "Kain",
    "image": ["https://nusa.example/a.webp"],
    "offers": OFFER,
}


def page_with(thing):
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def test_complete_product_data_has_no_fault():
    assert faults_of_structure(page_with(PRODUCT), kinds=("Product", "Offer")) == []


@pytest.mark.parametrize(
    ("thing", "fault"),
    [
        ({**PRODUCT, "name": ""}, "Product: no name"),
        ({**PRODUCT, "image": ["/a.webp"]}, "Product: image is not absolute: /a.webp"),
        ({**PRODUCT, "offers": {**OFFER, "price": "Rp1.250.000"}}, "Offer: Rp1.250.000 is no price"),
        ({**PRODUCT, "offers": {**OFFER, "availability": "InStock"}}, "Offer: InStock is no availability"),
        ({**PRODUCT, "@context": "http://schema.org"}, "no context: http://schema.org"),
        ({**PRODUCT, "@type": "Sarung"}, "Sarung: a type that this check does not know"),
    ],
)
def test_structured_data_fault_is_named(thing, fault):
    assert faults_of_structure(page_with(thing), kinds=()) == [fault]


def test_page_without_required_structured_data_is_a_fault():
    assert faults_of_structure("<p>Kain", kinds=("Product",)) == ["does not tell of a Product"]


def test_invalid_json_is_an_error():
    [fault] = faults_of_structure('<script type="application/ld+json">{</script>', kinds=())

    assert fault.startswith("not JSON")
