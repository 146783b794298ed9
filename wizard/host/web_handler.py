"""Finds the program that opens web addresses, for opening a file with it too."""

from __future__ import annotations

import asyncio
import os
import plistlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

Command = tuple[str, ...]

_SETTINGS: Final = (
    "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
)
_SAFARI: Final = "com.apple.Safari"
_PATIENCE: Final = 3.0
"""Seconds a desktop has to name its browser."""


async def web_handler(environ: Mapping[str, str], platform: str) -> Command:
    """Return the command of the default browser, with %s for an address; () if it isn't known."""
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
    """The bundle identifier of what opens https; Safari where nothing else was chosen."""
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
