"""Commands of notifications, registered when this package is imported."""

from superapp.notifications.endpoints import notices, preferences, subscriptions

__all__ = ["notices", "preferences", "subscriptions"]
