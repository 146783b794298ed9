"""The clipboard, with real helper programs."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("The helper programs are scripts with an interpreter line", allow_module_level=True)

import asyncio
import json
import os
import select
from pathlib import Path

from tests import system
from tests.host.programs import install
from wizard.host.desktop import SystemClipboard

TEXT = "https://oauth.twilio.com/v2/authorize?state=THE-STATE – ü\nsecond line"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    return {"PATH": str(tmp_path / "bin"), "DISPLAY": ":99"}


async def test_the_text_goes_through_stdin(
    tmp_path: Path, environ: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    log = install(tmp_path / "bin", "xclip")

    assert await SystemClipboard(environ, patience=60).copy(TEXT)

    record = json.loads(log.read_text(encoding="utf-8"))
    assert record["stdin"] == TEXT
    assert record["argv"] == ["-selection", "c"]
    assert capfd.readouterr() == ("", "")


async def test_wayland_goes_first(tmp_path: Path, environ: dict[str, str]) -> None:
    logs = {name: install(tmp_path / "bin", name) for name in ("wl-copy", "wl-paste", "xclip")}
    environ["WAYLAND_DISPLAY"] = "wayland-0"

    assert await SystemClipboard(environ, patience=60).copy(TEXT)

    assert json.loads(logs["wl-copy"].read_text(encoding="utf-8"))["stdin"] == TEXT
    assert not logs["xclip"].exists()


async def test_over_ssh_nothing_is_started(tmp_path: Path, environ: dict[str, str]) -> None:
    log = install(tmp_path / "bin", "xclip")

    assert not await SystemClipboard({**environ, "SSH_TTY": "/dev/pts/3"}, patience=60).copy(TEXT)

    assert not log.exists()


async def test_without_a_mechanism_it_says_so(environ: dict[str, str]) -> None:
    assert not await SystemClipboard(environ, patience=60).copy(TEXT)
    assert not await SystemClipboard({"PATH": environ["PATH"]}, patience=60).copy(TEXT)


async def test_without_an_interpreter_to_start_it_says_so(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")

    assert not await SystemClipboard(environ).copy(TEXT)


async def test_klipper_is_not_used(tmp_path: Path, environ: dict[str, str]) -> None:
    logs = [install(tmp_path / "bin", name) for name in ("klipper", "qdbus")]

    assert not await SystemClipboard(environ, patience=60).copy(TEXT)

    assert not any(log.exists() for log in logs)


async def test_a_helper_that_hangs_is_ended(tmp_path: Path, environ: dict[str, str]) -> None:
    fifo = tmp_path / "fifo"
    system.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    then = (
        f"file = open({str(fifo)!r}, 'wb', 0); file.write(b'here'); import signal; signal.pause()"
    )
    install(tmp_path / "bin", "xclip", then=then)

    async with asyncio.timeout(60):
        while os.read(reading, 4) != b"here":  # As long as a busy machine needs to start it.
            assert not await SystemClipboard(environ, patience=0.5).copy(TEXT)

    # The file ends when the helper, which holds the other end, has exited.
    is_over, _, _ = await asyncio.to_thread(select.select, [reading], [], [], 30)
    assert is_over
    assert os.read(reading, 1) == b""
    os.close(reading)


async def test_a_module_in_the_folder_we_stand_in_is_not_run(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install(tmp_path / "bin", "xclip")
    trap = tmp_path / "trapped"
    (tmp_path / "pyperclip.py").write_text(f"open({str(trap)!r}, 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert await SystemClipboard(environ, patience=60).copy(TEXT)

    assert log.exists()
    assert not trap.exists()
    assert Path.cwd() == tmp_path
    assert os.environ.get("DISPLAY") != ":99"


@pytest.mark.parametrize(("platform", "expected"), [("linux", "C"), ("darwin", "en_US.UTF-8")])
async def test_only_on_macos_the_helper_gets_a_utf8_locale(
    tmp_path: Path, environ: dict[str, str], platform: str, expected: str
) -> None:
    log = install(tmp_path / "bin", "xclip")
    environ["LC_ALL"] = "C"

    assert await SystemClipboard(environ, platform=platform, patience=60).copy(TEXT)

    assert json.loads(log.read_text(encoding="utf-8"))["locale"] == expected
