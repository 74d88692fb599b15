"""Words for actions and subjects of payments in the console's audit."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from payments.models import ReconciliationBreak
from superapp.console.api import register_action_words, register_subject_words

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


def name_breaks(names: Collection[str]) -> dict[str, str]:
    numbers = [int(name) for name in names if name.isdecimal()]
    rows = ReconciliationBreak.objects.filter(pk__in=numbers).values_list("pk", "reference", "day")
    return {str(pk): _("Difference {reference}").format(reference=reference or day) for pk, reference, day in rows}


def name_by_template(template: Callable[[str], str]) -> Callable[[Collection[str]], dict[str, str]]:
    return lambda names: {name: template(name) for name in names}


register_subject_words("break", name_breaks)
register_subject_words("account", name_by_template(lambda code: _("Account {code}").format(code=code)))
register_subject_words("statement", name_by_template(lambda day: _("Statement of {day}").format(day=day)))
register_subject_words("float", name_by_template(lambda day: _("Float of {day}").format(day=day)))
