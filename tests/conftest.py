"""What every test stands on: a home of its own, a bare environment, and no test left out in CI."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from functools import wraps
from pathlib import Path
from typing import Any, Final

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

os.environ.pop("ESCDELAY", None)

# Ignored signals are inherited: under nohup, or in a script's background job, the programs under
# test would ignore what they are sent.
for _name, _usual in (("SIGHUP", signal.SIG_DFL), ("SIGINT", signal.default_int_handler)):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

_MEANT_FOR_US = ("SCIM_WIZARD_", "HTTP_", "HTTPS_", "ALL_", "NO_", "SSL_CERT", "SSH_", "XDG_")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`: one worker more than cores, since a third of the time is spent waiting."""
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests, so that no worker is alone with one of them at the end."""
    items.sort(key=lambda item: "terminal" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Have garbage be looked for only in what the tests make, not in all that was loaded."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the wizard's folder, which isn't there yet."""
    return tmp_path / "home"


@pytest.fixture(autouse=True, scope="session")
def styles_parsed_once() -> Iterator[None]:
    """Parse a style sheet for the first app that has it, not for each: a fifth of a screen's test.

    What Textual keeps of it is the same for all apps whose variables, the theme's, are. That a
    screen looks the same with each sheet parsed anew: test_themes.py.
    """
    parse: Final = Stylesheet._parse_rules
    parsed: dict[object, list[RuleSet]] = {}

    @wraps(parse)
    def once(self: Stylesheet, *args: Any, **more: Any) -> list[RuleSet]:
        key = (tuple(self._variables.items()), args, tuple(more.items()))
        if key not in parsed:
            parsed[key] = parse(self, *args, **more)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", once)
        yield


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point every folder at tmp_path and take away what the machine's own user has set."""
    for name in list(os.environ):
        if name.upper().startswith(_MEANT_FOR_US) or name in ("BROWSER", "DISPLAY", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("SCIM_WIZARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    # No test but those that say so may ask this user's keyring, nor fill it.
    monkeypatch.setenv("SCIM_WIZARD_STORE", "file")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a test that was skipped, or expected to fail, is a failure: all of it can run there."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    left_out = [
        report
        for kind in ("skipped", "xfailed", "xpassed")
        for report in (reporter.stats.get(kind, []) if reporter else [])
    ]
    if os.environ.get("CI") and left_out and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
