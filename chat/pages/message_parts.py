"""Parts of a message in the timeline: what it quotes, and the reactions to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    """A message in a quote; ``photo`` is the id of the first one it carries, or an empty text."""

    seq: int
    name: str
    text: str
    photo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    emoji: str
    count: int
    is_mine: bool
