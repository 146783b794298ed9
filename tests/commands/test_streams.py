"""A command whose output has no reader or can't be written."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from tests import system
from tests.commands.consents import EMPTY_LIST, held_by
from tests.commands.stage import ACTIVE, PATIENCE, ROOT, environment, issued, put, start, wizard
from wizard.console import printing_late
from wizard.domain.errors.local import NOT_SET_UP
from wizard.domain.value import replace

VALID = replace(ACTIVE, tokens=issued(hours=1))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    put(home, active=VALID)
    return home


def into(home: Path, stdout: int, *args: str) -> tuple[int, str]:
    """Run a command with this stdout, and return the exit code and the messages."""
    run = subprocess.run(
        [sys.executable, "-m", "wizard", *args],
        env=environment(home),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return run.returncode, run.stderr


IGNORING = ("sh", "-c", 'trap "" HUP INT; exec "$@"', "-")
COMMANDS = (("token",), ("status", "--json"), ("status", "--all"), ("handoff",))


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_reader_who_has_left_is_no_failure(home: Path, args: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert into(home, writer, *args) == (0, "")
    finally:
        os.close(writer)


@system.requires_full_device
@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_answer_that_cannot_be_written_is_a_failure(home: Path, args: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, words = into(home, full.fileno(), *args)
    assert code == 6
    whose = "" if "--all" in args else "Profile default: "
    assert words.startswith(f"{whose}The disk is full.\n")
    assert "stdout" in words
    assert "access-1" not in words
    assert "Traceback" not in words


@system.requires_full_device
def test_failure_that_cannot_be_written_as_json_is_still_told(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        code, words = into(home, full.fileno(), "token", "--json", "--profile", "none")
    assert code == 3
    assert words.startswith(f"Profile none: {NOT_SET_UP.title}.\n")


@pytest.mark.parametrize("args", [("status",), ("handoff", "--for", "okta")], ids=" ".join)
def test_sign_the_encoding_has_not_is_no_failure(home: Path, args: tuple[str, ...]) -> None:
    run = wizard(home, *args, env={"PYTHONIOENCODING": "latin-1"})
    assert (run.returncode, run.stderr) == (0, "")
    assert "Client ID" in run.stdout


@pytest.mark.posix("Windows has no file modes")
def test_permissions_that_were_mended_are_said_once(home: Path) -> None:
    (home / "profiles").chmod(0o755)
    first, second = (wizard(home, "token") for _ in range(2))
    assert (first.returncode, first.stdout) == (0, "access-1\n")
    assert "Other users could read" in first.stderr
    assert second.stderr == ""


def test_demo_is_not_for_commands(home: Path) -> None:
    for option in (("--demo",), ("--scenario", "down")):
        run = wizard(home, *option, "token")
        assert (run.returncode, run.stdout) == (2, "")
        assert "To try the wizard, run:\n" in run.stderr
        assert "wizard --demo\n" in run.stderr


@pytest.mark.posix("Windows has no shell that starts a program with a signal ignored")
@pytest.mark.parametrize("number", [system.SIGHUP, signal.SIGINT])
def test_signal_that_is_ignored_stays_so(home: Path, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=held_by(server))
        server.settimeout(PATIENCE)
        with start(home, "check", under=IGNORING) as process, server.accept()[0] as connection:
            process.send_signal(number)
            connection.recv(65536)
            connection.sendall(EMPTY_LIST)
            connection.close()
            _, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, words) == (0, "")


@pytest.mark.posix("Windows has no shell that starts a program with a signal ignored")
def test_background_job_of_a_script_ends_with_130_too(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        put(home, active=held_by(server))
        server.settimeout(PATIENCE)
        with start(home, "check", under=IGNORING) as process, server.accept()[0]:
            process.send_signal(signal.SIGTERM)
            out, words = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, words) == (130, "", "")


def test_who_waits_long_is_told_what_for() -> None:
    has_said = threading.Event()

    class Telling(io.StringIO):
        def write(self, text: str) -> int:
            has_said.set()
            return super().write(text)

    words = Telling()
    with redirect_stderr(words), printing_late(["Reading …"], after=0):
        assert has_said.wait(PATIENCE)
    assert words.getvalue() == "Reading …\n"


def test_who_does_not_wait_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with printing_late(["Reading …"], after=PATIENCE):
        pass
    assert capsys.readouterr() == ("", "")
