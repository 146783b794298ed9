"""The live check: its lines, its report, and the checks of a draft and of the active set."""
