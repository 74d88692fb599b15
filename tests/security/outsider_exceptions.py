"""
What outsiders may do although it names something of Ana's or Bo's, each with the reason and the tables it changes.

A test fails for what is not written here, and for what is written here and not needed any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Exemption:
    """Why an attack that was not refused is no breach, and in exactly which tables it changes rows."""

    reason: str
    changes: frozenset[str]


def _because(reason: str, changes: str = "") -> Exemption:
    return Exemption(reason, frozenset(changes.split()))


_CODE = "accounts_developersms accounts_logincode"
_CONTACT = "accounts_contact realtime_me"
_SENT = "core_fact payments_account payments_journal payments_posting payments_request payments_transfer"
_BOUGHT = (
    f"{_SENT} payments_refundable shop_attempt shop_order shop_orderline shop_orderevent shop_ordercounter"
    " shop_ordertimer shop_stock shop_stockmove"
)
_PAYEE = _because("who pays confirms the name of whom they pay; how many numbers a day is bounded")
_PUBLIC = _because("what a shop lists is for everybody")

# By the name of an operation or command, and what of theirs the attack names.
ALLOWED_TO_EVE: Mapping[tuple[str, str], Exemption] = {
    ("sync.page", "next: ana"): _because("refused as a list that has changed: the token is another person's"),
    ("accounts.contact_ask", "phone: bo"): _because(
        "anybody may invite a number, and is told the same whatever it is", "accounts_invitation core_fact"
    ),
    ("accounts.contact_ask", "handle: bo"): _because("anybody may ask somebody by their handle", _CONTACT),
    ("accounts.invite", "token: open"): _because("whoever was given the link is invited"),
    ("accounts.invite_accept", "token: open"): _because(
        "whoever was given the link is invited", f"{_CONTACT} accounts_invitelink core_fact"
    ),
    ("accounts.block", "user: ana"): _because("anybody may refuse to hear of somebody", _CONTACT),
    ("accounts.block", "user: bo"): _because("anybody may refuse to hear of somebody", _CONTACT),
    ("accounts.person_by_handle", "handle: bo"): _because("a handle is chosen in order to be found by it"),
    ("payments.recipient", "user: ana"): _PAYEE,
    ("payments.recipient", "user: bo"): _PAYEE,
    ("payments.recipient", "handle: bo"): _PAYEE,
    ("payments.recipient", "phone: bo"): _PAYEE,
    ("payments.send", "user: ana"): _because("anybody may give money away, with their PIN", _SENT),
    ("payments.send", "user: bo"): _because("anybody may give money away, with their PIN", _SENT),
    ("shop.quote", "product: listed"): _PUBLIC,
    ("shop.buy", "product: listed"): _because("what is listed is sold to anybody, with their PIN", _BOUGHT),
    **{
        (command, f"after: {state}"): _because("a place in one's own list, in which the order is not found")
        for command in ("shop.purchases", "shop.sales")
        for state in ("paid", "accepted", "shipped", "completed", "cancelled")
    },
    ("chat.delivered", "marks: of two"): _because("marks of conversations that are not one's own are passed over"),
    ("chat.delivered", "marks: with the shop"): _because(
        "marks of conversations that are not one's own are passed over"
    ),
    ("accounts.login_code", "phone: ana"): _because("a code goes to whoever has the number, bound to a browser", _CODE),
    ("accounts.login", "phone: ana"): _because("refused as a code that is over: none was sent to this browser"),
}

# Of whoever is not logged in at all.
ALLOWED_TO_NOBODY: Mapping[tuple[str, str], Exemption] = {
    ("accounts.login_code", "phone: ana"): _because("a code goes to whoever has the number, bound to a browser", _CODE),
    ("accounts.login", "phone: ana"): _because("refused as a code that is over: none was sent to this browser"),
    ("accounts.logout", ""): _because("who is not logged in stays so"),
}

# Pages, by the name of their address.
PAGES_ALLOWED_TO_EVE: Mapping[tuple[str, str], Exemption] = {}
PAGES_ALLOWED_TO_NOBODY: Mapping[tuple[str, str], Exemption] = {}
