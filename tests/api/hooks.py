"""
Hooks that Schemathesis loads into its own process: the session of each request, and the operations to call.

``NUSA_API_WORLD`` holds it as JSON: the sessions, of which one after the other may be ended by what is asked, and the
values of path fields that exist. Without sessions, a stranger asks.
"""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis

CSRF = "ofthetests".ljust(32, "0")
world = json.loads(os.environ["NUSA_API_WORLD"])
_calls = 0


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    global _calls
    _calls += 1
    session = f"; sessionid={world['sessions'][0]}" if world["sessions"] else ""
    case.headers["Cookie"] = f"csrftoken={CSRF}{session}"
    case.headers["X-CSRFToken"] = CSRF
    # Every other time something that exists: what is made up exists never.
    if _is_valid(case) and _calls % 2:
        case.path_parameters.update(
            {name: world["there"][name] for name in case.path_parameters if name in world["there"]}
        )


@schemathesis.hook
def after_call(_context: Any, _case: Any, response: Any) -> None:
    """Go on with the next session when this one was ended."""
    if response.status_code == 401 and len(world["sessions"]) > 1:
        world["sessions"].pop(0)


def _is_valid(case: Any) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive
