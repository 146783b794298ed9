"""The records of the profiles; and writes under a lock, which keep record and sets consistent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from wizard.domain.endpoints import refuse_tampered
from wizard.domain.errors.store import FILE_DAMAGED, PROFILE_CHANGED
from wizard.domain.models import RECORD_VERSION, CredentialSet, Profile, StoreKind
from wizard.domain.problems import Problem, SetupError
from wizard.domain.value import replace
from wizard.store.codec import Damaged, decode_profile, encode_profile
from wizard.store.files import PrivateFolder, telling
from wizard.store.paths import check_name, is_name
from wizard.store.sets import CredentialSets

_SUFFIX: Final = ".json"
_DAMAGED: Final = ".json.damaged-"


class Records:
    """The records in a private folder, with their lock files."""

    def __init__(self, folder: PrivateFolder) -> None:
        self._folder = folder

    def names(self) -> Sequence[str]:
        """Return the names of the profiles that have a record, sorted. Raises SetupError.

        This includes damaged records: a profile must not silently vanish from the list.
        """
        files = self._folder.names()
        names = {f.removesuffix(_SUFFIX) for f in files if f.endswith(_SUFFIX)}
        names |= {f.partition(_DAMAGED)[0] for f in files if _DAMAGED in f}
        return sorted(filter(is_name, names))

    def read(self, name: str) -> Profile | None:
        """Return a record, or None. Raises Damaged and SetupError."""
        check_name(name)
        data = self._folder.read(name + _SUFFIX)
        return None if data is None else decode_profile(data, self._path(name))

    def read_or_set_aside(self, name: str) -> Profile | None:
        """Return a record, or None; to be called under the profile's lock.

        Raises SetupError, after renaming a damaged record.
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
        """Return the problem of a damaged record, which is in the file `kept` or still in place."""
        path = self._path(name)
        place = path if kept is None else str(self._folder.path / kept)
        return FILE_DAMAGED.filled(path=path, kept=place).with_detail(str(damage))

    def set_aside(self, name: str) -> str | None:
        """Return where the newest damaged record of a profile is kept. Raises SetupError."""
        # Sorted by length first, so that 10 comes after 9.
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
        """Remove all files of a profile except locks, its record last. Raises SetupError."""
        self.tidy(name)
        for file in self._set_aside(name):
            self._folder.delete(file)
        self._folder.delete(name + _SUFFIX)

    def lock_path(self, name: str, suffix: str = ".lock") -> Path:
        """Return the path of a lock file, after creating its folder. Raises SetupError."""
        check_name(name)
        with telling(self._folder.path):
            self._folder.make()
        return self._folder.path / f"{name}{suffix}"

    def _set_aside(self, name: str) -> list[str]:
        return [file for file in self._folder.names() if file.startswith(name + _DAMAGED)]

    def _path(self, name: str) -> str:
        return str(self._folder.path / (name + _SUFFIX))


class LockedProfile:
    """A profile whose lock is held: its record, read under the lock, and the writes to it."""

    def __init__(self, name: str, records: Records, sets: CredentialSets) -> None:
        """Read the record. Raises SetupError."""
        self._name = name
        self._records = records
        self._sets = sets
        self.profile = records.read_or_set_aside(name)
        """The current record, or None."""
        # What can't be adopted now is left for the next lock.
        with suppress(SetupError):
            self._adopt()

    def active(self) -> CredentialSet | None:
        """Return the active credential set, or None. Raises SetupError."""
        active = self._pointed(self.profile.active if self.profile else None)
        if self.profile is not None and active is not None:
            refuse_tampered(self.profile.endpoints, active.endpoints)
        return active

    def draft(self) -> CredentialSet | None:
        """Return the draft, or None. Raises SetupError."""
        return self._pointed(self.profile.draft if self.profile else None)

    def prove_writable(self) -> None:
        """Raise SetupError unless a test write of the size of a credential set succeeds."""
        self._sets.prove_writable(self._name, self._kind(is_writing=True))
        self._records.prove_writable(self._name)

    def save(
        self,
        profile: Profile,
        *,
        active: CredentialSet | None = None,
        draft: CredentialSet | None = None,
        to_files: bool = False,
    ) -> Profile:
        """Write the given sets as new generations, point the record at them, and remove old ones.

        A set that is not given keeps its generation as `profile` names it. Returns the written
        record. Its fields that repeat the active set are updated from the given one, and `store`
        says where the sets are, whatever `profile` has there. Raises SetupError, also if another
        process has saved since `profile` was read.

        Args: `to_files`: move all sets of the profile to files, permanently.
        """
        before = self.profile or Profile()
        kept = {None if active else profile.active, None if draft else profile.draft}
        if not kept <= {None, before.active, before.draft}:
            raise SetupError(PROFILE_CHANGED)
        is_writing = not (active is None and draft is None)
        kind = StoreKind.FILE if to_files else self._kind(is_writing=is_writing)
        if kind is not before.store:
            active = self._pointed(profile.active) if active is None else active
            draft = self._pointed(profile.draft) if draft is None else draft
        after = self._put(replace(profile, version=RECORD_VERSION, store=kind), active, draft)
        self._records.write(self._name, after)
        self.profile = after
        # The save has succeeded; what can't be removed now is removed by the next save.
        with suppress(SetupError):
            self._sweep(before, after)
        return after

    def _put(
        self, profile: Profile, active: CredentialSet | None, draft: CredentialSet | None
    ) -> Profile:
        """Write the given sets as new generations; return the record that points at them."""
        before = self.profile or Profile()
        # Two sets count only together, and a set that replaces another setup counts only after the
        # record points at it.
        is_alone = active is None or draft is None
        after = profile
        if active is not None:
            is_renewal = is_alone and profile.is_same_setup(before)
            succeeds = before.active if is_renewal else None
            generation = self._sets.put(self._name, profile.store, active, succeeds)
            after = replace(_repeating(after, active), active=generation)
        if draft is not None:
            succeeds = before.draft if is_alone else None
            generation = self._sets.put(self._name, profile.store, draft, succeeds)
            after = replace(after, draft=generation)
        if after.active is None and (draft is not None or after.draft is None):
            chosen = CredentialSet(grant_type=after.grant_type)
            after = _repeating(after, replace(draft or chosen, tokens=None))
        return after

    def remove(self) -> None:
        """Remove the secrets, then damaged records, then the record. Raises SetupError."""
        self._sets.sweep(self._name, self.profile or Profile())
        self._records.remove(self._name)
        self.profile = None

    def _adopt(self) -> None:
        """Point the record at complete sets of a save that was interrupted just before that."""
        before = self.profile
        if before is None or not (before.active or before.draft):
            return
        after, left = before, self._sets.unpointed(self._name, before)
        while found := left.pop(after.active or "", None):
            generation, active = found
            after = replace(_repeating(after, active), active=generation)
            if active.tokens is not None and not active.tokens.is_refused:
                after = after.refreshed
        while found := left.pop(after.draft or "", None):
            after = replace(after, draft=found[0])
        if after is not before:
            self._records.write(self._name, after)
            self.profile = after

    def _pointed(self, generation: str | None) -> CredentialSet | None:
        if self.profile is None or generation is None:
            return None
        return self._sets.get(self._name, self.profile.store, generation)

    def _kind(self, *, is_writing: bool) -> StoreKind:
        """Return where the next save puts its sets; this is chosen if there are none yet."""
        profile = self.profile or Profile()
        if is_writing and profile.active is None and profile.draft is None:
            return self._sets.choose(self._name)
        return profile.store

    def _sweep(self, before: Profile, after: Profile) -> None:
        self._records.tidy(self._name)
        # A damaged record may have pointed at the only copy of a secret.
        is_thorough = self._records.set_aside(self._name) is None
        keep = {after.active, after.draft}
        self._sets.sweep(self._name, before, keep, is_thorough=is_thorough)


def _repeating(profile: Profile, active: CredentialSet) -> Profile:
    """Return the record with its repeated fields updated from the active set, or a draft."""
    # Imported here: only writes need it.
    from wizard.domain.oauth.jwt import organization_sid

    tokens = active.tokens
    return replace(
        profile,
        client_id=active.client_id,
        redirect_url=active.redirect_url,
        grant_type=active.grant_type,
        endpoints=active.endpoints,
        expires_at=tokens.expires_at if tokens else None,
        refreshable=tokens is not None and tokens.refresh_token is not None,
        token_organization=organization_sid(tokens.access_token) if tokens else None,
        token_refused=tokens is not None and tokens.is_refused,
    )
