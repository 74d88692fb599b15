"""A client's side of the challenges at the log-in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping


def solve(challenge: Mapping[str, object]) -> str:
    """Find the number of a challenge, and return the solution as a client sends it."""
    salt, wanted, most = str(challenge["salt"]), challenge["challenge"], int(str(challenge["maxnumber"]))
    number = next(n for n in range(most + 1) if hashlib.sha256(f"{salt}{n}".encode()).hexdigest() == wanted)
    return encode_solution({**challenge, "number": number})


def encode_solution(solution: Mapping[str, object]) -> str:
    """Write a solution as it is sent, whether it is one or not."""
    fields = {name: solution[name] for name in ("algorithm", "challenge", "number", "salt", "signature")}
    return base64.b64encode(json.dumps(fields).encode()).decode()
