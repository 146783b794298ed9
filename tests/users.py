"""Two ordinary users of one machine; only root can act as either of them.

Run by anybody else, both are that user: ownership is then simulated by the tests themselves.
"""

from __future__ import annotations

import atexit
import importlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.store.forking import Work, forking

FIRST: Final = 54321
"""Whose wizard it is."""
SECOND: Final = 65534
IS_ROOT: Final = os.geteuid() == 0

_SOURCE: Final = """
import tests.commands.stage
from tests.users import act as work
"""
"""Loads what is called, or most of what that needs."""


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
    with tempfile.TemporaryDirectory() as folder:
        returned = Path(folder, "returned")
        code = _forks()(str(returned), str(number), work.__module__, work.__qualname__, *texts)
        assert code == 0, "its traceback is on stderr"
        return returned.read_text()


@cache
def _forks() -> Work:
    """Return what calls `act` in a fork, which costs no start of an interpreter."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(forking(_SOURCE))


def act(returned: str, number: str, module: str, name: str, *texts: str) -> None:
    """Become a user, for good, and write what a function returns."""
    # All of it first: the user may not be able to read where it lies.
    work = getattr(importlib.import_module(module), name)
    with Path(returned).open("w", encoding="utf-8") as file:
        os.chdir("/")
        os.setgroups([])
        os.setgid(int(number))
        os.setuid(int(number))
        file.write(work(*texts))


def pass_for_ordinary(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have this process pass for an ordinary user, and a folder with all in it belong to it."""
    if not IS_ROOT:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, FIRST, FIRST, follow_symlinks=False)
    monkeypatch.setattr(os, "geteuid", lambda: FIRST)
    monkeypatch.setattr(os, "getegid", lambda: FIRST)
