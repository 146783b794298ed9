"""What the values are made of: named fields that do not change, compared one by one.

Not dataclasses: each of those compiles its methods when its module is imported, a millisecond
apiece, for which a command and the first frame would wait. These are made by msgspec in C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, dataclass_transform

from msgspec import Struct, field

if TYPE_CHECKING:
    # The same, but its arguments are checked.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["Guarded", "Value", "field", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """A value; declared as a dataclass is, and immutable.

    A bundle of callables is one too, so that what it is made of cannot change; none compares those.
    """


class Guarded(Value):
    """A value that shows its first field alone: the others may hold a secret."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Rich takes it before __repr__.
        first = self.__struct_fields__[0]
        return [(first, getattr(self, first))]

    def __repr__(self) -> str:
        [(name, shown)] = self.__rich_repr__()
        return f"{type(self).__name__}({name}={shown!r})"
