"""Pages of bills that are split in a group: the list, a new one, and one bill with who has paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from peer_payments import api, errors
from peer_payments.api import BillItem, Group, SplitDetails
from peer_payments.domain.groups import CONVERSATION, find_group, list_groups
from peer_payments.domain.rules import NOTE_CHARS_MAX
from peer_payments.domain.shares import ITEMS_MAX, METHODS
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow, get_current_user, named_person_required
from superapp.core import clock, ids, money
from superapp.core.errors import AmountInvalid, AmountNotWhole, DomainError, ErrorKind
from superapp.core.form_pages import form_cost

AMOUNT_CHARS_MAX = 40
ITEM_ROWS = 4
REFUSALS = (
    *(errors.TitleMissing, errors.NoteTooLong, errors.BillInvalid),
    *(AmountNotWhole, errors.AmountTooLarge, errors.TooManyRequests),
)


@dataclass(slots=True)
class Row:
    """A line of the form: a member with an amount, or an item with those who had it."""

    amount: str
    person: PersonRow | None = None
    name: str = ""
    is_chosen: bool = False
    had: Sequence[str] = ()


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def splits(request: HttpRequest) -> HttpResponse:
    """Show the person's bills; with ``?obrolan`` the form for a new one in that group, which POST makes."""
    user = get_current_user(request)
    conversation = ids.parse_id(request.GET.get("obrolan", ""))
    if conversation is None:
        context = {"bills": api.list_splits(user.pk), "me": user.pk}
        return render(request, "peer_payments/splits.html", context)
    reference = f"{CONVERSATION}:{conversation}"
    group = find_group(reference, user.pk)
    if group is None:
        raise errors.GroupNotFound
    if not group.may_write:
        raise errors.WritingNotAllowed
    return _new_split(request, reference, group)


@named_person_required
@never_cache
@require_safe
def choose_group(request: HttpRequest) -> HttpResponse:
    """List the groups in which the person can split a bill; a chat names one of them in the address."""
    groups = list_groups(get_current_user(request).pk)
    return render(request, "peer_payments/split_choose.html", {"groups": groups})


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@form_cost(20)
def show_split(request: HttpRequest, split: UUID) -> HttpResponse:
    """Show a bill and who has paid; POST closes it."""
    user, now = get_current_user(request), clock.now()
    if request.method == "POST":
        api.close_split(maker_id=user.pk, split=split, now=now)
        return redirect("peer_payments:split", split=split)
    bill = api.get_split(user.pk, split)
    group = find_group(bill.group, user.pk)
    context = {
        "bill": bill,
        "is_maker": bill.maker_id == user.pk,
        "mine": next((share for share in bill.shares if share.payer_id == user.pk), None),
        "group": group,
        "me": user.pk,
    }
    return render(request, "peer_payments/split.html", context)


def _new_split(request: HttpRequest, reference: str, group: Group) -> HttpResponse:
    user = get_current_user(request)
    method = request.GET.get("cara", "")
    method = method if method in METHODS else "equal"
    blocked = accounts.filter_blocked_between(user.pk, group.other_ids)
    others = accounts.get_people(set(group.other_ids) - blocked)
    people = [accounts.serialize_person(user), *sorted(others.values(), key=lambda person: person["name"])]
    problems: dict[str, object] = {}
    status = 200
    items = _item_rows(request) if method == "items" else []
    if request.method == "POST" and any(row.amount and not row.had for row in items) and "more" not in request.POST:
        problems, status = {"items": _("Choose who had this.")}, ErrorKind.INVALID
    elif request.method == "POST" and "more" not in request.POST:
        try:
            bill = _make(request, reference, method, user.pk)
            return redirect("peer_payments:split", split=bill.public_id)
        except AmountInvalid:
            problems, status = {"amount": _("Enter an amount, such as 50.000.")}, ErrorKind.INVALID
        except REFUSALS as refusal:
            problems, status = {_field(refusal): refusal.body()["message"]}, refusal.kind
    context = {
        "group": group,
        "method": method,
        "conversation": request.GET["obrolan"],
        "title": request.POST.get("title", "")[: NOTE_CHARS_MAX * 4],
        "title_chars_max": NOTE_CHARS_MAX,
        "amount": request.POST.get("amount", "")[:AMOUNT_CHARS_MAX],
        "key": request.POST.get("key") or str(ids.new_id()),
        "people": people,
        "rows": _person_rows(request, people),
        "items": items,
        "problems": problems,
    }
    return render(request, "peer_payments/split_new.html", context, status=status)


def _make(request: HttpRequest, reference: str, method: str, user_id: int) -> SplitDetails:
    form = request.POST
    common: dict[str, Any] = {
        "maker_id": user_id,
        "group": reference,
        "title": form.get("title", ""),
        "idempotency_key": form.get("key", ""),
        "now": clock.now(),
    }
    if method == "equal":
        total = money.parse(form.get("amount", "")[:AMOUNT_CHARS_MAX])
        return api.split_equally(**common, total=total, people=_parse_ids(form.getlist("users")))
    if method == "amounts":
        written = zip(form.getlist("person"), form.getlist("share"), strict=False)
        amounts = {who: money.parse(text) for one, text in written if (who := ids.parse_id(one)) and text.strip()}
        return api.split_by_hand(**common, amounts=amounts)
    items = [
        BillItem(row.name, money.parse(row.amount), tuple(_parse_ids(row.had)))
        for row in _item_rows(request)
        if row.amount or row.name
    ]
    return api.split_by_item(**common, items=items)


def _person_rows(request: HttpRequest, people: Sequence[PersonRow]) -> list[Row]:
    form = request.POST
    amounts = dict(zip(form.getlist("person"), form.getlist("share"), strict=False))
    chosen = form.getlist("users") if request.method == "POST" else [person["id"] for person in people]
    return [
        Row(
            amount=amounts.get(person["id"], "")[:AMOUNT_CHARS_MAX],
            person=person,
            is_chosen=person["id"] in chosen,
        )
        for person in people
    ]


def _item_rows(request: HttpRequest) -> list[Row]:
    """Return the lines of the bill as they were written; who had one is ``line:person``."""
    form = request.POST
    had = [one.partition(":") for one in form.getlist("had")]
    written = list(zip(form.getlist("item"), form.getlist("price"), strict=False))[:ITEMS_MAX]
    rows = [
        Row(
            name=name[: NOTE_CHARS_MAX * 4].strip(),
            amount=price[:AMOUNT_CHARS_MAX].strip(),
            had=[person for line, _colon, person in had if line == str(number)],
        )
        for number, (name, price) in enumerate(written)
    ]
    wanted = max(ITEM_ROWS, len(rows) + (ITEM_ROWS if "more" in form else 0))
    return rows + [Row(amount="") for _row in range(min(wanted, ITEMS_MAX) - len(rows))]


def _field(refusal: DomainError) -> str:
    if isinstance(refusal, errors.TitleMissing | errors.NoteTooLong):
        return "title"
    return "amount" if isinstance(refusal, AmountNotWhole | errors.AmountTooLarge) else "form"


def _parse_ids(written: Sequence[str]) -> list[UUID]:
    return [found for one in written if (found := ids.parse_id(one))]
