"""Step 4: paste the URL that the browser landed on; it is checked immediately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from wizard.domain.oauth.authorization_response import Reading, mask
from wizard.domain.oauth.redirect_uri import Comparison
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.guide import CODE_LIVES
from wizard.flow.context import WizardContext
from wizard.flow.link import Ask, Fix, Link, with_new_link
from wizard.flow.state import IF_NO_PAGE, Delivery, GoTo, WizardState
from wizard.ui.input_timing import has_unread
from wizard.ui.step_bases import LinkScreen
from wizard.ui.support import secrets_in
from wizard.ui.widgets.drawing import Fitted, hanging, with_keys
from wizard.ui.widgets.field import Entry, Field
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.problem_panel import ProblemPanel

SILENCE: Final = 0.3
"""Seconds without a key after which typed (or unbracketed pasted) text is read."""

BY_DEMO: Final = "pasted by the demo"
DEMO_DID: Final = (
    ("Demo", "approved access and pasted the URL for you"),
    ("", "With your own app, you paste it yourself."),
)
NO_PAGE_THERE: Final = ("", IF_NO_PAGE.format(copy="^y"))
NOTHING_THERE: Final = ("", "No link on your clipboard? ^l shows it in full.")
"""No terminal tells whether it did as it was asked."""


class AddressEntry(Entry):
    """Shows a URL without its code; after a paste, typing starts over.

    What was typed, or came without paste brackets, is masked too when no more comes. It is there
    again when more comes, because over a slow line a URL can come in pieces.
    """

    _typed: Secret | None = None
    _filled: Secret | None = None
    _is_settled = False
    """It shows what was pasted or typed, as far as it may be shown."""

    def fill(self, text: str) -> None:
        """Show the masked URL; the message carries the text itself."""
        self.put(Secret(text))
        self.post_message(self.Pasted(self, Secret(text)))

    def put(self, url: Secret) -> None:
        """Show a URL, masked."""
        self._typed = None
        self._filled = url
        self._mask(url.reveal())

    def rest(self) -> None:
        """Mask what was typed."""
        self._typed = Secret(self.value)
        self._mask(self.value)

    @property
    def text(self) -> str:
        """What was typed, also while it is masked."""
        return self._typed.reveal() if self._typed else self.value

    def secrets(self) -> Iterator[Secret]:
        """Yield those of what is there, and of the last paste, which is there masked."""
        yield from secrets_in(self.text)
        if self._filled is not None:
            yield from secrets_in(self._filled.reveal())

    def _mask(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self.value = mask(text)
        self._is_settled = True
        self.cursor_position = len(self.value)

    def on_key(self, event: events.Key) -> None:
        """Replace what is masked before Textual's own handler, which runs next, types into it."""
        if self._is_settled and (event.is_printable or event.key in ("backspace", "delete")):
            keeps = event.is_printable and self._typed is not None
            self.value = self.text if keeps else ""
            self.cursor_position = len(self.value)
            self._typed = None
            self._is_settled = False


class Named(Fitted):
    """Texts beside their names."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        self._rows = [(Content(f"{name:<9}"), Content(text)) for name, text in rows]

    def content(self, width: int) -> Content:
        """Return them in a width."""
        lines = (line for row in self._rows for line in hanging(width, *row))
        return with_keys(Content("\n").join(lines).stylize("$muted"))


class RedirectScreen(LinkScreen):
    """A valid paste continues by itself; for anything else the problem is shown."""

    STEP = Step.REDIRECT

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner, wizard_context, state)
        self._delivery = state.delivery
        self._silence: Timer | None = None
        self._is_asked = False
        """Whether Enter was pressed on typed text of which more may follow."""
        self._pasted: Secret | None = None
        self._by_demo: Secret | None = None

    def compose_body(self) -> ComposeResult:
        """Yield the field, the problem, and the facts about the link."""
        yield Field("URL", AddressEntry("address", placeholder="paste it here"))
        yield Gap()
        yield ProblemPanel()
        yield Gap()
        yield Static("", id="facts", markup=False)

    def on_mount(self) -> None:
        """Paste what the demo's browser landed on, before anything is shown."""
        if self._state.landed is not None:
            self.approved(self._state.landed)

    def approved(self, landed: Secret) -> None:
        """Paste what the demo's browser landed on; Enter then reads it, so that it is seen."""
        self.query_one(AddressEntry).put(landed)
        self._pasted = self._by_demo = landed
        self._stop_reading()
        self.query_one(Field).note(BY_DEMO)
        # These were about the URL before.
        self.show_problem(None)
        self.pending = None
        self.delivered(Delivery.APPROVED)

    @property
    def doubled(self) -> str:
        """Approving is done once the demo has pasted its URL."""
        return super().doubled or "approve" * self._is_demos

    @property
    def _is_demos(self) -> bool:
        """Whether the URL in the field is the demo's."""
        return self._pasted is not None and self._pasted is self._by_demo

    def watch_pending(self, pending: Ask | Fix | None) -> None:
        """Make Enter lead to the fix, Credentials or a new link, until a new URL is entered."""
        if not self.is_here:
            return
        self.set_primary(pending.label if pending else "Next ›")
        self.refresh_bindings()

    def show_problem(
        self,
        problem: Problem | None,
        comparison: Comparison | None = None,
        also: Sequence[Problem] = (),
    ) -> None:
        """Show a problem, which needs the room of the words about an editor, or clear it."""
        super().show_problem(problem, comparison, also)
        if self.is_here:
            # It isn't about the URL; see `take`.
            self.query_one(Field).remove_class("-bad")
        self._show_facts()

    def watch_link(self, link: Link | None) -> None:
        """Show what happened to the link."""
        self._show_facts()

    def delivered(self, delivery: Delivery) -> None:
        """Show what happened to the link."""
        self._delivery = delivery
        self._show_facts()

    def _show_facts(self) -> None:
        if not self.is_here:
            return
        link = self.link
        has_problem = bool(self.query_one(ProblemPanel).problems)
        made = f"created {link.attempt.created_at.astimezone():%H:%M}; " if link else ""
        waits = link.waits if link else ""
        waits = "for you to press Enter" if self._is_demos else waits
        is_open = self._delivery is Delivery.OPENED
        rows = (
            ("Link", f"{made}{self._delivery.value}"),
            *([NOTHING_THERE] if self._delivery is Delivery.SENT else ()),
            *([NO_PAGE_THERE] if is_open and not has_problem else ()),
            *(DEMO_DID if self._is_demos else ()),
            ("Code", CODE_LIVES),
            # What was pasted has been read: it waits for nothing that would be new.
            *([("Waiting", waits)] if waits and not has_problem else ()),
        )
        self.refresh_bindings()
        shown = self.query_one("#facts", Static)
        shown.update(Named(rows))
        shown.set_class(has_problem, "spare")

    def take(self, reading: Reading) -> None:
        """Show less about the link beside a problem."""
        super().take(reading)
        if self.is_here:
            is_bad = bool(self.query_one(ProblemPanel).problems and self.query_one(Entry).value)
            self.query_one(Field).set_class(is_bad, "-bad")
        self._show_facts()

    def receive(self, pasted: str) -> None:
        """Put what was pasted while a button had the focus into the field."""
        self.query_one(AddressEntry).fill(pasted)

    # -- what comes in -----------------------------------------------------------------------

    @on(Entry.Pasted)
    def _take_paste(self, event: Entry.Pasted) -> None:
        text = event.text.reveal()
        self._pasted = event.text
        self._stop_reading()
        self.query_one(Field).note(f"pasted {len(text):,} characters")
        self.take(self._links.read(text))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._pasted = None
        self._stop_reading()
        self.query_one(Field).note()
        self.show_problem(None)
        self.pending = None
        # Text without paste brackets comes key by key: half of it must not be submitted.
        self._silence = self.set_timer(SILENCE, self._read_typed) if event.value else None

    def _stop_reading(self) -> None:
        """Forget what was typed before: another text stands in the field."""
        if self._silence is not None:
            self._silence.stop()
        self._silence, self._is_asked = None, False

    def _read_typed(self) -> None:
        entry, self._silence = self.query_one(AddressEntry), None
        if self.has_waiting_input or has_unread(self.app) or entry.message_queue_size:
            self._silence = self.set_timer(SILENCE, self._read_typed)
            return
        has_code = "code=" in entry.text
        if has_code or self._is_asked:
            reading = self._links.read(entry.text)
            if has_code:
                entry.rest()
            self.take(reading)

    def action_primary(self) -> None:
        """Use the code that was asked about, go to the fix, or show the problem.

        An empty field has one, too: nothing was pasted.
        """
        self._is_asked = True
        if self.pending is not None:
            self.follow(self.pending)
        elif self._pasted is not None:
            self.take(self._links.read(self._pasted.reveal()))
        elif self._silence is None:
            self._read_typed()
        # Or the Enter may be the end of a line in a paste whose next piece is late.

    def action_fresh_link(self) -> None:
        """Create a new link, and go back to Authorize, which says why."""
        outcome = with_new_link(self.pending)
        # Or a second Enter would make a second one.
        self.pending = None
        self._make_fresh(outcome)

    @work(exclusive=True, group="link")
    async def _make_fresh(self, outcome: GoTo) -> None:
        try:
            await self._links.link(is_fresh=True)
        except SetupError as error:
            self.show_problem(error.problem)
            return
        self.leave(outcome)
