"""Step 1 by itself: selected items, missing ones, the user of the credential, and the checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.driving import wait_until
from tests.fakes import FakeBrowser
from tests.ui.hosting import BANNER, showing
from tests.ui.journeys import let, make_journey, unread_world
from wizard.domain.errors.exchange import WRONG_GRANT
from wizard.domain.errors.network import NO_DNS, PROXY_UNREACHABLE
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.models import CredentialSet, GrantType, Profile
from wizard.domain.problems import Check, Problem, SetupError, Status
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import (
    AUDIENCES,
    CONSOLE,
    FOR_CLIENT_CREDENTIALS,
    PREREQUISITES,
    USES,
    Use,
    use,
)
from wizard.domain.texts.questions import COSTS, RISK
from wizard.domain.value import replace
from wizard.flow.context import Demo
from wizard.flow.state import Back, Next, WizardState
from wizard.flow.upkeep import BROWSER, relevant
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.widgets.checklist import Checklist, Choices
from wizard.ui.widgets.layout import Body

IDS = tuple(p.id for p in PREREQUISITES)
REQUIRED = tuple(p.id for p in PREREQUISITES if p.is_required)
FINE = (Check("reach", "Reached", Status.PASSED), Check("clock", "Clock", Status.PASSED))
NO_BROWSER = (*FINE, Check(BROWSER, "No browser here (SSH). You'll copy the link", Status.WARNING))


def found(*problems: Problem) -> tuple[Check, ...]:
    """Return the checks that find problems."""
    return tuple(Check(each.id, each.title, Status.WARNING, problem=each) for each in problems)


NO_SERVER = NO_DNS.filled(host="oauth.twilio.com")
NO_SPACE = DISK_FULL.filled(path="/somewhere")
ONE = found(NO_SERVER)
BOTH = found(NO_SERVER, NO_SPACE)


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
    uses: list[Use] = field(default_factory=list)
    grant_type: GrantType = GrantType.AUTHORIZATION_CODE
    demo: Demo | None = None
    because: Problem | None = None

    async def save_ticks(self, ticks: tuple[str, ...]) -> None:
        if self.failure is not None:
            raise self.failure
        self.saved.append(ticks)

    async def save_use(self, use: Use) -> None:
        if self.failure is not None:
            raise self.failure
        self.uses.append(use)

    async def probe(self) -> tuple[Check, ...]:
        self.probes += 1
        return self.checks

    async def settle_storage(self) -> None:
        """Have the store's location known at once."""

    def screen(self) -> PrerequisitesScreen:
        world = unread_world()
        world.browser = self.browser
        wizard_context = make_journey(world, self.demo)
        wizard_context.session.profile = Profile(
            ticks=self.ticks, audience=self.audience, grant_type=self.grant_type
        )
        let(wizard_context.session, save_ticks=self.save_ticks, save_use=self.save_use)
        let(wizard_context.upkeep, probe=self.probe, settle_storage=self.settle_storage)
        state = WizardState(Step.PREREQUISITES, has_active=self.can_go_back, because=self.because)
        banner = replace(BANNER, grant_type=wizard_context.grant_type)
        return PrerequisitesScreen(banner, wizard_context, state)


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


async def test_right_and_left_change_who_uses_it_and_all_that_follows() -> None:
    machine = Machine(ticks=("admin", "app"))
    async with showing(machine.screen()) as stage:
        await stage.until_text("‹ Your own script or app ›", "‹ Authorization code ›", "2 of 7")
        assert stage.screen.query_one(Checklist).has_focus
        await stage.pilot.press("right")
        await stage.until_text("‹ Okta ›", "required by Okta", "2 of 7 selected")
        await stage.pilot.press("right")
        await stage.until_text("‹ Microsoft Entra ID ›", "required by Entra ID", "1 of 4 selected")
        await stage.until_text("Client credentials grant", f"! {RISK[0]}", RISK[1])
        assert "○ Authorize" not in stage.text
        await stage.pilot.press("right", "right", "left")
        await stage.until_text("‹ Another identity provider ›", "‹ Authorization code ›")
        await stage.until_text("○ Authorize", "2 of 7 selected")
        assert RISK[0] not in stage.text
        assert stage.screen.query_one(Checklist).has_focus
    assert [each.audience.id for each in machine.uses] == [
        "okta",
        "entra",
        "other",
        "script",
        "other",
    ]
    assert stage.outcomes == []


async def test_up_reaches_the_grant_type_and_the_rest_of_the_step_follows_it() -> None:
    machine = Machine()
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("up")
        await stage.until_words("#why", COSTS[GrantType.AUTHORIZATION_CODE])
        await stage.pilot.press("right")
        await stage.until_words("#why", COSTS[GrantType.CLIENT_CREDENTIALS])
        await stage.until_text("‹ Client credentials ›", "0 of 4 selected", RISK[0])
        await stage.pilot.press("up")
        await stage.until_words("#why", AUDIENCES[0].brief)
        await stage.pilot.press("down", "down")
        await stage.until_words("#why", FOR_CLIENT_CREDENTIALS[0].why)
        assert stage.screen.query_one(Checklist).has_focus
    assert machine.uses == [use("script", GrantType.CLIENT_CREDENTIALS)]


async def test_browser_matters_only_where_access_is_approved_in_one() -> None:
    machine, title = Machine(checks=NO_BROWSER), NO_BROWSER[-1].title
    async with showing(machine.screen()) as stage:
        await stage.until_text(title)
        await stage.pilot.press("up", "right")
        await stage.until_text("‹ Client credentials ›", "✓ Clock")
        assert "No browser" not in stage.text
        await stage.pilot.press("left")
        await stage.until_text("‹ Authorization code ›", title)


async def test_shift_tab_reaches_used_by() -> None:
    async with showing(Machine().screen()) as stage:
        await stage.pilot.press("shift+tab")
        await stage.until_words("#why", AUDIENCES[0].brief)
        await stage.pilot.press("right")
        await stage.until_words("#why", AUDIENCES[1].brief)
        # Okta has no choice of grant type, so the list is next.
        await stage.pilot.press("down")
        await stage.until_words("#why", PREREQUISITES[0].why)


async def test_clicks_change_who_uses_it_and_the_grant_type() -> None:
    machine = Machine()
    async with showing(machine.screen()) as stage:
        await stage.pilot.click(Choices, offset=(20, 1))
        await stage.until_text("‹ Client credentials ›")
        await stage.pilot.click(Choices, offset=(14, 0))
        await stage.until_text("‹ Another identity provider ›")
        await stage.pilot.click(Choices, offset=(20, 0))
        await stage.pilot.click(Choices, offset=(20, 0))
        await stage.until_text("‹ Okta ›")
        await stage.pilot.click(Choices, offset=(20, 1))
    assert [each.audience.id for each in machine.uses] == ["script", "other", "script", "okta"]


async def test_four_items_of_client_credentials_are_saved_beside_the_others() -> None:
    machine = Machine(("admin", "app"), "script", grant_type=GrantType.CLIENT_CREDENTIALS)
    async with showing(machine.screen()) as stage:
        await stage.until_text("1 of 4 selected")
        await stage.pilot.press(*["space"] * 3, "enter")
        assert await stage.outcome() == Next()
    others = tuple(item.id for item in FOR_CLIENT_CREDENTIALS[1:])
    assert machine.saved[-1] == ("app", "admin", *others)


async def test_enter_from_who_uses_it_names_what_is_missing_too() -> None:
    async with showing(Machine().screen()) as stage:
        await stage.pilot.press("up", "right", "enter")
        await stage.until_words("#why", "4 required items aren't selected. Next item:")
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()


async def test_help_begins_with_who_uses_it() -> None:
    async with showing(Machine(audience="okta").screen(), (80, 40)) as stage:
        await stage.pilot.press("ctrl+g")
        await stage.until_text("Used by: Okta", "system-admin.okta.com")


async def test_checklist_stays_where_it_is_when_who_uses_it_is_changed() -> None:
    places = set()
    for each in USES:
        machine = Machine(audience=each.audience.id, grant_type=each.grant_type)
        async with showing(machine.screen(), (80, 30)) as stage:
            await stage.until_text(each.audience.title)
            place = stage.screen.query_one(Checklist).region
            places.add((each.grant_type, place.y))
    assert len(places) == 2


@pytest.mark.parametrize("chosen", USES, ids=lambda each: f"{each.audience.id}, {each.grant_type}")
@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36)])
async def test_all_fits_and_the_checklist_stays_where_it_is_when_the_findings_come(
    size: tuple[int, int], chosen: Use
) -> None:
    machine = Machine(audience=chosen.audience.id, grant_type=chosen.grant_type, checks=())
    async with showing(machine.screen(), size) as stage:
        await stage.until_text(chosen.items[-1].text)
        place = stage.screen.query_one(Checklist).region
        for checks in (FINE, NO_BROWSER, ONE, BOTH):
            machine.checks = checks
            await stage.pilot.press("r")
            shown = relevant(checks, chosen.grant_type)
            is_shown = partial(lambda shown: stage.screen.checks == shown, shown)
            await wait_until(stage.pilot, is_shown, "the findings")
            await stage.pilot.pause()
            assert stage.screen.query_one(Checklist).region == place
            assert stage.screen.query_one(Body).max_scroll_y == 0


async def test_use_that_cannot_be_saved_is_said() -> None:
    machine = Machine(failure=SetupError(DISK_FULL.filled(path="/somewhere")))
    async with showing(machine.screen()) as stage:
        await stage.pilot.press("right")
        await stage.until_text(DISK_FULL.title)


async def test_the_machine_says_what_it_found_and_looks_again() -> None:
    machine = Machine(checks=ONE)
    async with showing(machine.screen(), (80, 30)) as stage:
        await stage.until_words("#machine", f"! {NO_SERVER.title} d How to fix")
        machine.checks = FINE
        await stage.pilot.press("r")
        await stage.until_text("✓ Reached")
        assert NO_SERVER.title not in stage.text
        assert machine.probes == 2
        assert stage.screen.checks == FINE


async def test_problems_are_named_above_the_choices_and_one_key_shows_all_about_them() -> None:
    async with showing(Machine(checks=(*NO_BROWSER, *BOTH)).screen()) as stage:
        await stage.until_words("#machine", f"! {NO_SERVER.title}, and 1 more d How to fix")
        machine = stage.screen.query_one("#machine").region
        assert machine.bottom < stage.screen.query_one(Choices).region.y
        press, click = stage.pilot.press, stage.pilot.click
        for opens in (lambda: press("d"), lambda: click("#machine")):
            await opens()
            for each in (NO_SERVER, NO_SPACE):
                words = f"{each.title} {each.cause} Fix: {each.remedy}"
                await stage.until_words("#dialog-body", words)
            await stage.until_words("#dialog-body", NO_BROWSER[-1].title)
            await stage.until_words("#dialog-body", "press r")
            await stage.pilot.press("escape")
            await wait_until(stage.pilot, lambda: stage.app.screen is stage.screen, "its end")


async def test_problems_are_counted_in_the_smallest_window() -> None:
    async with showing(Machine(checks=BOTH).screen(), (60, 18)) as stage:
        await stage.until_words("#machine", f"! {NO_SERVER.title}, and 1 more d How to fix")


async def test_what_needs_a_restart_is_not_to_be_checked_again() -> None:
    problem = PROXY_UNREACHABLE.filled(host="a", proxy="b", variable="HTTPS_PROXY", reason="c")
    async with showing(Machine(checks=found(problem)).screen()) as stage:
        await stage.until_text(problem.title)
        await stage.pilot.press("d")
        await stage.until_words("#dialog-body", problem.remedy)
        assert "press r" not in stage.text


async def test_how_to_fix_is_offered_only_for_a_problem() -> None:
    async with showing(Machine(checks=NO_BROWSER).screen()) as stage:
        await stage.until_text(f"! {NO_BROWSER[-1].title}")
        await stage.pilot.press("d")
        await stage.pilot.click("#machine")
        assert stage.app.screen is stage.screen
        assert "How to fix" not in stage.text


async def test_keys_that_change_a_choice_stand_beside_the_one_with_the_focus() -> None:
    async with showing(Machine().screen()) as stage:
        await stage.until_text("‹ Your own script or app ›")
        assert "← →" not in stage.text
        for words in ("‹ Authorization code ›", "‹ Your own script or app ›"):
            await stage.pilot.press("up")
            await stage.until_text("← → Change")
            [row] = (line for line in stage.text.splitlines() if "← →" in line)
            assert words in row


async def test_what_the_demo_shows_covers_nothing() -> None:
    machine = Machine()
    machine.demo = Demo(CredentialSet(), nothing_read, "This demo: Everything fails.")
    async with showing(machine.screen(), notifications=True) as stage:
        await stage.until_text("Twilio SCIM setup", "This demo: Everything fails.", "✓ Clock")


async def test_problem_of_the_grant_type_stands_where_it_is_changed() -> None:
    grant_type = GrantType.CLIENT_CREDENTIALS
    machine = Machine(audience="script", grant_type=grant_type, because=WRONG_GRANT)
    async with showing(machine.screen()) as stage:
        await stage.until_words("#problem", f"Last attempt: {WRONG_GRANT.title}")
        await stage.until_text("Client credentials ›", "Change the grant type here")
        await wait_until(
            stage.pilot, lambda: stage.screen.query_one(Choices).has_focus, "the focus"
        )
        await stage.pilot.press("right")
        assert machine.uses[-1].grant_type is GrantType.AUTHORIZATION_CODE
        await stage.until_text("Authorization code ›")
        await wait_until(stage.pilot, lambda: "Last attempt" not in stage.text, "its end")


async def nothing_read(_url: str) -> str:
    """Approve nothing."""
    return ""


async def test_o_opens_the_console_or_shows_its_address() -> None:
    machine = Machine()
    async with showing(machine.screen(), notifications=True) as stage:
        await stage.pilot.press("o")
        assert machine.browser.opened == [CONSOLE]
        assert CONSOLE[:30] not in stage.text
        machine.browser.takes = False
        await stage.pilot.press("o")
        await stage.until_text("1console.twilio.com")
