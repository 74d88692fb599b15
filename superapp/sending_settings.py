"""
Settings of what is sent out: text messages, and notifications to closed apps. ``superapp.settings`` takes them over.
"""

from __future__ import annotations

from superapp import env

# Log-in codes are sent as text messages through a gateway of the operator's choice.

SMS_URL = env.text("SMS_URL", "", "The address of the SMS gateway, https://…; it is sent one JSON object by POST.")
SMS_HEADERS = env.json_object("SMS_HEADERS", "{}", "JSON object of further headers for it, such as its key.")
SMS_FIELDS = env.json_object(
    "SMS_FIELDS",
    '{"to": "{number}", "text": "{text}"}',
    "JSON object to send; {number} is +62…, {digits} the same without the plus, {text} the message.",
)
SMS_OK_FIELD = env.text("SMS_OK_FIELD", "", "Where its answer says whether it took the message, such as result.status.")
SMS_OK_VALUE = env.text("SMS_OK_VALUE", "", "What stands there when it did.")
SMS_SECONDS_MAX = env.integer("SMS_SECONDS_MAX", 5, "How long we wait for it.")
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
