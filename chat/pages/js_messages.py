"""Strings for JavaScript on the pages of chat, by key. JavaScript fills placeholders such as ``{name}``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATE_LABELS = {
    "waiting": pgettext_lazy("message", "Being sent"),
    "unsent": pgettext_lazy("message", "Not sent yet"),
    "uncertain": pgettext_lazy("message", "Not sure yet if it was sent"),
    "failed": pgettext_lazy("message", "Not sent"),
    "sent": pgettext_lazy("message", "Sent"),
    "delivered": pgettext_lazy("message", "Delivered"),
    "read": pgettext_lazy("message", "Read"),
}
SYSTEM_EVENT_SENTENCES = {
    "member_joined": _("{name} joined"),
    "member_left": _("{name} left"),
}
MESSAGES = {
    **{f"state_{state}": word for state, word in STATE_LABELS.items()},
    **{f"event_{name}": word for name, word in SYSTEM_EVENT_SENTENCES.items()},
    "event_unknown": _("Something changed in this chat"),
    "you": _("You"),
    "you_prefix": _("You: "),
    "who_prefix": _("{name}: "),
    "somebody": _("Someone"),
    "draft": _("Draft:"),
    "recalled": _("Message deleted"),
    "recalled_mine": _("You deleted this message"),
    "recalled_theirs": _("This message was deleted"),
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
    "not_sent_offline": _("Not sent yet. It will be sent once you are connected."),
    "not_certain": _("Not sure it arrived yet. It will be sent again, but never twice."),
    "body_too_long": _("Too long: up to {max} characters."),
    "edit_too_late": _("A message can be edited for {minutes} minutes after sending."),
    "recall_too_late": _("A message can be deleted for {minutes} minutes after sending."),
    "closed": _("You can still read this chat. To send messages again, you both need to be contacts."),
    "archived": _("Archived. You can find it at the top of the list."),
    "archived_list": pgettext_lazy("list", "Archived"),
    "archived_empty": _("Nothing is archived"),
    "hidden_list": _("Hidden chats"),
    "hidden_empty": _("Nothing is hidden"),
    "hidden": _("Hidden. You can find it at the end of the list."),
    "load_failed": _("Earlier messages could not be loaded. Try again."),
}
