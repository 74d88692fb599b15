"""Registration of the client commands of payments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payments.domain.feature_gates import requires_payments
from superapp.realtime.registry import Caller, RequestSchema, register_command

Handler = Callable[[Caller, Any], Any]


def payments_command(name: str, shape: type[RequestSchema], **options: Any) -> Callable[[Handler], Handler]:
    """
    Register a client command that is refused where payments are disabled.

    See ``payments.domain.feature_gates``.
    """
    return lambda handler: register_command(name, shape, **options)(requires_payments(handler))
