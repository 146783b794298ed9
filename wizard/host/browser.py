"""Opens a URL in the browser of the user at the terminal.

Commands are started here rather than through `webbrowser`. That module lets children write to the
terminal, waits for some of them without limit, and leaves others as zombies. It also falls back on
text browsers, which would take over the terminal.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import urlsplit

from wizard.domain.value import Value
from wizard.host.callback_page import redirect_page
from wizard.host.desktop import Command, web_handler
from wizard.host.loop import in_daemon_thread
from wizard.host.terminal import is_over_ssh

CONTAINER_MARKERS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))
"""Files that Docker and Podman create in their containers."""

PAGE_LIFE: Final = 60.0
"""Seconds a browser has to start and to read the page that leads to a URL."""

_PAGE: Final = "scim-wizard-"
"""The beginning of the names of these pages."""

_TEXT_BROWSERS: Final = frozenset({"www-browser", "w3m", "lynx", "links", "links2", "elinks"})

_WINDOWS: Final[Command] = ("rundll32.exe", "url.dll,FileProtocolHandler", "%s")
# rundll32 passes the URL unchanged: PowerShell would parse it as code, and explorer.exe exits with
# 1 even if it succeeded.
_WSL: Final[tuple[Command, ...]] = (("wslview", "%s"), _WINDOWS)
_DESKTOP: Final[tuple[Command, ...]] = (
    ("xdg-open", "%s"),
    ("gio", "open", "%s"),
    ("x-www-browser", "%s"),
    ("firefox", "%s"),
    ("chromium", "%s"),
    ("google-chrome", "%s"),
)


class SystemBrowser(Value):
    """The browser of this machine, or the reason why there is none."""

    environ: Mapping[str, str]
    """The process environment; what is started gets exactly this one."""
    platform: str = sys.platform
    container_markers: Sequence[Path] = CONTAINER_MARKERS
    """Files that only exist inside a container."""
    patience: float = 3.0
    """Seconds a started command is watched; one that still runs then has accepted the URL (some
    systems run the browser itself in the foreground)."""

    @property
    def is_here(self) -> bool:
        """Whether a graphical browser can be expected to open on the user's screen."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Return why no browser can be opened, in a few words; "" if one can.

        One of: SSH, container, no display, text browser only, no browser.
        A graphical BROWSER takes precedence: over SSH and in containers, editors set it to a
        command that opens the browser on the user's own machine.
        """
        if self._chosen():
            return ""
        if (obstacle := self._obstacle()) or self._installed():
            return obstacle
        has_text = any(self._which(name) for name in _TEXT_BROWSERS)
        return "text browser only" if has_text else "no browser"

    async def open(self, url: str) -> bool:
        """Ask the browser to open an http or https URL; return whether a program accepted it.

        Every user of the machine can read a program's arguments. A URL with a query may hold a
        state, so the browser is given a page that leads there, which only this user can read.
        Windows shows a program's arguments to its own user and to administrators only.
        """
        if not _is_web_address(url):
            return False
        if urlsplit(url).query and self._shares_files:
            try:
                url = self._page_to(url)
            except OSError:
                return False
        usable = () if self._obstacle() else self._installed()
        for command in self._chosen():
            if await self._takes(command, url):
                return True
        # The program for local files may be an editor; the one for http is a browser.
        handler = await web_handler(self.environ, self.platform) if url[:5] == "file:" else ()
        for command in (*(handler and usable and (handler,)), *usable):
            if await self._takes(command, url):
                return True
        return False

    def remove_old_pages(self) -> None:
        """Remove the pages that lead to a URL once a browser has had its time to read them."""
        oldest = time.time() - PAGE_LIFE
        for page in self._folder.glob(f"{_PAGE}*.html"):
            with suppress(OSError):
                if page.stat().st_mtime <= oldest:
                    page.unlink()

    @property
    def _shares_files(self) -> bool:
        """Whether the browser needs a page, and can read a local file."""
        is_readable = self.platform != "win32" and not self._is_wsl()
        return is_readable and not self._obstacle()

    @property
    def _folder(self) -> Path:
        """Return the home folder if there is one: a sandboxed browser has its own /tmp."""
        home = self.environ.get("HOME", "")
        return Path(home if os.access(home, os.W_OK) else tempfile.gettempdir())

    def _page_to(self, url: str) -> str:
        """Write a page that leads to a URL, for a minute, and return its own URL."""
        self.remove_old_pages()
        descriptor, name = tempfile.mkstemp(".html", _PAGE, self._folder)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(redirect_page(url))
        asyncio.get_running_loop().call_later(PAGE_LIFE, self._remove, Path(name))
        return Path(name).resolve().as_uri()

    def _remove(self, page: Path) -> None:
        with suppress(OSError):
            page.unlink()

    def _obstacle(self) -> str:
        """Return what prevents a browser on this machine from reaching the user."""
        named = _named(self.environ.get("BROWSER", ""), self.platform)
        if named and all(map(_is_text, named)):
            return "text browser only"
        if is_over_ssh(self.environ):
            return "SSH"
        if self.environ.get("container") or any(m.exists() for m in self.container_markers):
            return "container"
        has_display = self.environ.get("DISPLAY") or self.environ.get("WAYLAND_DISPLAY")
        has_own = self.platform in {"win32", "darwin"} or self._is_wsl()
        if not has_display and not has_own:
            return "no display"
        return ""

    def _is_wsl(self) -> bool:
        return "WSL_DISTRO_NAME" in self.environ

    def _chosen(self) -> list[Command]:
        """Return the graphical commands in BROWSER that exist."""
        named = _named(self.environ.get("BROWSER", ""), self.platform)
        return [c for c in named if not _is_text(c) and self._which(c[0])]

    def _installed(self) -> list[Command]:
        """Return the commands with which this system opens a URL, best first."""
        commands: tuple[Command, ...] = _DESKTOP
        if self.platform == "darwin":
            commands = (("open", "%s"),)
        elif self.platform == "win32":
            # The full path: on Windows a search begins in the current folder.
            folder = self.environ.get("SYSTEMROOT", r"C:\Windows")
            commands = ((rf"{folder}\System32\{_WINDOWS[0]}", *_WINDOWS[1:]),)
        elif self._is_wsl():
            commands = (*_WSL, *_DESKTOP)
        return [command for command in commands if self._which(command[0])]

    def _which(self, program: str) -> str | None:
        return shutil.which(program, path=self.environ.get("PATH", os.defpath))

    async def _takes(self, command: Command, url: str) -> bool:
        argv = [word.replace("%s", url) for word in command]
        program = self._which(argv[0]) or argv[0]
        # Detached from the terminal; waited for in a daemon thread, so that it leaves no zombie and
        # yet can outlive this process. asyncio would kill a running child with its transport, and
        # a thread pool would delay the exit.
        run = partial(
            subprocess.call,
            [program, *argv[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environ,
            start_new_session=True,
        )
        ending = in_daemon_thread(run, "browser")
        try:
            return await asyncio.wait_for(asyncio.wrap_future(ending), self.patience) == 0
        except TimeoutError:
            return True
        except OSError:
            return False


def _named(browser: str, platform: str) -> list[Command]:
    """Return the commands in BROWSER, as `webbrowser` reads it: a list, with %s for the URL."""
    named = []
    # Windows has backslashes and colons in paths.
    is_windows = platform == "win32"
    for entry in browser.split(";" if is_windows else ":"):
        try:
            words = [word for word in shlex.split(entry, posix=not is_windows) if word != "&"]
        except ValueError:  # An unclosed quote.
            continue
        if is_windows:
            words = [word.strip('"') for word in words]
        if words:
            place = () if any("%s" in word for word in words) else ("%s",)
            named.append((*words, *place))
    return named


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # A missing bracket around an IPv6 address.
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and url.isprintable()


def _is_text(command: Command) -> bool:
    return PurePath(command[0]).name in _TEXT_BROWSERS
