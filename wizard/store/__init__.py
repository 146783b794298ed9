"""What is kept on disk: profiles, credential sets, locks, and the log, which masks secrets.

`access_posix` and `access_windows` have the same functions; `access` is this system's.
"""

import sys

if sys.platform == "win32":
    from wizard.store import access_windows as access
else:
    from wizard.store import access_posix as access

__all__ = ["access"]
