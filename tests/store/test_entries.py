"""How values are kept in each system's keyring: whole, or in pieces where it takes small ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from keyring.errors import KeyringError, PasswordSetError

from tests.store.keyrings import CallError, MemoryKeyring, SmallKeyring, keyring_on
from tests.store.samples import credentials
from wizard.domain.models import Profile, StoreKind
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.value import replace
from wizard.store.keyring import SERVICE, CutEntries, Entries, SystemKeyring, entries_of
from wizard.store.profiles import LocalProfileStore

SIZES = (0, 1, 1191, 1192, 1193, 2384, 2385, 65536)


class WindowsKeyring(SmallKeyring):
    """Takes 2,560 bytes, and fails at a write of choice."""

    failing = 0

    def set_password(self, service: str, username: str, password: str) -> None:
        self.failing -= 1
        if self.failing == 0:
            raise CallError(1312, "CredWrite", "A specified logon session does not exist")
        super().set_password(service, username, password)


@pytest.fixture(params=["linux", "darwin", "win32"])
def kept(request: pytest.FixtureRequest) -> tuple[Entries, MemoryKeyring]:
    """Return each system's way to keep values, and a keyring with that system's limit."""
    is_small = request.param == "win32"
    return entries_of(request.param), SmallKeyring() if is_small else MemoryKeyring()


def test_only_windows_cuts_values() -> None:
    assert isinstance(entries_of("win32"), CutEntries)
    assert type(entries_of("linux")) is type(entries_of("darwin")) is Entries


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("character", ["0", "\n", "ä", "😀"], ids=ascii)
def test_value_of_any_size_comes_back_and_is_removed_whole(
    kept: tuple[Entries, MemoryKeyring], size: int, character: str
) -> None:
    entries, backend = kept
    entries.write(backend, "acme.1", character * size)
    entries.write(backend, "acme.2", "other")
    assert entries.read(backend, "acme.1") == character * size
    assert entries.remove(backend, "acme.1")
    assert entries.read(backend, "acme.1") is None
    assert not entries.remove(backend, "acme.1")
    assert {name for _service, name in backend.entries} == {"acme.2"}
    assert all(service.startswith(SERVICE) for service, _name in backend.entries)


def test_pieces_have_at_most_1200_characters_and_services_of_their_own() -> None:
    backend = SmallKeyring()
    CutEntries().write(backend, "acme.1", "x" * 5000)
    assert max(map(len, backend.entries.values())) <= 1200
    services = [service for service, _name in backend.entries]
    assert len(set(services)) == len(services) == 5


@pytest.mark.parametrize("missing", range(5))
def test_value_without_one_of_its_pieces_does_not_exist(missing: int) -> None:
    backend = SmallKeyring()
    CutEntries().write(backend, "acme.1", "x" * 5000)
    del backend.entries[sorted(backend.entries)[missing]]
    assert CutEntries().read(backend, "acme.1") is None


@pytest.mark.parametrize("missing", range(1, 5))
def test_pieces_of_an_interrupted_write_are_all_removed(missing: int) -> None:
    backend = SmallKeyring()
    CutEntries().write(backend, "acme.1", "x" * 5000)
    for key in sorted(backend.entries)[missing:]:
        del backend.entries[key]
    assert CutEntries().remove(backend, "acme.1")
    assert backend.entries == {}


def test_write_that_fails_in_the_middle_leaves_nothing() -> None:
    backend = WindowsKeyring()
    backend.failing = 3
    with pytest.raises(CallError):
        CutEntries().write(backend, "acme.1", "x" * 5000)
    assert backend.entries == {}


@pytest.mark.parametrize("first", ["", "x", "\n", "1e9\n{}", "99999999\n{}", "²\n{}"])
def test_entry_that_others_changed_is_read_and_removed_as_one(first: str) -> None:
    backend = MemoryKeyring()
    backend.entries[f"{SERVICE}/acme.1/1", "acme.1"] = first
    assert CutEntries().read(backend, "acme.1") == first.partition("\n")[2]
    assert CutEntries().remove(backend, "acme.1")
    assert backend.entries == {}


def test_profile_with_long_tokens_is_saved_in_windows_keyring_without_a_warning(
    tmp_path: Path,
) -> None:
    backend = SmallKeyring()
    ring = SystemKeyring(30.0, lambda: backend, CutEntries())
    store = LocalProfileStore(tmp_path, None, ring)
    sample = credentials()
    assert sample.tokens
    long = replace(sample, tokens=replace(sample.tokens, access_token=Secret("t" * 6000)))
    with store.locked("acme") as held:
        profile = held.save(Profile(), active=long)
    assert profile.store is StoreKind.KEYRING
    assert store.notices == ()
    # As another process reads it.
    other = LocalProfileStore(tmp_path, None, SystemKeyring(30.0, lambda: backend, CutEntries()))
    assert other.active("acme", profile) == long
    with store.locked("acme") as held:
        held.save(profile, active=sample)
    assert store.active("acme", store.load("acme") or Profile()) == sample
    with store.locked("acme") as held:
        held.remove()
    assert backend.entries == {}


class KeychainError(Exception):
    """As the errors of macOS' Security framework are raised."""


def test_keychain_that_cannot_ask_over_ssh_is_locked() -> None:
    class Keychain(MemoryKeyring):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise PasswordSetError("Can't store") from KeychainError(-25308, "Unknown Error")

        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringError("Can't get") from KeychainError(-25308, "Unknown Error")

    for call in (
        lambda: keyring_on(Keychain()).put("a", "x"),
        lambda: keyring_on(Keychain()).get("a"),
        lambda: keyring_on(Keychain()).delete("a"),
    ):
        with pytest.raises(SetupError, match="keyring-locked"):
            call()


def test_keychain_that_fails_otherwise_is_not_called_locked() -> None:
    class Keychain(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise KeyringError("Can't get") from KeychainError(-25293, "Security Auth Failure")

    with pytest.raises(SetupError, match="keyring-failed"):
        keyring_on(Keychain()).get("a")
