"""Contact requests: sending, answering, removing and blocking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from superapp.accounts import queries
from superapp.accounts.contracts import ContactRow
from superapp.accounts.domain import names, phone_numbers
from superapp.accounts.errors import ContactBlocked, ContactNotAsked, ContactOneself, PersonNotFound
from superapp.accounts.events import ContactAccepted, ContactEnded, InvitationCancelled, NumberInvited
from superapp.accounts.models import Contact, Invitation, User
from superapp.accounts.queries import contact_pairs, serializers
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.core import change_cursor, clock, outbox
from superapp.realtime import user_topic

CONTACT_REQUEST_LIMIT = RateLimit("contact.request_contact", 50, timedelta(days=1))
# After a decline, requests of the same person are not shown for this long.
DECLINE_COOLDOWN = timedelta(days=30)

INVITED, ASKS, ACCEPTED, ENDED = Contact.State.INVITED, Contact.State.ASKS, Contact.State.ACCEPTED, Contact.State.ENDED


def request_contact_by_phone(*, user_id: int, phone: str, now: datetime) -> None:
    """
    Invite the owner of a phone number, present or future.

    Idempotent. The invitation is only stored here and delivered asynchronously, so that neither the result nor its
    timing reveals whether the number has an account.

    :raises PhoneInvalid: if it is not a phone number
    :raises ContactOneself: if it is the caller's own
    :raises RateLimited: after too many requests in a day
    """
    number = phone_numbers.parse_phone_number(phone)
    rate_limits.consume([(CONTACT_REQUEST_LIMIT, f"user:{user_id}")], now=now)
    if queries.find_phone_number(user_id) == number:
        raise ContactOneself
    with transaction.atomic():
        invitation, _ = Invitation.objects.update_or_create(
            owner_id=user_id, number=number, defaults={"invited_at": now, "cancelled_at": None}
        )
        outbox.publish(NumberInvited(invitation_id=invitation.pk))


def cancel_invitation(*, user_id: int, invitation: UUID, now: datetime) -> None:
    """
    Cancel an invitation to a phone number.

    It is withdrawn asynchronously, so that neither the result nor its timing reveals whether the number has an account.

    :raises InvitationNotFound: if it belongs to another person, was accepted or cancelled, or never existed
    """
    with transaction.atomic():
        cancelled = queries.lock_own_invitation(user_id, invitation)
        cancelled.cancelled_at = now
        cancelled.save(update_fields=["cancelled_at"])
        outbox.publish(InvitationCancelled(invitation_id=cancelled.pk))


def deliver_invitation(*, invitation_id: int, now: datetime) -> None:
    """
    Send a contact request to the owner of the invited number; without an owner the invitation waits.

    Idempotent.
    """
    with transaction.atomic():
        invitation = Invitation.objects.filter(pk=invitation_id, cancelled_at=None).first()
        invited = queries.find_user_by_phone_number(invitation.number) if invitation else None
        if invitation is None or invited is None:
            return
        if invited.pk == invitation.owner_id:
            invitation.delete()
            return
        pair = ContactPair(invitation.owner_id, invited.pk, now)
        locked = queries.lock_invitation(invitation_id)
        if locked is None or locked.cancelled_at is not None:
            return
        # Between contacts nothing changes; the invitation stays as well, so as not to reveal whose number it is.
        locked.delivered_to = invited
        locked.save(update_fields=["delivered_to"])
        if not pair.mine.is_blocked:
            pair.request_contact(is_by_phone=True)
        pair.save()


def withdraw_invitation(*, invitation_id: int, now: datetime) -> None:
    """
    Withdraw a cancelled invitation from the person to whom it was delivered.

    Idempotent. An invitation that was made anew since then stays.
    """
    with transaction.atomic():
        invitation = Invitation.objects.filter(pk=invitation_id).first()
        if invitation is None:
            return
        pair = ContactPair(invitation.owner_id, invitation.delivered_to_id, now) if invitation.delivered_to_id else None
        locked = queries.lock_invitation(invitation_id)
        if locked is None or locked.cancelled_at is None:
            return
        if pair is not None:
            pair.withdraw()
            pair.save()
        locked.delete()


def deliver_pending_invitations(*, user_id: int, now: datetime) -> None:
    """Deliver the pending invitations to the number of a person who joined."""
    number = queries.find_phone_number(user_id)
    if number is None:
        return
    # Invitations that were delivered to the number's previous owner are not delivered again.
    waiting = Invitation.objects.filter(number=number, delivered_to=None).order_by("pk").values_list("pk", flat=True)
    for invitation_id in list(waiting):
        deliver_invitation(invitation_id=invitation_id, now=now)


def request_contact_by_handle(*, user_id: int, handle: str, now: datetime) -> ContactRow:
    """
    Send a contact request to the person with this handle.

    If that person sent a request before, pending or declined, both become contacts at once. A repeated call changes
    nothing. A person who declined or blocked the caller is not notified, and the caller does not learn of it.

    :raises RateLimited, PersonNotFound: after too many requests in a day; if nobody has the handle
    :raises ContactOneself, ContactBlocked: if it is the caller's own; if the caller has blocked that person
    """
    return _request_contact(user_id, lambda: queries.get_user_by_handle(names.normalize_handle(handle)), now)


def request_contact_of(*, user_id: int, peer_public_id: UUID, now: datetime) -> ContactRow:
    """Send a contact request to a person whose card the caller was given, as ``request_contact_by_handle`` does."""
    return _request_contact(user_id, lambda: queries.get_user_by_public_id(peer_public_id), now)


def _request_contact(user_id: int, find_peer: Callable[[], User], now: datetime) -> ContactRow:
    rate_limits.consume([(CONTACT_REQUEST_LIMIT, f"user:{user_id}")], now=now)
    with transaction.atomic():
        if (peer := find_peer()).pk == user_id:
            raise ContactOneself
        pair = ContactPair(user_id, peer.pk, now)
        if pair.mine.is_blocked:
            raise ContactBlocked
        pair.request_contact(is_by_phone=False)
        return pair.save()


def answer_contact_request(*, user_id: int, peer_public_id: UUID, accept: bool, now: datetime) -> ContactRow:
    """
    Accept or decline a contact request.

    A declined person is not notified. Idempotent.

    :raises PersonNotFound: if the caller does not know such a person
    :raises ContactNotAsked: if that person has sent no request
    """
    with transaction.atomic():
        pair = _lock_known_pair(user_id, peer_public_id, now)
        if accept:
            pair.accept()
        else:
            pair.decline()
        return pair.save()


def remove_contact(*, user_id: int, peer_public_id: UUID, now: datetime) -> ContactRow:
    """
    Remove a contact, withdraw one's own request, or decline a request.

    Idempotent.

    :raises PersonNotFound: if the caller does not know such a person
    """
    with transaction.atomic():
        pair = _lock_known_pair(user_id, peer_public_id, now)
        if pair.mine.state == ASKS:
            pair.decline()
        else:
            pair.end()
        return pair.save()


def block_person(*, user_id: int, peer_public_id: UUID, now: datetime) -> ContactRow:
    """
    Block a person; to them it looks the same as being removed.

    :raises PersonNotFound: if there is no such person
    :raises ContactOneself: if it is the caller
    """
    with transaction.atomic():
        pair = _lock_pair(user_id, peer_public_id, now)
        pair.end()
        pair.end_business()
        if not pair.mine.is_blocked:
            pair.mine.is_blocked = True
            pair.record_change(pair.mine)
        return pair.save()


def unblock_person(*, user_id: int, peer_public_id: UUID, now: datetime) -> ContactRow:
    """
    Unblock a person, who may then send requests again but is not a contact.

    :raises PersonNotFound: if the caller does not know such a person
    """
    with transaction.atomic():
        pair = _lock_known_pair(user_id, peer_public_id, now)
        if pair.mine.is_blocked:
            pair.mine.is_blocked = False
            pair.record_change(pair.mine)
        return pair.save()


def connect_people(*, user_id: int, peer_id: int, now: datetime) -> None:
    """Make two people contacts without a request, as the demo data does. Idempotent; a block stays."""
    with transaction.atomic():
        pair = ContactPair(user_id, peer_id, now)
        pair.connect()
        pair.save()


def allow_business_contact(*, user_id: int, peer_id: int, now: datetime) -> bool:
    """
    Allow two people with a business relation, such as buyer and shop, to chat under the shop's name.

    Returns whether they may. Idempotent; a block stays.
    """
    if contact_pairs.filter_business_pairs({(user_id, peer_id)}):
        return True
    with transaction.atomic():
        pair = ContactPair(user_id, peer_id, now)
        if pair.mine.is_blocked or pair.theirs.is_blocked:
            return False
        pair.start_business()
        pair.save()
    return True


def _lock_pair(user_id: int, peer_public_id: UUID, now: datetime) -> ContactPair:
    peer = queries.get_user_by_public_id(peer_public_id)
    if peer.pk == user_id:
        raise ContactOneself
    return ContactPair(user_id, peer.pk, now)


def _lock_known_pair(user_id: int, peer_public_id: UUID, now: datetime) -> ContactPair:
    try:
        pair = _lock_pair(user_id, peer_public_id, now)
    except ContactOneself:
        raise PersonNotFound from None
    if not pair.mine.rev:  # Only an unaccepted invitation by phone, of which the caller must not learn.
        raise PersonNotFound
    return pair


class ContactPair:
    """
    Two people under lock, with both directions of their contact.

    Methods change the two sides; ``save`` numbers and stores the changed ones and notifies their owners. Changes that
    their owner must not see are stored without a number.
    """

    def __init__(self, user_id: int, peer_id: int, now: datetime) -> None:
        people = queries.lock_people((user_id, peer_id))
        mine, theirs = queries.find_both_sides(user_id, peer_id)
        self._now = now
        self._changed_sides: dict[int, Contact] = {}
        self._silent_sides: dict[int, Contact] = {}
        self.mine = mine or Contact(owner_id=user_id, peer_id=peer_id, state=ENDED)
        self.theirs = theirs or Contact(owner_id=peer_id, peer_id=user_id, state=ENDED)
        for side in (self.mine, self.theirs):
            side.peer = people[side.peer_id]

    def request_contact(self, *, is_by_phone: bool) -> None:
        """Send a contact request, or connect the two if the other person sent one before."""
        if self.mine.state == ACCEPTED:
            return
        if self.mine.state == ASKS or self.theirs.state == INVITED:
            self.connect(is_answer=True)
            return
        was_seen = self.mine.state == INVITED and not self.mine.is_by_phone
        if not was_seen:
            self.mine.state, self.mine.is_by_phone, self.mine.declined_at = INVITED, is_by_phone, None
            if is_by_phone:
                self._silent_sides[self.mine.owner_id] = self.mine
            else:
                self.record_change(self.mine)
        if self.theirs.state == ENDED and not self.theirs.is_blocked and not self._has_peer_declined():
            self.theirs.state = ASKS
            self.record_change(self.theirs)

    def accept(self) -> None:
        if self.mine.state == ACCEPTED:
            return
        if self.mine.state != ASKS:
            raise ContactNotAsked
        self.connect(is_answer=True)

    def decline(self) -> None:
        if self.mine.state == ENDED and self.mine.declined_at is not None:
            return
        if self.mine.state != ASKS:
            raise ContactNotAsked
        self.mine.state, self.mine.declined_at = ENDED, self._now
        self.record_change(self.mine)

    def connect(self, *, is_answer: bool = False) -> None:
        """
        Make the two people contacts.

        ``is_answer`` means that the caller accepted the other's request, of which the other is notified.
        """
        if self.mine.state == ACCEPTED:
            return
        for side in (self.mine, self.theirs):
            side.state, side.is_by_phone, side.declined_at = ACCEPTED, False, None
            self.record_change(side)
        # Their invitations to each other's number are answered by this.
        both = (self.mine.owner_id, self.theirs.owner_id)
        Invitation.objects.filter(owner_id__in=both, delivered_to_id__in=both).delete()
        outbox.publish(
            ContactAccepted(
                lower_user_id=self._lower,
                higher_user_id=self._higher,
                accepted_by=self.mine.owner_id if is_answer else 0,
                at=clock.to_wire(self._now),
            )
        )

    def start_business(self) -> None:
        """Record on both sides that the two have a business relation, which contact lists do not show."""
        self._set_business(has_business=True)

    def end_business(self) -> None:
        if self.mine.has_business or self.theirs.has_business:
            self._set_business(has_business=False)

    def _set_business(self, *, has_business: bool) -> None:
        for side in (self.mine, self.theirs):
            side.has_business = has_business
            self._silent_sides[side.owner_id] = side

    def withdraw(self) -> None:
        """Withdraw an invitation by phone, unless it was accepted meanwhile."""
        if self.mine.state != INVITED or not self.mine.is_by_phone:
            return
        self.mine.state, self.mine.is_by_phone = ENDED, False
        self._silent_sides[self.mine.owner_id] = self.mine
        if self.theirs.state == ASKS:
            self.theirs.state = ENDED
            self.record_change(self.theirs)

    def end(self) -> None:
        """End the contact and any request between the two people."""
        if self.mine.state == ACCEPTED:
            outbox.publish(ContactEnded(lower_user_id=self._lower, higher_user_id=self._higher))
        if self.theirs.state in (ACCEPTED, ASKS):
            self.theirs.state = ENDED
            self.record_change(self.theirs)
        if self.mine.state != ENDED:
            self.mine.state, self.mine.is_by_phone = ENDED, False
            self.record_change(self.mine)

    def record_change(self, side: Contact) -> None:
        """Mark a side to be numbered, stored and sent to its owner by ``save``."""
        self._changed_sides[side.owner_id] = side

    def save(self) -> ContactRow:
        """Store the changed sides, notify their owners, and return the caller's side."""
        if self._changed_sides:
            stamp = change_cursor.current_stamp()
            # These locks are always taken last, in the order of ids.
            revs = user_topic.next_revs(self._changed_sides)
            for owner_id, side in self._changed_sides.items():
                side.rev, side.changed = revs[owner_id], stamp
        for side in {**self._silent_sides, **self._changed_sides}.values():
            side.changed_at = self._now
            side.save()
        for owner_id, side in self._changed_sides.items():
            user_topic.send_change(owner_id, "contact.changed", dict(serializers.serialize_contact(side)))
        return serializers.serialize_contact(self.mine)

    def _has_peer_declined(self) -> bool:
        said_no_at = self.theirs.declined_at
        return said_no_at is not None and self._now - said_no_at < DECLINE_COOLDOWN

    @property
    def _lower(self) -> int:
        return min(self.mine.owner_id, self.theirs.owner_id)

    @property
    def _higher(self) -> int:
        return max(self.mine.owner_id, self.theirs.owner_id)
