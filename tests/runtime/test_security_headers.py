"""Security headers of every response."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

NONCE = re.compile(r"'nonce-([A-Za-z0-9+/=]{20,})'")
# Namespaces of vocabularies are names that nobody fetches.
NAMES = ("http://www.w3.org/", "http://www.sitemaps.org/schemas/", "https://schema.org", "http://testserver")
PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(), geolocation=(self), gyroscope=(), magnetometer=(),"
    " microphone=(self), midi=(), payment=(), publickey-credentials-get=(self), usb=()"
)
STRICT = {
    "default-src": {"'self'"},
    "img-src": {"'self'", "blob:", "data:"},
    "connect-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "form-action": {"'self'"},
}


def paths_without_arguments() -> list[str]:
    def walk(prefix: str, patterns: list[URLPattern | URLResolver]) -> list[str]:
        found = []
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            found += walk(route, pattern.url_patterns) if isinstance(pattern, URLResolver) else [route]
        return found

    found = [f"/{route}" for route in walk("", get_resolver().url_patterns) if "<" not in route and "^" not in route]
    return [*found, "/-/live", "/-/ready"]


def policy_of(answer) -> dict[str, set[str]]:
    directives = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {words[0]: set(words[1:]) for words in directives}


def test_tested_paths_include_the_main_pages():
    assert {"/", "/masuk/", "/api/v1/me", "/sw.js"} <= set(paths_without_arguments())


@pytest.mark.parametrize("path", [*paths_without_arguments(), "/no-such-page/"])
def test_response_has_the_strict_csp_and_no_foreign_host(client, db, path):
    answer = client.get(path)
    body = b"".join(answer) if answer.streaming else answer.content

    policy = policy_of(answer)
    scripts, styles = policy.pop("script-src"), policy.pop("style-src")
    assert policy == STRICT
    for sources in (scripts, styles):
        assert {source for source in sources if not NONCE.fullmatch(source)} == {"'self'"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"] == PERMISSIONS
    foreign = [
        address
        for text in (body.decode(errors="replace"), *map(str, answer.headers.values()))
        for address in re.findall(r"(?:https?:|wss?:)?//[a-z0-9][a-z0-9.-]+\.[a-z]{2,}[^\s\"'<]*", text)
        if not address.startswith(NAMES)
    ]
    assert foreign == []


def test_page_nonce_equals_the_csp_nonce_and_changes(client, db):
    nonces = []
    for _ in range(2):
        answer = client.get("/masuk/")
        [allowed] = set(NONCE.findall(answer.headers["Content-Security-Policy"]))
        used = re.findall(r'nonce="([^"]+)"', answer.content.decode())
        assert set(used) == {allowed}
        nonces.append(allowed)

    assert nonces[0] != nonces[1]


def test_inline_script_and_style_have_the_nonce(client, db):
    page = client.get("/masuk/").content.decode()

    styles = re.findall(r"<style[^>]*>", page)
    assert styles
    assert [tag for tag in styles if "nonce=" not in tag] == []
    assert re.findall(r"\sstyle=", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)) == []
    assert re.findall(r"\son[a-z]+=", page) == []
    # Data is not run, and needs no nonce.
    run = [tag for tag in re.findall(r"<script[^>]*>", page) if 'type="application/json"' not in tag]
    assert run
    assert [tag for tag in run if "nonce=" not in tag] == []


def test_request_id_is_kept_if_well_formed_and_generated_otherwise(client, db):
    assert client.get("/-/live", headers={"X-Request-ID": "abc_123-DEF"})["X-Request-ID"] == "abc_123-DEF"
    for forged in ("short", "x" * 65, "has space inside", "line\\nbreak"):
        given = client.get("/-/live", headers={"X-Request-ID": forged})["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", given)


def test_unknown_host_is_refused(client, db):
    assert client.get("/masuk/", headers={"Host": "evil.example"}).status_code == 400


def test_cookies_are_secure_on_https():
    assert settings.SESSION_COOKIE_HTTPONLY is True
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Lax"
    is_https = settings.PUBLIC_URL.startswith("https:")
    assert settings.SESSION_COOKIE_SECURE is settings.CSRF_COOKIE_SECURE is is_https


@pytest.mark.parametrize(("asked", "spoken"), [(None, "id"), ("en-GB,en;q=0.9", "en"), ("fr", "id")])
def test_visitor_gets_an_accepted_language_or_indonesian(client, db, asked, spoken):
    answer = client.get("/masuk/", headers={"Accept-Language": asked} if asked else {})

    assert answer.headers["Content-Language"] == spoken
