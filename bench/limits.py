"""
Run every bench with a limit in ``docs/speed.md`` and print one table.

Each bench runs by itself, one after the other, and says whether its run counts. Nothing else may be running on the
machine; where something does, latencies are its and not ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from bench import measure
from bench.environment import ROOT

BENCHES = ("reconnect_storm", "chat_send", "pages", "first_load")


def run_bench(bench: str, options: Any) -> dict[str, Any]:
    """Return the JSON that a bench prints with ``--json``, and its last line as ``said``."""
    command = [sys.executable, "-m", f"bench.{bench}", "--json", "--db", options.db, "--runs", str(options.runs)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    for line in reversed(ended.stdout.splitlines()):
        if line.startswith("{"):
            result: dict[str, Any] = json.loads(line)
            if result.get("name") == bench:
                return result
    raise SystemExit(f"{bench} said nothing:\n{ended.stderr[-2_000:]}")


def main() -> None:
    options = measure.arguments(__doc__ or "")
    told, is_good = [], True
    for bench in BENCHES:
        result = run_bench(bench, options)
        why = measure.reason_void(_as_result(result))
        for bound in (measure.Limit(**one) for one in result["bounds"]):
            verdict = f"void: {why}" if why else ("met" if bound.is_met else "NOT MET")
            is_good = is_good and verdict == "met"
            told.append({"bench": bench, "what": bound.what, "found": bound.found, "most": bound.most, "is": verdict})
    if options.json:
        print(json.dumps(told))
    else:
        for one in told:
            print(f"{one['bench']:>16}  {one['what']:<16} {one['found']:8.2f}  at most {one['most']:6.2f}  {one['is']}")
    if not is_good:
        sys.exit(1)


def _as_result(told: dict[str, Any]) -> measure.Result:
    return measure.Result(**{**told, "bounds": ()})


if __name__ == "__main__":
    main()
