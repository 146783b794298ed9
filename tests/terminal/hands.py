"""Two ways to use the wizard: by keyboard alone, or by mouse and paste."""

from __future__ import annotations

from functools import partial

from tests.terminal.harness import DOWN, ENTER, RIGHT, SPACE, UP, Terminal, ctrl
from tests.terminal.walk import is_saved
from wizard.domain.texts.prerequisites import PREREQUISITES


class Keyboard:
    """Types and pastes; counts key presses, with a paste as one."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.count = 0

    def press(self, label: str, *keys: str) -> None:
        """Press a visible button: with Enter, unless other keys are given."""
        self.terminal.wait_for(label)
        self.keys(*(keys or (ENTER,)))

    def keys(self, *keys: str) -> None:
        """Send keys, all at once."""
        self.count += len(keys)
        self.terminal.send("".join(keys))

    def paste(self, text: str) -> None:
        """Paste into the focused control."""
        self.count += 1
        self.terminal.paste(text)

    def tick_all(self) -> None:
        """Select the seven items of Prerequisites."""
        self.keys(*[SPACE] * len(PREREQUISITES))

    def fill(self, label: str, text: str) -> None:
        """Fill the empty field that has the focus, and continue."""
        self.paste(text)
        self.terminal.wait_for(lambda screen: is_saved(screen, label))
        self.keys(ENTER)

    def change(self, label: str, before: str, text: str, *keys: str) -> None:
        """Go to a field with the given keys, and replace its text, all at once."""
        self.keys(*keys, "\x15", *text)
        self.terminal.wait_for(lambda screen: before not in screen and text in screen)

    def choose(self, title: str) -> None:
        """Go down to a line of the menu, and press Enter."""
        self.terminal.wait_for(lambda screen: title in screen and marked(screen) != "")
        while not (at := marked(self.terminal.screen())).startswith(f"› {title}"):
            self.keys(DOWN)
            self.terminal.wait_for(partial(is_elsewhere, at))
        self.keys(ENTER)


def set_up_app(hand: Keyboard, client_id: str, client_secret: str) -> None:
    """Set up an app with client credentials, from the first step to Done, passing every item."""
    terminal = hand.terminal
    terminal.wait_for("0 of 7 selected")
    hand.keys(UP, RIGHT)
    terminal.wait_for("‹ Client credentials ›")
    terminal.wait_for("0 of 4 selected")
    hand.press("Next ›")
    # Not Enter again: a second Enter so soon would count as the same press.
    hand.press("Press Enter again to continue anyway", ctrl("n"))
    terminal.wait_for("Copy these from your OAuth app")
    assert "Authorize" not in terminal.screen()
    hand.fill("Client ID", client_id)
    hand.fill("Client Secret", client_secret)
    terminal.wait_for("Second token issued")
    hand.press("Next ›")
    terminal.wait_for("Finish")


class Mouse:
    """Clicks and pastes."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def press(self, label: str, *_keys: str) -> None:
        """Click a button."""
        self.terminal.click_button(label)

    def paste(self, text: str) -> None:
        """Paste into the focused control."""
        self.terminal.paste(text)

    def tick_all(self) -> None:
        """Click the seven items of Prerequisites."""
        for item in PREREQUISITES:
            self.terminal.click(item.text)

    def fill(self, label: str, text: str) -> None:
        """Click into an empty field, fill it, and continue after the last one."""
        self.terminal.wait_for(label)
        self.terminal.click(label, below=1)
        self.terminal.paste(text)
        self.terminal.wait_for(lambda screen: is_saved(screen, label))
        if self.terminal.screen().count("✓ saved") == 3:
            self.press("Next ›")

    def change(self, label: str, before: str, text: str, *_keys: str) -> None:
        """Click into a field, and replace its text by a paste."""
        self.terminal.wait_for(before)
        self.terminal.click(label, below=1)
        self.terminal.paste(text)
        self.terminal.wait_for(lambda screen: before not in screen and text in screen)

    def choose(self, title: str) -> None:
        """Click a line of the menu."""
        self.terminal.wait_for(title)
        self.terminal.click(title)


def marked(screen: str) -> str:
    """Return the line of the menu that is highlighted."""
    lines = (line.strip() for line in screen.splitlines())
    return next((line for line in lines if line.startswith("› ")), "")


def is_elsewhere(before: str, screen: str) -> bool:
    """Whether another line is highlighted now."""
    return marked(screen) not in ("", before)
