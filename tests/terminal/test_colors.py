"""The output for terminals with few colors, and for those that should show none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal.harness import ENTER, SPACE, Terminal, ctrl
from tests.terminal.walk import variables, wizard

SGR = re.compile(rb"\x1b\[([0-9;]*)m")
ATTRIBUTES = {0, 1, 2, 3, 4, 7, 22, 23, 24, 27, 39, 49}
"""Bold, dim, underline, reverse, and the terminal's own two colors."""
SIXTEEN = {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}


def numbers(raw: bytes) -> set[int]:
    """Return the numbers in all sequences that set colors and attributes."""
    return {int(part or 0) for found in SGR.findall(raw) for part in found.split(b";")}


@pytest.mark.parametrize(
    ("env", "allowed"),
    [
        ({"NO_COLOR": "1"}, ATTRIBUTES),
        ({"TERM": "xterm", "COLORTERM": ""}, ATTRIBUTES | SIXTEEN),
        ({"TERM": "screen", "COLORTERM": "", "NO_COLOR": "1"}, ATTRIBUTES),
    ],
    ids=["no color", "sixteen", "none of sixteen"],
)
def test_no_other_color_is_sent_and_brackets_stand_for_them(
    tmp_path: Path, env: dict[str, str], allowed: set[int]
) -> None:
    with wizard(variables(tmp_path / "home") | env) as terminal:
        terminal.wait_for("Before you start")
        terminal.send(ENTER)
        terminal.wait_for("again to continue anyway")
        # Not Enter again: a second Enter so soon would count as the same press.
        terminal.send(SPACE * 7)
        terminal.wait_for("7 of 7 selected")
        terminal.send(ENTER)
        terminal.wait_for("Client Secret")
        terminal.wait_for(lambda screen: screen.count("]") == 3)
        terminal.wait_for(
            lambda screen: "╔═ Client ID ═" in screen and "┌─ Redirect URL ─" in screen
        )
        terminal.send(ctrl("q"))
        assert terminal.wait_exit() == 3
        sent = numbers(terminal.raw)
    assert sent <= allowed
    assert {1, 7} <= sent
    # A warning is yellow if there is one, and never the red of an error.
    assert (93 in sent) is (93 in allowed)


LIGHT = b"48;2;251;251;252"
"""The background of the light theme, as it is sent."""


def choose_theme(terminal: Terminal, name: str) -> None:
    """Select a theme in the palette."""
    terminal.wait_for("0 of 7 selected")
    terminal.send(ctrl("p"))
    terminal.wait_for("Search for commands")
    terminal.send("theme")
    terminal.wait_for(lambda now: "Change theme" in now and "About this step" not in now)
    terminal.send(ENTER)
    terminal.wait_for("Search for a theme")
    terminal.send(name.lower())
    terminal.wait_for(lambda screen: name in screen and "ANSI dark" not in screen)
    terminal.send(ENTER)


def leave(terminal: Terminal) -> None:
    # The palette, which has keys of its own, is gone.
    terminal.wait_for("^p More")
    terminal.send(ctrl("q"))
    assert terminal.wait_exit() == 3


def test_theme_that_was_chosen_is_there_at_the_next_start(tmp_path: Path) -> None:
    env = variables(tmp_path / "home")
    with wizard(env) as terminal:
        choose_theme(terminal, "Light")
        leave(terminal)
    kept = tmp_path / "home" / "preferences" / "wizard.json"
    assert kept.read_text(encoding="utf-8") == '{"theme":"scim-light"}\n'
    assert kept.stat().st_mode & 0o777 == 0o600
    for content, is_known in (("{damaged", False), ('{"theme": "scim-light"}', True)):
        kept.write_text(content, encoding="utf-8")
        with wizard(env) as terminal:
            terminal.wait_for("0 of 7 selected")
            if not is_known:
                # A busy machine may have taken the notification away again by now.
                terminal.wait_for(lambda _: b"Your theme couldn't be read" in terminal.raw)
            terminal.send(ctrl("q"))
            assert terminal.wait_exit() == 3
            assert (LIGHT in terminal.raw) is is_known


def test_theme_that_cannot_be_kept_is_taken_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "preferences").write_text(
        "a file where the folder should be", encoding="utf-8"
    )
    with wizard(variables(tmp_path / "home")) as terminal:
        terminal.wait_for("Your theme couldn't be read")
        choose_theme(terminal, "Light")
        terminal.wait_for("Couldn't save the theme: ")
        leave(terminal)
        assert LIGHT in terminal.raw
