"""Build requests for the operations of the API from its description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.security.attack_fields import Operation
from tests.shop.image_files import photo


def ask(browser: Client, operation: Operation, values: Mapping[str, Any], **more: Any) -> HttpResponse:
    """Send a request: fields in the path, in the query, in JSON, or beside a file. ``more`` are headers, as of WSGI."""
    path, rest = operation.path, dict(values)
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", str(rest.pop(name)))
    if operation.file:
        rest[operation.file] = SimpleUploadedFile("eve.jpg", photo(size=(40, 30)), "image/jpeg")
        more = {"content_type": MULTIPART_CONTENT, **more}
        return browser.generic(operation.method, path, encode_multipart(BOUNDARY, rest), **more)
    if operation.method in ("GET", "DELETE"):
        return browser.generic(operation.method, path, QUERY_STRING=urlencode(rest, doseq=True), **more)
    more = {"content_type": "application/json", **more}
    return browser.generic(operation.method, path, json.dumps(rest), **more)
