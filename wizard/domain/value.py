"""What the values are made of: named fields that do not change, compared one by one.

Not dataclasses: each of those compiles its methods when its module is imported, a millisecond
apiece, for which a command and the first frame would wait. These are made by msgspec in C.
"""

from __future__ import annotations

from typing import dataclass_transform

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Value", "field", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """A value; declared as a dataclass is, and immutable."""
