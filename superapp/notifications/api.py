"""Facade of notifications: products register their sources."""

from superapp.notifications.domain.sources import HintedFact, NoticeText, Source, register_source

__all__ = ["HintedFact", "NoticeText", "Source", "register_source"]
