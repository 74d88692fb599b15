"""Allowed transitions, the event log of orders, timers and review cases."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from shop.models.orders import Order
from superapp.core.nightly_checks import NightlyCheckRun


class Transition(models.Model):
    """A move that an order may make, and who may make it. The database itself looks here."""

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
    One move of an order: who made it, when, why, and what showed it. Append-only; ``seq`` is the version it led to.
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
    A transition that happens by itself at ``due_at`` unless the timer is stopped. A failed one is retried at
    ``again_at``.
    """

    class Kind(models.TextChoices):
        ACCEPT = "accept"  # Nobody accepted: cancelled.
        SHIP = "ship"  # Accepted and not shipped: cancelled.
        COMPLETE = "complete"  # A courier delivered and nobody complained: completed.
        REVIEW = "review"  # Shipped, and nobody says that it arrived: an operator looks.

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
    An order that an operator has to decide: it was shipped, and for long nobody confirmed that it arrived.

    An order has at most one. It is opened by the order's clock, and closed by whatever ends the order: the buyer, a
    courier's word, the merchant, or the operator, whose decision is the order's last event.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="review_case")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="shop_reviewcase_open"),)


class ShopNight(NightlyCheckRun):
    """A night's proof of goods and orders."""
