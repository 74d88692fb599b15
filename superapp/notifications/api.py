"""Facade of notifications: products register their sources and kinds of alerts, notify, and raise alerts."""

from superapp.notifications.actions.alerts import mark_seen, raise_alert
from superapp.notifications.actions.fact_tap import tap
from superapp.notifications.actions.notices import notify, notify_each
from superapp.notifications.actions.subscriptions import is_push_enabled
from superapp.notifications.domain.alert_kinds import AlertKind, register_alert_kind
from superapp.notifications.domain.sources import HintedFact, NoticeText, PersonalFact, Source, register_source

__all__ = [
    "AlertKind",
    "HintedFact",
    "NoticeText",
    "PersonalFact",
    "Source",
    "is_push_enabled",
    "mark_seen",
    "notify",
    "notify_each",
    "raise_alert",
    "register_alert_kind",
    "register_source",
    "tap",
]
