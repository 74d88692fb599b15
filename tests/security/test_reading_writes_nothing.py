"""
Looking changes nothing, for those whose it is either: no operation that is read writes, and no page that is opened.
"""

from __future__ import annotations

from contextlib import closing

import pytest

from superapp.accounts.models import Device
from superapp.console.models import AuditEntry, ConsoleMember, ConsoleSession
from superapp.core import clock
from tests.security.attack_fields import attacks, operations
from tests.security.attack_pages import addresses, pages, queries
from tests.security.database_rows import changed_tables, read_rows
from tests.security.requests import ask

READINGS = [operation for operation in operations() if operation.method == "GET"]
READERS = ("ana", "bo", "newcomer")
# What nobody can read here, and why.
UNREADABLE = {
    "sync.page": "the token is of a page that is not there",
    "chat.reactors": "the token is of a page that is not there",
    "chat.starred": "the token is of a page that is not there",
    "chat.voters": "the message carries no poll",
}
# Whoever looks at money for the first time has an empty wallet from then on, with an id that can be watched. It is made
# once, however often and by whomever the address is opened.
OPENS_A_WALLET = {
    "payments.wallet",
    "payments.changes",
    "payments.history",
    "payments:wallet",
    "payments:top_up",
    "payments:limits",
    "payments:withdraw",
    "payments:send",
    "shop:buy",
}

# Whoever looks at a desk of the console is written down before they see it: the one place where reading writes.
CONSOLE = "konsol/"
NO_DESKS = {"console:index", "console:log_in", "console:log_out"}


@pytest.mark.parametrize("operation", READINGS, ids=str)
def test_read_operation_writes_nothing(operation, world):
    statuses, written = set(), {}

    for who in READERS:
        for attack in attacks(operation, world):
            world.forget_limits()
            statuses.add(ask(world.browser(who), operation, attack.values).status_code)
            note_changes(world, who, written)

    assert written == expected(operation)
    assert (200 in statuses) is (operation.name not in UNREADABLE)


@pytest.mark.parametrize("page", pages(), ids=str)
def test_opened_page_writes_nothing(page, world):
    written = {}

    for who in READERS:
        browser = world.browser(who)
        for number, (_aim, address) in enumerate(addresses(page, world)):
            for query in queries(world) if number == 0 else [{}]:
                world.forget_limits()
                with closing(browser.get(address, query)) as answer:
                    assert answer.status_code < 500
                note_changes(world, who, written)

    assert written == expected(page)


@pytest.mark.parametrize("page", [page for page in pages() if page.route.startswith(CONSOLE)], ids=str)
def test_opened_page_of_the_console_writes_the_look_alone(page, world):
    operator: Device = world.devices["operator"]
    member = ConsoleMember.objects.get(user=operator.user)
    now = clock.now()
    ConsoleSession.objects.create(member=member, session_key=operator.session_key, opened_at=now, seen_at=now)
    before, written, statuses = read_rows(), set(), set()

    for _aim, address in addresses(page, world):
        for query in queries(world):
            world.forget_limits()
            with closing(world.browser("operator").get(address, query)) as answer:
                is_kept_whole = len(answer.wsgi_request.get_full_path()) <= AuditEntry.DETAIL_CHARS_MAX
                # A longer address than the audit can keep is refused.
                statuses.add(answer.status_code if is_kept_whole or answer.status_code != 400 else 200)
            written |= changed_tables(before, read_rows())
    world.restore()

    assert written == (set() if page.name in NO_DESKS else {"console_auditentry"})
    assert statuses == ({302} if page.name == "console:log_out" else {200})


def note_changes(world, who, written):
    """Note in which tables somebody's reading changed rows, and have them as they were."""
    changed = changed_tables(world.rows, read_rows())
    if changed:
        written.setdefault(who, set()).update(changed)
        world.restore()


def expected(readable):
    return {"newcomer": {"payments_account"}} if str(readable) in OPENS_A_WALLET else {}
