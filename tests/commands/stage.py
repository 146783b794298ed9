"""Run the commands as scripts do, in separate processes with their own home."""

from __future__ import annotations

import io
import locale
import os
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import system
from tests.forks import FORKS, Fork, can_fork
from wizard.console import take_signs
from wizard.domain.models import CredentialSet, Profile, TokenSet
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.store.profiles import LocalProfileStore

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Seconds after which a process is stopped; no test measures it."""


BY_NAME = {
    "PATH": os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)))
}
"""A PATH that has the program on it, so that printed commands are short."""


OF_WINDOWS = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
"""Variables that no program on Windows can do without."""


def as_piped(words: str) -> str:
    """Return text as a command writes it to a pipe, which on Windows lacks some signs."""
    return in_encoding(words, locale.getencoding() if sys.platform == "win32" else "utf-8")


def in_encoding(words: str, encoding: str) -> str:
    """Return text as the wizard writes it in an encoding, which may lack its signs."""
    stream = io.TextIOWrapper(io.BytesIO())
    take_signs(stream, encoding)
    return words.encode(encoding, stream.errors or "").decode(encoding)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return all variables that a command gets."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home.parent / "user"),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SCIM_WIZARD_HOME": str(home),
        **OF_WINDOWS,
    } | more


Process = subprocess.Popen[str] | Fork


def start(
    home: Path,
    *args: str,
    env: Mapping[str, str] | None = None,
    python: tuple[str, ...] = (),
    under: tuple[str, ...] = (),
) -> Process:
    """Start a command with nothing to read.

    If nothing depends on how an interpreter starts, the command runs in a fork of a loaded process.

    Args:
        env: variables in addition to those of `environment`.
        python: options of the interpreter.
        under: a program that runs it.
    """
    variables = environment(home, **(env or {}))
    options = [*python, "-m", "wizard", *args]
    if options[0] == "-m" and not under and can_fork(variables):
        return FORKS.piped(options[1:], variables)
    return subprocess.Popen(
        [*under, sys.executable, *options],
        env=variables,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wizard(
    home: Path,
    *args: str,
    env: Mapping[str, str] | None = None,
    python: tuple[str, ...] = (),
    under: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; the arguments are those of `start`."""
    with start(home, *args, env=env, python=python, under=under) as process:
        try:
            out, words = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    return subprocess.CompletedProcess(args, process.wait(), out, words)


def run_on_terminal(
    home: Path, *args: str, typed: bytes = b"", is_output: bool = False, columns: int = 0
) -> tuple[int, str, bytes]:
    """Run a command on a terminal; return its exit code, what is shown there, and what is piped.

    Args:
        typed: what is typed ahead.
        is_output: the terminal shows stdout; otherwise it is stdin and shows stderr.
        columns: the width of the terminal; 0 if it doesn't tell.
    """
    person, terminal = system.openpty()
    try:
        system.set_window_size(terminal, 24, columns)
        os.write(person, typed)
        run = subprocess.run(
            [sys.executable, "-m", "wizard", *args],
            env=environment(home, TERM="xterm-256color"),
            cwd=ROOT,
            stdin=subprocess.DEVNULL if is_output else terminal,
            stdout=terminal if is_output else subprocess.PIPE,
            stderr=subprocess.PIPE if is_output else terminal,
            timeout=PATIENCE,
            check=False,
        )
        piped: bytes = run.stderr if is_output else run.stdout
        return run.returncode, os.read(person, 65536).decode(), piped
    finally:
        os.close(terminal)
        os.close(person)


def issued(*, hours: float, refresh: str | None = "refresh-1") -> TokenSet:
    """Return tokens that expire in this many hours."""
    expires_at = now() + timedelta(hours=hours)
    renew = None if refresh is None else Secret(refresh)
    return TokenSet(Secret("access-1"), expires_at, expires_at - timedelta(hours=1), renew)


ACTIVE = CredentialSet(
    client_id="OQ" + "0123456789abcdef" * 2,
    client_secret=Secret("client-secret-1"),
    redirect_url="https://idp.example.org/callback",
)


def put(home: Path, profile: Profile | None = None, name: str = "default", **sets: object) -> None:
    """Store credential sets: `active`, `draft`."""
    with LocalProfileStore(home).locked(name) as held:
        held.save(profile or Profile(), **sets)  # type: ignore[arg-type]


def stored(home: Path, name: str = "default") -> CredentialSet:
    """Return the active set."""
    with LocalProfileStore(home).locked(name) as held:
        active = held.active()
    assert active is not None
    return active


def saved_step(home: Path, name: str = "default") -> Step | None:
    """Return the step at which an unfinished setup resumes."""
    with LocalProfileStore(home).locked(name) as held:
        assert held.profile is not None
        return held.profile.draft_step


def silent_port() -> int:
    """Return a port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
