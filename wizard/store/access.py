"""Who has access to files: `access_posix` and `access_windows` have the same parts."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from wizard.store.access_windows import (
        RETRY_FOR,
        close_file,
        close_to_others,
        is_open,
        make_private,
        refuse_others,
        refuse_unsafe,
        sync_file,
        sync_folder,
        user_name,
    )
else:
    from wizard.store.access_posix import (
        RETRY_FOR,
        close_file,
        close_to_others,
        is_open,
        make_private,
        refuse_others,
        refuse_unsafe,
        sync_file,
        sync_folder,
        user_name,
    )

__all__ = [
    "RETRY_FOR",
    "close_file",
    "close_to_others",
    "is_open",
    "make_private",
    "refuse_others",
    "refuse_unsafe",
    "sync_file",
    "sync_folder",
    "user_name",
]
