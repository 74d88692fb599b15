"""All that rows of messages need beside the messages themselves, read for many at once."""

from __future__ import annotations

from collections.abc import Sequence

from chat.models import Message
from chat.queries import poll_tallies, reaction_tallies


def load_row_parts(messages: Sequence[Message]) -> None:
    """Load reactions and polls with these messages."""
    reaction_tallies.load(messages)
    poll_tallies.load(messages)
