"""
``python -m tests.harness.sql_digests``: refuse SQL functions that changed without a migration that installs them.

``make lint`` runs it. Only the migrations on the disk are read, and no database is asked.
"""

from __future__ import annotations

import os
import sys
import tempfile

import django


def installed_digests() -> dict[str, str]:
    """Return the digest for which the last migration that installs a file was written, by path of the file."""
    from django.db.migrations.loader import MigrationLoader

    from superapp.core.sql_functions import InstallFunctions

    found = {}
    for _key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        for operation in migration.operations:
            if isinstance(operation, InstallFunctions):
                found[operation.path] = operation.text
    return found


def changed_files() -> dict[str, str]:
    """Return the present digest of each file that differs from what its last migration installed, by path."""
    from superapp.core.sql_functions import file_digest

    installed = installed_digests()
    present = {path: file_digest(path) for path in installed}
    return {path: digest for path, digest in present.items() if digest != installed[path]}


def main() -> int:
    """Print the files without a migration of theirs, and return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "superapp.settings")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["VAR_DIR"] = directory
        django.setup()
        changed = changed_files()
    for path, digest in changed.items():
        print(f"{path} changed: add a migration with InstallFunctions({path!r}, text={digest!r})", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
