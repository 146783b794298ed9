"""What is remembered of how the wizard looks: one file for all profiles, without a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from wizard.domain import journal
from wizard.domain.problems import SetupError
from wizard.domain.value import Value
from wizard.store.files import PrivateFolder

_FILE: Final = "wizard.json"


class _Kept(Value):
    """The file."""

    theme: str


class Preferences:
    """Kept in a home; nothing depends on them, so that what cannot be read is done without."""

    def __init__(self, home: Path) -> None:
        self._folder = PrivateFolder(home / "preferences")
        self.trouble = ""
        """Why the file that is there could not be read, in a sentence."""

    def theme(self) -> str:
        """Return the name of the theme that was chosen; "" where none is known."""
        try:
            data = self._folder.read(_FILE)
            return "" if data is None else msgspec.json.decode(data, type=_Kept).theme
        except SetupError as error:
            self.trouble = f"Your theme is not known: {error.problem.title}."
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.trouble = f"Your theme is not known: {self._folder.path / _FILE} is damaged."
        journal.note(self.trouble)
        return ""

    def save_theme(self, name: str) -> None:
        """Remember a theme. Raises SetupError."""
        self._folder.write(_FILE, msgspec.json.encode(_Kept(name)) + b"\n")
