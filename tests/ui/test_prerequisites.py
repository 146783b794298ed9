"""Step 1 by itself: selected items, missing ones, the user of the credential, and the checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual import events

from tests.driving import make_app, text_of, wait_for_screen, wait_until
from tests.fakes import FakeBrowser, World
from tests.ui.hosting import BANNER, showing
from tests.ui.journeys import let, make_journey, unread_world
from tests.ui.running import left, running
from wizard.domain.errors.network import NO_DNS
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.models import Profile
from wizard.domain.problems import Check, ExitCode, SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import AUDIENCES, CONSOLE, PREREQUISITES
from wizard.flow.state import Back, Next, WizardState
from wizard.ui.screens.overview_dialogs import SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.setup_dialogs import AudienceScreen
from wizard.ui.widgets.checklist import Checklist

IDS = tuple(p.id for p in PREREQUISITES)
REQUIRED = tuple(p.id for p in PREREQUISITES if p.is_required)
FINE = (Check("reach", "Reached", Status.PASSED), Check("clock", "Clock", Status.PASSED))


@dataclass
class Machine:
    """What the screen gets: it remembers saved values, and returns what a test has set."""

    ticks: tuple[str, ...] = ()
    audience: str | None = None
    can_go_back: bool = False
    failure: SetupError | None = None
    checks: tuple[Check, ...] = FINE
    probes: int = 0
    browser: FakeBrowser = field(default_factory=FakeBrowser)
    saved: list[tuple[str, ...]] = field(default_factory=list)

    async def save_ticks(self, ticks: tuple[str, ...]) -> None:
        if self.failure is not None:
            raise self.failure
        self.saved.append(ticks)

    async def save_audience(self, audience: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.audience = audience

    async def probe(self) -> tuple[Check, ...]:
        self.probes += 1
        return self.checks

    async def settle_storage(self) -> None:
        """Have the store's location known at once."""

    def screen(self) -> PrerequisitesScreen:
        world = unread_world()
        world.browser = self.browser
        wizard_context = make_journey(world)
        wizard_context.session.profile = Profile(ticks=self.ticks, audience=self.audience)
        let(wizard_context.session, save_ticks=self.save_ticks, save_audience=self.save_audience)
        let(wizard_context.upkeep, probe=self.probe, settle_storage=self.settle_storage)
        state = WizardState(Step.PREREQUISITES, has_active=self.can_go_back)
        return PrerequisitesScreen(BANNER, wizard_context, state)


async def test_eight_keys_tick_all_seven_and_leave() -> None:
    machine = Machine()
    async with showing(machine.screen()) as stage:
        await stage.pilot.press(*["space"] * 7, "enter")
        assert await stage.outcome() == Next()
    assert machine.saved == [IDS[: count + 1] for count in range(7)]


async def test_space_unticks_and_a_click_ticks() -> None:
    machine = Machine(ticks=IDS[:2])
    async with showing(machine.screen()) as stage:
        assert stage.text.count("[x]") == 2
        await stage.pilot.press("up", "space")
        assert machine.saved[-1] == IDS[:1]
        await stage.pilot.click(Checklist, offset=(1, 6))
        assert machine.saved[-1] == (IDS[0], IDS[6])
        assert "2 of 7" in stage.text
        assert stage.outcomes == []


async def test_the_why_follows_the_cursor() -> None:
    async with showing(Machine().screen()) as stage:
        for item in PREREQUISITES:
            await stage.until_words("#why", item.why)
            await stage.pilot.press("down")


async def test_the_cursor_begins_at_the_first_open_line() -> None:
    async with showing(Machine(ticks=IDS[:3]).screen()) as stage:
        await stage.pilot.press("space")
        assert stage.screen.query_one(Checklist).ticks == set(IDS[:4])


async def test_enter_names_what_is_missing_and_a_second_one_goes_on() -> None:
    machine = Machine(ticks=tuple(i for i in IDS if i not in ("app", "secret")))
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("home", "enter")
        await stage.until_words("#why", "aren't selected")
        assert stage.screen.query_one(Checklist).highlighted.id == "app"
        assert stage.outcomes == []
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()


async def test_ticking_takes_the_warning_back() -> None:
    async with showing(Machine(ticks=IDS[:5]).screen()) as stage:
        await stage.pilot.press("enter")
        await stage.until_words("#why", "2 required items aren't selected. Next item:")
        await stage.pilot.press("space", "enter")
        await stage.until_words("#why", "1 required item isn't selected.")
        assert stage.outcomes == []
        # The last line, where the cursor stays.
        await stage.pilot.press("space")
        await stage.until_words("#why", PREREQUISITES[-1].why)


async def test_what_is_only_recommended_may_stay_open() -> None:
    async with showing(Machine(ticks=REQUIRED).screen()) as stage:
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()


async def test_escape_leads_back_only_where_something_is_set_up() -> None:
    async with showing(Machine().screen()) as stage:
        await stage.pilot.press("escape")
        assert stage.outcomes == []
        assert not stage.screen.query("#back")
    async with showing(Machine(can_go_back=True).screen()) as stage:
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()


async def test_a_save_that_fails_is_said_and_does_not_stop_the_road() -> None:
    failure = SetupError(DISK_FULL.filled(path="/somewhere"))
    async with showing(Machine(ticks=IDS[1:], failure=failure).screen()) as stage:
        await stage.pilot.press("space")
        await stage.until_text(DISK_FULL.title, "/somewhere")
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()


async def test_i_asks_who_uses_it_and_remembers_the_choice() -> None:
    machine = Machine()
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("i")
        await stage.until_shown(AudienceScreen)
        await stage.until_text("script")
        await stage.pilot.press("down")
        await stage.until_text("runs its own authorization", "system-admin.okta.com")
        await stage.pilot.press("enter")
        await stage.until_shown(PrerequisitesScreen)
        assert machine.audience == "okta"
        await stage.until_text("Used by: Okta")
        await stage.pilot.press("i")
        await stage.until_shown(AudienceScreen)
        await stage.until_text("runs its own authorization")
        await stage.pilot.press("escape")
        await stage.until_shown(PrerequisitesScreen)
        assert machine.audience == "okta"
        assert stage.outcomes == []


async def test_entra_leads_to_its_sheet_and_the_end(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        screen = await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("i")
        await wait_until(pilot, lambda: isinstance(app.screen, AudienceScreen), "the question")
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: "Handoff sheet ›" in text_of(app), "the sheet's button")
        assert not screen.query_one(Checklist).display
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, SheetScreen), "the sheet")
        assert "Entra" in text_of(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Finish ›" in text_of(app), "the end")
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("enter")
        assert await left(app) is ExitCode.FINE
        words, command = app.wizard_context.farewell()
        assert "nothing to set up" in words
        assert command == "scim-wizard handoff --for entra"


async def test_another_than_entra_leads_to_the_setup_again(world: World) -> None:
    with world.store.locked("default") as held:
        held.save(Profile(audience="entra"))
    async with running(make_app(world)) as (app, pilot):
        screen = await wait_for_screen(pilot, PrerequisitesScreen)
        await wait_until(pilot, lambda: "Handoff sheet ›" in text_of(app), "the sheet's button")
        await pilot.press("i")
        await wait_until(pilot, lambda: isinstance(app.screen, AudienceScreen), "the question")
        await pilot.press("up", "enter")
        await wait_until(pilot, lambda: "Used by: Okta" in text_of(app), "the setup")
        assert screen.query_one(Checklist).has_focus
        assert "Next ›" in text_of(app)


async def test_who_uses_it_is_said_where_it_was_asked_and_nothing_moves() -> None:
    places = set()
    for audience in (None, *(each.id for each in AUDIENCES if not each.ends_here)):
        async with showing(Machine(audience=audience).screen()) as stage:
            await stage.until_text("Press i first" if audience is None else "Press i to change")
            places.add(stage.screen.query_one(Checklist).region)
    assert len(places) == 1


async def test_two_enters_close_the_dialog_only() -> None:
    machine = Machine()
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("i")
        await stage.until_shown(AudienceScreen)
        await stage.until_text("script")
        for _ in range(2):
            stage.app.post_message(events.Key("enter", "\r"))
        await wait_until(stage.pilot, lambda: machine.audience is not None, "the choice")
        await stage.pilot.pause()
        assert stage.app.screen is stage.screen
        assert stage.outcomes == []


async def test_an_audience_that_cannot_be_saved_is_said() -> None:
    machine = Machine(failure=SetupError(DISK_FULL.filled(path="/somewhere")))
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("i")
        await stage.until_shown(AudienceScreen)
        await stage.until_text("script")
        await stage.pilot.press("enter")
        await stage.until_text(DISK_FULL.title)


async def test_the_machine_says_what_it_found_and_looks_again() -> None:
    problem = NO_DNS.filled(host="oauth.twilio.com")
    warning = Check("reach", problem.title, Status.WARNING, problem=problem)
    noted = Check("clock", "Clock off", Status.WARNING, note="by 7 min")
    machine = Machine(checks=(warning, noted))
    async with showing(machine.screen(), (80, 30)) as stage:
        await stage.until_text(f"! {problem.title}", "! Clock off (by 7 min)")
        machine.checks = FINE
        await stage.pilot.press("r")
        await stage.until_text("✓ Reached")
        assert problem.title not in stage.text
        assert machine.probes == 2
        assert stage.screen.checks == FINE


async def test_o_opens_the_console_or_shows_its_address() -> None:
    machine = Machine()
    async with showing(machine.screen(), notifications=True) as stage:
        await stage.pilot.press("o")
        assert machine.browser.opened == [CONSOLE]
        assert CONSOLE[:30] not in stage.text
        machine.browser.takes = False
        await stage.pilot.press("o")
        await stage.until_text("1console.twilio.com")
