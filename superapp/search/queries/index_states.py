"""The state of an index, locked by whoever builds it."""

from __future__ import annotations

from superapp.search.contracts import IndexProgress
from superapp.search.domain.tokens import VERSION
from superapp.search.models import IndexState


def lock_unfinished(name: str) -> IndexState | None:
    """
    Lock and return the state of an index that is not built, or of an older version; None if it is built, or another
    process is building it.
    """
    IndexState.objects.bulk_create([IndexState(collection=name, version=VERSION)], ignore_conflicts=True)
    state = lock(name)
    return None if state is None or _is_built(state) else state


def lock(name: str) -> IndexState | None:
    """Lock and return the state of an index; None if there is none yet, or another process has it."""
    return IndexState.objects.select_for_update(skip_locked=True).filter(collection=name).first()


def fetch_progress(name: str) -> IndexProgress:
    """Return how far the index of a collection is, with the tokens of this version."""
    state = IndexState.objects.filter(collection=name).first()
    if state is None or not _is_built(state):
        return IndexProgress(is_built=False, begun_at=None)
    return IndexProgress(is_built=True, begun_at=state.begun_at)


def is_built(name: str) -> bool:
    """Return whether all rows of a collection are indexed, with the tokens of this version."""
    return fetch_progress(name).is_built


def _is_built(state: IndexState) -> bool:
    return state.version == VERSION and state.built_at is not None
