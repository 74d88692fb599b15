# ruff: noqa: E501  # Each statement on a line.
"""Proposals: one person makes them, another decides, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from superapp.accounts.models import User
from superapp.console import errors
from superapp.console.actions import proposals
from superapp.console.actions.members import change_roles
from superapp.console.domain import proposal_kinds
from superapp.console.domain.proposal_kinds import ProposalKind
from superapp.console.domain.roles import Role
from superapp.console.models import AuditEntry, Proposal
from superapp.core.errors import InputInvalid


@pytest.fixture
def kind(monkeypatch):
    """A kind of proposals that renames a person, as finance does; ``kind.executed`` are its executions."""
    executed = []

    def execute(payload, approval):
        executed.append(approval)
        User.objects.filter(handle=payload["handle"]).update(name=payload["name"])
        if payload["name"] == "Gagal":
            raise InputInvalid(detail="nama")
        if payload["name"] == "Terlarang":
            raise errors.RoleMissing
        return f"Sekarang {payload['name']}."

    def validate(payload):
        if not payload["name"]:
            raise InputInvalid(detail="name")

    made = ProposalKind(
        "test.rename",
        "Ganti nama",
        frozenset({Role.FINANCE}),
        describe=lambda payload: [("Nama", str(payload["name"]))],
        validate=validate,
        execute=execute,
        concerns=lambda payload, user_id: User.objects.get(pk=user_id).handle == payload.get("about"),
    )
    monkeypatch.setitem(proposal_kinds._kinds, made.name, made)
    made_with = {"kind": made.name, "payload": {"handle": "eve", "name": "Evi"}, "reason": "salah tulis"}
    return type("Kind", (), {"executed": executed, "made_with": made_with})


@pytest.fixture
def three(make_operator, make_user):
    make_user("eve")
    return [make_operator(handle, "finance") for handle in ("ana", "bo", "citra")]


def eves_name():
    return User.objects.get(handle="eve").name


def test_proposal_about_oneself_is_left_to_others(kind, three, now):
    ana, bo, citra = three
    made_with = kind.made_with | {"payload": {"handle": "eve", "name": "Evi", "about": "bo"}}
    with pytest.raises(errors.OwnMatter):
        proposals.propose(**made_with, maker=bo.member, now=now)
    assert not Proposal.objects.exists()
    made = proposals.propose(**made_with, maker=ana.member, now=now)

    with pytest.raises(errors.OwnMatter):
        proposals.approve(proposal=made, checker=bo.member, now=now)
    with pytest.raises(errors.OwnMatter):
        proposals.reject(proposal=made, checker=bo.member, reason="jangan", now=now)
    assert (Proposal.objects.get().state, eves_name(), kind.executed) == ("open", "Eve", [])

    proposals.approve(proposal=made, checker=citra.member, now=now)
    assert (Proposal.objects.get().state, eves_name()) == ("approved", "Evi")


def test_refusal_of_either_person_closes_a_proposal_as_failed(kind, three, now):
    ana, bo, _citra = three
    payload = {"handle": "eve", "name": "Terlarang"}
    made = proposals.propose(**{**kind.made_with, "payload": payload}, maker=ana.member, now=now)

    proposals.approve(proposal=made, checker=bo.member, now=now)

    assert (Proposal.objects.get().state, eves_name()) == ("failed", "Eve")


def test_approved_proposal_is_executed_with_both_people(kind, three, now):
    ana, bo, _citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    assert (eves_name(), kind.executed) == ("Eve", [])

    proposals.approve(proposal=made, checker=bo.member, now=now)

    assert eves_name() == "Evi"
    assert [(one.maker_id, one.checker_id, one.reason) for one in kind.executed] == [
        (ana.user.pk, bo.user.pk, "salah tulis")
    ]
    row = Proposal.objects.get()
    assert (row.state, row.outcome, row.checker_id) == ("approved", "Sekarang Evi.", bo.member.id)
    assert list(
        AuditEntry.objects.filter(subject=f"proposal:{made}").order_by("pk").values_list("action", "member_id")
    ) == [
        ("proposed", ana.member.id),
        ("approved", bo.member.id),
    ]


def test_maker_does_not_approve_their_own_proposal(kind, three, now):
    ana = three[0]
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)

    with pytest.raises(errors.SecondPersonNeeded):
        proposals.approve(proposal=made, checker=ana.member, now=now)
    answer = ana.browser.post(f"/konsol/usulan/{made}/", {"do": "approve"})

    assert answer.status_code == 403
    assert (eves_name(), Proposal.objects.get().state) == ("Eve", "open")
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(state="approved", checker=ana.member.id, decided_at=now)


@pytest.mark.parametrize("role", ["support", "admin", "auditor"])
def test_other_roles_neither_make_nor_decide(role, kind, three, make_operator, now):
    made = proposals.propose(**kind.made_with, maker=three[0].member, now=now)
    dewi = make_operator("dewi", role)

    with pytest.raises(errors.RoleMissing):
        proposals.propose(**kind.made_with, maker=dewi.member, now=now)
    for do in ("approve", "reject", "withdraw"):
        assert dewi.browser.post(f"/konsol/usulan/{made}/", {"do": do, "reason": "iseng"}).status_code in (403, 404)

    assert (eves_name(), Proposal.objects.get().state) == ("Eve", "open")
    assert dewi.browser.get(f"/konsol/usulan/{made}/").status_code == (200 if role == "auditor" else 404)


def test_role_that_was_lost_meanwhile_decides_nothing(kind, three, now):
    ana, bo, _citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    as_it_was = replace(bo.member)
    row = type(Proposal.objects.get().maker).objects.get(user=bo.user)
    row.roles = ["auditor"]
    row.save()

    with pytest.raises(errors.RoleMissing):
        proposals.approve(proposal=made, checker=as_it_was, now=now)

    assert eves_name() == "Eve"


@pytest.mark.parametrize("roles", [["auditor"], []], ids=["another role", "left"])
def test_proposal_of_somebody_who_lost_the_role_is_only_rejected(roles, kind, three, now):
    ana, bo, _citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    change_roles(ana.user.pk, roles, now=now)

    with pytest.raises(errors.MakerLostRole):
        proposals.approve(proposal=made, checker=bo.member, now=now)

    assert (eves_name(), Proposal.objects.get().state) == ("Eve", "open")
    proposals.reject(proposal=made, checker=bo.member, reason="sudah keluar", now=now)
    assert Proposal.objects.get().state == "rejected"


def test_same_proposal_is_refused_while_it_waits_unless_its_reason_differs(kind, three, now):
    ana, bo, _citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)

    with pytest.raises(errors.ProposalWaits):
        proposals.propose(**kind.made_with, maker=ana.member, now=now)
    assert AuditEntry.objects.filter(action="proposed").count() == 1
    for other in (
        {"payload": {"handle": "eve", "name": "Eva"}},
        {"reason": "salah tulis lagi"},
        {"maker": bo.member},
    ):
        proposals.propose(**{**kind.made_with, "maker": ana.member, "now": now, **other})
    proposals.approve(proposal=made, checker=bo.member, now=now)
    proposals.propose(**kind.made_with, maker=ana.member, now=now)

    assert Proposal.objects.count() == 5


def test_form_sent_twice_at_once_makes_one_proposal(real_db, kind, three, in_threads, now):
    member = three[0].member

    told = in_threads(*[lambda: proposals.propose(**kind.made_with, maker=member, now=now)] * 3)

    assert sorted(type(one).__name__ for one in told) == ["ProposalWaits", "ProposalWaits", "UUID"]
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_reason_is_required_to_propose_and_to_reject(reason, kind, three, now):
    ana, bo, _citra = three
    with pytest.raises(errors.ReasonMissing):
        proposals.propose(**{**kind.made_with, "reason": reason}, maker=ana.member, now=now)
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)

    with pytest.raises(errors.ReasonMissing):
        proposals.reject(proposal=made, checker=bo.member, reason=reason, now=now)

    assert Proposal.objects.get().state == "open"


def test_payload_that_nobody_could_approve_is_not_proposed(kind, three, now):
    with pytest.raises(InputInvalid):
        proposals.propose(
            **{**kind.made_with, "payload": {"handle": "eve", "name": ""}}, maker=three[0].member, now=now
        )

    assert not Proposal.objects.exists()


def test_refused_execution_leaves_nothing_but_its_refusal(kind, three, now):
    ana, bo, _citra = three
    payload = {"handle": "eve", "name": "Gagal"}
    made = proposals.propose(**{**kind.made_with, "payload": payload}, maker=ana.member, now=now)

    answer = bo.browser.post(f"/konsol/usulan/{made}/", {"do": "approve"}, follow=True)

    assert eves_name() == "Eve"
    row = Proposal.objects.get()
    assert row.state == "failed"
    assert "nama" in row.outcome
    assert "nama" in answer.content.decode()


@pytest.mark.parametrize("first", ["approve", "reject", "withdraw"])
def test_decided_proposal_is_never_decided_again(first, kind, three, now):
    ana, bo, citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    {
        "approve": lambda: proposals.approve(proposal=made, checker=bo.member, now=now),
        "reject": lambda: proposals.reject(proposal=made, checker=bo.member, reason="tidak perlu", now=now),
        "withdraw": lambda: proposals.withdraw(proposal=made, maker=ana.member, now=now),
    }[first]()
    before = Proposal.objects.values().get()

    for again in (
        lambda: proposals.approve(proposal=made, checker=citra.member, now=now),
        lambda: proposals.reject(proposal=made, checker=citra.member, reason="tidak", now=now),
        lambda: proposals.withdraw(proposal=made, maker=ana.member, now=now),
    ):
        with pytest.raises(errors.ProposalClosed):
            again()

    assert Proposal.objects.values().get() == before
    assert len(kind.executed) == (1 if first == "approve" else 0)


def test_two_checkers_at_once_execute_once(real_db, kind, three, in_threads, now):
    ana, bo, citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    checkers = [bo.member, citra.member]

    outcomes = in_threads(*[lambda one=one: proposals.approve(proposal=made, checker=one, now=now) for one in checkers])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Proposal", "ProposalClosed"]
    assert len(kind.executed) == 1


def test_approval_and_rejection_at_once_agree(real_db, kind, three, in_threads, now):
    ana, bo, citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)
    one, other = bo.member, citra.member

    outcomes = in_threads(
        lambda: proposals.approve(proposal=made, checker=one, now=now),
        lambda: proposals.reject(proposal=made, checker=other, reason="jangan", now=now),
    )

    lost = [outcome for outcome in outcomes if isinstance(outcome, errors.ProposalClosed)]
    assert len(lost) == 1
    state = Proposal.objects.get().state
    assert (state, eves_name(), len(kind.executed)) in [("approved", "Evi", 1), ("rejected", "Eve", 0)]


def test_pages_show_all_values_in_words_and_the_way_of_a_decision(kind, three, now):
    ana, bo, _citra = three
    made = proposals.propose(**kind.made_with, maker=ana.member, now=now)

    mine = ana.browser.get("/konsol/usulan/").content.decode()
    theirs = bo.browser.get(f"/konsol/usulan/{made}/").content.decode()
    assert all(word in page for page in (mine, theirs) for word in ("Ganti nama", "Evi", "salah tulis", "Ana"))
    assert 'value="approve"' in theirs
    assert 'value="approve"' not in ana.browser.get(f"/konsol/usulan/{made}/").content.decode()
    done = bo.browser.post(f"/konsol/usulan/{made}/", {"do": "reject", "reason": "sudah benar"}, follow=True)

    assert "sudah benar" in ana.browser.get(f"/konsol/usulan/{made}/").content.decode()
    assert done.status_code == 200
    assert Proposal.objects.get().outcome == "sudah benar"
    assert "Evi" not in done.content.decode(), "the values of what is decided are not fetched for the list"


def test_roles_are_changed_by_two_administrators(make_operator, now):
    ana, bo, citra = make_operator("ana", "admin"), make_operator("bo", "admin"), make_operator("citra", "support")
    form = {"member": str(citra.user.public_id), "roles": ["finance", "support"], "reason": "naik tugas"}

    assert ana.browser.post("/konsol/anggota/", form).status_code == 302
    made = Proposal.objects.get()
    assert citra.member.roles == {"support"}
    assert citra.browser.post(f"/konsol/usulan/{made.public_id}/", {"do": "approve"}).status_code == 404
    assert bo.browser.post(f"/konsol/usulan/{made.public_id}/", {"do": "approve"}).status_code == 302

    assert citra.member.roles == {"finance", "support"}
    # Sessions with the former roles end.
    assert citra.browser.get("/konsol/").status_code == 302


ILLEGAL = {
    "decided twice": "UPDATE console_proposal SET outcome = 'lain' WHERE state = 'approved'",
    "reopened": "UPDATE console_proposal SET state = 'open', checker_id = NULL, decided_at = NULL WHERE state = 'approved'",
    "other values": "UPDATE console_proposal SET payload = '{\"name\": \"Budi\"}' WHERE state = 'open'",
    "other maker": "UPDATE console_proposal SET maker_id = (SELECT max(id) FROM console_consolemember) WHERE state = 'open'",
    "approved by nobody": "UPDATE console_proposal SET state = 'approved' WHERE state = 'open'",
    "deleted": "DELETE FROM console_proposal WHERE state = 'open'",
    "born approved": "INSERT INTO console_proposal (public_id, kind, payload, reason, maker_id, made_at, state, checker_id, decided_at, outcome) SELECT '01890000000070008000000000000001', kind, payload, reason, maker_id, made_at, state, checker_id, decided_at, outcome FROM console_proposal WHERE state = 'approved'",
    "changed audit": "UPDATE console_auditentry SET detail = 'lain'",
    "deleted audit": "DELETE FROM console_auditentry",
}
ILLEGAL_ON_SQLITE = {
    "replaced audit": "INSERT OR REPLACE INTO console_auditentry SELECT * FROM console_auditentry",
    "replaced proposal": "INSERT OR REPLACE INTO console_proposal SELECT * FROM console_proposal WHERE state = 'open'",
}
ILLEGAL_ON_POSTGRES = {
    "truncated audit": "TRUNCATE console_auditentry",
    "truncated proposals": "TRUNCATE console_proposal CASCADE",
}


def statements():
    more = ILLEGAL_ON_POSTGRES if connection.vendor == "postgresql" else ILLEGAL_ON_SQLITE
    return {**ILLEGAL, **more}


def test_database_refuses_what_no_member_may_do(real_db, kind, three, now):
    ana, bo, _citra = three
    for reason in ("salah tulis", "salah baca"):
        last = proposals.propose(**{**kind.made_with, "reason": reason}, maker=ana.member, now=now)
    proposals.approve(proposal=last, checker=bo.member, now=now)

    allowed = []
    for name, statement in statements().items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except IntegrityError:
            continue
        allowed.append(name)

    assert allowed == []
    assert len(statements()) == 11
