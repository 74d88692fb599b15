"""Access to the console: members with a fresh one-time code, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from superapp.accounts.models import User
from superapp.console.actions import console_sessions
from superapp.console.actions.members import change_roles
from superapp.console.domain import one_time_codes
from superapp.console.errors import ConsoleCodeWrong
from superapp.console.models import AuditEntry, ConsoleMember, ConsoleSession
from superapp.core.errors import RateLimited
from tests.harness.socket_client import browser_on, log_in

PAGES = ["/konsol/", "/konsol/masuk/", "/konsol/usulan/", "/konsol/anggota/", "/konsol/jejak/"]


@pytest.mark.parametrize("path", PAGES)
def test_console_does_not_exist_for_a_stranger_and_for_a_person(path, make_operator, make_user, now):
    make_operator("ana", "admin")
    eve = browser_on(log_in(make_user("eve"), now))

    for browser in (Client(), eve):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"code": "123456"}).status_code == 404
    assert not AuditEntry.objects.filter(action="code_refused").exists()


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/konsol/masuk/"])
def test_member_without_a_code_is_asked_for_one_and_sees_nothing(path, make_operator):
    ana = make_operator("ana", "admin", "auditor", enter=False)

    answer = ana.browser.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/konsol/masuk/?next=")
    assert not AuditEntry.objects.filter(action="looked").exists()


def test_code_opens_the_console_and_leads_where_the_member_wanted_to_go(make_operator, now):
    ana = make_operator("ana", "auditor", enter=False)

    answer = ana.browser.post("/konsol/masuk/", {"code": ana.code(now), "next": "/konsol/jejak/"})

    assert answer.headers["Location"] == "/konsol/jejak/"
    assert ana.browser.get("/konsol/jejak/").status_code == 200


def test_log_in_leads_to_no_foreign_page(make_operator, now):
    ana = make_operator("ana", "auditor", enter=False)

    answer = ana.browser.post("/konsol/masuk/", {"code": ana.code(now), "next": "https://eve.example/"})

    assert answer.headers["Location"] == "/konsol/"


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_code_is_valid_one_step_around_now(steps, status, make_operator, now):
    ana = make_operator("ana", "auditor", enter=False)

    assert ana.browser.post("/konsol/masuk/", {"code": ana.code(now, steps=steps)}).status_code == status


@pytest.mark.parametrize("code", ["", "000", "abcdef", "١٢٣٤٥٦", "0" * 400])
def test_malformed_code_is_refused(code, make_operator):
    ana = make_operator("ana", "auditor", enter=False)

    assert ana.browser.post("/konsol/masuk/", {"code": code}).status_code == 422


def test_used_code_is_refused_in_another_browser(make_operator, now):
    ana = make_operator("ana", "auditor")
    second = browser_on(log_in(ana.user, now))

    assert second.post("/konsol/masuk/", {"code": ana.code(now)}).status_code == 422
    assert second.post("/konsol/masuk/", {"code": ana.code(now, steps=-1)}).status_code == 422
    assert second.get("/konsol/").status_code == 302
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "member_added",
        "logged_in",
        "code_refused",
        "code_refused",
    ]


def test_same_code_sent_twice_at_once_opens_one_session(real_db, make_operator, in_threads, now):
    ana = make_operator("ana", "auditor", enter=False)
    member, code = ana.member, ana.code(now)

    def enter(key):
        return lambda: console_sessions.open_session(member=member, code=code, session_key=key, now=now)

    outcomes = in_threads(enter("one"), enter("other"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConsoleCodeWrong", "NoneType"]
    assert ConsoleSession.objects.count() == 1


def test_guesses_are_throttled_and_the_right_code_then_waits(make_operator, move_clock, now):
    ana = make_operator("ana", "auditor", enter=False)
    wrong = "000000" if ana.code(now) != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(ConsoleCodeWrong):
            console_sessions.open_session(member=ana.member, code=wrong, session_key="k", now=now)

    with pytest.raises(RateLimited):
        console_sessions.open_session(member=ana.member, code=ana.code(now), session_key="k", now=now)

    assert ana.browser.post("/konsol/masuk/", {"code": ana.code(now)}).status_code == 429
    later = now + timedelta(minutes=11)
    move_clock(later)
    ana.enter(later)


@pytest.mark.parametrize(("idle", "status"), [(14, 200), (16, 302)])
def test_session_ends_after_a_quarter_of_an_hour_without_a_click(idle, status, make_operator, move_clock, now):
    ana = make_operator("ana", "auditor")

    move_clock(now + timedelta(minutes=idle))

    assert ana.browser.get("/konsol/").status_code == status


def test_session_ends_after_eight_hours_of_work(make_operator, move_clock, now):
    ana = make_operator("ana", "auditor")
    for minutes in range(10, 480, 10):
        move_clock(now + timedelta(minutes=minutes))
        assert ana.browser.get("/konsol/").status_code == 200

    move_clock(now + timedelta(minutes=480))

    assert ana.browser.get("/konsol/").status_code == 302


def test_session_is_of_one_browser_and_ends_with_its_log_out(make_operator, now):
    ana = make_operator("ana", "auditor")
    other = browser_on(log_in(ana.user, now))

    assert other.get("/konsol/").status_code == 302
    assert ana.browser.post("/konsol/keluar/").status_code == 302

    assert ana.browser.get("/konsol/").status_code == 302
    assert ana.browser.get("/").status_code != 404


def test_person_who_is_no_member_any_more_is_out_at_once(make_operator, now):
    ana = make_operator("ana", "finance")
    assert User.objects.get(pk=ana.user.pk).is_staff

    change_roles(ana.user.pk, [], now=now)

    assert ana.browser.get("/konsol/").status_code == 404
    assert not User.objects.get(pk=ana.user.pk).is_staff
    assert not ConsoleSession.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("auditor", ["/konsol/usulan/", "/konsol/anggota/", "/konsol/jejak/"]),
        ("finance", ["/konsol/usulan/"]),
        ("support", ["/konsol/usulan/"]),
        ("admin", ["/konsol/usulan/", "/konsol/anggota/"]),
    ],
)
def test_role_decides_which_desks_exist(role, found, make_operator):
    ana = make_operator("ana", role)

    paths = ["/konsol/usulan/", "/konsol/anggota/", "/konsol/jejak/"]

    assert [path for path in paths if ana.browser.get(path).status_code == 200] == found
    assert {ana.browser.get(path).status_code for path in paths} <= {200, 404}
    listed = ana.browser.get("/konsol/").content.decode()
    assert [path for path in paths if f'href="{path}"' in listed] == found


def test_auditor_changes_nothing(make_operator):
    ana, bo = make_operator("ana", "auditor"), make_operator("bo", "finance")

    answer = ana.browser.post(
        "/konsol/anggota/", {"member": str(bo.user.public_id), "roles": ["admin"], "reason": "begitu saja"}
    )

    assert answer.status_code == 403
    assert queries_of_roles() == {"ana": ["auditor"], "bo": ["finance"]}


def queries_of_roles():
    return {row.user.handle: row.roles for row in ConsoleMember.objects.select_related("user")}


def test_secret_is_sealed_and_another_key_does_not_open_it(settings):
    secret = one_time_codes.make_secret()
    sealed = one_time_codes.seal(secret)

    assert secret not in sealed
    assert one_time_codes.unseal(sealed) == secret
    settings.SECRET_KEY = "another key of at least fifty characters, as it must be"
    with pytest.raises(one_time_codes.InvalidToken):
        one_time_codes.unseal(sealed)


def test_command_adds_a_member_and_prints_the_secret_once(make_user, now):
    ana, out = make_user("ana"), StringIO()

    call_command("console_member", "add", "--phone", "ana", "--roles", "admin, finance", stdout=out)

    row = ConsoleMember.objects.get(user=ana)
    secret = one_time_codes.unseal(row.secret)
    assert row.roles == ["finance", "admin"]
    assert f"secret={secret}" in out.getvalue()
    assert out.getvalue().count("otpauth://totp/") == 1
    again = StringIO()
    call_command("console_member", "roles", "--phone", "ana", "--roles", "auditor", stdout=again)
    row.refresh_from_db()
    assert (row.roles, one_time_codes.unseal(row.secret)) == (["auditor"], secret)
    assert secret not in again.getvalue()
    call_command("console_member", "end", "--phone", "ana", stdout=StringIO())
    row.refresh_from_db()
    assert (row.roles, row.is_active) == ([], False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "--phone", "siapa", "--roles", "admin"), "siapa"),
        (("add", "--phone", "ana", "--roles", "boss"), "boss"),
        (("roles", "--phone", "ana", "--roles", "admin"), "not a member"),
    ],
    ids=["unknown person", "unknown role", "no member"],
)
def test_command_names_what_is_wrong(arguments, said, make_user):
    make_user("ana")

    with pytest.raises(CommandError, match=said):
        call_command("console_member", *arguments, stdout=StringIO())

    assert not ConsoleMember.objects.exists()
