"""Credential sets in the vaults of their profiles."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from wizard.domain.book.here import KEYRING_ABSENT, SECRETS_DAMAGED, SECRETS_MISSING
from wizard.domain.models import CredentialSet, Profile, StoreKind
from wizard.domain.problems import SetupError
from wizard.store.codec import Damaged, decode_credentials, encode_credentials
from wizard.store.vault import Vault, new_generation


class CredentialSets:
    """Writes and reads credential sets, each profile's in the kind of vault its record names."""

    def __init__(self, vaults: Mapping[StoreKind, Vault]) -> None:
        self._vaults = vaults

    def find(self, name: str, profile: Profile, generation: str) -> CredentialSet | None:
        """Return a set, None when it is not there (any more). Raises SetupError."""
        vault = self._vault(profile)
        blob = vault.get(name, generation)
        if blob is None:
            return None
        place = vault.place(name, generation)
        try:
            return decode_credentials(blob, place)
        except Damaged as damage:
            raise SetupError(SECRETS_DAMAGED.about(path=place).saying(str(damage))) from damage

    def get(self, name: str, profile: Profile, generation: str) -> CredentialSet:
        """Return a set. Raises SetupError, also when it is not there."""
        found = self.find(name, profile, generation)
        if found is None:
            place = self._vault(profile).place(name, generation)
            raise SetupError(SECRETS_MISSING.about(path=place))
        return found

    def put(self, name: str, profile: Profile, credentials: CredentialSet) -> str:
        """Keep a set, durably, and return its new generation id. Raises SetupError."""
        generation = new_generation()
        self._vault(profile).put(name, generation, encode_credentials(credentials))
        return generation

    def prove_writable(self, name: str, profile: Profile) -> None:
        """Raise SetupError unless a large set can be written now."""
        self._vault(profile).prove_writable(name)

    def generations(self, name: str, profile: Profile) -> frozenset[str]:
        """Return the ids of the sets that are there. Raises SetupError."""
        return self._vault(profile).generations(name)

    def delete(self, name: str, profile: Profile, generations: Collection[str]) -> None:
        """Remove sets and what interrupted writes left. Raises SetupError."""
        vault = self._vault(profile)
        for generation in generations:
            vault.delete(name, generation)
        vault.tidy(name)

    def _vault(self, profile: Profile) -> Vault:
        try:
            return self._vaults[profile.store]
        except KeyError:
            raise SetupError(KEYRING_ABSENT) from None
