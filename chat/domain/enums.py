"""Enumerations that the models of chat store."""

from django.db import models


class ConversationKind(models.TextChoices):
    DIRECT = "direct"
    GROUP = "group"


class MemberRole(models.TextChoices):
    MEMBER = "member"
    ADMIN = "admin"


class MessageKind(models.TextChoices):
    TEXT = "text"
    CARD = "card"
    EVENT = "event"
