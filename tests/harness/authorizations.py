"""Authorizations for journals that tests post past the actions."""

from __future__ import annotations

from typing import Any

from payments.domain.authorization import ACCEPTED_METHODS, Authorization, AuthorizationMethod

# Every kind that the product declares, before tests declare theirs.
DECLARED_KINDS = frozenset(ACCEPTED_METHODS)
BY_PIN = Authorization(AuthorizationMethod.PIN)
_BY_OPERATOR = frozenset({AuthorizationMethod.OPERATOR})


def entry_fields(kind: str) -> dict[str, Any]:
    """
    Return the fields of an entry of this kind with an authorization that it accepts. A kind of the tests' own is
    declared by this.
    """
    method = min(ACCEPTED_METHODS.setdefault(kind, _BY_OPERATOR))
    people = {"user_id": 1, "second_user_id": 2} if method is AuthorizationMethod.TWO_OPERATORS else {}
    return {"kind": kind, "authorization": Authorization(method, **people)}
