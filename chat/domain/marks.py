"""Rows of the wire for a person's own marks on messages, and for former texts."""

from __future__ import annotations

import msgspec


class MarkRow(msgspec.Struct, kw_only=True):
    """
    A person's own marks on a message; only they get them.

    ``rev`` is the change number of the person's own topic, ``me``, when the marks last changed.
    """

    kind: str = "mark"
    conversation: str
    seq: int
    rev: int
    hidden: bool
    starred: bool
    votes: list[int]
    # My one reaction; None without one.
    reaction: str | None


class VersionRow(msgspec.Struct):
    """An earlier text of an edited message, and since when; ``edits`` counts the edits before it."""

    edits: int
    body: str
    at: str
