"""What modules say on pages of chat: key → sentence. ``{name}`` is filled by the module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES = {
    "waiting": pgettext_lazy("message", "Being sent"),
    "unsent": pgettext_lazy("message", "Not sent yet"),
    "uncertain": pgettext_lazy("message", "Not certain yet whether it was sent"),
    "failed": pgettext_lazy("message", "Not sent"),
    "sent": pgettext_lazy("message", "Sent"),
    "delivered": pgettext_lazy("message", "Delivered"),
    "read": pgettext_lazy("message", "Read"),
}
EVENTS = {
    "member_joined": _("{name} joined"),
    "member_left": _("{name} left"),
}
WORDS = {
    **{f"state_{state}": word for state, word in STATES.items()},
    **{f"event_{name}": word for name, word in EVENTS.items()},
    "event_unknown": _("Something changed in this conversation"),
    "you": _("You"),
    "you_prefix": _("You: "),
    "who_prefix": _("{name}: "),
    "somebody": _("Someone"),
    "draft": _("Draft:"),
    "recalled": _("Message taken back"),
    "recalled_mine": _("You took this message back"),
    "recalled_theirs": _("This message was taken back"),
    "card": _("A card"),
    "typing": _("typing…"),
    "typing_one": _("{name} is typing…"),
    "typing_several": _("{count} people are typing…"),
    "unread": _("unread"),
    "new": _("new"),
    "editing": _("Editing your message"),
    "replying_to": _("Reply to {name}"),
    "announce": _("{name}: {text}"),
    "reacted": _("{emoji} from {names}"),
    "not_sent_offline": _("Not sent yet. It goes out by itself once you are connected."),
    "not_certain": _("Not sure it arrived yet. It will be sent again, but never twice."),
    "body_too_long": _("Too long: at most {max} characters."),
    "edit_too_late": _("A message can be changed for {minutes} minutes after sending."),
    "recall_too_late": _("A message can be taken back for {minutes} minutes after sending."),
    "closed": _("You can read this conversation. To write again, you both have to be contacts."),
    "hidden": _("Hidden. You find it at the end of the list."),
    "load_failed": _("Earlier messages could not be read. Try again."),
}
