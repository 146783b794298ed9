"""`python -m tests.benchmarks.peak FILE ARGS…`: run the wizard and write its peak memory.

The process measures itself: the peak of a child that its parent sees starts at the parent's own.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from wizard.cli import main


def peak(pid: int | str = "self") -> int:
    """Return the most memory that a process has used, in bytes, as Linux reports it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    told = Path(sys.argv.pop(1))
    try:
        main()
    finally:
        told.write_text(str(peak()), encoding="utf-8")
