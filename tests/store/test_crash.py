"""A process killed before any of its system calls leaves the old state or the new one."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no fork", allow_module_level=True)

from collections.abc import Iterator
from pathlib import Path

from tests import system
from tests.store.forking import Work, forking
from tests.store.samples import credentials
from wizard.domain.models import Profile
from wizard.store.profiles import LocalProfileStore

SAVER = """
import os, signal, sys
from pathlib import Path
from tests.store.samples import credentials
from wizard.domain.models import Profile
from wizard.store.profiles import LocalProfileStore

CHANGES = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.listdir", "os.scandir"}

def work(home, kind, number):
    countdown = int(number)

    def watch(event, args):
        nonlocal countdown
        if event in CHANGES and home in str(args[0]):
            countdown -= 1
            if countdown == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with LocalProfileStore(Path(home)).locked("default") as held:
        sys.addaudithook(watch)
        if kind == "save":
            held.save(
                held.profile or Profile(), active=credentials("new"), draft=credentials("new-draft")
            )
        else:
            held.remove()
"""


@pytest.fixture
def work() -> Iterator[Work]:
    with forking(SAVER) as order:
        yield order


def killed_at(work: Work, home: Path, kind: str, number: int) -> bool:
    """Do the work, and kill it before call `number` of those that open, change, or list a file."""
    code = work(home, kind, number)
    assert code in (0, -system.SIGKILL)
    return code != 0


@pytest.mark.parametrize("is_first", [True, False])
def test_killed_save_leaves_the_old_or_the_new(work: Work, tmp_path: Path, is_first: bool) -> None:
    old = None if is_first else credentials("old")
    old_draft = None if is_first else credentials("old-draft")
    seen: list[bool] = []
    number = 0
    is_killed = True
    while is_killed:
        number += 1
        store = LocalProfileStore(tmp_path / str(number))
        if not is_first:
            with store.locked("default") as held:
                held.save(Profile(), active=old, draft=old_draft)
        is_killed = killed_at(work, tmp_path / str(number), "save", number)
        with store.locked("default") as held:
            state = (held.active(), held.draft())
            is_new = state == (credentials("new"), credentials("new-draft"))
            assert is_new or state == (old, old_draft)
            seen.append(is_new)
            held.save(held.profile or Profile(), active=credentials("next"))
            assert held.active() == credentials("next")
            assert held.draft() == state[1]
        files = [path.name for path in (tmp_path / str(number)).rglob("*") if path.is_file()]
        pointed = 1 if state[1] is None else 2
        assert len(files) == pointed + len(["default.json", "default.lock"]), files
    assert seen == sorted(seen), "once new, never old again"
    assert (seen[0], seen[-1]) == (False, True)
    assert number > 10, "calls were seen"


def test_killed_forget_drops_the_record_only_after_the_secrets(work: Work, tmp_path: Path) -> None:
    number = 0
    is_killed = True
    while is_killed:
        number += 1
        home = tmp_path / str(number)
        store = LocalProfileStore(home)
        with store.locked("default") as held:
            held.save(Profile(), active=credentials("old"), draft=credentials("old-draft"))
        is_killed = killed_at(work, home, "forget", number)
        secrets = list((home / "secrets").iterdir())
        assert store.load("default") is not None or not secrets
        with store.locked("default") as held:
            held.remove()
        assert not list((home / "secrets").iterdir())
    assert number > 5, "calls were seen"
