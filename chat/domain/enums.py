"""Enumerations that the models of chat store."""

from django.db import models


class ConversationKind(models.TextChoices):
    DIRECT = "direct"
    GROUP = "group"
    # The notes of one person to themselves.
    SELF = "self"


class MemberRole(models.TextChoices):
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"


class MessageKind(models.TextChoices):
    TEXT = "text"
    CARD = "card"
    EVENT = "event"
