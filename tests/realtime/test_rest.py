import json

from django.conf import settings
from django.test import Client as Browser

from tests.harness.sockets import log_in


def browser_of(user, **options):
    browser = Browser(**options)
    browser.force_login(user)
    return browser


def test_the_mirror_answers_what_the_socket_answers(make_user, db):
    ana = make_user("ana")
    from superapp.accounts.models import Device
    from datetime import datetime, UTC
    b = Browser()
    b.force_login(ana)
    Device.objects.create(user=ana, session_key=b.session.session_key, name="x", browser_hash="", signed_in_at=datetime.now(UTC), last_seen_at=datetime.now(UTC))
    r = b.get("/api/v1/sync")
    print(r.status_code, r.content, r.headers)
    r = b.get("/api/v1/me/changes?after=x"); print(r.status_code, r.content)
    r = b.get("/api/v1/me/changes?after=0"); print(r.status_code, r.content)
    r = b.post("/api/v1/me/changes?after=0"); print(r.status_code, r.content)
    r = b.post("/api/v1/conversations", data={"user":"0198"}, content_type="application/json"); print(r.status_code, r.content)
    r = b.post("/api/v1/conversations", data=b"[[[[", content_type="application/json"); print(r.status_code, r.content)
    r = b.post("/api/v1/conversations", data=b"[[[[", content_type="text/plain"); print(r.status_code, r.content)
    r = Browser().get("/api/v1/sync"); print(r.status_code, r.content)
    b = Browser(enforce_csrf_checks=True); b.force_login(ana)
    r = b.post("/api/v1/conversations", data={"user":"0198"}, content_type="application/json"); print(r.status_code, r.content)
