"""What differs between systems at a terminal: `posix` and `windows` have the same functions."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    from wizard.host.windows import (
        drop_typed as drop_typed,
    )
    from wizard.host.windows import (
        hang_up as hang_up,
    )
    from wizard.host.windows import (
        is_painting_on_terminal as is_painting_on_terminal,
    )
    from wizard.host.windows import (
        noticing_hang_up as noticing_hang_up,
    )
    from wizard.host.windows import (
        reading_keys as reading_keys,
    )
    from wizard.host.windows import (
        takes_escapes as takes_escapes,
    )
else:
    from wizard.host.posix import (
        drop_typed as drop_typed,
    )
    from wizard.host.posix import (
        hang_up as hang_up,
    )
    from wizard.host.posix import (
        is_painting_on_terminal as is_painting_on_terminal,
    )
    from wizard.host.posix import (
        noticing_hang_up as noticing_hang_up,
    )
    from wizard.host.posix import (
        reading_keys as reading_keys,
    )
    from wizard.host.posix import (
        takes_escapes as takes_escapes,
    )
