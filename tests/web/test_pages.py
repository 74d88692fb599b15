"""Properties of every page: its language, its policy, its way on; and the files of the shell."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from superapp.accounts.pages import login
from superapp.web import assets, bundles
from superapp.web.finders import delivered
from superapp.web.management.commands import draw_shell

OPEN_PAGES = ("/masuk/", "/masuk/kotak-sms/", "/luring/")
# Before anybody said anything; at 50 kB/s a third of a second. The style sheets come along to whoever was never here.
PAGE_BYTES_MAX = 16_000
FIRST_PAGE_BYTES_MAX = 31_000
PEOPLES_PAGES = ("/obrolan/", "/kontak/", "/saya/")


class Tags(HTMLParser):
    """All tags of a page, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def named(self, *names):
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture
def see(client, make_user):
    """Open a page as somebody who may."""

    def see(path, language="id", **headers):
        if path in PEOPLES_PAGES:
            client.force_login(make_user("ana", language=language))
        return client.get(path, headers={"Accept-Language": language, **headers})

    return see


@pytest.mark.parametrize("path", [*OPEN_PAGES, *PEOPLES_PAGES, "/tidak-ada/"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_page_declares_its_language_and_uses_it(see, path, language):
    page = see(path, language)
    text = page.content.decode()

    assert f'<html lang="{language}"' in text
    assert page.headers["Content-Language"] == language
    assert ("Langsung ke isi" in text) is (language == "id")
    assert ("Skip to the content" in text) is (language == "en")


@pytest.mark.parametrize("path", [*OPEN_PAGES, *PEOPLES_PAGES, "/tidak-ada/"])
def test_page_keeps_its_csp(see, path):
    page = see(path)
    tags = Tags(page.content.decode())
    nonce = re.search(r"script-src [^;]*'nonce-([^']+)'", page.headers["Content-Security-Policy"])
    own = [*tags.named("style"), *(one for one in tags.named("script") if one.get("type") != "application/json")]

    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert own
    assert [one for one in own if nonce is None or one.get("nonce") != nonce[1]] == []
    assert [name for _tag, attributes in tags.tags for name in attributes if name.startswith("on")] == []
    assert [attributes for _tag, attributes in tags.tags if "style" in attributes] == []


@pytest.mark.parametrize("path", [*OPEN_PAGES, *PEOPLES_PAGES, "/tidak-ada/"])
def test_page_names_no_other_host(see, path):
    tags = Tags(see(path).content.decode())
    addresses = [
        str(attributes[name])
        for _tag, attributes in tags.tags
        for name in ("href", "src", "action", "content")
        if attributes.get(name)
    ]

    assert len(addresses) > 5
    assert [address for address in addresses if re.match(r"(?:[a-z]+:)?//", address)] == []


@pytest.mark.parametrize("path", [*OPEN_PAGES, *PEOPLES_PAGES])
def test_page_is_small_when_compressed(client, see, path):
    first = see(path, **{"Accept-Encoding": "gzip"})
    client.cookies["shell"] = assets.version()
    later = client.get(path, headers={"Accept-Encoding": "gzip"})

    assert first.headers["Content-Encoding"] == later.headers["Content-Encoding"] == "gzip"
    assert len(first.content) < FIRST_PAGE_BYTES_MAX
    assert len(later.content) < PAGE_BYTES_MAX


@pytest.mark.parametrize("path", [*OPEN_PAGES, *PEOPLES_PAGES])
def test_page_has_one_main_one_h1_and_a_skip_link(see, path):
    text = re.sub(r"<template.*?</template>", "", see(path).content.decode(), flags=re.DOTALL)
    tags = Tags(text)
    past_the_bar = str(tags.named("a")[0]["href"])

    assert len(tags.named("main")) == 1
    assert len(tags.named("h1")) == 1
    assert past_the_bar.removeprefix("#") in [attributes.get("id") for _tag, attributes in tags.tags]


def test_chosen_theme_is_in_the_first_paint(client):
    client.cookies["theme"] = "dark"
    chosen = client.get("/masuk/").content.decode()
    client.cookies["theme"] = '"><script>'
    nonsense = client.get("/masuk/").content.decode()

    assert 'data-theme="dark"' in chosen
    assert 'data-theme="auto"' in nonsense


@pytest.mark.django_db
def test_import_map_names_imported_bundles_by_hashed_file(see):
    text = see("/masuk/").content.decode()
    written = json.loads(re.search(r'<script type="importmap"[^>]*>(.*?)</script>', text)[1])

    fetched_later = {path for module in delivered().bundles.modules.values() for path in module.later}

    assert written == assets.import_map()
    assert {"js/lib/proof_of_work.js", "js/ui/photo_courier.js"} <= fetched_later
    assert set(written["imports"]) == {f"#bundle/{path}" for path in {*bundles.SHARED, *fetched_later}}
    assert re.fullmatch(r"/static/js/shell\.[0-9a-f]{12}\.js", written["imports"]["#bundle/js/shell.js"])


def test_page_preloads_exactly_the_imported_bundles(see):
    text = see("/bukti/periksa/").content.decode()

    assert re.findall(r'<link rel="modulepreload" href="/static/(.*?)\.[0-9a-f]{12}\.js">', text) == ["js/shell"]
    assert re.findall(r'<script type="module" src="/static/(.*?)\.[0-9a-f]{12}\.js"', text) == [
        "js/shell",
        "js/receipts",
    ]


@pytest.mark.django_db
def test_first_visit_has_inline_styles_and_a_cached_shell_links_them(client, see):
    first = see("/masuk/").content.decode()
    client.cookies["shell"] = assets.version()
    later = see("/masuk/").content.decode()
    client.cookies["shell"] = "of-another-version"
    updated = see("/masuk/").content.decode()

    [sheet] = re.findall(r'<link rel="stylesheet" href="(.*?)">', later)
    assert re.fullmatch(r"/static/css/app\.[0-9a-f]{12}\.css", sheet)
    assert "<style" not in later
    for page in (first, updated):
        assert 'rel="stylesheet"' not in page
        [written] = re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL)
        assert written == assets.style_text("css/app.css")


@pytest.mark.django_db
def test_page_for_the_service_worker_links_its_style_sheets(client):
    shell = json.loads(client.get("/shell.json").content)
    pages = {shell["offline"], *shell["pages"].values()}

    for path in pages:
        kept = client.get(path, headers={"X-Shell": assets.version()}).content.decode()
        linked = re.findall(r'<link rel="stylesheet" href="(.*?)">', kept)
        assert "<style" not in kept
        assert linked
        assert set(linked) <= set(shell["files"])
    assert len(pages) > 3


def test_page_for_another_service_worker_version_has_inline_styles(client):
    page = client.get("/luring/", headers={"X-Shell": "of-another-version"}).content.decode()

    assert "<style" in page
    assert 'rel="stylesheet"' not in page


def test_manifest_makes_the_app_installable(client):
    answer = client.get("/manifest.webmanifest")
    manifest = json.loads(answer.content)

    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert manifest["display"] == "standalone"
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }


def test_shell_lists_existing_files(client):
    shell = json.loads(client.get("/shell.json").content)

    assert shell["version"] == assets.version()
    assert shell["offline"] == "/luring/"
    assert "/static/web/icons." in " ".join(shell["files"])
    assert len(shell["files"]) == len(set(shell["files"])) > 20


def test_service_worker_is_at_the_root_and_not_cached(client):
    answer = client.get("/sw.js")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == assets.read_file("js/sw.js")


def test_drawn_files_match_the_drawing_code():
    drawn = {name: content for name, content in draw_shell.files().items() if name.endswith(".svg")}

    assert {name: (draw_shell.FOLDER / name).read_bytes() for name in drawn} == drawn


def test_every_icon_of_a_page_is_in_the_sprite():
    sprite = assets.read_file("web/icons.svg").decode()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    root = draw_shell.FOLDER.parents[3]
    named = set()
    for path in root.glob("*/**/templates/**/*.html"):
        named |= set(re.findall(r'{% icon "([\w-]+)"', path.read_text()))

    assert len(named) > 10
    assert named - drawn == set()


@pytest.mark.django_db
def test_unreachable_database_is_reported_on_a_page(client, monkeypatch):
    def fail(**_arguments):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(login.sms_gateways, "list_developer_inbox", fail)

    page = client.get("/masuk/kotak-sms/")

    assert page.status_code == 503
    assert "Datamu tetap aman" in page.content.decode()


@pytest.mark.django_db
def test_unreachable_database_is_reported_before_authentication(client, make_user, monkeypatch):
    client.force_login(make_user("ana"))

    def fail(_session):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(SessionStore, "load", fail)
    client.raise_request_exception = False

    page = client.get("/obrolan/")

    assert page.status_code == 503
    assert "Datamu tetap aman" in page.content.decode()


@pytest.mark.django_db
def test_internal_error_page_says_so(monkeypatch):
    monkeypatch.setattr(login.sms_gateways, "list_developer_inbox", lambda **_arguments: 1 // 0)

    page = Client(raise_request_exception=False).get("/masuk/kotak-sms/")

    assert page.status_code == 500
    assert "Ada gangguan" in page.content.decode()
    assert "ZeroDivisionError" not in page.content.decode()


@pytest.mark.django_db
def test_csrf_failure_page_offers_a_way_on():
    page = Client(enforce_csrf_checks=True).post("/masuk/", {"phone": "0812"})

    assert page.status_code == 403
    assert "sudah kedaluwarsa" in page.content.decode()
