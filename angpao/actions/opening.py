"""Opening an angpao."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from angpao import errors, queries
from angpao.contracts import OpenedSlot, Opening
from angpao.writers import openings


def open_angpao(*, packet: UUID, user_id: int, now: datetime) -> OpenedSlot:
    """
    Open a slot of an angpao for a person, together with others who open one at this moment.

    Whoever opened it before gets the same answer again. Waits for the commit, so not inside a transaction.

    :raises AngpaoNotFound: if it is not for this person
    :raises OwnAngpao, AllOpened, Expired: if nothing is to be opened
    :raises WalletFull, WalletNotOpen: if their wallet cannot take the share
    """
    # Requests for unknown packets are refused before they queue, so that they delay no others.
    if queries.find_packet(packet) is None:
        raise errors.AngpaoNotFound
    return openings.writer.submit(Opening(packet, user_id, now)).result()
