"""
The outsider matrix of pages: every address of the URLconf, opened and sent a form by nobody and by Eve, with the ids of
Ana and Bo in it. It is made from the URLconf: a new page is attacked as well.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from superapp.realtime import openapi
from tests.security.attack_fields import template_of
from tests.security.attack_pages import (
    API,
    FILES,
    FORM,
    IN_HEADS,
    QUERY,
    THEIRS_IN_FORMS,
    Page,
    addresses,
    buttons,
    every_address,
    fields_of_forms,
    fields_of_queries,
    forms,
    pages,
    queries,
    without_number,
)
from tests.security.outsider_exceptions import PAGES_ALLOWED_TO_EVE, PAGES_ALLOWED_TO_NOBODY
from tests.security.outsider_verdicts import Verdicts

PAGES = pages()
REFUSALS = {401, 403, 404, 405}
REDIRECTS = {301, 302}
ALLOWED = {"nobody": PAGES_ALLOWED_TO_NOBODY, "eve": PAGES_ALLOWED_TO_EVE}


def look(world, browser, address, answer):
    """Follow where an answer leads, and return whether it is a refusal in the end, and all that it said."""
    way = [address]
    while answer.status_code in REDIRECTS:
        way.append(urlsplit(answer.headers["Location"]).path)
        if way[-1] == settings.LOGIN_URL:
            return True, said(answer)
        answer = browser.get(answer.headers["Location"])
    # To be led to a page that is about nothing of theirs is a refusal, too.
    is_about_them = any(str(value) in way[-1] for values in world.theirs.values() for value in values.values())
    return answer.status_code in REFUSALS or (len(way) > 1 and not is_about_them), said(answer)


def said(answer):
    """Return what an answer holds, and where it leads; of pictures nothing can be read."""
    assert answer.status_code != 500
    is_picture = answer.headers.get("Content-Type", "") in ("image/webp", "image/jpeg")
    body = "" if is_picture else b"".join(answer).decode()
    return f"{answer.headers.get('Location', '')} {body}"


@pytest.mark.parametrize("who", ["nobody", "eve"])
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_shows_an_outsider_nothing(page, who, world):
    verdicts, browser = Verdicts(world, f"open {page.name}", who, ALLOWED[who]), world.browser(who)

    for aim, address in addresses(page, world):
        for query in queries(world):
            world.forget_limits()
            is_refused, read = look(world, browser, address, browser.get(address, query))
            verdicts.judge(aim, is_refused=is_refused, said=read, sent=address, is_reading=True)

    verdicts.finish()


@pytest.mark.parametrize("who", ["nobody", "eve"])
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_form_refuses_an_outsider(page, who, world):
    verdicts = Verdicts(world, f"send {page.name}", who, ALLOWED[who])

    for aim, address in addresses(page, world):
        for form in forms(page, world, with_buttons=bool(aim) and who != "nobody"):
            world.forget_limits()
            browser = world.browser(who)
            is_refused, read = look(world, browser, address, browser.post(address, form))
            sent = json.dumps([address, form])
            verdicts.judge(aim, is_refused=is_refused, said=read, sent=sent, is_reading=False)

    verdicts.finish()


def test_every_address_is_attacked_as_a_page_or_as_an_operation():
    described = set(openapi.build_description()["paths"])
    api = {page for page in every_address() if page.route.startswith(API)}

    assert {template_of(page.route) for page in api} == {*described, "/api/v1/schema/"}
    assert len(PAGES) + len(api) == len(every_address()) > 140
    assert len({page.name for page in PAGES}) == len(PAGES)


def test_every_field_of_a_form_is_sent():
    known = {*map(without_number, FORM), *THEIRS_IN_FORMS, *FILES, *QUERY, *IN_HEADS, *buttons()}

    assert fields_of_forms() - known == set(), "say in attack_pages.py what an attacker writes there"
    assert known - fields_of_forms() - fields_of_queries() == set(), (
        "strike these from attack_pages.py: no form has them"
    )


def test_query_parameters_of_pages_are_all_attacked():
    assert fields_of_queries() - set(QUERY) == set(), "say in attack_pages.py what an attacker writes there"


@pytest.mark.parametrize("allowed", [PAGES_ALLOWED_TO_EVE, PAGES_ALLOWED_TO_NOBODY])
def test_exception_names_a_page(allowed):
    names = {f"{what} {page.name}" for what in ("open", "send") for page in PAGES}

    assert {name for name, _aim in allowed} <= names


def test_undeclared_page_stops_the_matrix_and_names_where_to_declare_it(world):
    new = Page("shop:gift", "hadiah/<uuid:gift>/", "")

    with pytest.raises(AssertionError, match=r"attacked_world\.py"):
        list(addresses(new, world))
