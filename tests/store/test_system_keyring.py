"""The OS keyring: limited waits, named backends only, and a message for every failure."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, null
from keyring.errors import InitError

from tests.store.keyrings import (
    PATIENCE,
    BabblingKeyring,
    ClingingKeyring,
    HangingKeyring,
    LockedKeyring,
    MemoryKeyring,
    RefusingKeyring,
    SmallKeyring,
    keyring_on,
    let_answer,
)
from wizard.domain.problems import ExitCode, Problem, SetupError
from wizard.store.keyring import LIMIT, SERVICE, SystemKeyring, find_backend

HANGS = """
import threading
from wizard.domain.problems import SetupError
from wizard.store.keyring import SystemKeyring
try:
    SystemKeyring(0.05, threading.Event().wait).get("a")
except SetupError as error:
    print(error)
"""


def problem_of(call: Callable[[], object]) -> Problem:
    with pytest.raises(SetupError) as caught:
        call()
    assert caught.value.__cause__ is None
    assert caught.value.problem.exit_code is ExitCode.MACHINE
    return caught.value.problem


def test_entry_is_kept_and_removed() -> None:
    backend = MemoryKeyring()
    ring = keyring_on(backend)
    assert ring.get("a.1") is None
    ring.put("a.1", "hush")
    assert backend.entries == {(SERVICE, "a.1"): "hush"}
    assert ring.get("a.1") == "hush"
    assert ring.delete("a.1")
    assert not ring.delete("a.1")
    assert backend.entries == {}


def test_commands_wait_three_seconds() -> None:
    assert SystemKeyring().limit == LIMIT == 3.0


# -- a keyring that does not respond ---------------------------------------------------------------


def test_hanging_keyring_costs_the_limit_once_and_works_again_when_it_has_answered() -> None:
    backend = HangingKeyring()
    ring = keyring_on(backend, limit=0.05)
    assert problem_of(lambda: ring.put("a.1", "hush")).id == "keyring-hangs"
    ring.limit = PATIENCE
    for call in (lambda: ring.get("a.1"), lambda: ring.put("a.2", "x"), lambda: ring.delete("a")):
        assert problem_of(call).id == "keyring-hangs"
    assert backend.hung == 1, "the others did not even ask"
    let_answer(backend)
    assert ring.get("a.1") == "hush"


def test_looking_for_a_keyring_is_bounded_too() -> None:
    may_answer = threading.Event()

    def find() -> None:
        may_answer.wait(PATIENCE)

    ring = SystemKeyring(0.05, find)
    assert problem_of(lambda: ring.get("a")).id == "keyring-hangs"
    may_answer.set()


def test_process_ends_while_a_call_hangs() -> None:
    run = subprocess.run(
        [sys.executable, "-c", HANGS],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "keyring-hangs\n", "")


# -- messages for failures -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "id_", "detail"),
    [
        (LockedKeyring(), "keyring-locked", ()),
        (SmallKeyring(), "value-too-large", ()),
        (RefusingKeyring(), "keyring-failed", ("PasswordSetError: Cancelled by user",)),
        (BabblingKeyring(), "keyring-failed", ("ArithmeticError",)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_failed_write_is_told_without_the_value(
    backend: KeyringBackend, id_: str, detail: tuple[str, ...]
) -> None:
    problem = problem_of(lambda: keyring_on(backend).put("a.1", "hush" * 1000))
    assert (problem.id, problem.detail) == (id_, detail)


class PromptDismissedException(Exception):
    """Has the same name as secretstorage's exception."""


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_dismissed_prompt_is_a_locked_keyring(is_wrapped: bool) -> None:
    class DismissedKeyring(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            if is_wrapped:
                raise InitError("Failed to create the collection") from PromptDismissedException()
            raise PromptDismissedException

    assert problem_of(lambda: keyring_on(DismissedKeyring()).get("a")).id == "keyring-locked"


def test_failure_to_reach_the_desktop_is_told_in_the_systems_words() -> None:
    class GoneKeyring(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise ConnectionResetError(104, "Connection reset by peer")

    problem = problem_of(lambda: keyring_on(GoneKeyring()).get("a"))
    assert problem.id == "keyring-failed"
    assert "Connection reset by peer" in problem.detail[0]


@pytest.mark.parametrize("is_silent", [True, False])
def test_removal_that_removed_nothing_has_failed(is_silent: bool) -> None:
    backend = ClingingKeyring()
    backend.is_silent = is_silent
    ring = keyring_on(backend)
    ring.put("a.1", "hush")
    problem = problem_of(lambda: ring.delete("a.1"))
    assert problem.id == "keyring-failed"
    assert ("still there" in problem.detail[0]) is is_silent


# -- which keyring -------------------------------------------------------------------------------


class EmptyChainer(chainer.ChainerBackend):
    """A chainer without backends."""

    backends = ()


class MixedChainer(chainer.ChainerBackend):
    """A chainer whose first backend isn't a keyring."""

    backends = (MemoryKeyring(), SecretService.Keyring())  # type: ignore[no-untyped-call]


PlaintextKeyring = type("PlaintextKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})


@pytest.mark.parametrize(
    "chosen", [fail.Keyring, null.Keyring, EmptyChainer, PlaintextKeyring, MemoryKeyring]
)
def test_keyring_that_keeps_nothing_safe_is_refused(
    monkeypatch: pytest.MonkeyPatch, chosen: type[KeyringBackend]
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", chosen())
    assert find_backend() is None
    assert problem_of(lambda: SystemKeyring().get("a")).id == "keyring-absent"


@pytest.mark.parametrize("chosen", [SecretService.Keyring, MixedChainer])
def test_named_keyring_is_taken_alone_or_from_a_chain(
    monkeypatch: pytest.MonkeyPatch, chosen: type[KeyringBackend]
) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", chosen())
    assert type(find_backend()) is SecretService.Keyring


@pytest.mark.posix("Only Linux has keyrings that need a desktop")
def test_without_a_desktop_there_is_no_keyring(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen: type[KeyringBackend] = SecretService.Keyring
    monkeypatch.setattr(keyring.core, "_keyring_backend", chosen())
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "PYTHON_KEYRING_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert find_backend() is None
    (tmp_path / "bus").touch()
    assert find_backend() is not None


@pytest.mark.posix("Only Linux has keyrings that need a desktop")
def test_without_a_desktop_no_keyring_is_loaded() -> None:
    program = (
        "import sys; from wizard.store.keyring import find_backend\n"
        "print(find_backend(), 'keyring' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], env={}, capture_output=True, text=True)
    assert run.stdout == "None False\n"


def test_keyring_that_cannot_be_loaded_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "not.there.Keyring")
    problem = problem_of(lambda: SystemKeyring().get("a"))
    assert (problem.id, problem.detail) == ("keyring-absent", ("ModuleNotFoundError",))


def test_search_is_not_repeated_and_waits_for_the_first_use() -> None:
    searches = []
    backend = MemoryKeyring()

    def find() -> KeyringBackend:
        searches.append("search")
        return backend

    ring = SystemKeyring(PATIENCE, find)
    assert not searches
    ring.get("a")
    ring.get("b")
    assert searches == ["search"]
