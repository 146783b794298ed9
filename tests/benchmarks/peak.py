"""`python -m tests.benchmarks.peak FILE ARGS…`: run the wizard and write the most memory it had.

Asked of itself: what the system tells a parent of its child begins with the parent's own peak.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from wizard.cli import main


def peak(pid: int | str = "self") -> int:
    """Return the most memory a process has had, in bytes, as Linux tells it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    told = Path(sys.argv.pop(1))
    try:
        main()
    finally:
        told.write_text(str(peak()))
