"""Categories: the tree, the choice of the merchant, and the pages that list the products of each."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from shop import api
from shop.domain import categories
from shop.errors import CategoryNotFound, ProductNotFound
from shop.models import Product, ProductDocument
from shop.queries import product_search
from superapp.core.money import Money
from superapp.core.text_cleaning import clean_line
from tests.shop.html_clients import browser_of, text
from tests.shop.storefronts import index as index
from tests.shop.storefronts import meta, names, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def sort(bo, now):
    """Put a product into a category: ``sort(product, "gelang")``."""

    def put(product, slug):
        api.set_category(owner_id=bo.pk, product=product.public_id, category=slug, now=now)

    return put


# The tree.


def test_every_category_is_named_in_both_languages_and_within_three_levels():
    tree = categories.categories()

    assert len(tree) > 150
    for slug, one in tree.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
        assert len(slug) <= categories.SLUG_CHARS_MAX
        assert set(one.names) == {"id", "en"}
        assert all(clean_line(name) == name for name in one.names.values())
        assert 1 <= len(one.path) <= 3
        assert one.path[-1] == slug
    assert tree["gelang"].google == 191
    assert tree["batik-tulis"].google == tree["batik-tenun"].google == 1604


def test_tree_is_walked_from_the_first_level_to_the_last():
    assert [one.slug for one in categories.list_path("gelang")] == ["aksesori", "perhiasan", "gelang"]
    assert "perhiasan" in [one.slug for one in categories.list_within("aksesori")]
    assert set(categories.list_subtree("perhiasan")) >= {"perhiasan", "gelang", "cincin"}
    assert "topi" not in categories.list_subtree("perhiasan")
    assert all(one.parent == "" for one in categories.list_within(""))


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("gelang", "gelang"),
        ("BRACELET", "gelang"),
        ("perhiasan cin", "cincin"),
        ("kopi b", "kopi-biji"),
        ("novel", "novel"),
    ],
)
def test_category_is_found_by_beginnings_of_words_in_both_languages(words, first):
    assert first in [one.slug for one in categories.find_by_words(words)][:2]


@pytest.mark.parametrize("words", ["", "  ", "zzz", "'", "gelang zzz"])
def test_words_of_no_category_find_none(words):
    assert categories.find_by_words(words) == []


# The choice.


def test_category_is_set_changed_and_taken_back(bo, product, sort):
    sort(product, "gelang")
    assert api.fetch_own_product(owner_id=bo.pk, product=product.public_id).category == "gelang"
    version = Product.objects.get().version

    sort(product, "gelang")
    assert Product.objects.get().version == version

    sort(product, "")
    assert Product.objects.get().category == ""


def test_unknown_category_and_product_of_another_are_refused(make_user, product, sort, now):
    with pytest.raises(CategoryNotFound):
        sort(product, "tiada")
    with pytest.raises(ProductNotFound):
        api.set_category(owner_id=make_user("eve").pk, product=product.public_id, category="gelang", now=now)

    assert Product.objects.get().category == ""


def test_merchant_searches_and_chooses_a_category_without_scripts(bo, product):
    browser, path = browser_of(bo), f"/tokoku/barang/{product.public_id}/kategori/"

    assert "Aksesori" in text(browser.get(path))
    assert "Perhiasan" in text(browser.get(path, {"dalam": "aksesori"}))
    assert "Aksesori › Perhiasan › Gelang" in text(browser.get(path, {"cari": "gelang"}))
    assert "Tidak ada kategori “zzz”" in text(browser.get(path, {"cari": "zzz"}))

    answer = browser.post(path, {"slug": "gelang"}, follow=True)

    assert Product.objects.get().category == "gelang"
    assert "Aksesori › Perhiasan › Gelang" in text(answer)


def test_page_of_a_choice_refuses_what_is_unknown_and_others(bo, make_user, make_shop, product):
    path = f"/tokoku/barang/{product.public_id}/kategori/"
    eve = make_user("eve")
    make_shop(eve, "toko-eve")

    answer = browser_of(bo).post(path, {"slug": "tiada"})

    assert answer.status_code == 404
    assert "Kategori tidak ditemukan" in text(answer)
    assert browser_of(eve).post(path, {"slug": "gelang"}).status_code == 404
    assert Product.objects.get().category == ""


# The pages.


def test_page_of_a_category_lists_products_of_all_within_it(client, shop, product, make_product, sort, index):
    sort(product, "gelang")
    sort(make_product(shop, "Cincin manik"), "cincin")
    sort(make_product(shop, "Topi"), "topi")
    make_product(shop, "Tanpa kategori")
    index()

    assert names(read(client, "/kategori/gelang/")) == ["Gelang manik"]
    assert names(read(client, "/kategori/perhiasan/")) == ["Cincin manik", "Gelang manik"]
    assert names(read(client, "/kategori/aksesori/")) == ["Topi", "Cincin manik", "Gelang manik"]
    assert client.get("/kategori/tiada/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", [30, 20, 10]),
        ("urut=termurah", [10, 20, 30]),
        ("urut=termahal&sampai=20.000", [20, 10]),
        ("dari=20.000&kota=yogyakarta", [30, 20]),
        ("kata=kalung&toko=tiada", [30, 20, 10]),
    ],
)
def test_page_of_a_category_is_narrowed_down_and_sorted(client, shop, make_product, sort, index, fields, expected):
    for thousands in (10, 20, 30):
        sort(make_product(shop, f"Gelang {thousands}", price=Money(thousands * 1_000_00)), "gelang")
    index()

    html = read(client, f"/kategori/perhiasan/?{fields}")

    assert names(html) == [f"Gelang {thousands}" for thousands in expected]


def test_page_of_a_category_goes_on(monkeypatch, client, shop, make_product, sort, index):
    monkeypatch.setattr(product_search, "PAGE_SIZE", 2)
    for number in range(5):
        sort(make_product(shop, f"Gelang {number}"), "gelang")
    index()
    seen, address = [], ""

    while True:
        html = read(client, f"/kategori/gelang/{address}")
        seen += names(html)
        more = re.search(r'<p class="more"><a class="button" href="([^"]+)"', html)
        if more is None:
            break
        address = more[1].replace("&amp;", "&")

    assert seen == [f"Gelang {number}" for number in reversed(range(5))]


def test_empty_category_says_so_only_if_the_index_knows(client, shop, product, make_product, sort, index):
    assert "Search is being updated" in read(client, "/kategori/gelang/")
    index()
    html = read(client, "/kategori/gelang/")
    assert "No products here yet" in html
    assert meta(html)["robots"] == "noindex"

    sort(product, "gelang")
    assert "Search is being updated" in read(client, "/kategori/gelang/")
    index()
    html = read(client, "/kategori/gelang/")
    assert names(html) == ["Gelang manik"]
    assert "robots" not in meta(html)
    assert 'rel="canonical" href="' in html
    assert meta(read(client, "/kategori/gelang/?urut=termurah"))["robots"] == "noindex"


def test_hidden_product_leaves_its_category_before_the_index_knows(client, bo, product, sort, index, now):
    sort(product, "gelang")
    index()
    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)

    assert "Gelang manik" not in read(client, "/kategori/gelang/")


def test_directory_and_pages_are_read_in_both_languages(client, product, sort, index):
    sort(product, "gelang")
    index()

    assert "Bracelets" in read(client, "/kategori/gelang/")
    assert "Gelang" in text(client.get("/kategori/gelang/", headers={"accept-language": "id"}))
    assert 'href="/kategori/aksesori/"' in read(client, "/kategori/")
    assert "Jewelry" in read(client, "/kategori/")


def test_page_of_a_category_takes_the_same_queries_for_many(
    client, shop, make_product, sort, index, django_assert_num_queries
):
    sort(make_product(shop, "Gelang"), "gelang")
    index()
    with django_assert_num_queries(5):
        client.get("/kategori/aksesori/")
    for number in range(12):
        sort(make_product(shop, f"Gelang {number}"), "gelang")
    index()

    with django_assert_num_queries(5):
        client.get("/kategori/aksesori/")


def test_person_who_is_logged_in_gets_categories_privately(ana, product, sort, index):
    sort(product, "gelang")
    index()

    for path in ("/kategori/", "/kategori/gelang/"):
        assert "private" in browser_of(ana).get(path)["Cache-Control"]


# The facet of a search.


def test_search_offers_the_categories_of_what_was_found_and_keeps_to_one(
    client, shop, product, make_product, sort, index
):
    sort(product, "gelang")
    sort(make_product(shop, "Gelang kopi"), "kopi")
    make_product(shop, "Gelang lain")
    index()

    html = read(client, "/cari/?kata=gelang")
    assert _options(html) == ["All categories", "Accessories (1)", "Drinks (1)"]

    html = read(client, "/cari/?kata=gelang&kategori=aksesori")
    assert names(html) == ["Gelang manik"]
    assert _options(html) == ["All categories", "Accessories", "Jewelry (1)"]
    assert names(read(client, "/cari/?kategori=minuman")) == ["Gelang kopi"]
    assert len(names(read(client, "/cari/?kata=gelang&kategori=tiada"))) == 3


def test_numbers_of_categories_are_not_told_if_not_all_was_read(monkeypatch, client, shop, make_product, sort, index):
    monkeypatch.setattr("superapp.search.queries.documents.CANDIDATES_MAX", 2)
    for number in range(4):
        sort(make_product(shop, f"Gelang {number}"), "gelang")
    index()

    html = read(client, "/cari/?kata=gelang")

    assert _options(html) == ["All categories", "Accessories"]
    assert "of many results" in html


def _options(html: str) -> list[str]:
    return re.findall(r"<option[^>]*>([^<]+)<", html.partition('id="kategori"')[2].partition("</select>")[0])


def test_site_map_has_the_categories_that_have_products(client, product, sort, index):
    sort(product, "gelang")
    index()

    found = [node.text for node in ET.fromstring(client.get("/sitemap.xml").content).iter() if node.text]

    shelves = [address.partition("/kategori/")[2] for address in found if "/kategori/" in address]
    assert shelves == ["", "aksesori/", "perhiasan/", "gelang/"]


def test_category_that_is_not_known_any_more_is_shown_as_none(client, bo, product, index):
    Product.objects.update(category="hilang")
    index()

    assert ProductDocument.objects.get().category == "hilang"
    assert names(read(client, "/cari/?kata=gelang")) == ["Gelang manik"]
    assert browser_of(bo).get(f"/tokoku/barang/{product.public_id}/").status_code == 200
