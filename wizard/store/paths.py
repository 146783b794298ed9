"""Paths and settings from the environment; and the file that saves the theme."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from wizard.domain import journal, rules
from wizard.domain.errors import local as errors
from wizard.domain.models import StoreKind
from wizard.domain.problems import SetupError
from wizard.domain.value import Value
from wizard.store.files import PrivateFolder


def home(environ: Mapping[str, str]) -> Path:
    """Return the wizard's folder: SCIM_WIZARD_HOME, or one in the user's data folder.

    Raises SetupError.
    """
    if chosen := environ.get("SCIM_WIZARD_HOME"):
        path = expanded(chosen)
        if not path.is_absolute():
            example = _absolute("/srv/scim-wizard")
            raise SetupError(errors.HOME_NOT_ABSOLUTE.filled(path=chosen, example=example))
        there = next(filter(os.path.exists, (path, *path.parents)), None)
        if there is not None and not os.path.isdir(there):  # noqa: PTH112  Path's raises
            raise SetupError(errors.BAD_HOME.filled(path=chosen))
        return path
    # Imported here: with SCIM_WIZARD_HOME it isn't needed.
    import platformdirs

    try:
        path = Path(platformdirs.user_data_dir("twilio-scim-wizard", appauthor=False))
    except RuntimeError as error:
        raise SetupError(errors.NO_HOME_FOLDER) from error
    # Some of its versions leave a ~ unexpanded, or accept a relative HOME.
    if not path.is_absolute():
        raise SetupError(errors.NO_HOME_FOLDER)
    return path


def log_file(environ: Mapping[str, str]) -> Path | None:
    """Return the file that SCIM_WIZARD_LOG names; None if it isn't set. Raises SetupError."""
    chosen = environ.get("SCIM_WIZARD_LOG")
    if not chosen:
        return None
    path = expanded(chosen)
    if not path.is_absolute():
        example = _absolute("/tmp/log")  # noqa: S108  only an example
        reason = f"it must be an absolute path, such as {example}, or start with ~/"
        raise SetupError(errors.BAD_LOG.filled(path=chosen, reason=reason))
    return path


def _absolute(path: str) -> str:
    """Return an absolute path; on Windows, one that begins with / still lacks the drive."""
    return os.path.abspath(path)  # noqa: PTH100  Path's leaves the slashes


def expanded(path: str | Path) -> Path:
    """Return a path with a leading ~ expanded, as a shell does if it isn't quoted."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  Path's raises for an unknown user


def preferred(environ: Mapping[str, str]) -> StoreKind | None:
    """Return where SCIM_WIZARD_STORE saves a new profile's secrets; None if it isn't set.

    Raises SetupError.
    """
    chosen = environ.get("SCIM_WIZARD_STORE")
    if not chosen:
        return None
    try:
        return StoreKind(chosen)
    except ValueError:
        raise SetupError(errors.BAD_STORE.filled(value=chosen)) from None


def is_name(text: str) -> bool:
    """Whether a text is a valid profile name, and so may be part of a file name."""
    return rules.profile_name(text) is None


def check_name(name: str) -> None:
    """Raise SetupError unless a text is a valid profile name."""
    if not is_name(name):
        raise SetupError(errors.BAD_PROFILE_NAME.filled(name=name))


_FILE: Final = "wizard.json"


class _Kept(Value):
    """The content of the file."""

    theme: str


class Preferences:
    """The preferences in the wizard's folder. They are optional: an unreadable file is ignored."""

    def __init__(self, home: Path) -> None:
        self._folder = PrivateFolder(home / "preferences")
        self.trouble = ""
        """Why the file could not be read, in a sentence."""

    def theme(self) -> str:
        """Return the name of the chosen theme; "" if there is none."""
        try:
            data = self._folder.read(_FILE)
            return "" if data is None else msgspec.json.decode(data, type=_Kept).theme
        except SetupError as error:
            self.trouble = f"Your theme couldn't be read: {error.problem.title}."
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.trouble = f"Your theme couldn't be read: {self._folder.path / _FILE} is damaged."
        journal.note(self.trouble)
        return ""

    def save_theme(self, name: str) -> None:
        """Save the theme. Raises SetupError."""
        self._folder.write(_FILE, msgspec.json.encode(_Kept(name)) + b"\n")
