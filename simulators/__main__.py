"""``python -m simulators``: run the simulated bank, the simulated courier, or both, in one process."""

from __future__ import annotations

import argparse
import logging
import threading
from pathlib import Path

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
    threads = []
    # The bank comes first: it says how Django is to be set up in this process.
    if options.bank_port:
        threads.append(_serve_bank(options))
    if options.courier_port:
        threads.append(_serve_courier(options))
    for thread in threads:
        thread.start()
    end_with_stdin()


def _serve_bank(options: argparse.Namespace) -> threading.Thread:
    from simulators.bank.__main__ import open_bank

    serve = open_bank(directory=options.bank_directory, client_url=options.client_url, host=HOST)
    return threading.Thread(target=serve, kwargs={"host": HOST, "port": options.bank_port}, daemon=True)


def _serve_courier(options: argparse.Namespace) -> threading.Thread:
    from simulators.courier import server

    courier = server.Courier.open(options.courier_directory, client_url=options.client_url, takes_unknown=True)
    return threading.Thread(
        target=server.serve, args=[courier], kwargs={"host": HOST, "port": options.courier_port}, daemon=True
    )


if __name__ == "__main__":
    main()
