"""Links of ours that stand in QR codes of people: to send them money, and to become their contact."""

from __future__ import annotations

import re

# Nothing but these two is followed: a code on a wall must lead to no other page, and to no other host.
_PERSONAL = re.compile(r"/dompet/kirim/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/|/undangan/[A-Za-z0-9_-]{8,64}/")


def find_own_path(text: str, *, public_url: str) -> str | None:
    """Return the path of a personal link of this site, or None if the text is anything else."""
    path = text.removeprefix(public_url)
    return path if path != text and _PERSONAL.fullmatch(path) else None
