"""A D-Bus session with GNOME's keyring, as on a Linux desktop: the real Secret Service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PROGRAMS: Final = ("dbus-run-session", "dbus-send", "gnome-keyring-daemon")
MISSING: Final = [program for program in PROGRAMS if shutil.which(program) is None]
"""The programs that must be installed (Debian: dbus, gnome-keyring)."""

PATIENCE: Final = 30.0
"""Seconds after which a program is stopped; no test measures it."""

_TELL_ADDRESS: Final = """
import os
print(os.environ["DBUS_SESSION_BUS_ADDRESS"], flush=True)
input()
"""

_HAS_SERVICE: Final = (
    *("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus"),
    *("/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"),
    "string:org.freedesktop.secrets",
)

_LIST: Final = """
import sys
import secretstorage
connection = secretstorage.dbus_init()
for item in secretstorage.search_items(connection, {"service": sys.argv[1]}):
    print(item.get_attributes()["username"])
"""

_LOCK: Final = """
import secretstorage
collection = secretstorage.get_default_collection(secretstorage.dbus_init())
collection.lock()
assert collection.is_locked()
"""

_UNLOCK: Final = """
import sys
import secretstorage
from secretstorage.util import DBusAddressWrapper, format_secret, open_session
connection = secretstorage.dbus_init()

def at(interface):
    return DBusAddressWrapper("/org/freedesktop/secrets", interface, connection)

secret = format_secret(open_session(connection), sys.argv[1].encode(), "text/plain")
# Not an alias of it, which this call does not follow.
[path] = at("org.freedesktop.Secret.Service").call("ReadAlias", "s", "default")
prompt = at("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface")
prompt.call("UnlockWithMasterPassword", "o(oayays)", path, secret)
assert not secretstorage.Collection(connection, path).is_locked()
"""
"""What GNOME's prompt does with a typed password."""


class Desktop:
    """A session of a user whose files are in one folder."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        """The environment of a program in this session, including the bus."""

    @contextmanager
    def keyring(self, password: str | None) -> Iterator[None]:
        """Run the keyring, unlocked with a password (first set here), or locked without one."""
        unlock = [] if password is None else ["--unlock"]
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *unlock]
        with subprocess.Popen(
            command,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as daemon:
            try:
                assert daemon.stdin is not None
                daemon.stdin.write((password or "").encode())
                daemon.stdin.close()
                self._wait_for_service()
                yield
            finally:
                daemon.terminate()

    def lock(self) -> None:
        """Lock the collection, as a screen saver or a person may."""
        self._run(sys.executable, "-c", _LOCK)

    def unlock(self, password: str) -> None:
        """Unlock the collection, as a person does at the prompt."""
        self._run(sys.executable, "-c", _UNLOCK, password)

    def entries(self, service: str) -> set[str]:
        """Return the user names for which the keyring has an entry of a service."""
        return set(self._run(sys.executable, "-c", _LIST, service).split())

    def _wait_for_service(self) -> None:
        give_up = time.monotonic() + PATIENCE
        # This only queries the name: any other call would have the bus start a keyring itself.
        while "boolean true" not in self._run(*_HAS_SERVICE):
            assert time.monotonic() < give_up, "the keyring does not come up"

    def _run(self, *command: str) -> str:
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, timeout=PATIENCE, check=True
        ).stdout


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """Yield a session; the folder is its user's home."""
    # This needs a folder of its own, because the path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="scim-") as runtime:
        environ = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": runtime,
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with subprocess.Popen(
            ["dbus-run-session", "--", sys.executable, "-c", _TELL_ADDRESS],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as bus:
            assert bus.stdout is not None
            address = bus.stdout.readline().strip()
            # Leaving closes its input, which ends the session.
            yield Desktop(environ | {"DBUS_SESSION_BUS_ADDRESS": address})
