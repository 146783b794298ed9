"""The base classes of values: immutable, with named fields, compared field by field.

They aren't dataclasses, each of which compiles its methods on import: a millisecond that delays
commands and the first frame. msgspec creates these in C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, dataclass_transform

from msgspec import Struct, field

if TYPE_CHECKING:
    # The same, with type-checked arguments.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["Guarded", "Value", "field", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """An immutable value, declared like a dataclass.

    A bundle of callables is one, too, so that it can't change; those are never compared.
    """


class Guarded(Value):
    """A value whose repr shows only its first field: the others may hold a secret."""

    def __rich_repr__(self) -> list[tuple[str, object]]:
        # Rich prefers it to __repr__.
        first = self.__struct_fields__[0]
        return [(first, getattr(self, first))]

    def __repr__(self) -> str:
        [(name, shown)] = self.__rich_repr__()
        return f"{type(self).__name__}({name}={shown!r})"
