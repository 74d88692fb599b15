"""Enumerations that the models of angpao store."""

from django.db import models


class Mode(models.TextChoices):
    # All slots have the same amount.
    EQUAL = "equal"
    # The amounts are drawn.
    LUCKY = "lucky"


class State(models.TextChoices):
    OPEN = "open"
    # All slots were opened.
    FINISHED = "finished"
    # Expired, with the unopened slots refunded to the sender.
    RETURNED = "returned"
