"""Models of allowed transitions, order events, timers, review cases and disputes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.models.orders import Order
from superapp.core.nightly_checks import NightlyCheckRun


class Transition(models.Model):
    """An allowed transition and the kind of actor that may make it. The database's guards read this table."""

    name = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    who = models.CharField(max_length=8)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["from_state", "to_state", "name", "who"], name="shop_transition_once"),
        )


class OrderEvent(models.Model):
    """
    One transition of an order with its actor, time, reason and evidence. Append-only; ``seq`` is the order's version
    after it.
    """

    class Actor(models.TextChoices):
        BUYER = "buyer"
        MERCHANT = "merchant"
        SYSTEM = "system"
        COURIER = "courier"
        OPERATOR = "operator"

    REASON_CHARS_MAX = 200

    pk = models.CompositePrimaryKey("order_id", "seq")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    transition = models.CharField(max_length=16)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    actor_kind = models.CharField(max_length=8, choices=Actor)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=REASON_CHARS_MAX, default="", blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(seq__gte=1), name="shop_orderevent_numbered"),)


class OrderTimer(models.Model):
    """
    A timer of an order: at ``due_at`` a transition happens by itself, unless the timer is stopped. After a failure it
    is retried at ``again_at``.
    """

    class Kind(models.TextChoices):
        ACCEPT = "accept"  # Not accepted in time: the order is cancelled.
        SHIP = "ship"  # Accepted, but not shipped in time: the order is cancelled.
        COMPLETE = "complete"  # Some days after a courier's delivery: the order is completed.
        REVIEW = "review"  # Shipped, but receipt is not confirmed: a review case is opened.

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        STOPPED = "stopped"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="timers", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    due_at = models.DateTimeField()
    again_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "kind"], name="shop_ordertimer_once"),)
        indexes = (models.Index(fields=["due_at"], condition=Q(state="waiting"), name="shop_ordertimer_due"),)


class ReviewCase(models.Model):
    """
    An order that an operator has to decide, because it was shipped and nobody confirmed its arrival in time.

    An order has at most one. It is opened by the order's review timer and closed by the transition that ends the order,
    made by the buyer, the merchant, a timer or an operator. An operator's decision is the order's last event.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="review_case")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="shop_reviewcase_open"),)


class Dispute(models.Model):
    """
    An order about which its buyer says that something is wrong; the reason is in its event.

    An order has at most one open dispute, in which no timer moves it. It is closed by the buyer who drops it, or by the
    transition that ends the order.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="disputes", db_index=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order"], condition=Q(closed_at=None), name="shop_dispute_one_open"),
        )
        indexes = (
            models.Index(fields=["order"], name="shop_dispute_order"),
            models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="shop_dispute_open"),
        )


class ShopNight(NightlyCheckRun):
    """A nightly integrity check of products and orders."""
