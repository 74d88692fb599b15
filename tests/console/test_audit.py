"""The audit: each look is written before it is shown, and is found again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from payments.actions.desk_proposals import TIER
from superapp.console.actions import proposals
from superapp.console.actions.audit import record
from superapp.console.domain.action_words import register_action_words
from superapp.console.domain.desks import list_desks
from superapp.console.domain.subject_words import register_subject_words
from superapp.console.models import AuditEntry, ConsoleSession
from superapp.console.pages import audit as audit_page
from superapp.console.queries import own_desks
from tests.security.database_rows import changed_tables, read_rows

ALL_ROLES = ("auditor", "finance", "support", "admin")


def looks():
    return list(AuditEntry.objects.filter(action="looked").order_by("pk").values_list("subject", "detail"))


def test_look_at_a_desk_is_written_with_its_address_and_its_search(make_operator):
    ana = make_operator("ana", "auditor")

    ana.browser.get("/konsol/jejak/", {"perihal": "user:1"}, REMOTE_ADDR="203.0.113.7")

    assert looks() == [("desk:console.audit", "/konsol/jejak/?perihal=user%3A1")]
    assert AuditEntry.objects.get(action="looked").address == "203.0.113.7"


def test_look_is_written_before_the_page_is_made(make_operator, monkeypatch):
    ana = make_operator("ana", "auditor")
    ana.browser.raise_request_exception = False

    def fail(*_args, **_kwargs):
        raise RuntimeError("the page breaks off")

    monkeypatch.setattr(audit_page.queries, "list_entries", fail)
    answer = ana.browser.get("/konsol/jejak/")

    assert answer.status_code == 500
    assert looks() == [("desk:console.audit", "/konsol/jejak/")]


def test_page_that_answers_a_refused_form_is_a_look_too(make_operator):
    """Without it, who sends a form that is refused sees all that a page shows, and no entry says so."""
    ana = make_operator("ana", "admin")

    refused = ana.browser.post("/konsol/anggota/", {"reason": ""})

    assert (refused.status_code, "Ana" in refused.content.decode()) == (404, True)
    assert looks() == [("desk:console.members", "/konsol/anggota/")]


def test_address_that_the_audit_could_not_keep_whole_is_refused(make_operator):
    """A long parameter before the search would leave the search out of the audit."""
    ana = make_operator("ana", "auditor")

    answer = ana.browser.get("/konsol/jejak/", {"x": "x" * AuditEntry.DETAIL_CHARS_MAX, "perihal": "user:1"})

    assert (answer.status_code, looks()) == (400, [])


def test_every_desk_that_is_opened_writes_the_look_and_nothing_else(make_operator, now):
    ana = make_operator("ana", *ALL_ROLES)
    desks = list_desks(ALL_ROLES)
    assert {own_desks.PROPOSALS, own_desks.MEMBERS, own_desks.AUDIT} <= set(desks)

    written = {}
    for desk in desks:
        before = read_rows()
        assert ana.browser.get(reverse(desk.url_name)).status_code == 200
        written[desk.name] = changed_tables(before, read_rows())

    assert written == {desk.name: {"console_auditentry"} for desk in desks}
    assert {subject for subject, _detail in looks()} == {f"desk:{desk.name}" for desk in desks}


def test_use_of_a_session_is_noted_once_a_minute(make_operator, move_clock, now):
    ana = make_operator("ana", "finance")

    ana.browser.get("/konsol/")
    assert ConsoleSession.objects.get().seen_at == now
    move_clock(now + timedelta(seconds=61))
    ana.browser.get("/konsol/")

    assert ConsoleSession.objects.get().seen_at == now + timedelta(seconds=61)


@pytest.fixture
def entries(make_operator, now):
    ana, bo = make_operator("ana", "auditor"), make_operator("bo", "support")
    for day, member, action, subject in (
        (0, ana, "looked", "user:1"),
        (1, bo, "frozen", "user:1"),
        (2, bo, "looked", "user:2"),
    ):
        record(
            member=member.member, action=action, subject=subject, detail=f"hari {day}", now=now + timedelta(days=day)
        )
    return ana, bo


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"perihal": "user:1"}, ["hari 1", "hari 0"]),
        ({"tindakan": "frozen"}, ["hari 1"]),
        ({"perihal": "user:1", "tindakan": "looked"}, ["hari 0"]),
        ({"dari": "2027-03-02", "sampai": "2027-03-02"}, ["hari 1"]),
        ({"perihal": "user:3"}, []),
        ({"perihal": "user:2", "dari": "bukan tanggal", "anggota": "x", "sebelum": "y"}, ["hari 2"]),
        ({"perihal": "user:2", "dari": "2027-02-31"}, ["hari 2"]),
        ({"perihal": "user:2", "dari": "0001-01-01", "sampai": "9999-12-31"}, ["hari 2"]),
        ({"perihal": "user:2", "anggota": "9" * 30, "sebelum": "9" * 30}, ["hari 2"]),
    ],
    ids=["subject", "action", "both", "day", "nothing", "unreadable", "impossible day", "no moment", "no number"],
)
def test_audit_is_filtered(query, found, entries):
    ana, _bo = entries

    page = ana.browser.get("/konsol/jejak/", query).content.decode()

    assert [line for line in ("hari 2", "hari 1", "hari 0") if f">{line}" in page] == found


def test_audit_of_one_member(entries):
    ana, bo = entries

    page = ana.browser.get("/konsol/jejak/", {"anggota": bo.member.id}).content.decode()

    assert [line for line in ("hari 2", "hari 1", "hari 0") if f">{line}" in page] == ["hari 2", "hari 1"]


def test_audit_is_read_a_page_at_a_time_without_gaps(make_operator, now, django_assert_max_num_queries):
    ana = make_operator("ana", "auditor")
    for number in range(audit_page.PAGE_SIZE + 5):
        record(member=ana.member, action="frozen", subject="user:1", detail=f"nomor {number}.", now=now)

    with django_assert_max_num_queries(14):
        first = ana.browser.get("/konsol/jejak/", {"perihal": "user:1"}).content.decode()
    last = AuditEntry.objects.filter(subject="user:1").order_by("pk")[5]
    second = ana.browser.get("/konsol/jejak/", {"perihal": "user:1", "sebelum": last.pk}).content.decode()

    assert f"sebelum={last.pk}" in first
    numbers = [number for number in range(105) if f">nomor {number}." in first]
    assert numbers == list(range(5, 105))
    assert [number for number in range(105) if f">nomor {number}." in second] == list(range(5))


def test_actions_are_shown_in_words_and_an_unknown_one_by_its_name(entries):
    ana, _bo = entries
    record(member=ana.member, action="weighed", subject="user:9", now=AuditEntry.objects.latest("pk").at)

    page = ana.browser.get("/konsol/jejak/").content.decode()

    assert ">Membekukan rekening</a>" in page
    assert ">Melihat</a>" in page
    assert ">weighed</a>" in page


def test_words_of_an_action_are_registered_once():
    with pytest.raises(ValueError, match="looked"):
        register_action_words({"looked": "Peeked"})


def test_subjects_are_shown_in_words_and_an_unknown_one_as_it_is(make_operator, make_user, now):
    ana, eve = make_operator("ana", "auditor"), make_user("eve", name="Eve Sari")
    gone = make_user("gone").public_id
    subjects = (f"user:{eve.public_id}", f"member:{ana.member.id}", "member:0", "desk:payments.float", "desk:x", "odd")
    for subject in (*subjects, f"user:{gone.hex}", "user:x"):
        record(member=ana.member, action="frozen", subject=subject, now=now)

    page = ana.browser.get("/konsol/jejak/", {"tindakan": "frozen"}).content.decode()

    shown = [cell.partition("</a>")[0] for cell in page.split('title="')[1:]]
    assert [text.partition(">")[2] for text in shown if text.partition('"')[0] in subjects] == [
        "odd",
        "desk:x",
        "Dana mengendap",
        "member:0",
        ana.user.name,
        "Eve Sari",
    ]


def test_proposal_is_named_by_its_kind(make_operator, make_user, now):
    ana = make_operator("ana", *ALL_ROLES)
    payload = {"user": make_user("eve").pk, "tier": "verified"}
    proposals.propose(kind=TIER, payload=payload, reason="KTP dilihat", maker=ana.member, now=now)

    page = ana.browser.get("/konsol/jejak/", {"tindakan": "proposed"}).content.decode()

    assert ">Usulan: " in page
    assert ">KTP dilihat" in page


def test_words_of_a_subject_are_registered_once():
    with pytest.raises(ValueError, match="user"):
        register_subject_words("user", lambda names: {})
