"""Commands for catching up: changes since a cursor."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.core import signing

from superapp.core import change_cursor
from superapp.realtime import bus, registry, user_topic
from superapp.realtime.errors import PageTokenInvalid, UnknownPart
from superapp.realtime.registry import Caller, RequestSchema, SyncPage, register_command

ME_ROWS_PAGE = 100

# The epoch that this process saw last. Each ``sync`` reads it, so that the first one after a restore finds another.
_epoch: int | None = None


class SyncRequest(RequestSchema):
    # As returned by ``sync``. A cursor without an epoch is of an earlier version.
    cursor: Annotated[str, msgspec.Meta(pattern=r"^(\d{1,18}\.)?\d{1,18}$")] | None = None


class SyncPageRequest(RequestSchema):
    part: str
    next: str


class ChangesRequest(RequestSchema):
    after: Annotated[int, msgspec.Meta(ge=0)]


@register_command("sync", SyncRequest, rest="GET sync", cost=5)
def sync(caller: Caller, sync_in: SyncRequest) -> dict[str, Any]:
    """
    List the changes since the cursor: the first page of every part; everything without a cursor or after another
    epoch.

    The new cursor is read before any row, so that a later call may repeat rows but never misses one.
    """
    cursor = change_cursor.current_cursor()
    _resume_after_epoch_change(cursor.epoch)
    since = cursor.since(sync_in.cursor)
    me_rev = user_topic.current_rev(caller.user_id)
    parts = {
        name: _sign_page(caller, name, since, part(caller, since, None)) for name, part in registry.sync_parts.items()
    }
    return {"cursor": str(cursor), "epoch": cursor.epoch, "me": me_rev, "parts": parts}


@register_command("sync.page", SyncPageRequest, rest="GET sync/<str:part>", cost=3)
def sync_page(caller: Caller, page_in: SyncPageRequest) -> dict[str, Any]:
    """
    List the next page of one part.

    :raises UnknownPart: if there is no such part
    :raises PageTokenInvalid: if ``next`` was not issued to this person for this part
    """
    part = registry.sync_parts.get(page_in.part)
    if part is None:
        raise UnknownPart
    try:
        since, after = _signer(caller, page_in.part).unsign_object(page_in.next)
    except signing.BadSignature:
        raise PageTokenInvalid from None
    return _sign_page(caller, page_in.part, since, part(caller, since, after))


@register_command("me.changes", ChangesRequest, rest="GET me/changes", cost=2)
def me_changes(caller: Caller, changes_in: ChangesRequest) -> dict[str, Any]:
    """List the changes of this person's own data after a rev of topic ``me``."""
    rev = user_topic.current_rev(caller.user_id)
    rows = [
        row
        for rows_after in registry.user_topic_rows
        # One more than a page, to find out if there is another page.
        for row in rows_after(caller.user_id, changes_in.after, ME_ROWS_PAGE + 1)
    ]
    rows.sort(key=_rev)
    if len(rows) <= ME_ROWS_PAGE:
        return {"rev": rev, "rows": rows, "more": False}
    # Rows of one change share a rev and are not split over pages, since the next page begins after that rev.
    page = [row for row in rows if _rev(row) < _rev(rows[ME_ROWS_PAGE])] or rows
    return {"rev": _rev(page[-1]), "rows": page, "more": True}


def _resume_after_epoch_change(epoch: int) -> None:
    """Send all clients the hint to ask for changes if the epoch has changed since their sockets were opened."""
    global _epoch
    before, _epoch = _epoch, epoch
    if before not in (None, epoch):
        bus.resume()


def _rev(row: Any) -> int:
    rev: int = row["rev"] if isinstance(row, dict) else row.rev
    return rev


def _sign_page(caller: Caller, part: str, since: int | None, page: SyncPage) -> dict[str, Any]:
    token = None if page.next is None else _signer(caller, part).sign_object([since, page.next])
    return {"rows": page.rows, "next": token}


def _signer(caller: Caller, part: str) -> signing.Signer:
    # The salt binds a token to its person and its part.
    return signing.Signer(salt=f"sync:{part}:{caller.user_public_id}")
