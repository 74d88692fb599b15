"""Groups of the emoji picker, in the order of Unicode; their names are those of ``static/chat/emoji.json``."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

EMOJI_GROUPS: tuple[dict[str, Any], ...] = (
    {"name": "recent", "sign": "🕘", "label": pgettext_lazy("emoji", "Recent")},
    {"name": "smileys_emotion", "sign": "😀", "label": pgettext_lazy("emoji", "Smileys and feelings")},
    {"name": "people_body", "sign": "👋", "label": pgettext_lazy("emoji", "People")},
    {"name": "animals_nature", "sign": "🐱", "label": pgettext_lazy("emoji", "Animals and nature")},
    {"name": "food_drink", "sign": "🍚", "label": pgettext_lazy("emoji", "Food and drink")},
    {"name": "travel_places", "sign": "🛵", "label": pgettext_lazy("emoji", "Travel and places")},
    {"name": "activities", "sign": "⚽", "label": pgettext_lazy("emoji", "Activities")},
    {"name": "objects", "sign": "💡", "label": pgettext_lazy("emoji", "Objects")},
    {"name": "symbols", "sign": "❤️", "label": pgettext_lazy("emoji", "Symbols")},
    {"name": "flags", "sign": "🏁", "label": pgettext_lazy("emoji", "Flags")},
)
