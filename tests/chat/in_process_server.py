"""The link of a model client to the commands of this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from superapp.realtime import registry
from superapp.realtime.registry import Caller


@dataclass
class InProcessServer:
    """A person's way to the server."""

    caller: Caller

    @property
    def me_id(self) -> str:
        return str(self.caller.user_public_id)

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        command = registry.commands[do]
        shape = msgspec.convert(fields, command.schema)
        assert command.handler is not None
        return msgspec.json.decode(msgspec.json.encode(command.handler(self.caller, shape)))
