"""Translated strings for JavaScript on every page; ``{name}`` is filled in by the script."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

JS_MESSAGES = {
    "offline": _("You are offline."),
    "offline_waiting": _("You are offline. What you wrote is sent once you are connected."),
    "connecting": _("Connecting…"),
    "reconnect_in": _("No connection to the server. Trying again in {seconds} s."),
    "copied": _("Copied."),
    "not_copied": _("Could not copy."),
    "crowded": _("Too many windows are open. This one continues when you use it."),
    "signed_out": _("You were logged out on this device."),
    "new_version": _("A new version is ready."),
    "reload": _("Reload"),
    "unavailable": _("We cannot reach the server right now. Please try again in a moment."),
    "picture_unreadable": _("We cannot read that photo. Choose a JPEG, PNG or WebP."),
    "picture_too_large": _("That photo is too large. The limit is {megabytes} MB."),
    "chars_left": _("{count} characters left"),
    "title_waiting": _("({count}) {title}"),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "online": _("online"),
    "last_seen": _("last seen {time}"),
    "known_age": _("Last updated at {time}. We are trying again."),
    "known_in_part": _("Incomplete: some of it could not be loaded. Updated at {time}."),
}
