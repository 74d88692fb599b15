"""The registry of permissions: each app that shows media answers who may see what it shows."""

from __future__ import annotations

from collections.abc import Callable

# (key of a reference, user id) → whether this person may see what it names.
MayView = Callable[[str, int], bool]
_rules: dict[str, MayView] = {}


def register(kind: str, may_view: MayView) -> None:
    """
    Register who may see the media of references ``kind:key``: ``may_view(key, user_id)``.

    :raises ValueError: if the kind is taken
    """
    if _rules.setdefault(kind, may_view) is not may_view:
        raise ValueError(f"two apps show media as {kind}")


def make_reference(kind: str, key: str) -> str:
    """
    Return the reference of something of this kind.

    :raises ValueError: if nobody has said who may see it
    """
    if kind not in _rules:
        raise ValueError(f"nobody has registered who may see media of {kind}")
    return f"{kind}:{key}"


def may_view(reference: str, user_id: int) -> bool:
    """Return whether this person may see what the reference names."""
    kind, _colon, key = reference.partition(":")
    rule = _rules.get(kind)
    return rule is not None and rule(key, user_id)
