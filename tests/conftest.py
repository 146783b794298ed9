"""Fixtures of all tests: a home folder, a clean environment, and no skipped test in .ci/run."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import wraps
from inspect import unwrap
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from rich.console import RenderableType
from textual._compositor import Compositor
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

os.environ.pop("ESCDELAY", None)

# How fast an example is, a busy machine decides.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# Ignored signals are inherited. Under nohup or in a script's background job, the tested programs
# would ignore the signals that the tests send.
for _name, _usual in (
    *(("SIGHUP", signal.SIG_DFL), ("SIGQUIT", signal.SIG_DFL)),
    ("SIGINT", signal.default_int_handler),
):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

_NUMBERS: Final = count(1)

_MEANT_FOR_US = ("SCIM_WIZARD_", "HTTP_", "HTTPS_", "ALL_", "NO_", "SSL_CERT", "SSH_", "XDG_")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`, use one worker more than cores: tests wait for a third of their time."""
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2) + 1


def pytest_make_parametrize_id(val: object) -> str | None:
    """Shorten the IDs of long values: pytest sets a variable to them, and Windows limits those."""
    if isinstance(val, (str, bytes)) and len(val) > 200:
        return f"{val[:40]!a} and more, {len(val)} in all"
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest tests first, so that no worker is left with one of them at the end.

    On Windows, skip those that are marked as not for it.
    """
    if sys.platform == "win32":
        for item in items:
            for mark in item.iter_markers("posix"):
                item.add_marker(pytest.mark.skip(reason=mark.args[0]))
    items.sort(key=lambda item: "terminal" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Limit garbage collection to objects that the tests create, not those that were loaded."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def hang_ups() -> Iterator[None]:
    """Restore SIGHUP: a wizard ignores it at its end, and programs started later would too."""
    number = getattr(signal, "SIGHUP", None)
    before = number and signal.getsignal(number)
    yield
    if number is not None:
        signal.signal(number, before)


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new folder, numbered without pytest's search for a free number."""
    return tmp_path_factory.mktemp(str(next(_NUMBERS)), numbered=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the wizard's folder, which doesn't exist yet."""
    return tmp_path / "home"


@pytest.fixture(autouse=True, scope="session")
def styles_parsed_once() -> Iterator[None]:
    """Parse each style sheet for the first app only, which saves a fifth of a screen test's time.

    Textual caches the same result for all apps with the same variables, that is, the same theme.
    test_themes.py checks that a screen looks the same if each sheet is parsed again.
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


@pytest.fixture(autouse=True, scope="session")
def frames_drawn_when_read() -> Iterator[None]:
    """Draw the screen when a test reads it: without a terminal, Textual drops what it draws.

    That is a third of a screen test's time. `drawn` draws each frame, and test_themes.py checks
    that a screen looks the same.
    """
    draw: Final = Compositor.render_update

    @wraps(draw)
    def dropped(
        self: Compositor,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,
    ) -> RenderableType | None:
        if full:
            # For a picture.
            return draw(self, full, screen_stack, simplify)
        self._dirty_regions.clear()
        return None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compositor, "render_update", dropped)
        yield


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw each frame, as on a terminal."""
    monkeypatch.setattr(Compositor, "render_update", unwrap(Compositor.render_update))


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point every folder at tmp_path, and remove the settings of the machine's own user."""
    for name in list(os.environ):
        if name.upper().startswith(_MEANT_FOR_US) or name in ("BROWSER", "DISPLAY", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("SCIM_WIZARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    # Only tests that ask for it may use this user's keyring.
    monkeypatch.setenv("SCIM_WIZARD_STORE", "file")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In .ci/run, treat skipped and expected failures as failures: every test can run there.

    Not on Windows, which lacks what some tests need.
    """
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    left_out = [
        report
        for kind in ("skipped", "xfailed", "xpassed")
        for report in (reporter.stats.get(kind, []) if reporter else [])
    ]
    can_run_all = sys.platform != "win32"
    if os.environ.get("NO_SKIPS") and can_run_all and left_out and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
