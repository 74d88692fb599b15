"""
Attacks that are allowed although they name something of Ana's or Bo's, each with the reason and the tables it changes.

A test fails for what is not written here, and for what is written here and not needed any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Exemption:
    """The reason why an attack that was not refused is no breach, and the exact tables in which it changes rows."""

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
    **{
        ("chat.starred", f"conversation: {which}"): _because("lists one's own stars, and there is none")
        for which in ("of two", "with the shop", "of the group")
    },
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
    ("shop.quote", "product: listed, variant: listed"): _PUBLIC,
    ("shop.shipping_options", "product: listed, variant: listed"): _PUBLIC,
    ("shop.buy", "product: listed, variant: listed"): _because(
        "what is listed is sold to anybody, with their PIN", _BOUGHT
    ),
    **{
        (command, f"after: {state}"): _because("a place in one's own list, in which the order is not found")
        for command in ("shop.purchases", "shop.sales")
        for state in ("paid", "accepted", "shipped", "completed", "cancelled", "unpaid")
    },
    **{
        ("chat.group_create", f"users: {who}"): _because(
            "anybody may make a group; who is no contact is invited to it",
            "chat_conversation chat_group chat_groupinvitation chat_member chat_message realtime_me",
        )
        for who in ("ana", "bo")
    },
    ("chat.group_invite", "token: of the group"): _because("whoever was given the link is invited"),
    ("chat.group_join", "token: of the group"): _because(
        "whoever was given the link is invited",
        "chat_conversation chat_group chat_grouplink chat_member chat_message realtime_me",
    ),
    ("chat.delivered", "marks: of the group"): _because(
        "marks of conversations that are not one's own are passed over"
    ),
    ("chat.delivered", "marks: of two"): _because("marks of conversations that are not one's own are passed over"),
    ("chat.delivered", "marks: with the shop"): _because(
        "marks of conversations that are not one's own are passed over"
    ),
    **{
        ("notifications.presence", f"users: {who}"): _because(
            "people whom one may not see look like people who do not exist: nothing is known of them"
        )
        for who in ("ana", "bo")
    },
    ("notifications.seen", "subjects: of two"): _because("subjects of which one has no alert are passed over"),
    ("accounts.login_code", "phone: ana"): _because("a code goes to whoever has the number, bound to a browser", _CODE),
    ("accounts.login", "phone: ana"): _because("refused as a code that is over: none was sent to this browser"),
}

# Of whoever is not logged in at all.
ALLOWED_TO_NOBODY: Mapping[tuple[str, str], Exemption] = {
    ("addresses.regions", ""): _because("the regions of the country are for everybody, and name nobody"),
    ("accounts.login_code", "phone: ana"): _because("a code goes to whoever has the number, bound to a browser", _CODE),
    ("accounts.login", "phone: ana"): _because("refused as a code that is over: none was sent to this browser"),
    ("accounts.logout", ""): _because("who is not logged in stays so"),
}

# Pages, by what is done to them ("open" or "send" a form) and the name of their address.
_SHELLS = _because("the same for everybody, with nobody's data in it")
_STORE_FRONT = {
    "open shop:shop": ("handle: bo",),
    "open shop:feed": ("handle: bo",),
    "open shop:google_feed": ("handle: bo",),
    "open shop:meta_feed": ("handle: bo",),
    "open shop:product_embed": ("handle: bo, slug: listed",),
    "open shop:photo_as_jpeg": ("name: listed",),
    "open shop:product": ("handle: bo, slug: listed",),
    "open shop:product_card": ("product: listed, digest: ana",),
    "open shop:shop_card": ("shop: open, digest: ana",),
    "open shop:photo_file": ("name: listed",),
}
_INVITED = _because("whoever was given the link is invited; a stranger is told the name alone")
_EVERYBODYS: Mapping[tuple[str, str], Exemption] = {
    **{(name, aim): _PUBLIC for name, aims in _STORE_FRONT.items() for aim in aims},
    ("open accounts_pages:invite", "token: open"): _INVITED,
    ("open chat:group_invite", "token: of the group"): _INVITED,
}
_LOG_IN = _because("where people log in")
PAGES_ALLOWED_TO_NOBODY: Mapping[tuple[str, str], Exemption] = {
    **_EVERYBODYS,
    **{
        (f"open {name}", ""): _SHELLS
        for name in (
            "web:api_reference",
            "web:offline",
            "web:receipt_check",
            "web:receipt_keys",
            "payments:proof_checker",
            "web:manifest",
            "web:who",
            "web:shell",
            "web:service_worker",
            "chat:shell",
            "shop:purchases_shell",
            "shop:today_shell",
            "shop:robots",
        )
    },
    **{(f"open shop:{name}", ""): _PUBLIC for name in ("front_page", "shops", "site_map", "site_map_part")},
    **{(f"open shop:{name}", ""): _PUBLIC for name in ("search", "search_suggestions", "categories")},
    ("send web:receipt_check", ""): _because("anybody may check a receipt; it is answered from the signature alone"),
    ("open accounts_pages:login", ""): _LOG_IN,
    ("open accounts_pages:sms_inbox", ""): _because("the inbox of a developer's machine; off where codes are sent"),
    ("send accounts_pages:login", ""): _because("a code goes to whoever has the number, bound to a browser", _CODE),
}
_PAY = _because("anybody may give money away; the receiver's name is confirmed, and the PIN is asked for")
PAGES_ALLOWED_TO_EVE: Mapping[tuple[str, str], Exemption] = {
    **_EVERYBODYS,
    ("send chat:new_group", ""): _because(
        "anybody may make a group; who is no contact is invited to it",
        "chat_conversation chat_group chat_groupinvitation chat_member chat_message realtime_me",
    ),
    ("send chat:group_invite", "token: of the group"): _because(
        "whoever was given the link is invited",
        "chat_conversation chat_group chat_grouplink chat_member chat_message realtime_me",
    ),
    ("send accounts_pages:invite", "token: open"): _because(
        "whoever was given the link is invited", f"{_CONTACT} accounts_invitelink core_fact"
    ),
    ("open accounts:avatar-file", "public_id: ana, digest: ana"): _because(
        "a picture is shown to anybody who was given its address, which cannot be guessed"
    ),
    ("send accounts_pages:contacts", ""): _because("anybody may ask somebody by their handle", _CONTACT),
    ("send accounts_pages:contact_block", "user: ana"): _because("anybody may refuse to hear of somebody", _CONTACT),
    ("send accounts_pages:contact_block", "user: bo"): _because("anybody may refuse to hear of somebody", _CONTACT),
    **{(f"{what} payments:send", f"user: {user}"): _PAY for what in ("open", "send") for user in ("ana", "bo")},
    **{
        (f"{what} payments:confirm", f"user: {user}, key: {key}"): _because(
            "the key is of another browser: it leads to where a transfer is begun"
        )
        for what in ("open", "send")
        for user in ("ana", "bo")
        for key in ("purchase", "transfer", "payment by code")
    },
    ("send shop:qris", ""): _because("anybody may open an account for codes of their own shop", "payments_qrisaccount"),
    ("open shop:begin", "product: listed"): _PUBLIC,
    **{
        (f"{what} shop:buy", f"product: listed, key: {key}"): _because(
            "what is listed is sold to anybody; nothing that was typed elsewhere under the key is there"
        )
        for what in ("open", "send")
        for key in ("purchase", "transfer", "payment by code")
    },
    ("open wiring:ask_shop", "handle: bo"): _because("anybody may ask a shop that is open"),
    ("send wiring:ask_shop", "handle: bo"): _because(
        "anybody may ask a shop that is open", f"{_CONTACT} chat_conversation chat_member"
    ),
}
