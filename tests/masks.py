"""A context manager that sets the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Create files with this umask until the end of the block."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
