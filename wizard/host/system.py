"""What differs between systems at a terminal.

`posix` and `windows` have the same functions; `system` is this system's.
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from wizard.host import windows as system
else:
    from wizard.host import posix as system

__all__ = ["system"]
