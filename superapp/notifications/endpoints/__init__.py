"""Commands of notifications, registered when this package is imported."""

from superapp.notifications.endpoints import notices, preferences, presence, subscriptions

__all__ = ["notices", "preferences", "presence", "subscriptions"]
