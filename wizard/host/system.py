"""What differs between systems at a terminal: `posix` and `windows` have the same functions."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from wizard.host.windows import (
        drop_typed,
        hang_up,
        is_painting_on_terminal,
        noticing_hang_up,
        reading_keys,
        takes_escapes,
    )
else:
    from wizard.host.posix import (
        drop_typed,
        hang_up,
        is_painting_on_terminal,
        noticing_hang_up,
        reading_keys,
        takes_escapes,
    )

__all__ = [
    "drop_typed",
    "hang_up",
    "is_painting_on_terminal",
    "noticing_hang_up",
    "reading_keys",
    "takes_escapes",
]
