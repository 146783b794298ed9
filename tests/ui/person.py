"""A person who uses the screens; this is the `Face` of the scenarios."""

from __future__ import annotations

from textual.widget import Widget
from textual.widgets import Button

from tests.driving import paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.ui.running import point_at, press_enter_as_a_reader
from tests.walks import ThePilot, continue_anyway, linked_authorize, linked_redirect
from wizard.domain.credential_fields import CredentialField
from wizard.domain.models import GrantType
from wizard.flow.check.report import Verdict
from wizard.ui.app import WizardApp
from wizard.ui.dialog import Dialog
from wizard.ui.input_timing import TimedScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview_dialogs import RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.widgets.checklist import Choices
from wizard.ui.widgets.field import Field, SecretEntry
from wizard.ui.widgets.results import CheckLines


class Person:
    """Presses keys, and reads the page or the dialog over it."""

    def __init__(self, app: WizardApp, pilot: ThePilot) -> None:
        self._app = app
        self._pilot = pilot

    @property
    def news(self) -> str:
        """Return the text of the screen and of notifications, without frames and white space."""
        found = self._app.screen.query("#page, #dialog")
        if not found:
            return ""
        region = found.first().region
        lines = text_of(self._app).splitlines()[region.y : region.bottom]
        cut = "".join(line[region.x : region.right] for line in lines)
        cut += "".join(note.message for note in self._app._notifications)
        return "".join(cut.translate({ord(sign): " " for sign in "▌▏│▐▔▁"}).split())

    async def _until_shown(self, kind: type[Widget]) -> None:
        await wait_until(
            self._pilot, lambda: isinstance(self._app.screen, kind), f"a {kind.__name__}"
        )

    async def says(self, *words: str) -> None:
        for each in words:
            wanted = "".join(each.split())
            try:
                await wait_until(self._pilot, lambda wanted=wanted: wanted in self.news, each)  # type: ignore[misc]
            except AssertionError as error:
                raise AssertionError(f"{error}\n{text_of(self._app)}") from None

    async def tick_all(self) -> None:
        await wait_for_screen(self._pilot, PrerequisitesScreen)
        await self._pilot.press(*["space"] * 7, "enter")

    async def use(self, audience: str, grant_type: GrantType) -> None:
        await wait_for_screen(self._pilot, PrerequisitesScreen)
        await self._choose(audience, grant_type)
        await continue_anyway(self._pilot)

    async def change_use(self, audience: str, grant_type: GrantType) -> None:
        before = await wait_for_screen(self._pilot, CredentialsScreen)
        await self._choose(audience, grant_type)
        await wait_until(self._pilot, lambda: self._app.screen is not before, "its fields")

    async def _choose(self, audience: str, grant_type: GrantType) -> None:
        choices = self._app.screen.query_one(Choices)
        choices.focus()
        while choices.use.audience.id != audience:
            await self._pilot.press("right")
        if choices.use.grant_type is not grant_type:
            await self._pilot.press("down", "right")

    async def enter(self, field: CredentialField, text: str) -> None:
        screen = await wait_for_screen(self._pilot, CredentialsScreen)
        entry = screen.query_one(f"#{field.value}")
        if not entry.has_focus:
            screen.set_focus(entry)
        await paste(self._pilot, text)
        row = screen.query_one(f"#{field.value}-field", Field)

        def is_answered() -> bool:
            is_asked = self._app.screen is not screen
            note = row.entry.border_subtitle or ""
            # A warning takes the place of "saved".
            return is_asked or "saved" in note or row.query_one(".field-message").display

        await wait_until(self._pilot, is_answered, f"an answer about the {field.label}")
        is_right = not row.has_class("-bad")
        if self._app.screen is screen and is_right and entry.has_focus:
            await self._pilot.press("enter")

    async def hand_out(self) -> str:
        screen = await linked_authorize(self._pilot)
        assert screen.link is not None
        url = screen.link.url
        await self._pilot.press("enter")
        await linked_redirect(self._pilot)
        return url

    async def fresh_link(self) -> None:
        await self._pilot.press("ctrl+t")

    async def paste(self, text: str) -> None:
        await linked_redirect(self._pilot)
        await paste(self._pilot, text)

    async def paste_anywhere(self, text: str) -> None:
        await paste(self._pilot, text)

    async def passed(self) -> None:
        screen = await wait_for_screen(self._pilot, CheckScreen)
        assert isinstance(screen, CheckScreen)
        await wait_until(self._pilot, lambda: screen.report is not None, "the report")
        assert screen.report is not None
        assert screen.report.verdict is Verdict.PASSED, screen.query_one(CheckLines).checks
        await self.primary()

    async def confirm(self) -> None:
        screen = await wait_for_screen(self._pilot, CheckScreen)
        assert isinstance(screen, CheckScreen)
        await self.primary()
        await wait_until(
            self._pilot,
            lambda: screen.report is not None and screen.report.verdict is Verdict.PASSED,
            "the credentials to become active",
        )
        await self.primary()

    async def primary(self) -> None:
        button = self._app.screen.query_one("#next", Button)
        await wait_until(self._pilot, lambda: not button.disabled, "something to go on with")
        screen = self._app.screen
        assert isinstance(screen, TimedScreen)
        await press_enter_as_a_reader(self._pilot, screen)

    async def back(self) -> None:
        await self._pilot.press("escape")

    async def yes(self) -> None:
        dialog = self._app.screen
        await self._pilot.click("#yes" if isinstance(dialog, Dialog) else "#next")

    async def pick(self, id_: str) -> None:
        await point_at(self._pilot, id_)
        await self._pilot.press("enter")

    async def new_secret(self, text: str) -> None:
        await wait_for_dialog(self._pilot, RotateScreen)
        entry = self._app.screen.query_one(SecretEntry)
        await wait_until(self._pilot, lambda: entry.has_focus, "the focus in it")
        await paste(self._pilot, text)
        await self._pilot.press("enter")

    async def sheet_at_the_end(self, *words: str) -> None:
        await self.primary()
        await wait_for_dialog(self._pilot, SheetScreen)
        await self.says(*words)
        await self._pilot.press("escape")
        await wait_for_screen(self._pilot, DoneScreen)

    async def save_sheet(self) -> None:
        await self._pilot.click("#save")

    async def leave(self) -> None:
        await self._pilot.press("ctrl+q")
