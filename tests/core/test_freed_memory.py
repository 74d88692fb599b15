"""Memory that was freed goes back to the system."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Many small blocks, and one behind them that keeps the heap from shrinking by itself.
SCRIPT = """
import ctypes, re
from pathlib import Path
from superapp.core.freed_memory import return_freed_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

blocks = [libc.malloc(4_000) for _ in range(20_000)]
for block in blocks:
    ctypes.memset(block, 1, 4_000)
last = libc.malloc(4_000)
for block in blocks:
    libc.free(block)
before = resident()
return_freed_memory()
print(before, resident())
"""


def test_freed_memory_is_returned_to_the_system():
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=ROOT)

    before, after = map(int, re.findall(r"\d+", ran.stdout))
    assert before - after > 50_000
