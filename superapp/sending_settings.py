"""
Settings of what is sent out: text messages, and notifications to closed apps. ``superapp.settings`` takes them over.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from superapp import env

# Log-in codes are sent as text messages through a gateway of the operator's choice.

SMS_URL = env.url(
    "SMS_URL",
    "",
    "The address of the SMS gateway, https://…; it is sent one JSON object by POST.",
    schemes=("https", "http"),
)
SMS_HEADERS = env.json_object("SMS_HEADERS", "{}", "JSON object of further headers for it, such as its key.")
SMS_FIELDS = env.json_object(
    "SMS_FIELDS",
    '{"to": "{number}", "text": "{text}"}',
    "JSON object to send; {number} is +62…, {digits} the same without the plus, {text} the message.",
)
SMS_OK_FIELD = env.text("SMS_OK_FIELD", "", "Where its answer says whether it took the message, such as result.status.")
SMS_OK_VALUE = env.text("SMS_OK_VALUE", "", "What stands there when it did.")
SMS_SECONDS_MAX = env.positive_integer("SMS_SECONDS_MAX", 5, "How long we wait for it.")
SMS_COUNTRIES = env.country_list(
    "SMS_COUNTRIES",
    "ID",
    "Countries whose numbers get codes, two letters each (ID is +62), separated by commas; numbers without a country"
    " code are of the first.",
)
# Limits of what an attack can cost, above normal use: new people get four fifths, known people all of it.
SMS_PER_HOUR = env.positive_integer("SMS_PER_HOUR", 1_000, "How many codes the instance sends in an hour at most.")
SMS_PER_DAY = env.positive_integer("SMS_PER_DAY", 10_000, "How many codes the instance sends in a day at most.")
# Text messages about what a merchant must not miss.
ORDER_SMS_AFTER_MINUTES = env.integer(
    "ORDER_SMS_AFTER_MINUTES",
    15,
    "Minutes after which a merchant who has not seen a paid order gets a text message about it; 0 for never.",
)
ALERT_SMS_PER_DAY = env.positive_integer(
    "ALERT_SMS_PER_DAY", 10, "How many text messages about such things one person gets in a day at most."
)

# Notifications to closed apps go through the makers of browsers, abroad: if the operator says so, and an id alone.

FOREIGN_PUSH = env.text(
    "FOREIGN_PUSH",
    "off",
    "Whether the makers of browsers carry notifications to closed apps: off, or id_only (a number and no words).",
)
if FOREIGN_PUSH not in ("off", "id_only"):
    raise ImproperlyConfigured(f"FOREIGN_PUSH must be off or id_only, not {FOREIGN_PUSH!r}")
PUSH_HOSTS = env.host_list(
    "PUSH_HOSTS",
    "",
    "Hosts to which push messages may be sent, separated by commas; one that begins with a dot is all below it.",
)
VAPID_SUBJECT = env.text(
    "VAPID_SUBJECT", "", "How a push service reaches the operator: mailto:… or https://…; needed with FOREIGN_PUSH."
)
if FOREIGN_PUSH != "off" and not PUSH_HOSTS:
    raise ImproperlyConfigured("FOREIGN_PUSH needs PUSH_HOSTS: docs/running.md lists those of the makers of browsers")
if FOREIGN_PUSH != "off" and not VAPID_SUBJECT.startswith(("mailto:", "https://")):
    raise ImproperlyConfigured("FOREIGN_PUSH needs VAPID_SUBJECT: mailto:… or https://…")
PUSH_AFTER_SECONDS = env.integer(
    "PUSH_AFTER_SECONDS", 10, "Seconds after which a message that reached none of a person's open devices is pushed."
)
