"""Where the program starts, before anything is imported that takes time."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from wizard.host.process import protect

    protect()
    from wizard import cli

    cli.main()


if __name__ == "__main__":
    main()
