"""Authorizations for journals that tests post past the actions."""

from __future__ import annotations

from typing import Any

from payments.authorization import REQUIREMENTS, Authorization, Means

# Every kind that the product declares, before tests declare theirs.
DECLARED = frozenset(REQUIREMENTS)
BY_PIN = Authorization(Means.PIN)
_BY_OPERATOR = frozenset({Means.OPERATOR})


def as_kind(kind: str) -> dict[str, Any]:
    """
    Return the fields of an entry of this kind with an authorization that it accepts. A kind of the tests' own is
    declared by this.
    """
    return {"kind": kind, "authorization": Authorization(min(REQUIREMENTS.setdefault(kind, _BY_OPERATOR)))}
