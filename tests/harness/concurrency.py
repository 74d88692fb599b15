"""Things that happen at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

SECONDS_MAX = 50


def run_together(*functions: Callable[[], Any]) -> list[Any]:
    """Run the functions at the same moment, a thread each; what each returned or raised, in their order."""
    outcomes: list[Any] = [None] * len(functions)
    line = threading.Barrier(len(functions))

    def run(index: int) -> None:
        try:
            line.wait(SECONDS_MAX)
            outcomes[index] = functions[index]()
        except Exception as error:  # The test looks at it.
            outcomes[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,), name=f"race-{index}") for index in range(len(functions))]
    _start_and_join(threads)
    return outcomes


def _start_and_join(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        thread.join(SECONDS_MAX)
    stuck = [thread.name for thread in threads if thread.is_alive()]
    assert not stuck, f"still running after {SECONDS_MAX} s: {stuck}"
