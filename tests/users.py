"""Two ordinary users of one machine; only root can act as either of them.

Run by anybody else, both are that user: ownership is then simulated by the tests themselves.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

FIRST: Final = 54321
"""Whose wizard it is."""
SECOND: Final = 65534
IS_ROOT: Final = os.geteuid() == 0

_ROOT: Final = Path(__file__).parents[1]
_PATIENCE: Final = 60.0


@contextmanager
def common_folder() -> Iterator[Path]:
    """Make a folder like /tmp: everybody may make something in it, and take away only that."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name).resolve()
        folder.chmod(0o1777)
        yield folder


def as_user(number: int, work: Callable[..., str], *arguments: object) -> str:
    """Call a function of a module, with texts, as a user; return what it returns."""
    texts = [str(argument) for argument in arguments]
    if not IS_ROOT:
        return work(*texts)
    source = "import sys; from tests.users import act; act(*sys.argv[1:])"
    run = subprocess.run(
        [sys.executable, "-c", source, str(number), work.__module__, work.__qualname__, *texts],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def act(number: str, module: str, name: str, *texts: str) -> None:
    """Become a user, for good, and print what a function returns."""
    # All of it first: the user may not be able to read where it lies.
    work = getattr(importlib.import_module(module), name)
    os.chdir("/")
    os.setgroups([])
    os.setgid(int(number))
    os.setuid(int(number))
    sys.stdout.write(work(*texts))


def pass_for_ordinary(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have this process pass for an ordinary user, and a folder with all in it belong to it."""
    if not IS_ROOT:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, FIRST, FIRST, follow_symlinks=False)
    monkeypatch.setattr(os, "geteuid", lambda: FIRST)
    monkeypatch.setattr(os, "getegid", lambda: FIRST)
