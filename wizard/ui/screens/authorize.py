"""Step 3: the authorization link, what happens there, and opening it in a browser."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from wizard.domain.oauth.authorization_response import Refused
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.guide import THEN, landing_on
from wizard.flow.context import WizardContext
from wizard.flow.link import Link
from wizard.flow.state import Delivery, LinkTaken, WizardState
from wizard.ui.step_bases import OPENS, LinkScreen
from wizard.ui.widgets.buttons import Button
from wizard.ui.widgets.drawing import Warned
from wizard.ui.widgets.layout import Banner, Gap
from wizard.ui.widgets.links import LinkView
from wizard.ui.widgets.problem_panel import ProblemPanel


class AuthorizeScreen(LinkScreen):
    """Opens the link, or copies it where the browser is on another machine."""

    # The instructions are left out for a problem, unless the window is high enough for both.
    DEFAULT_CSS = """
    AuthorizeScreen.-problem #then { display: none; }
    AuthorizeScreen.-problem.-high #then, AuthorizeScreen.-problem.-huge #then { display: block; }
    AuthorizeScreen.-unmade #then { display: none; }
    """
    STEP = Step.AUTHORIZE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "open_link", "Open", show=False, id="link.open", tooltip=OPENS),
    ]

    def can_go_on(self) -> bool:
        """Whether there is a link, so that it can be opened or copied."""
        return self.link is not None or self.is_unmade

    def __init__(self, banner: Banner, wizard_context: WizardContext, state: WizardState) -> None:
        super().__init__(banner, wizard_context, state)
        self._then = _instructions(wizard_context.session.working_draft().redirect_url)

    def compose_body(self) -> ComposeResult:
        """Yield the instructions, which are there to read while the link is being made, and it."""
        yield Static("", id="where", markup=False)
        yield Gap()
        yield Static(self._then, id="then", classes="pane", markup=False)
        yield Gap()
        yield LinkView()
        yield Gap()
        yield ProblemPanel()

    def compose_buttons(self) -> Iterable[Button]:
        """Yield the primary that works on this machine."""
        yield Button("‹ Back", id="back")
        if self._services.browser.is_here:
            yield Button("Copy link", id="copy")
        yield Button(self._primary, id="next", variant="primary")

    @property
    def _primary(self) -> str:
        if self.is_unmade:
            return "Try again ›"
        if self.pending is not None:
            return self.pending.label
        if self._services.browser.is_here:
            return "Open browser ›"
        return "Approve for me ›" if self._demo else "Copy link ›"

    def _offer(self) -> None:
        """Show the link, and give the primary action what can be done now."""
        if not self.is_here:
            return
        self.query_one(LinkView).url = self.link.url if self.link else ""
        self.query_one(LinkView).display = not self.is_unmade
        self.set_class(self.is_unmade, "-unmade")
        self.query("#copy").set(display=not self.is_unmade)
        self.set_primary(self._primary, is_enabled=self.can_go_on())
        if self.can_go_on() and self.focused is None:
            self.set_focus(self.query_one("#next"))
        self.refresh_bindings()

    watch_is_unmade = watch_pending = _offer

    def watch_link(self, link: Link | None) -> None:
        """Show the link, and where its response will arrive."""
        if self.is_here:
            self._offer()
            no_words = "", False
            where, is_warning = link.where(self._services.browser.why_not) if link else no_words
            shown = self.query_one("#where", Static)
            shown.update(Warned([where]) if is_warning else Content.styled(where, "$muted"))
            shown.set_class(is_warning, "pane", "-warning")
            shown.display = bool(where)

    def action_primary(self) -> None:
        """Open or copy the link, retry to create it, or use the code that was asked about."""
        if self.is_unmade:
            self.show_problem(None)
            self.make_link()
        elif self.pending is not None:
            self.follow(self.pending)
        elif self._services.browser.is_here:
            self.action_open_link()
        elif self._demo is not None:
            self.action_approve()
        else:
            self.action_copy_link()

    @property
    def doubled(self) -> str:
        """The action of the primary button, which may have a key of its own."""
        if self.pending is not None or self.is_unmade or self._services.browser.is_here:
            return super().doubled
        return "approve" if self._demo else "copy_link"

    def approved(self, landed: Secret) -> None:
        """Continue to Redirect, where the URL is pasted; an error is shown here."""
        reading = self._links.read(landed.reveal())
        if isinstance(reading, Refused):
            self.take(reading)
        else:
            self.leave(LinkTaken(Delivery.APPROVED, landed))

    def delivered(self, delivery: Delivery) -> None:
        """Continue to Redirect, which shows what happened."""
        self.leave(LinkTaken(delivery))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Copy by mouse."""
        if event.button.id == "copy":
            self.action_copy_link()


def _instructions(redirect_url: str) -> Content:
    """Return what to do in the browser; what to look for there is bold."""
    landing, steps = landing_on(redirect_url), []
    for number, lines in enumerate(THEN, 1):
        text = "\n   ".join(lines).format(landing=landing)
        step = Content(text)
        for words in ("Approve access", landing):
            if (at := text.find(words)) >= 0:
                step = step.stylize("bold", at, at + len(words))
        steps.append(Content.assemble((str(number), "bold"), "  ", step))
    return Content("\n").join(steps)
