"""Textual's private parts: each still exists, crashes use our report, and no other is used."""

from __future__ import annotations

import ast
import asyncio
import importlib
import inspect
import os
import sys
import textwrap
import tty
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeGuard

import pytest
from textual import _border, _styles_cache, events
from textual.app import App
from textual.css.stylesheet import Stylesheet
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen

from tests import system
from tests.driving import make_app
from tests.fakes import World
from wizard.ui import textual_internals
from wizard.ui.textual_internals import NO_SCREENS, CrashingApp, why_no_screens

UI: Final = Path(textual_internals.__file__).parent
SOURCES: Final = sorted(
    path for path in UI.rglob("*.py") if path.name != Path(textual_internals.__file__).name
)
OURS: Final = {
    "_read_at",
    "_is_painting",
    "_output",
    "_loop",
    "_between_events",
    "_go_on",
    "_lenient",
    "_renderables",
    "__stderr__",
    "__stdin__",
    "__code__",
}


def parts() -> list[tuple[object, set[str]]]:
    """Return the parts of Textual that are used, by place; a driver needs a running loop."""
    return [
        (App, {"_handle_exception", "_fatal_error", "_close_messages_no_wait", "_unnotify"}),
        (App(), {"_exit_renderables", "_return_code", "_clipboard", "_driver", "stylesheet"}),
        (App(), {"_notifications"}),
        (Screen, {"is_current", "stack_updates"}),
        (events.ScreenResume(), {"refresh_styles"}),
        (Stylesheet, {"has_source", "add_source"}),
        (_border, {"BORDER_CHARS"}),
        (_styles_cache.StylesCache, {"get_inner_outer"}),
        (linux_driver, {"getincrementaldecoder", "XTermParser"}),
        (LinuxDriver, {"_get_terminal_size", "_sigcont_application", "_sigtstp_application"}),
        (LinuxDriver(App()), {"_file", "_auto_restart", "_must_signal_resume", "_writer_thread"}),
    ]


async def test_each_part_is_still_there() -> None:
    assert [name for owner, names in parts() for name in names if not hasattr(owner, name)] == []


async def test_each_private_part_is_named_here() -> None:
    module = ast.parse(inspect.getsource(textual_internals))
    named = {name for _, names in parts() for name in names}
    assert set(underscored(module)) - OURS <= named


def test_ascii_frame_and_cache_are_what_they_are_taken_for() -> None:
    assert [len(row) for row in _border.BORDER_CHARS["ascii"]] == [3, 3, 3]
    _styles_cache.StylesCache.get_inner_outer.cache_clear()


def acting(monkeypatch: pytest.MonkeyPatch, **acts: str) -> tuple[Any, list[object]]:
    """Return a driver that paints, and what it does: its methods and the signals it sends."""
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    driver = textual_internals.TerminalDriver(App())
    driver._loop = asyncio.get_running_loop()
    driver._is_painting = True
    done: list[object] = []
    for method, word in acts.items():
        monkeypatch.setattr(driver, f"{method}_application_mode", partial(done.append, word))
    monkeypatch.setattr(os, "kill", lambda _, number: done.append(number))
    return driver, done


async def test_stop_signal_waits_for_the_event_it_interrupts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the middle of a write, the queue's lock is held, and another write would wait forever."""
    driver, acts = acting(monkeypatch, suspend="suspended")
    driver._sigtstp_application()
    assert acts == []
    await asyncio.sleep(0)
    assert acts == ["suspended", system.SIGSTOP]


async def test_continue_signal_starts_what_was_stopped_but_not_what_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ends a process may send SIGCONT too: a closing terminal, systemd, or timeout."""
    driver, acts = acting(monkeypatch, start="started")
    driver._sigtstp_application()
    driver._sigcont_application()
    await asyncio.sleep(0)
    assert acts == [system.SIGSTOP, "started"]
    driver._must_signal_resume = False
    driver.stop_application_mode()
    driver._sigcont_application()
    driver._sigtstp_application()
    driver._sigcont_application()
    await asyncio.sleep(0)
    assert acts == [system.SIGSTOP, "started", system.SIGSTOP]


# -- input ---------------------------------------------------------------------------------------


def test_what_the_terminal_had_sent_together_has_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("This is about Linux and macOS only")
    leader, follower = system.openpty()
    tty.setraw(follower)
    with os.fdopen(leader, "wb", 0) as terminal, os.fdopen(follower) as stdin:
        monkeypatch.setattr(sys, "__stdin__", stdin)
        parser = textual_internals.Parser()
        terminal.write(b"ab\rc")
        times = []
        for count in (2, 1, 1):
            times += [key.time for key in parser.feed(os.read(follower, count).decode())]
        assert len(times) == 4
        assert len(set(times)) == 1
        (later,) = parser.feed("d")
        assert later.time > times[0]


# -- crashes --------------------------------------------------------------------------------------


def test_crash_report_is_ours() -> None:
    assert why_no_screens() == ""


@pytest.mark.parametrize("name", ["_handle_exception", "_fatal_error"])
def test_no_screen_is_opened_when_textual_has_renamed_its_crash_path(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(App, name)
    assert why_no_screens() == NO_SCREENS


def test_no_screen_is_opened_when_textual_reports_crashes_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(App, "_handle_exception", lambda self, error: self._show_crash(error))
    assert why_no_screens() == NO_SCREENS


class RichError(Exception):
    """An exception that has Textual render it."""

    def __rich__(self) -> str:
        return "planted-secret"


class PlainError(Exception):
    """Any other exception."""


@pytest.mark.parametrize("kind", [RichError, PlainError])
async def test_no_local_variable_is_printed(
    kind: type[Exception], world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "planted-secret"

    def fail() -> None:
        local = f"{secret}"
        raise kind(local)

    app = make_app(world)
    with pytest.raises(kind):
        async with app.run_test():
            app.call_later(fail)
    printed = capfd.readouterr().err
    assert kind.__name__ in printed
    assert "in fail" in printed
    assert secret not in printed


# -- no private parts elsewhere --------------------------------------------------------------------


def underscored(tree: ast.AST) -> Iterator[str]:
    """Yield each name that begins with an underscore: attributes, and names that classes define."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            yield node.attr
        elif isinstance(node, ast.ClassDef):
            yield from (name for name in defined(node.body) if name.startswith("_"))


def defined(body: Iterable[ast.stmt]) -> Iterator[str]:
    """Yield the names that a class defines."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def name_of(path: Path) -> str:
    """Return the name of a module of the screens."""
    parts = path.relative_to(UI).with_suffix("").parts
    return ".".join(("wizard", "ui", *parts)).removesuffix(".__init__")


def is_private_of_self(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Whether an expression is `self._name`."""
    if not isinstance(node, ast.Attribute) or not node.attr.startswith("_"):
        return False
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def private_names(kind: type) -> set[str]:
    """Return all underscore names that a class inherits from Textual."""
    names = set[str]()
    for base in kind.__mro__:
        if base.__module__.startswith("textual."):
            names |= {name for name in dir(base) if name.startswith("_")}
            nodes = ast.walk(ast.parse(textwrap.dedent(inspect.getsource(base))))
            names |= {node.attr for node in nodes if is_private_of_self(node)}
    return {name for name in names if not name.endswith("__")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_other_module_overrides_a_private_part(path: Path) -> None:
    module = importlib.import_module(name_of(path))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            assert set(underscored(node)) & private_names(vars(module)[node.name]) == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_other_module_uses_a_private_part(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    ours = {name for node in nodes if isinstance(node, ast.ClassDef) for name in defined(node.body)}
    foreign = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr.startswith("_")
        if not is_private_of_self(node)
    }
    assert {name for name in foreign - ours if not name.endswith("__")} == set()
    imported = [
        f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("textual")
        for alias in node.names
    ]
    assert [name for name in imported if "._" in name] == []


def test_crashing_app_is_what_the_wizard_is(world: World) -> None:
    assert isinstance(make_app(world), CrashingApp)
