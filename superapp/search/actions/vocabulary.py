"""Action that keeps the vocabulary to the words that documents have."""

from __future__ import annotations

from django.db import transaction

from superapp.search.domain import spelling
from superapp.search.models import VocabularyEntry
from superapp.search.queries import index_states, vocabulary
from superapp.search.queries.collections import collections

WORDS_AT_ONCE = 200


def forget_words(name: str) -> int:
    """
    Delete those of the next words of a collection that no document has any more, and return how many. After the last
    word it begins anew.

    A document that is written at the same moment may need a word that is deleted; mistyped, that word is then not
    corrected until a document has it written again.
    """
    with transaction.atomic():
        state = index_states.lock(name)
        if state is None:
            return 0
        words = vocabulary.list_words(name, state.checked_id, WORDS_AT_ONCE)
        gone = [word for _pk, word in words if not vocabulary.is_used(collections[name], word)]
        deletions = {deletion for word in gone for deletion in spelling.deletions(word)}
        VocabularyEntry.objects.filter(collection=name, deletion__in=deletions, word__in=gone).delete()
        state.checked_id = words[-1][0] if len(words) == WORDS_AT_ONCE else 0
        state.save(update_fields=["checked_id"])
    return len(gone)
