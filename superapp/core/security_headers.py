"""Headers of every answer that no library of ours sets."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# What our pages never use, nobody makes them use. The camera scans, and it and the microphone are there for calls.
_DENIED = ("accelerometer", "browsing-topics", "geolocation", "gyroscope", "magnetometer", "midi", "payment", "usb")
_OWN = ("camera", "microphone", "publickey-credentials-get")
PERMISSIONS_POLICY = ", ".join([*(f"{name}=()" for name in _DENIED), *(f"{name}=(self)" for name in _OWN)])

# As Django's own middleware says them in every other answer, by the settings of their names.
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Middleware: say which abilities of the browser our pages may use."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return answer
