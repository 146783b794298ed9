"""A double click on Overview or its dialogs, on a real terminal, counts as one click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.commands.consents import at_sandbox
from tests.commands.stage import put
from tests.terminal.clicks import is_covered
from tests.terminal.harness import ESC, Terminal
from tests.terminal.walk import run, variables, wizard
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox

LEAVES: Final = ("Quit", "Check now", "Choose", "Change credentials", "Bare")
"""Controls that exit, send a request, or leave the step; some of them have a test below."""


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(redirect_url="https://scim.example.invalid/landing")


@pytest.fixture
def env(sandbox: Sandbox, tmp_path: Path) -> Iterator[dict[str, str]]:
    with serve.serving(sandbox) as base:
        put(tmp_path / "home", active=at_sandbox(sandbox, base))
        yield variables(tmp_path / "home")


def controls(screen: str) -> Iterator[tuple[str, int, int]]:
    """Yield the words, row, and column of each control: menu lines, buttons, and keys."""
    rows = screen.splitlines()
    last = max(at for at, row in enumerate(rows) if row)
    menu = next((at for at, row in enumerate(rows) if row.lstrip(" │").startswith("› ")), last)
    for at in sorted({*range(menu, last - 2), last - 2, last}):
        for found in re.finditer(r"[^\s│╭╮╰╯─](?:[^\s│]| (?! |│))*", rows[at]):
            yield found[0], at, found.start() + len(found[0]) // 2
            if menu <= at < last - 2:
                break


def overview(terminal: Terminal) -> str:
    return terminal.wait_for(lambda screen: "› Check now" in screen and "^p More" in screen)


def test_on_overview_each_opens_one_dialog(env: dict[str, str]) -> None:
    with wizard(env) as terminal:
        before = overview(terminal)
        opened = 0
        for words, row, column in controls(before):
            if words.strip("› ").startswith(LEAVES) or any(word in words for word in LEAVES):
                continue
            terminal.double_click(row, column)
            terminal.wait_for(is_covered)
            opened += 1
            terminal.send(ESC)
            # A second dialog under the first one would stay open.
            terminal.wait_for(lambda screen: not is_covered(screen))
        assert opened > 5


def test_in_each_dialog_close_closes_it_alone(env: dict[str, str]) -> None:
    # This height puts a dialog's Close button over a line of the menu.
    with wizard(env, rows=21) as terminal:
        before = overview(terminal)
        closed = 0
        for words, row, column in controls(before):
            if not words.strip("› ").startswith(
                ("Enter a rot", "Auth", "Hand", "Prof", "Remove", "^g")
            ):
                continue
            terminal.double_click(row, column)
            terminal.wait_for("esc ")
            dialog = terminal.wait_for(lambda s: bool(re.search(r"│.* (?:Close|No|Keep) ", s)))
            terminal.double_click(*close(dialog))
            terminal.wait_for(lambda screen: not is_covered(screen))
            closed += 1
        assert closed == 6


def close(dialog: str) -> tuple[int, int]:
    """Return the place of the lowest Close, No, or Keep in a dialog."""
    rows = dialog.splitlines()
    row = max(y for y, text in enumerate(rows) if re.search(r"│.* (?:Close|No|Keep) ", text))
    found = re.search(r" (Close|No|Keep) ", rows[row])
    assert found is not None
    return row, found.start(1)


@pytest.mark.parametrize("control", ["› Check now", "Choose ›", "⏎ Choose"])
def test_check_now_asks_the_server_once(
    env: dict[str, str], sandbox: Sandbox, control: str
) -> None:
    with wizard(env) as terminal:
        rows = overview(terminal).splitlines()
        before = len(sandbox.seen)
        row = next(y for y, text in enumerate(rows) if control in text)
        terminal.double_click(row, rows[row].index(control) + 3)
        terminal.wait_for("Access token valid")
        terminal.wait_for("Go to Overview ›")
    assert [each.path.rpartition("/")[2] for each in sandbox.seen[before:]] == ["Users"]


def test_forget_removes_once_after_one_question(env: dict[str, str]) -> None:
    # This height puts the dialog's Remove button over the menu line that opens it.
    with wizard(env, rows=38) as terminal:
        screen = overview(terminal)
        [line] = [y for w, y, _ in controls(screen) if w.startswith("Remove profile…")]
        terminal.double_click(line, 67)
        dialog = terminal.wait_for("Remove profile default?")
        rows = dialog.splitlines()
        row = max(y for y, text in enumerate(rows) if re.search(r"│.* Keep +[]▐] +▌ Remove ", text))
        column = rows[row].rindex("Remove") + 1
        assert (row, column) == (line, 67), "else this test proves less"
        terminal.double_click(row, column)
        assert terminal.wait_exit() == 0
    assert run(env, "token").returncode == 3
