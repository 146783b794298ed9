"""Who has access to files: this system's module. Both have the same functions."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from wizard.store import access_windows as access
else:
    from wizard.store import access_posix as access

__all__ = ["access"]
