"""Commands of chat; importing the package registers them."""

from chat.endpoints import conversations, messages, receipts

__all__ = ["conversations", "messages", "receipts"]
