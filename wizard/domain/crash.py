"""What is said of a fault of the wizard's own."""

from __future__ import annotations

import traceback

from wizard.domain.book.here import INTERNAL
from wizard.domain.problems import Problem


def crash(error: BaseException) -> Problem:
    """Return the entry with the kind of error and its places.

    Neither its message nor any local variable: either may hold a secret.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = (f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    return INTERNAL.filled(error=type(error).__name__).with_detail(*places)
