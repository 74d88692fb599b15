"""Actions of payments in the words of the console's audit."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from superapp.console.api import register_action_words

register_action_words(
    {
        "frozen": pgettext_lazy("audit", "Froze an account"),
        "top_up_requested": pgettext_lazy("audit", "Requested a top-up"),
        "top_up_approved": pgettext_lazy("audit", "Approved a top-up"),
        "top_up_rejected": pgettext_lazy("audit", "Rejected a top-up"),
        "statement_uploaded": pgettext_lazy("audit", "Uploaded a statement"),
        "float_checked": pgettext_lazy("audit", "Asked the bank for its balance"),
        "break_take": pgettext_lazy("audit", "Took a difference"),
        "break_leave": pgettext_lazy("audit", "Gave a difference back"),
    }
)
