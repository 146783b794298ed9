"""The records of the profiles: files without a secret in them, which point at the sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Final

from wizard.domain.book.store import FILE_DAMAGED
from wizard.domain.models import Profile
from wizard.domain.problems import Problem, SetupError
from wizard.store.codec import Damaged, decode_profile, encode_profile
from wizard.store.files import PrivateFolder, telling
from wizard.store.paths import is_name

_SUFFIX: Final = ".json"
_DAMAGED: Final = ".json.damaged-"


class Records:
    """The records in a private folder, with the files their locks are on."""

    def __init__(self, folder: PrivateFolder) -> None:
        self._folder = folder

    def names(self) -> Sequence[str]:
        """Return the names of the profiles that have a record, sorted. Raises SetupError.

        Also one that was set aside: a profile must not fall out of the list unsaid.
        """
        files = self._folder.names()
        names = {f.removesuffix(_SUFFIX) for f in files if f.endswith(_SUFFIX)}
        names |= {f.partition(_DAMAGED)[0] for f in files if _DAMAGED in f}
        return sorted(filter(is_name, names))

    def read(self, name: str) -> Profile | None:
        """Return a record, None when there is none. Raises Damaged and SetupError."""
        data = self._folder.read(name + _SUFFIX)
        return None if data is None else decode_profile(data, self._path(name))

    def read_or_set_aside(self, name: str) -> Profile | None:
        """Return a record, None when there is none; call it under the profile's lock.

        Raises SetupError; a damaged record is renamed first.
        """
        try:
            return self.read(name)
        except Damaged as damage:
            taken = self._set_aside(name)
            free = next(n for n in count(1) if f"{name}{_DAMAGED}{n}" not in taken)
            kept = f"{name}{_DAMAGED}{free}"
            self._folder.rename(name + _SUFFIX, kept)
            raise SetupError(self.problem_of(damage, name, kept)) from damage

    def problem_of(self, damage: Damaged, name: str, kept: str | None = None) -> Problem:
        """Return what to say of a damaged record, kept in the file `kept` or where it was."""
        path = self._path(name)
        place = path if kept is None else str(self._folder.path / kept)
        return FILE_DAMAGED.filled(path=path, kept=place).with_detail(str(damage))

    def set_aside(self, name: str) -> str | None:
        """Return where the newest damaged record of a profile is kept. Raises SetupError."""
        # By length first, as the tenth comes after the ninth.
        files = sorted(self._set_aside(name), key=lambda file: (len(file), file))
        return str(self._folder.path / files[-1]) if files else None

    def write(self, name: str, profile: Profile) -> None:
        """Replace a record, durably. Raises SetupError."""
        self._folder.write(name + _SUFFIX, encode_profile(profile))

    def prove_writable(self, name: str) -> None:
        """Raise SetupError unless a record can be written now."""
        self._folder.prove_writable(name + _SUFFIX, 4096)

    def tidy(self, name: str) -> None:
        """Remove what interrupted writes left. Raises SetupError."""
        self._folder.delete_temps(f"{name}.")

    def remove(self, name: str) -> None:
        """Remove all there is of a profile, its record last; locks stay. Raises SetupError."""
        self.tidy(name)
        for file in self._set_aside(name):
            self._folder.delete(file)
        self._folder.delete(name + _SUFFIX)

    def lock_path(self, name: str, suffix: str = ".lock") -> Path:
        """Return the file a lock is on, its folder made. Raises SetupError."""
        with telling(self._folder.path):
            self._folder.make()
        return self._folder.path / f"{name}{suffix}"

    def _set_aside(self, name: str) -> list[str]:
        return [file for file in self._folder.names() if file.startswith(name + _DAMAGED)]

    def _path(self, name: str) -> str:
        return str(self._folder.path / (name + _SUFFIX))
