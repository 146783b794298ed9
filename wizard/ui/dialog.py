"""Dialogs: their frame, the help, a question; and the cover of a window that is too small."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import ClassVar, Final, TypeVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wizard.domain.errors.local import TERMINAL_TOO_SMALL
from wizard.domain.texts.questions import Question
from wizard.domain.value import replace
from wizard.ui.input_timing import TimedScreen
from wizard.ui.key_gate import PLAIN
from wizard.ui.widgets.buttons import Button, ButtonRow, Key, Keys
from wizard.ui.widgets.layout import Guttered
from wizard.ui.widgets.links import PageLink, Told, is_url

Result = TypeVar("Result")

ROOMY: Final = 24
"""The fewest rows of a window in which a dialog has empty rows inside and outside its frame."""
HUGE: Final = 44
"""The fewest rows of a window in which a dialog begins where the heading of a step does."""
PLACES: Final = {"close": 3, "primary": 0, "press": 0}
"""The places of keys in their row: Enter first, the way out last."""


class DialogKeys(Keys):
    """The keys of a dialog; what Enter and Escape do is named, of other twins only one."""

    def _all(self) -> Iterable[Key]:
        once: dict[str, Key] = {}
        is_only_read = len(self.screen.query("#dialog-buttons Button")) == 1
        for key in sorted(super()._all(), key=lambda key: PLACES.get(key.action, 1)):
            first = once.setdefault(key.words, key)
            if first is not key and key.action == "close":
                both = key.display if is_only_read else f"{first.display} {key.display}"
                once[key.words] = replace(key, display=both)
        yield from sorted(once.values(), key=lambda key: PLACES.get(key.action, 1))


class Dialog(ModalScreen[Result], TimedScreen[Result]):
    """A window over a step; Escape closes it."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background;
        &:ansi { background: $background 99%; }
        & > .screen--selection { background: $input-selection-background; color: $foreground; }
        & #dialog {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            margin: 2 0 1 0;
            /* As all around: the half of the frame's cells outside of it has the same color. */
            background: $background;
            border: round $line;
            border-title-color: $foreground;
            border-title-background: $background;
            border-title-style: bold;
            padding: 1 1 1 2;
        }
        /* Its scrollbar stands in the margin at the right, so that no text moves when it comes. */
        & #dialog-body {
            height: auto;
            scrollbar-size: 0 1;
            scrollbar-gutter: stable;
            /* The body scrolls, not the menu in it. */
            & Menu { max-height: 1000; }
            & Menu, & ProblemPanel { margin-right: 1; }
            & > *:last-child { margin: 0 1 0 0; }
        }
        & .paragraph { height: auto; margin: 0 1 1 0; }
        & Field { margin: 0 1 1 0; }
        & .bar { dock: bottom; }
        & #dialog-buttons {
            height: 1;
            margin: 1 2 0 0;
            align-horizontal: right;
            & Button { margin-left: 2; }
        }
        &.-short {
            & #dialog { padding: 0 1 0 2; margin: 1 0 0 0; }
            & Field { margin: 0 1 0 0; }
        }
        &.-huge { align: center top; & #dialog { margin-top: 8; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", key_display="esc", id="dialog.close"),
        # A menu has few lines; what is to be read stands under it.
        Binding("pageup", "scroll_body(-1)", "Up", priority=True, show=False, id="dialog.up"),
        Binding("pagedown", "scroll_body(1)", "Down", priority=True, show=False, id="dialog.down"),
        Binding("enter", "primary", "OK", key_display="⏎", priority=True, id="dialog.primary"),
    ]
    AUTO_FOCUS = "#dialog-body Menu, #close"
    PRIMARY: ClassVar[str] = ""
    """The label of the button for what Enter does; "" where Enter only presses a focused button."""

    AROUND: ClassVar[int] = 6
    """Rows of the title, the frame, the buttons and the gap above them, and the keys."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._has_answer = False

    def compose_top(self) -> ComposeResult:
        """Yield what stays in view above the body."""
        yield from ()

    def compose_body(self) -> ComposeResult:
        """Yield the widgets under the title."""
        yield from ()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the way out, and the primary action if there is one."""
        yield Button("Close", id="close", variant="default" if self.PRIMARY else "primary")
        if self.PRIMARY:
            yield Button(self.PRIMARY, id="primary", variant="primary")

    def compose(self) -> ComposeResult:
        """Lay out the window."""
        self.fit()
        with Vertical(id="dialog") as window:
            window.border_title = Content(self._title)
            yield from self.compose_top()
            with Guttered(id="dialog-body", can_focus=False) as body:
                body.styles.max_height = self._room(self.app.size.height)
                yield from self.compose_body()
            with ButtonRow("dialog-buttons", above="#dialog-body"):
                yield from self.compose_buttons()
        # Its own, or the keys of the step below would be read as its.
        with Center(classes="bar"):
            yield DialogKeys(self._word)

    def _word(self, action: str) -> str:
        """Name a key as the button for it."""
        if action == "primary":
            return self.PRIMARY.strip(" ›")
        found = self.query(f"#dialog-buttons #{action}").results(Button)
        return next((button.word for button in found), "")

    def _room(self, rows: int) -> int:
        """Return the most rows that the body can have with everything around it in view."""
        return rows - self.AROUND - 4 * (rows >= ROOMY) - 6 * (rows >= HUGE)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the buttons in view."""
        self.query_one("#dialog-body").styles.max_height = self._room(event.size.height)

    def answer(self, result: Result | None) -> None:
        """Close, once: a second Enter in the same read must not dismiss the step below."""
        if not self._has_answer:
            self._has_answer = True
            self.dismiss(result)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave an Enter to a focused button."""
        is_for_button = not self.PRIMARY or isinstance(self.focused, Button)
        return not (action == "primary" and is_for_button)

    # Not the actions themselves: Textual calls the decorated method of every class in the line.
    @on(Button.Pressed, "#close")
    def _close_pressed(self) -> None:
        self.action_close()

    @on(Button.Pressed, "#primary")
    def _primary_pressed(self) -> None:
        self.action_primary()

    def action_primary(self) -> None:
        """Do what the dialog is there for."""
        raise NotImplementedError

    def action_scroll_body(self, pages: int) -> None:
        """Scroll what does not fit."""
        body = self.query_one("#dialog-body")
        body.scroll_relative(y=pages * (body.size.height - 1), animate=False)

    def action_close(self) -> None:
        """Close without a result."""
        self.answer(None)

    def action_copy_text(self) -> None:
        """Copy what is selected; with nothing, say how to leave, as on a step.

        The app's own Ctrl+C does not reach into a dialog.
        """
        try:
            super().action_copy_text()
        except SkipAction:
            self.app.action_help_quit()


class HelpScreen(Dialog[None]):
    """Paragraphs of help, scrolled with arrow keys. A line that is a URL can be opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,f1,question_mark", "close", "Close", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
    ]

    def __init__(self, title: str, paragraphs: Sequence[str]) -> None:
        super().__init__(title)
        self._paragraphs = paragraphs

    def compose_body(self) -> ComposeResult:
        """Yield a paragraph each."""
        for paragraph in self._paragraphs:
            with Vertical(classes="paragraph"):
                is_titled = "\n" in paragraph
                for are_urls, lines in groupby(paragraph.split("\n"), is_url):
                    if are_urls:
                        yield from map(PageLink, lines)
                    else:
                        yield Static(Told(list(lines), is_titled=is_titled))
                    is_titled = False

    def action_scroll(self, rows: int) -> None:
        """Scroll the paragraphs."""
        body = self.query_one("#dialog-body", VerticalScroll)
        body.scroll_relative(y=rows, animate=False)


class ConfirmScreen(Dialog[bool]):
    """A question; True means yes. Enter means no unless yes is harmless."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="dialog.yes"),
        Binding("n", "close", "No", show=False, id="dialog.no"),
    ]
    AUTO_FOCUS = "#dialog-buttons .-primary"

    def __init__(self, question: Question) -> None:
        super().__init__(question.title)
        self._question = question

    def compose_body(self) -> ComposeResult:
        """Yield the question."""
        yield Static(self._question.text, classes="paragraph", markup=False)

    def compose_buttons(self) -> Iterable[Button]:
        """Yield no and yes."""
        no, yes = Button(self._question.no, id="close"), Button(self._question.yes, id="yes")
        (yes if self._question.is_harmless else no).variant = "primary"
        yield from (no, yes)

    def action_close(self) -> None:
        """Answer no."""
        self.answer(False)

    def action_yes(self) -> None:
        """Answer yes."""
        self.answer(True)

    @on(Button.Pressed, "#yes")
    def _yes_pressed(self) -> None:
        self.action_yes()


class TooSmall(Static):
    """Covers the step if the window is too small; the step keeps its focus."""

    DEFAULT_CSS = """
    TooSmall {
        layer: above;
        width: 100%;
        height: 100%;
        content-align: center middle;
        text-align: center;
        background: $background;
    }
    """

    def tell(self, columns: int, rows: int) -> None:
        """Say how small it is, how large it has to be, and how to leave."""
        problem = TERMINAL_TOO_SMALL.filled(size=f"{columns}×{rows}")
        title = Content.styled(problem.title, "bold")
        words, key = Content(f"{problem.cause}\n{problem.remedy}"), "bold $footer-key-foreground"
        at = words.plain.rindex(f" {PLAIN} ") + 1
        words = words.stylize(key, at, at + len(PLAIN))
        way_out = Content.assemble(("^q", key), " Quit")
        gap = Content("\n\n" if rows > 8 else "\n")
        self.update(gap.join([title, words, way_out]))
