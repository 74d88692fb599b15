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

# The epoch that this process saw last. It is asked for at every ``sync``, so the first to come finds another one.
_epoch: int | None = None


class SyncRequest(RequestSchema):
    # As ``sync`` gave it. One without an epoch is of an earlier version.
    cursor: Annotated[str, msgspec.Meta(pattern=r"^(\d{1,18}\.)?\d{1,18}$")] | None = None


class SyncPageRequest(RequestSchema):
    part: str
    next: str


class ChangesRequest(RequestSchema):
    after: Annotated[int, msgspec.Meta(ge=0)]


@register_command("sync", SyncRequest, rest="GET sync", cost=5)
def sync(caller: Caller, sync_in: SyncRequest) -> dict[str, Any]:
    """
    Answer what changed since the cursor, the first page of every part; everything to whoever comes with none, or with
    one of another epoch.

    The cursor to keep is read before any row: a later call may repeat some, and leaves none out.
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
    Answer the next rows of one part.

    :raises UnknownPart: if there is no such part
    :raises PageTokenInvalid: if ``next`` was not given to this person for this part
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
    """Answer what of this person's own changed after a rev of topic ``me``: a delta."""
    rev = user_topic.current_rev(caller.user_id)
    rows = [
        row
        for rows_after in registry.user_topic_rows
        # One more than a page, to know whether there is another.
        for row in rows_after(caller.user_id, changes_in.after, ME_ROWS_PAGE + 1)
    ]
    rows.sort(key=_rev)
    if len(rows) <= ME_ROWS_PAGE:
        return {"rev": rev, "rows": rows, "more": False}
    # Rows of one change share a rev and stay on one page: the next one begins after it.
    page = [row for row in rows if _rev(row) < _rev(rows[ME_ROWS_PAGE])] or rows
    return {"rev": _rev(page[-1]), "rows": page, "more": True}


def _resume_after_epoch_change(epoch: int) -> None:
    """Have everybody come whose line outlived the epoch in which it was opened."""
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
    # The salt ties a token to its person and its part without naming them in it.
    return signing.Signer(salt=f"sync:{part}:{caller.user_public_id}")
