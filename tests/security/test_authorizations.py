"""Every posting has an authorization, and every way that leads to a posting is known."""

from __future__ import annotations

import ast
import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from payments.actions import suspense
from payments.domain import bank_transfers
from payments.domain.authorization import ACCEPTED_METHODS, Authorization, AuthorizationMethod, NotAuthorized
from payments.writers import ledger
from payments.writers.ledger import TransferLine, derive_key
from superapp.core.money import Money
from superapp.realtime import registry
from tests.harness.authorizations import DECLARED_KINDS
from tests.security.references import ROOT, leading_to, modules

POSTING = {
    ("payments.writers.ledger", "post"),
    ("payments.writers.ledger", "post_many"),
    ("payments.writers.ledger", "pipeline_post"),
}
# Every command, page, timer and management command from which money can move, with the means of which it takes one.
# Whatever comes new stands here, and is tried as an outsider in test_moving_money.py.
ANY_OF_TWO, ANY_OF_THREE = "trusted device, PIN", "trusted device, placing device, PIN"
WAYS = {
    "command payments.send": "PIN",
    "command shop.buy": "PIN",
    "command shop.confirm": ANY_OF_THREE,
    "command shop.cancel": ANY_OF_THREE,
    "command shop.withdraw": ANY_OF_TWO,
    "page payments.pages.code_payments.pay": "PIN",
    "page payments.pages.transfers.confirm_transfer": "PIN",
    "page angpao.pages.sending.confirm": "PIN",
    "page peer_payments.pages.requests.show_request": "PIN",
    "page shop.pages.checkout.buy": "PIN",
    "page shop.pages.orders.confirm": ANY_OF_THREE,
    "page shop.pages.orders.cancel": ANY_OF_THREE,
    "page shop.pages.disputes.accept_offer": ANY_OF_THREE,
    "page shop.pages.merchant.withdraw": ANY_OF_TWO,
    "page shop.pages.orders.refund": ANY_OF_TWO,
    "page shop.pages.code_refunds.code_payment": ANY_OF_TWO,
    "page payments.pages.withdrawals.confirm_withdrawal": "PIN",
    "page shop.pages.payouts.confirm_payout": "PIN",
    "page payments.endpoints.bank_callbacks.take_virtual_account_payment": "signature of the bank",
    "page payments.endpoints.bank_callbacks.take_qr_payment": "signature of the bank",
    "timer angpao.maintenance.periodic_tasks.return_expired": "timer",
    "timer payments.actions.holds.expire_holds": "timer",
    "timer peer_payments.maintenance.periodic_tasks.run_schedules_due": "mandate",
    "timer payments.actions.refunds.carry_out_waiting": "timer",
    "timer payments.actions.settlements.settle_due": "mandate",
    "timer shop.maintenance.order_timers.run_due_timers": "timer",
    "page payments.pages.desks.counter_top_ups.counter_top_ups": "operator",
    "management top_up": "operator",
    "management review_orders": "operator",
    "page superapp.wiring.play_money.take_play_money": "two clerks of the demo, where codes stay on the computer",
    "management demo": "the demo's own people, by their PIN",
}


def entry_of(kind, authorization):
    lines = (TransferLine(1, 2, Money(5)),)
    return ledger.JournalEntry(key=derive_key("test", "k", {}), kind=kind, authorization=authorization, lines=lines)


@pytest.mark.parametrize("means", AuthorizationMethod)
@pytest.mark.parametrize("kind", sorted(DECLARED_KINDS))
def test_journal_is_posted_only_with_the_authorization_of_its_kind(kind, means):
    if means in ACCEPTED_METHODS[kind]:
        second = 2 if means is AuthorizationMethod.TWO_OPERATORS else None
        assert entry_of(kind, Authorization(means, 1, second_user_id=second)).kind == kind
        return

    with pytest.raises(NotAuthorized):
        entry_of(kind, Authorization(means))


@pytest.mark.parametrize("nothing", [None, "pin", AuthorizationMethod.PIN])
def test_journal_without_an_authorization_is_refused(nothing):
    with pytest.raises(NotAuthorized):
        entry_of("sent", nothing)
    with pytest.raises(TypeError, match="authorization"):
        ledger.JournalEntry(key=derive_key("test", "k", {}), kind="sent", lines=(TransferLine(1, 2, Money(5)),))


def test_journal_kind_without_a_declaration_is_refused():
    assert "gift" not in ACCEPTED_METHODS

    with pytest.raises(NotAuthorized, match="ACCEPTED_METHODS"):
        entry_of("gift", Authorization(AuthorizationMethod.PIN, 1))


def test_every_kind_that_the_product_posts_is_declared_and_no_other():
    source = "\n".join(path.read_text() for path in sorted((ROOT / "payments" / "actions").glob("*.py")))
    posted = set(re.findall(r'^ +kind="(\w+)",$', source, re.MULTILINE)) | set(
        re.findall(r'_resolve\([^"]*"(\w+)", BY_', source)
    )
    for transfer in (bank_transfers.WITHDRAWAL, bank_transfers.PAYOUT):
        posted |= {transfer.held, transfer.done, transfer.failed}
    posted |= set(suspense.KINDS.values())
    posted |= {"manual"} if "kind=MANUAL" in source else set()
    posted |= set(re.findall(r'kind="(\w+)" if is_order else "(\w+)"', source)[0])
    posted |= {"escrow_paid"} if "kind=ESCROW_PAID" in source else set()

    assert posted == DECLARED_KINDS


def test_authorizations_are_created_only_where_proved():
    made = {
        module.name
        for module in modules().values()
        for function in module.functions.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Authorization"
    }

    assert made == {
        "payments.actions.authorizations",
        "payments.actions.mandates",
        "payments.actions.pins",
        "payments.actions.settlements",
    }


def test_every_call_path_to_a_posting_is_declared():
    reached = leading_to(POSTING)
    found = {*_commands(reached), *_pages(reached), *_timers(reached), *_management(reached)}

    assert found == set(WAYS)


def _commands(reached):
    for name, one in registry.commands.items():
        handler = one.handler or one.loop_handler
        if _function(handler) in reached:
            yield f"command {name}"


def _pages(reached):
    for view in _views(get_resolver()):
        module, name = _function(view)
        if (module, name) in reached:
            yield f"page {module}.{name}"


def _timers(reached):
    for module, name in reached:
        node = modules()[module].functions.get(name)
        if any(isinstance(each, ast.Call) and getattr(each.func, "id", "") == "every" for each in _decorators(node)):
            yield f"timer {module}.{name}"


def _management(reached):
    return {f"management {module.rpartition('.')[2]}" for module, _name in reached if ".management.commands." in module}


def _decorators(node):
    return getattr(node, "decorator_list", [])


def _views(resolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.callback


def _function(handler):
    while hasattr(handler, "__wrapped__"):
        handler = handler.__wrapped__
    return getattr(handler, "__module__", ""), getattr(handler, "__qualname__", "")
