"""Commands of chat; importing the package registers them."""

from chat.endpoints import conversations, marks, messages, receipts

__all__ = ["conversations", "marks", "messages", "receipts"]
