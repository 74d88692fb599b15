"""Subjects of the audit in words. Each product registers those of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

# Takes the parts behind the colon of subjects of one kind, and returns descriptions of the known ones.
SubjectNamer = Callable[[Collection[str]], Mapping[str, str]]

_namers: dict[str, SubjectNamer] = {}


def register_subject_words(kind: str, namer: SubjectNamer) -> None:
    """
    Register how subjects of a kind, such as ``user`` in ``user:0198…``, are named.

    :raises ValueError: if the kind is taken
    """
    if _namers.setdefault(kind, namer) is not namer:
        raise ValueError(f"subjects of the kind {kind} have words already")


def name_subjects(subjects: Collection[str]) -> dict[str, str]:
    """Return a description of each subject, or the subject itself if it is unknown; each kind is looked up once."""
    of_kind: defaultdict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        kind, _colon, name = subject.partition(":")
        of_kind[kind].add(name)
    words = {subject: subject for subject in subjects}
    for kind, names in of_kind.items():
        if kind in _namers:
            words |= {f"{kind}:{name}": word for name, word in _namers[kind](names).items()}
    return words
