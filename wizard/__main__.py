"""Where the program starts, before anything is imported that takes time."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line."""
    # All that is imported stays: each look for garbage among it would be in vain.
    gc.disable()
    from wizard.host.process import protect

    protect()
    from wizard import command_line

    gc.freeze()
    gc.enable()
    command_line.main()


if __name__ == "__main__":
    main()
