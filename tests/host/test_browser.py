"""Opening the browser, with real programs in place of the openers."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("The helper programs are scripts with an interpreter line", allow_module_level=True)

import asyncio
import html
import json
import os
import plistlib
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from urllib.parse import urlsplit
from urllib.request import url2pathname

from tests import system
from tests.host.programs import hang, install
from wizard.host.browser import PAGE_LIFE, SystemBrowser
from wizard.host.desktop import web_handler

URL = "https://oauth.twilio.com/v2/authorize?client_id=OQ1&state=a'b;c%20$(d)&scope=x"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


@pytest.fixture
def environ(programs: Path) -> dict[str, str]:
    """The environment of a desktop without programs."""
    home = programs.parent / "user"
    home.mkdir()
    return {"PATH": str(programs), "DISPLAY": ":99", "HOME": str(home)}


def browser(
    environ: dict[str, str], platform: str = "linux", patience: float = 60.0, *markers: Path
) -> SystemBrowser:
    return SystemBrowser(environ, platform=platform, container_markers=markers, patience=patience)


def started(log: Path) -> list[str]:
    """Return a program's arguments, with the URL of our page replaced by its target."""
    argv: list[str] = json.loads(log.read_text(encoding="utf-8"))["argv"]
    return [re.sub(r"file://\S+", lambda found: page(found[0])[1], word) for word in argv]


def page(url: str) -> tuple[Path, str]:
    """Return the path of a page, which only this user can read, and its target."""
    path = Path(url2pathname(urlsplit(url).path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = re.search(
        r'<meta http-equiv="refresh" content="0; url=([^"]*)">', path.read_text(encoding="utf-8")
    )
    assert found is not None
    return path, html.unescape(found[1])


def pages(environ: dict[str, str]) -> list[Path]:
    """Return the paths in the home folder."""
    return list(Path(environ["HOME"]).iterdir())


def choose_on_macos(home: Path, handlers: list[dict[str, str]]) -> None:
    """Write the list of programs for URL schemes, as macOS does."""
    settings = home / "Library/Preferences/com.apple.LaunchServices"
    settings.mkdir(parents=True)
    written = plistlib.dumps({"LSHandlers": handlers})
    (settings / "com.apple.launchservices.secure.plist").write_bytes(written)


async def test_a_desktop_opens_it_away_from_our_terminal(
    programs: Path, environ: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    log = install(programs, "xdg-open")
    here = browser(environ)

    assert here.is_here
    assert here.why_not == ""
    assert await here.open(URL)

    assert started(log) == [URL]
    assert json.loads(log.read_text(encoding="utf-8")) == {
        "argv": [ANY],
        "stdin": "",
        "has_terminal": False,
        "leads_session": True,
        "locale": None,
    }
    assert capfd.readouterr() == ("", "")


SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("changes", "installed", "expected"),
    [
        (SSH, ["xdg-open"], "SSH"),
        ({"SSH_TTY": "/dev/pts/1"}, ["xdg-open"], "SSH"),
        ({"container": "podman"}, ["xdg-open"], "container"),
        ({"DISPLAY": ""}, ["xdg-open"], "no display"),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": "wayland-0"}, ["xdg-open"], ""),
        ({}, [], "no browser"),
        ({}, ["w3m"], "text browser only"),
        ({}, ["www-browser"], "text browser only"),
        ({}, ["w3m", "firefox"], ""),
        ({"BROWSER": "w3m"}, ["w3m", "xdg-open"], "text browser only"),
        ({"BROWSER": "/usr/bin/lynx:elinks -x %s"}, ["xdg-open"], "text browser only"),
        ({"BROWSER": "w3m:mine"}, ["w3m", "mine"], ""),
        ({"BROWSER": "gone"}, ["xdg-open"], ""),
        ({"BROWSER": "gone", **SSH}, ["xdg-open"], "SSH"),
        ({"BROWSER": "an 'open quote"}, [], "no browser"),
        ({"BROWSER": "mine", **SSH}, ["mine"], ""),
        ({"BROWSER": "mine", "container": "docker", "DISPLAY": ""}, ["mine"], ""),
        ({"WSL_DISTRO_NAME": "Debian", "DISPLAY": ""}, ["rundll32.exe"], ""),
        ({"WSL_DISTRO_NAME": "Debian", "DISPLAY": "", **SSH}, ["wslview"], "SSH"),
    ],
)
async def test_why_not(
    programs: Path,
    environ: dict[str, str],
    changes: dict[str, str],
    installed: list[str],
    expected: str,
) -> None:
    logs = [install(programs, name) for name in installed]
    here = browser({**environ, **changes})

    assert here.why_not == expected
    assert here.is_here is (expected == "")
    assert await here.open(URL) is here.is_here
    assert any(log.exists() for log in logs) is here.is_here


def test_a_container_is_known_by_its_file(
    programs: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    install(programs, "xdg-open")
    marker = tmp_path / ".dockerenv"

    assert browser(environ, "linux", 60.0, marker).is_here
    marker.touch()
    assert browser(environ, "linux", 60.0, marker).why_not == "container"


@pytest.mark.parametrize(
    ("platform", "changes", "program", "arguments"),
    [
        ("darwin", {}, "open", ["-b", "com.apple.Safari", URL]),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, "wslview", [URL]),
        (
            "linux",
            {"WSL_DISTRO_NAME": "Debian"},
            "rundll32.exe",
            ["url.dll,FileProtocolHandler", URL],
        ),
        ("linux", {}, "gio", ["open", URL]),
    ],
)
async def test_each_system_has_its_opener(
    programs: Path,
    environ: dict[str, str],
    platform: str,
    changes: dict[str, str],
    program: str,
    arguments: list[str],
) -> None:
    log = install(programs, program)
    here = browser({"PATH": environ["PATH"], "WAYLAND_DISPLAY": "wayland-0", **changes}, platform)

    assert here.is_here
    assert await here.open(URL)
    assert started(log) == arguments


async def test_windows_starts_the_one_in_its_own_folder(
    programs: Path, environ: dict[str, str]
) -> None:
    elsewhere = install(programs, "rundll32.exe")
    log = install(programs, r"windows\System32\rundll32.exe")
    here = browser({**environ, "SYSTEMROOT": str(programs / "windows")}, "win32")

    assert await here.open(URL)
    # Passed unchanged: a page could open in an editor, and no other user can read these.
    assert json.loads(log.read_text(encoding="utf-8"))["argv"] == [
        "url.dll,FileProtocolHandler",
        URL,
    ]
    assert not elsewhere.exists()


@pytest.mark.parametrize("quote", ["", '"'])
async def test_browser_on_windows_may_be_quoted(
    programs: Path, environ: dict[str, str], quote: str
) -> None:
    name = "my browser.exe" if quote else "browser.exe"
    log = install(programs, name)
    named = f"missing.exe;{quote}{programs / name}{quote} --new %s"

    assert await browser({**environ, "BROWSER": named}, "win32").open(URL)
    assert started(log) == ["--new", URL]


async def test_browser_goes_first_with_its_place_for_the_address(
    programs: Path, environ: dict[str, str]
) -> None:
    install(programs, "fails", then="sys.exit(3)")
    log, standard = install(programs, "mine"), install(programs, "xdg-open")
    named = os.pathsep.join(["fails", "mine --new 'a b' --app=%s &", "xdg-open"])

    assert await browser({**environ, "BROWSER": named}).open(URL)

    assert started(log) == ["--new", "a b", f"--app={URL}"]
    assert not standard.exists()


async def test_the_next_one_is_asked_when_one_fails(
    programs: Path, environ: dict[str, str]
) -> None:
    install(programs, "xdg-open", then="sys.exit(3)")
    (programs / "gio").write_text("#!/no/such/interpreter\n", encoding="utf-8")
    (programs / "gio").chmod(0o755)
    log = install(programs, "firefox")

    assert await browser(environ).open(URL)

    assert started(log) == [URL]


async def test_nothing_took_it(programs: Path, environ: dict[str, str]) -> None:
    install(programs, "xdg-open", then="sys.exit(4)")

    assert not await browser(environ).open(URL)


async def test_a_browser_in_the_foreground_has_taken_it_and_lives_on(
    programs: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    lives = tmp_path / "lives"
    then = f"{hang(fifo)}\nopen({str(lives)!r}, 'w')"
    log = install(programs, "xdg-open", then=then)
    is_ticking = True

    async def tick() -> int:
        count = 0
        while is_ticking:
            await asyncio.sleep(0)
            count += 1
        return count

    ticks = asyncio.create_task(tick())
    while not log.exists():  # As long as a busy machine needs to start it.
        assert await browser(environ, patience=0.2).open(URL)
    is_ticking = False

    assert await ticks > 10  # The event loop kept running.
    assert not lives.exists()
    watchers = [t for t in threading.enumerate() if t.name == "browser"]
    await asyncio.to_thread(fifo.write_text, "end")
    for watcher in watchers:
        await asyncio.to_thread(watcher.join)  # The wizard reaps the process that it started.
    assert lives.exists()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "--help",
        "https:",
        "https://",
        "http://[::1",
        "https://example.com/\n--help",
        "",
    ],
)
async def test_only_web_addresses_are_opened(
    programs: Path, environ: dict[str, str], url: str
) -> None:
    log = install(programs, "xdg-open")

    assert not await browser(environ).open(url)
    assert not log.exists()


async def test_link_is_in_no_arguments_and_its_page_is_removed(
    programs: Path, environ: dict[str, str]
) -> None:
    log = install(programs, "xdg-open")
    here = browser(environ)

    assert await here.open(URL)
    (argument,) = json.loads(log.read_text(encoding="utf-8"))["argv"]
    assert "state" not in argument
    path, _ = page(argument)
    assert path.parent == Path(environ["HOME"])
    assert not path.name.startswith(".")

    here.remove_old_pages()
    assert path.exists()  # A slow browser may still need to read it.
    another = browser(environ)
    assert await another.open(URL)
    os.utime(path, (0, 0))
    another.remove_old_pages()
    assert not path.exists()
    assert len(list(path.parent.iterdir())) == 1


async def test_only_the_page_whose_time_is_over_is_removed(
    programs: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install(programs, "xdg-open")
    here = browser(environ, patience=PAGE_LIFE / 2)
    due: list[tuple[Callable[..., None], tuple[object, ...]]] = []
    loop = asyncio.get_running_loop()
    usual = loop.call_later

    def call_later(delay: float, act: Callable[..., None], *more: Any, **kept: Any) -> Any:
        if delay == PAGE_LIFE:
            due.append((act, more))
        return usual(delay, act, *more, **kept)

    monkeypatch.setattr(loop, "call_later", call_later)
    assert await here.open(URL)
    first = pages(environ)
    assert await here.open(URL)
    [(act, more), _] = due
    act(*more)
    (second,) = pages(environ)
    assert second not in first


async def test_page_is_given_to_what_opens_web_addresses(
    programs: Path, environ: dict[str, str]
) -> None:
    install(programs, "xdg-settings")
    (programs / "xdg-settings").write_text("#!/bin/sh\necho firefox.desktop\n", encoding="utf-8")
    log, editor = install(programs, "gtk-launch"), install(programs, "xdg-open")
    assert await browser(environ).open(URL)
    assert started(log) == ["firefox.desktop", URL]
    assert not editor.exists()


async def test_desktop_that_does_not_name_its_browser_is_not_waited_for(
    programs: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system.mkfifo(tmp_path / "never")
    install(programs, "gtk-launch")
    (programs / "xdg-settings").write_text(
        f"#!/bin/sh\nread line < {tmp_path}/never\n", encoding="utf-8"
    )
    (programs / "xdg-settings").chmod(0o755)
    monkeypatch.setattr("wizard.host.desktop._PATIENCE", 0.01)
    assert await web_handler(environ, "linux") == ()


@pytest.mark.parametrize(
    ("handlers", "expected"),
    [
        ([], "com.apple.Safari"),
        (
            [{"LSHandlerURLScheme": "https", "LSHandlerRoleAll": "org.mozilla.firefox"}],
            "org.mozilla.firefox",
        ),
    ],
)
async def test_macos_page_is_opened_by_the_default_browser(
    programs: Path, environ: dict[str, str], handlers: list[dict[str, str]], expected: str
) -> None:
    choose_on_macos(Path(environ["HOME"]), handlers)
    log = install(programs, "open")
    assert await browser(environ, "darwin").open(URL)
    assert started(log) == ["-b", expected, URL]


async def test_url_without_a_query_is_opened_as_it_is(
    programs: Path, environ: dict[str, str]
) -> None:
    log = install(programs, "xdg-open")
    assert await browser(environ).open("https://www.twilio.com/docs")
    assert json.loads(log.read_text(encoding="utf-8"))["argv"] == ["https://www.twilio.com/docs"]


@pytest.mark.parametrize("where", [{"SSH_TTY": "/dev/pts/3"}, {"WSL_DISTRO_NAME": "Ubuntu"}])
async def test_browser_of_another_machine_is_given_the_link_itself(
    programs: Path, environ: dict[str, str], where: dict[str, str]
) -> None:
    log = install(programs, "editor-helper")
    assert await browser(environ | {"BROWSER": "editor-helper"} | where).open(URL)
    assert json.loads(log.read_text(encoding="utf-8"))["argv"] == [URL]


async def test_link_is_not_opened_where_no_page_can_be_written(
    programs: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install(programs, "xdg-open")
    monkeypatch.setattr("tempfile.tempdir", str(programs / "nowhere"))
    assert not await browser(environ | {"HOME": ""}).open(URL)
    assert not log.exists()
