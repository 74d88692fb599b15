"""``python -m simulators``: run the simulated bank, the simulated courier, or both, in one process."""

from __future__ import annotations

import argparse
import logging
import os
import threading
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from simulators.bank.__main__ import open_bank
from simulators.courier import server
from simulators.parents import end_with_stdin

HOST = "127.0.0.1"


def main() -> None:
    """Read the command line and serve whatever got a port, on this machine alone."""
    parser = argparse.ArgumentParser(prog="simulators", description="A bank and couriers to try things with.")
    for name in ("bank", "courier"):
        parser.add_argument(f"--{name}-port", type=int)
        parser.add_argument(f"--{name}-directory", type=Path)
    parser.add_argument("--client-url", required=True, help="where their client, the product, answers")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # The bank comes first: it says how Django is to be set up in this process.
    if options.bank_port:
        serve_bank = open_bank(directory=options.bank_directory, client_url=options.client_url, host=HOST)
        _start(partial(serve_bank, host=HOST, port=options.bank_port))
    if options.courier_port:
        courier = server.Courier.open(options.courier_directory, client_url=options.client_url, takes_unknown=True)
        _start(partial(server.serve, courier, host=HOST, port=options.courier_port))
    end_with_stdin()


def _start(serve: Callable[[], None]) -> None:
    threading.Thread(target=_serve_or_end, args=[serve], daemon=True).start()


def _serve_or_end(serve: Callable[[], None]) -> None:
    # One that is not served any more takes the other with it: whoever started this process starts it again.
    try:
        serve()
    finally:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
