"""Two ordinary users of one machine; only root can act as either of them.

If another user runs the tests, both are that user, and the tests themselves simulate ownership.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests import system
from tests.store.forking import Work, forking

FIRST: Final = 54321
"""The user who owns the wizard."""
SECOND: Final = 65534
IS_ROOT: Final = system.user_id() == 0

_SOURCE: Final = """
import tests.commands.stage
from tests.users import act as work
"""
"""Loads the called module, or most of what it needs."""


@contextmanager
def common_folder() -> Iterator[Path]:
    """Create a folder like /tmp: all users can create files in it, and remove only their own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name).resolve()
        folder.chmod(0o1777)
        yield folder


def as_user(number: int, work: Callable[..., str], *arguments: object) -> str:
    """Call a module's function with texts as a user, and return its result."""
    texts = [str(argument) for argument in arguments]
    if not IS_ROOT:
        return work(*texts)
    with tempfile.TemporaryDirectory() as folder:
        returned = Path(folder, "returned")
        code = _forks()(str(returned), str(number), work.__module__, work.__qualname__, *texts)
        assert code == 0, "its traceback is on stderr"
        return returned.read_text(encoding="utf-8")


@cache
def _forks() -> Work:
    """Return a function that calls `act` in a fork, which starts no new interpreter."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(forking(_SOURCE))


def act(returned: str, number: str, module: str, name: str, *texts: str) -> None:
    """Become a user permanently, and write the result of a function."""
    # Import everything first: the user might not be able to read the modules.
    if sys.platform == "win32":
        raise NotImplementedError
    work = getattr(importlib.import_module(module), name)
    with Path(returned).open("w", encoding="utf-8") as file:
        os.chdir("/")
        os.setgroups([])
        os.setgid(int(number))
        os.setuid(int(number))
        file.write(work(*texts))


def pass_for_ordinary(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make this process act as an ordinary user who owns a folder and its contents."""
    if sys.platform == "win32":
        pytest.skip("Windows has no root, and no file modes")
    if not IS_ROOT:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, FIRST, FIRST, follow_symlinks=False)
    monkeypatch.setattr(os, "geteuid", lambda: FIRST)
    monkeypatch.setattr(os, "getegid", lambda: FIRST)
