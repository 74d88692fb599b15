"""Parsing and encoding of whole WebSocket text frames (RFC 6455, section 5.2)."""

from __future__ import annotations

# The extension of a socket's ASGI scope under which the server offers to write encoded frames.
WRITE_FRAME = "nusa.write_frame"
# FIN, no extension, text.
TEXT = 0x81
MASKED = 0x80
LENGTH_16_BIT, LENGTH_64_BIT = 126, 127
MASK_BYTES = 4
NO_MASK = bytes(MASK_BYTES)


def read_text_frame(data: bytes, at: int) -> tuple[str, int] | None:
    """
    Parse the client's frame at this position; return its text and the position after it.

    Returns None for everything that is not one whole, masked, well-formed text frame of less than 64 KiB.
    """
    if len(data) - at < 2 + MASK_BYTES or data[at] != TEXT or data[at + 1] < MASKED:
        return None
    size, start = data[at + 1] - MASKED, at + 2 + MASK_BYTES
    if size == LENGTH_16_BIT:
        size, start = int.from_bytes(data[at + 2 : at + 4], "big"), start + 2
        if size < LENGTH_16_BIT:  # The length would have fit into one byte.
            return None
    elif size == LENGTH_64_BIT:
        return None
    end = start + size
    if end > len(data):
        return None
    try:
        return unmask(data[start:end], data[start - MASK_BYTES : start]).decode(), end
    except UnicodeDecodeError:
        return None


def unmask(payload: bytes, mask: bytes) -> bytes:
    if mask == NO_MASK:
        return payload
    size = len(payload)
    repeated = (mask * (size // MASK_BYTES + 1))[:size]
    # XOR of two large integers: one step instead of one for each byte.
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big")


def encode_text_frame(payload: bytes) -> bytes:
    """Encode a text, as UTF-8, as a frame of the server."""
    size = len(payload)
    if size < LENGTH_16_BIT:
        return bytes((TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((TEXT, LENGTH_16_BIT)) + size.to_bytes(2, "big") + payload
    return bytes((TEXT, LENGTH_64_BIT)) + size.to_bytes(8, "big") + payload
