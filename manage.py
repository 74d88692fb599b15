#!/usr/bin/env python
"""Commands of the operator and the developer."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from superapp.core import infrastructure_errors

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")
    try:
        try:
            # Read first: Django would say of a wrong setting that the command does not exist.
            settings.SECRET_KEY  # noqa: B018  # Being read is all that is wanted.
        except ImproperlyConfigured as wrong:
            sys.exit(f"Setting: {wrong}")
        execute_from_command_line(sys.argv)
    except infrastructure_errors.INFRASTRUCTURE_ERRORS as error:
        sentence = infrastructure_errors.describe_error(error)
        if sentence is None or "--traceback" in sys.argv:
            raise
        sys.exit(f"CommandError: {sentence}")
