"""Commands of chat; importing the package registers them."""

from chat.endpoints import conversations, group_joining, groups, marks, messages, polls, reactions, receipts

__all__ = ["conversations", "group_joining", "groups", "marks", "messages", "polls", "reactions", "receipts"]
