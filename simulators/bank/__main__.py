"""``python -m simulators.bank``: run the simulated bank."""

from __future__ import annotations

import argparse
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from simulators.bank import settings
from simulators.parents import end_with_stdin


def main() -> None:
    """Read the command line, bring the books to their newest shape, and serve."""
    parser = argparse.ArgumentParser(prog="simulators.bank", description="A bank with play money that speaks SNAP BI.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; this machine alone by default")
    parser.add_argument("--directory", type=Path, required=True, help="where its keys and its books lie")
    parser.add_argument("--client-url", default="http://127.0.0.1:8000", help="where its client, the product, answers")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input is closed")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="bank: %(message)s")
    if options.end_with_stdin:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    serve = open_bank(directory=options.directory, client_url=options.client_url, host=options.host)
    serve(host=options.host, port=options.port)


def open_bank(*, directory: Path, client_url: str, host: str) -> Callable[..., None]:
    """Bring the books of a directory to their newest shape, and return the function that serves the bank."""
    settings.configure(directory=directory, client_url=client_url, host=host)
    _open_books()

    from simulators.bank import server  # After the settings, which the tables need.

    return server.serve


def _open_books() -> None:
    from django.core.management import call_command
    from django.db import connection

    from simulators.bank import books
    from superapp.core import clock

    call_command("migrate", verbosity=0, interactive=False)
    books.open_accounts(settings.current().keys, clock.now())
    connection.close()


if __name__ == "__main__":
    main()
