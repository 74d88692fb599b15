"""``python -m simulators.bank``: run the simulated bank."""

from __future__ import annotations

import argparse
import logging
import os
import threading
from pathlib import Path

from simulators.bank import settings


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
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    settings.configure(directory=options.directory, client_url=options.client_url, host=options.host)
    _open_books()

    from simulators.bank import server  # After the settings, which the tables need.

    server.serve(host=options.host, port=options.port)


def _open_books() -> None:
    from django.core.management import call_command
    from django.db import connection

    from simulators.bank import books
    from superapp.core import clock

    call_command("migrate", verbosity=0, interactive=False)
    books.open_accounts(settings.current().keys, clock.now())
    connection.close()


def _end_with_stdin() -> None:
    # A parent that is killed cannot say so, but its end of the pipe is closed.
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
