"""The connection check: its lines, its report, and the checks of a draft and the active set."""
