"""The state of an index, locked by whoever builds it."""

from __future__ import annotations

from superapp.search.domain.tokens import VERSION
from superapp.search.models import IndexState


def lock_unfinished(name: str) -> IndexState | None:
    """
    Lock and return the state of an index that is not built, or of an older version; None if it is built, or another
    process is building it.
    """
    IndexState.objects.bulk_create([IndexState(collection=name, version=VERSION)], ignore_conflicts=True)
    state = IndexState.objects.select_for_update(skip_locked=True).filter(collection=name).first()
    return None if state is None or _is_built(state) else state


def is_built(name: str) -> bool:
    """Return whether all rows of a collection are indexed, with the tokens of this version."""
    state = IndexState.objects.filter(collection=name).first()
    return state is not None and _is_built(state)


def _is_built(state: IndexState) -> bool:
    return state.version == VERSION and state.built_at is not None
