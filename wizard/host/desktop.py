"""The desktop: its clipboard, and its default browser.

pyperclip runs in a process of its own. It lets its helpers (xclip, wl-copy, pbcopy) write to the
terminal and waits for them without limit. It may also start Qt, which aborts the process when its
display is gone. The text goes through standard input: other users can read arguments.
"""

from __future__ import annotations

import asyncio
import os
import plistlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wizard.domain.value import Value
from wizard.host.terminal import is_over_ssh

# Rejected: Klipper's command takes the text as an argument, and on X11 what Qt sets is lost when
# its process ends. ClipboardUnavailable, pyperclip's "nothing found", is falsy.
_PROGRAM: Final = """
import sys
import pyperclip
copy, _ = pyperclip.determine_clipboard()
if not copy or copy.__name__ in {"copy_klipper", "copy_qt"}:
    sys.exit(1)
copy(sys.stdin.read())
"""


class SystemClipboard(Value):
    """The clipboard of this machine."""

    environ: Mapping[str, str]
    """The process environment; what is started gets exactly this one, and on macOS a UTF-8
    locale."""
    platform: str = sys.platform
    patience: float = 2.0
    """Seconds until a helper that hangs is given up."""

    async def copy(self, text: str) -> bool:
        """Send text to the clipboard; return False if there is none, or if it isn't the user's.

        Over SSH, the clipboard of this machine isn't the user's; the caller then uses the
        terminal's (OSC 52). True means a helper was given the text: pyperclip does not look at how
        the helper ended.
        """
        if is_over_ssh(self.environ):
            return False
        return await asyncio.to_thread(self._copy, text)

    def _copy(self, text: str) -> bool:
        # pbcopy takes the text for another encoding if the locale isn't UTF-8.
        locale = {"LC_ALL": "en_US.UTF-8"} if self.platform == "darwin" else {}
        try:
            process = subprocess.Popen(  # noqa: S603  our own interpreter, a constant program
                # -P: no module from the current folder; -X utf8: for our stdin.
                [sys.executable, "-P", "-X", "utf8", "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**self.environ, **locale},
                start_new_session=True,
            )
        except OSError:
            return False
        with process:
            try:
                process.communicate(text.encode("utf-8", "replace"), timeout=self.patience)
            except subprocess.TimeoutExpired:
                if sys.platform == "win32":  # No groups there, and pyperclip starts nothing there.
                    process.kill()
                else:
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode == 0


Command = tuple[str, ...]
"""A program and its arguments, in which %s stands for the URL."""

_SETTINGS: Final = (
    "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
)
_SAFARI: Final = "com.apple.Safari"
_PATIENCE: Final = 3.0
"""Seconds a desktop has to name its browser."""


async def web_handler(environ: Mapping[str, str], platform: str) -> Command:
    """Return the command of the default browser, with %s for a URL; () if it isn't known."""
    if platform == "darwin":
        return ("open", "-b", _macos_handler(Path(environ.get("HOME", ""))), "%s")
    path = environ.get("PATH", os.defpath)
    asks, launches = (shutil.which(name, path=path) for name in ("xdg-settings", "gtk-launch"))
    if platform == "win32" or not asks or not launches:
        return ()
    name = await asyncio.to_thread(_output, [asks, "get", "default-web-browser"], environ)
    is_entry = name.endswith(".desktop") and "/" not in name and not name.startswith("-")
    return (launches, name, "%s") if is_entry else ()


def _macos_handler(home: Path) -> str:
    """Return the bundle identifier of the app for https; Safari unless another was chosen."""
    try:
        handlers = plistlib.loads((home / _SETTINGS).read_bytes())["LSHandlers"]
        chosen = {h.get("LSHandlerURLScheme"): h.get("LSHandlerRoleAll") for h in handlers}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return _SAFARI
    return str(chosen.get("https") or chosen.get("http") or _SAFARI)


def _output(argv: list[str], environ: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  an argument list, no shell
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environ,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
