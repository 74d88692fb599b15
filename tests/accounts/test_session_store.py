"""The session and the person that a page begins with: found as Django itself finds them, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client

from superapp.accounts.adapters.auth_backend import SessionUserBackend
from superapp.accounts.adapters.session_store import SessionStore
from superapp.accounts.models import User
from superapp.core import clock

pytestmark = pytest.mark.usefixtures("database")


def test_session_user_equals_the_user_of_django_auth(make_user: Callable[..., User]) -> None:
    ana = make_user("ana", language="en")
    found = SessionUserBackend().get_user(ana.pk)
    expected = ModelBackend().get_user(ana.pk)
    assert found is not None
    assert expected is not None
    columns = [field.attname for field in User._meta.concrete_fields]
    assert [getattr(found, name) for name in columns] == [getattr(expected, name) for name in columns]
    found.name = "Ana Lestari"
    found.save()
    assert User.objects.get(pk=ana.pk).name == "Ana Lestari"


def test_session_of_an_unknown_or_inactive_user_has_no_user(make_user: Callable[..., User]) -> None:
    ana = make_user("ana")
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert SessionUserBackend().get_user(ana.pk) is None
    assert SessionUserBackend().get_user(ana.pk + 1_000) is None


def test_session_store_reads_changes_and_flushes_django_sessions() -> None:
    made = DjangoStore()
    made["language"] = "id"
    made.create()
    found = SessionStore(made.session_key)
    assert found["language"] == "id"
    found["language"] = "en"
    found.save()
    assert DjangoStore(made.session_key)["language"] == "en"
    found.flush()
    assert not Session.objects.exists()


def test_session_that_cannot_be_written_is_not_taken_for_one_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SessionStore()
    made.create()
    found = SessionStore(made.session_key)
    found["language"] = "en"
    with monkeypatch.context() as locked:
        locked.setattr(Session, "save", refuse_to_write)
        with pytest.raises(OperationalError):
            found.save()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        found.save()


def test_page_whose_session_cannot_be_written_says_so(
    make_user: Callable[..., User], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("ana"))
    client.raise_request_exception = False
    monkeypatch.setattr(Session, "save", refuse_to_write)

    answer = client.post("/saya/tampilan/", {"language": "en"})

    assert answer.status_code == 503


def refuse_to_write(*_args: object, **_options: object) -> None:
    raise OperationalError("database is locked")


def test_expired_session_is_empty_and_has_no_key() -> None:
    made = DjangoStore()
    made["language"] = "id"
    made.create()
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    found = SessionStore(made.session_key)
    assert found.get("language") is None
    assert found.session_key is None


def test_session_of_the_default_backend_stays_logged_in(make_user: Callable[..., User], client: Client) -> None:
    ana = make_user("ana")
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert auth.get_user(client).pk == ana.pk
    assert client.get("/saya/").status_code == 200


@pytest.mark.parametrize("key", ['"aaaaaaaa\\000b"', "a" * 500, "%00%00%00%00%00%00%00%00", "é" * 20])
def test_invalid_session_cookie_is_an_anonymous_visitor(client: Client, key: str) -> None:
    response = client.get("/kontak/", headers={"cookie": f"sessionid={key}"})
    assert response.status_code == 302
    assert response["Location"].startswith("/masuk/")
