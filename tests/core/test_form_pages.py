"""Refusals of one input that are found together, and sorted to the fields of a form."""

from __future__ import annotations

import pytest

from superapp.core.errors import AmountInvalid, DomainError, ErrorCollector, InputInvalid, RateLimited
from superapp.core.form_pages import FORM_ERRORS, errors_by_field, make_field_lookup


def test_collector_raises_the_first_refusal_with_the_others_beside_it():
    refused = ErrorCollector()
    with refused:
        raise AmountInvalid
    with refused:
        passed = True
    with refused:
        raise InputInvalid(detail="x")

    with pytest.raises(AmountInvalid) as raised:
        refused.raise_first()

    assert passed
    assert [error.code for error in raised.value.all()] == ["money.amount_invalid", "invalid"]
    assert raised.value.body()["code"] == "money.amount_invalid"


def test_collector_without_refusals_raises_nothing_and_passes_other_errors():
    refused = ErrorCollector()
    refused.raise_first()

    with pytest.raises(ZeroDivisionError), refused:
        raise ZeroDivisionError
    refused.raise_first()


def test_refusals_within_refusals_are_flattened():
    inner, outer = ErrorCollector(), ErrorCollector()
    for field in ("name", "town"):
        with inner:
            raise InputInvalid(detail="x", field=field)
    with outer:
        inner.raise_first()
    with outer:
        raise RateLimited

    with pytest.raises(InputInvalid) as raised:
        outer.raise_first()

    assert [error.params.get("field") for error in raised.value.all()] == ["name", "town", None]


class TooRich(AmountInvalid):
    """An amount of its own kind, for the test."""


def test_refusal_is_shown_at_its_field_and_an_unknown_one_at_none():
    field_of = make_field_lookup({AmountInvalid: "price"})

    assert [field_of(refusal) for refusal in (TooRich(), RateLimited())] == ["price", FORM_ERRORS]


def test_form_errors_are_in_page_order_with_one_per_field():
    refusals: list[DomainError] = [
        InputInvalid(detail="second", field="town"),
        AmountInvalid(),
        RateLimited(),
        InputInvalid(detail="third", field="town"),
    ]

    problems = errors_by_field(
        refusals,
        fields=("price", "town"),
        field_of=make_field_lookup({AmountInvalid: "price"}),
        sentence_of=lambda refusal: str(refusal.params.get("detail", refusal.code)),
    )

    assert list(problems.items()) == [
        (FORM_ERRORS, "rate_limited"),
        ("price", "money.amount_invalid"),
        ("town", "second"),
    ]
