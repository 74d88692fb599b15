"""Races are run in the conversations of chat's own tests."""

from __future__ import annotations

from tests.chat.conftest import commit, hints_sent, make_direct, make_group, post

__all__ = ["commit", "hints_sent", "make_direct", "make_group", "post"]
