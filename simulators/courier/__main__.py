"""``python -m simulators.courier``: run the simulated courier."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from simulators.courier import server


def main() -> None:
    """Read the command line, open the books, and serve."""
    parser = argparse.ArgumentParser(prog="simulators.courier", description="Couriers with play parcels.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on; this machine alone by default")
    parser.add_argument("--directory", type=Path, required=True, help="where its key and its books lie")
    parser.add_argument("--client-url", default="http://127.0.0.1:8000", help="where its client, the product, answers")
    parser.add_argument("--take-unknown", action="store_true", help="take in each parcel that it is asked about")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="courier: %(message)s")
    courier = server.Courier.open(options.directory, client_url=options.client_url, takes_unknown=options.take_unknown)
    server.serve(courier, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
