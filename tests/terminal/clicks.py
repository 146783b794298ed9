"""Double-click everything that can be clicked, and check that each action happens once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from tests.terminal.hands import marked
from tests.terminal.harness import DOWN, ESC, F1, Terminal
from wizard.domain.value import Value

PATIENCE: Final = 20.0
"""Seconds after which waiting for a condition fails; no test measures it."""
PALETTE: Final = "Search for commands"
TOP: Final = re.compile("╭─[^╭╮]*╮")
"""The top of a dialog, or of a field, which is three rows high."""
FIELD: Final = re.compile("╭─ ")
KEY: Final = re.compile(r"^(?:⏎ esc|\^\w|F\d+|⏎|esc|Space|\w) ")
"""The text before the word in the row of keys."""
WORDS: Final = re.compile(r"[^\s│▌▐](?:[^\s│▌▐]| (?! |│|▐))*")


class Kind(Enum):
    """The kinds of controls that can be clicked."""

    KEY = "key"
    BUTTON = "button"
    LINE = "line"
    TEXT = "text"
    """A field, a pane, or the link."""


class Control(Value):
    """A place that can be clicked."""

    kind: Kind
    words: str
    row: int
    column: int

    @property
    def name(self) -> str:
        """The label without the key, the arrows, and the box."""
        if self.kind is Kind.TEXT:
            return "text"
        words = KEY.sub("", self.words) if self.kind is Kind.KEY else self.words
        return re.sub(r"^\[.\] ", "", words).strip(" ‹›…[]")


def _in_row(rows: list[str], at: int, kind: Kind) -> list[Control]:
    return [
        Control(kind, found[0], at, found.start() + len(found[0]) // 2)
        for found in WORDS.finditer(rows[at])
    ]


def _dialog_in(rows: list[str]) -> tuple[int, int, int] | None:
    """Return the first row of the dialog, and the columns where it begins and ends."""
    found = [
        (at, *edge.span())
        for at, row in enumerate(rows[:-2])
        for edge in TOP.finditer(row)
        if rows[at + 2][edge.start() : edge.start() + 1] != "╰"
    ]
    return max(found, key=lambda edges: edges[2] - edges[1], default=None)


def is_covered(screen: str) -> bool:
    """Whether a dialog or the palette is open."""
    return _dialog_in(screen.splitlines()) is not None or PALETTE in screen


def controls(screen: str) -> list[Control]:
    """Find the keys, the buttons, and other controls of the step or dialog, in this order."""
    rows = screen.rstrip().splitlines()
    top, bottom, is_dialog = 2, len(rows) - 1, False
    if (dialog := _dialog_in(rows)) is not None:
        is_dialog = True
        top, left, right = dialog
        bottom = next(at for at in range(top, bottom) if rows[at][left : left + 1] == "╰")
        # Its title isn't a field's label.
        rows[top:bottom] = ["", *(" " * left + row[left:right] for row in rows[top + 1 : bottom])]
    buttons = max(at for at in range(top, bottom) if rows[at].strip(" │"))
    menu = next(
        (at for at in range(top, buttons) if re.search(r"^[ │]+› (?!\[)", rows[at])), buttons
    )
    # The scroll position is shown to the left of a dialog's buttons.
    rows[buttons] = re.sub("PgDn ↓ more", lambda m: " " * len(m[0]), rows[buttons])
    found = [*_in_row(rows, len(rows) - 1, Kind.KEY), *_in_row(rows, buttons, Kind.BUTTON)]
    for at in range(top, buttons):
        row = rows[at]
        if box := re.search(r"\[[ x]\] .*?(?=  |$)", row):
            found.append(Control(Kind.LINE, box[0], at, box.start() + 1))
        elif FIELD.search(rows[at - 1]):
            found.append(Control(Kind.TEXT, row, at, rows[at - 1].rindex("╭─ ") + 4))
        elif "▌" in row:
            if "▌" not in rows[at - 1]:
                found.append(Control(Kind.TEXT, row, at, row.index("▌") + 4))
        elif re.search(r"^[ │]+https://", row) and is_dialog:
            found += _in_row(rows, at, Kind.LINE)
        elif is_dialog and (value := re.search(r"‹ .* ›", row)):
            column = value.start() + len(value[0]) // 2
            found.append(Control(Kind.LINE, value[0], at, column))
        elif at >= menu and not re.search("[╭╰]─", row):
            found += _in_row(rows, at, Kind.LINE)[:1]
    return found


class Clicker:
    """Double-clicks on a step; `effects` maps each control's name to its expected effect.

    Args:
        is_shown: Whether the step is shown.
        effects: Double-click a control, check its effect, and restore the step.
        enter: The key of the step that is drawn last; the others no longer move then.
    """

    def __init__(
        self,
        terminal: Terminal,
        is_shown: Callable[[str], bool],
        effects: Mapping[str, Effect],
        enter: str,
    ) -> None:
        self.terminal = terminal
        self._is_shown = is_shown
        self._effects = effects
        self._enter = enter
        self.is_in_dialog = False
        self.due: list[tuple[Callable[[], int], int]] = []
        """The counted events, and how many are allowed."""

    def click_all(self, last: str, part: slice) -> None:
        """Double-click each control of a part, and finally the one that leaves the step."""
        every = controls(self.terminal.wait_for(lambda s: self._is_ready(s) and self._enter in s))
        assert last in {each.name for each in every}, every
        for control in every[part]:
            if control.name == last:
                continue
            effect_of(self._effects, control.kind, control.name)(self, self.find(control))
            if self.due:
                self.settle()
                assert [count() for count, _ in self.due] == [most for _, most in self.due], control
                self.due.clear()
        self.double_click([each for each in controls(self.ready()) if each.name == last][-1])

    def find(self, control: Control) -> Control:
        """Wait for a control, which may have moved; if several have its text, find its own."""

        def found(screen: str) -> list[Control]:
            is_still = control.kind is not Kind.KEY or self._enter in screen
            every = controls(screen) if self._is_ready(screen) and is_still else []
            same = [
                each for each in every if (each.kind, each.name) == (control.kind, control.name)
            ]
            return [each for each in same if each.row == control.row] or same

        return found(self.terminal.wait_for(lambda screen: bool(found(screen))))[0]

    def _is_ready(self, screen: str) -> bool:
        return self._is_shown(screen) and not is_covered(screen) and "^p More" in screen

    def ready(self) -> str:
        """Wait until the step is shown with its keys."""
        return self.terminal.wait_for(self._is_ready)

    def double_click(self, control: Control) -> None:
        """Click twice on the control."""
        self.terminal.double_click(control.row, control.column)

    def settle(self) -> None:
        """Wait until all clicks are handled, because a later key press was."""
        self.terminal.send(F1)
        self.terminal.wait_for("Help ·")
        self.terminal.send(ESC)
        self.terminal.wait_for(lambda screen: not is_covered(screen))


Effect = Callable[[Clicker, Control], None]


def effect_of(effects: Mapping[str, Effect], kind: Kind, name: str) -> Effect:
    """Return a control's effect; a key can differ from the button of the same name."""
    effect = effects.get(f"{kind.value} {name}") or effects.get(name)
    assert effect is not None, f"nobody said what the {kind.value} {name!r} does"
    return effect


def opens(words: str, inside: Mapping[str, Effect] | None = None) -> Effect:
    """Opens one dialog, which one Esc closes; each of its controls acts once."""

    def effect(clicker: Clicker, control: Control) -> None:
        terminal = clicker.terminal
        before = was = ""

        def opened() -> str:
            nonlocal before, was
            if not clicker.is_in_dialog:
                step = clicker.ready()
                before, was = page(step), marked(step)
                clicker.double_click(clicker.find(control))
                clicker.is_in_dialog = True
            closing = "" if inside is None else "esc "
            return terminal.wait_for(lambda s: words in s and is_covered(s) and closing in s)

        for each in controls(opened()) if inside is not None else ():
            # It may have moved since text was added.
            same = [c for c in controls(opened()) if (c.kind, c.name) == (each.kind, each.name)]
            where = next((c for c in same if c.row == each.row), same[0])
            effect_of({**INSIDE, **(inside or {})}, each.kind, each.name)(clicker, where)
        opened()
        # On a step, Down would select another line, and Esc would go back.
        terminal.send(DOWN)
        terminal.send(ESC)
        clicker.is_in_dialog = False
        after = marked(terminal.wait_for(lambda screen: page(screen) == before))
        assert control.name in after or after == was

    return effect


def closes(clicker: Clicker, control: Control) -> None:
    """Closes the dialog, and presses nothing under it."""
    clicker.double_click(control)
    clicker.terminal.wait_for(lambda screen: not is_covered(screen))
    clicker.is_in_dialog = False
    clicker.settle()


def stays_open(clicker: Clicker, control: Control) -> None:
    """Keeps the dialog open for a result to appear in it."""
    clicker.double_click(control)


def shows(words: str) -> Effect:
    """Keeps the dialog open, and shows words in it."""

    def effect(clicker: Clicker, control: Control) -> None:
        clicker.double_click(control)
        clicker.terminal.wait_for(words)

    return effect


def left_out(clicker: Clicker, control: Control) -> None:
    """Is skipped here, because another test covers it."""


INSIDE: Final[Mapping[str, Effect]] = {
    **dict.fromkeys(("Close", "No", "Keep"), closes),
    "text": stays_open,
}
"""The effects that are the same in every dialog."""


def leads(*words: str, back: str) -> Effect:
    """Opens another step, and presses nothing on it; `back` is the key that returns."""

    def effect(clicker: Clicker, control: Control) -> None:
        clicker.double_click(control)
        terminal = clicker.terminal
        terminal.wait_for(lambda s: all(each in s for each in words))
        clicker.settle()
        terminal.wait_for(lambda s: all(each in s for each in words) and "^p More" in s)
        terminal.send(back)
        clicker.ready()

    return effect


def does_once(count: Callable[[], int], effect: Effect) -> Effect:
    """Has this effect, and adds one to a count, now and later."""

    def counted(clicker: Clicker, control: Control) -> None:
        before = count()
        effect(clicker, control)
        give_up = time.monotonic() + PATIENCE
        while count() == before:
            assert time.monotonic() < give_up, f"{control.words} did nothing"
            time.sleep(0.01)
        clicker.due.append((count, before + 1))

    return counted


def keeps(clicker: Clicker, control: Control) -> None:
    """Keeps the text unchanged; at most a word of it is selected."""
    # On a slow machine, the last of the step is drawn later than its first words.
    clicker.settle()
    before = page(clicker.ready())
    clicker.double_click(control)
    clicker.settle()
    clicker.terminal.wait_for(lambda screen: page(screen) == before)


def says(words: str) -> Effect:
    """Shows words once on the step, which stays open."""

    def effect(clicker: Clicker, control: Control) -> None:
        clicker.double_click(control)
        clicker.terminal.wait_for(words)
        clicker.settle()
        shown = clicker.terminal.wait_for(words)
        assert shown.count(words) == 1

    return effect


def notifies(words: str) -> Effect:
    """Shows words once in a notification, which a later comparison of the page must not see."""

    def effect(clicker: Clicker, control: Control) -> None:
        says(words)(clicker, control)
        clicker.terminal.wait_gone(words)

    return effect


def page(screen: str) -> str:
    """Return the step without the title, notifications, row of keys, and current line's marker."""
    return "\n".join(screen.rstrip().splitlines()[2:-1]).replace("› ", "  ").rstrip()
