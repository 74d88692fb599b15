"""
``python -m bench.baseline_server PORT``: what the server can do when an application does nothing, on the same Daphne.

With ``--stock`` before the port it is Daphne as it is distributed, without the changes of ``daphne_server``.
"""

from __future__ import annotations

import sys
from typing import Any

_lines: set[Any] = set()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """``/echo`` sends back what comes; ``/broadcast`` sends it to everybody; ``/idle`` hears and says nothing."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "app.v1"})
    if scope["path"] == "/broadcast":
        _lines.add(send)
    try:
        while (event := await receive())["type"] == "websocket.receive":
            if scope["path"] == "/echo":
                await send({"type": "websocket.send", "text": event["text"]})
            elif scope["path"] == "/broadcast":
                answer = {"type": "websocket.send", "text": event["text"]}
                for line in list(_lines):
                    await line(answer)
    finally:
        _lines.discard(send)


async def _drain() -> None:
    return


def _serve_on_stock_daphne(port: str) -> None:
    from daphne.cli import CommandLineInterface

    arguments = ["--bind", "127.0.0.1", "--port", port, "--verbosity", "0", "bench.baseline_server:application"]
    CommandLineInterface().run(arguments)


def _serve(port: str) -> None:
    # Here, since importing it changes Daphne.
    from superapp.core import daphne_server

    daphne_server.run(application, host="127.0.0.1", port=int(port), drain=_drain)


if __name__ == "__main__":
    *options, port = sys.argv[1:]
    (_serve_on_stock_daphne if options == ["--stock"] else _serve)(port)
