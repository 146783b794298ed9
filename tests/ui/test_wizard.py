"""The whole wizard on fakes, with real keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.content import Content
from textual.screen import Screen

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import FakeTokenEndpoint, World, tokens
from tests.ui.running import (
    ACTIVE,
    LINKED,
    TICKED,
    WHOLE,
    left,
    point_at,
    resumed,
    running,
    seed,
    stored,
)
from tests.walks import ANSWER, CLIENT_ID, REDIRECT_URL, SECRET, ThePilot, continue_anyway
from wizard.domain.errors.consent import ACCESS_DENIED
from wizard.domain.errors.exchange import CODE_EXPIRED, REFRESH_REFUSED, WRONG_CLIENT
from wizard.domain.errors.network import NO_DNS, TIMED_OUT
from wizard.domain.errors.scim import MISSING_PERMISSION, SCIM_FAILING
from wizard.domain.models import (
    AuthorizationAttempt,
    CheckStatus,
    CredentialSet,
    Endpoints,
    TokenSet,
    UserList,
)
from wizard.domain.oauth.authorization_request import matches
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.check.report import Verdict
from wizard.flow.context import Demo
from wizard.flow.state import Delivery
from wizard.ui.dialog import ConfirmScreen, HelpScreen
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.screens.setup_dialogs import ChangesScreen
from wizard.ui.step_bases import LinkScreen
from wizard.ui.widgets.buttons import ButtonRow
from wizard.ui.widgets.field import Entry

LOOPBACK = "http://127.0.0.1:8765/callback"


def answer_to(screen: LinkScreen) -> str:
    """Return the URL that the browser lands on after Approve access."""
    assert screen.link is not None
    attempt = screen.link.attempt
    return f"{attempt.redirect_url}?code={walks.CODE}&state={attempt.state.reveal()}"


async def choose(pilot: ThePilot, id_: str) -> None:
    """Select an action of Overview."""
    await point_at(pilot, id_)
    await pilot.press("enter")


async def until_text(pilot: ThePilot, *words: str) -> None:
    await wait_until(
        pilot, lambda: all(word in text_of(pilot.app) for word in words), f"{words} on the screen"
    )


# -- success ------------------------------------------------------------------------------


@pytest.mark.usefixtures("drawn")
async def test_from_the_first_screen_to_done(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        with walks.known_state():
            await walks.done(pilot, world)
        await pilot.press("enter")
        assert await left(app) is ExitCode.FINE
        farewell = "\n".join(app.wizard_context.farewell())
    assert stored(world) == (
        replace(WHOLE, tokens=tokens("2", refresh="refresh-2"), attempts=()),
        None,
    )
    assert [name for name, *_ in world.tokens.calls] == ["exchange", "refresh"]
    assert world.users.calls == [("https://iam.twilio.com/scim/v2", Secret("access-1"))]
    assert len(world.browser.opened) == 1
    assert world.is_closed
    profile = world.store.load("default")
    assert profile is not None
    assert profile.ticks == TICKED
    assert "scim-wizard token" in farewell
    assert not any(secret in farewell for secret in (SECRET, "access-2", "refresh-2"))


@pytest.mark.usefixtures("drawn")
async def test_help_opens_and_closes_on_every_screen(world: World) -> None:
    keys = [("f1", "escape"), ("ctrl+g", "ctrl+g"), ("f1", "enter")]

    async def help_and_back(pilot: ThePilot) -> None:
        step = pilot.app.screen
        keys.append(keys.pop(0))
        opening, closing = keys[0]
        await pilot.press(opening)
        await wait_for_dialog(pilot, HelpScreen)
        await pilot.press("down", "pageup", closing)
        await wait_until(pilot, lambda: pilot.app.screen is step, "the step again")

    async with resumed(world, Step.PREREQUISITES) as (_, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await help_and_back(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, CredentialsScreen)
        await help_and_back(pilot)
        await pilot.press("enter")
        await walks.linked_authorize(pilot)
        await help_and_back(pilot)
        await pilot.press("enter")
        await walks.linked_redirect(pilot)
        await help_and_back(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        await help_and_back(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
        await help_and_back(pilot)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
        await help_and_back(pilot)


async def test_a_machine_without_a_browser(world: World) -> None:
    world.browser.why_not = "SSH"
    world.clipboard.is_here = False
    async with resumed(world, Step.PREREQUISITES, WHOLE) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await until_text(pilot, "No browser here (SSH)")
        await pilot.press("enter")
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("enter")
        screen = await walks.linked_authorize(pilot)
        await pilot.press("enter")
        redirect = await walks.linked_redirect(pilot)
        assert screen.link is not None
        assert app.clipboard == screen.link.url
        await until_text(pilot, Delivery.SENT.value)
        await paste(pilot, answer_to(redirect))
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
    assert world.browser.opened == []


async def test_a_loopback_answer_goes_on_by_itself(world: World) -> None:
    draft = replace(WHOLE, redirect_url=LOOPBACK)
    async with resumed(world, Step.AUTHORIZE, draft) as (_, pilot):
        screen = await walks.linked_authorize(pilot)
        assert world.listener.bound == [LOOPBACK]
        assert not await world.listener.catch(f"{LOOPBACK}?code=x&state=forged-1234567")
        assert await world.listener.catch(answer_to(screen))
        await confirmed(pilot)
    assert not world.listener.listening.is_open


async def confirmed(pilot: ThePilot) -> None:
    """Confirm an approval that the listener received, and continue to Done."""
    check = await walks.reported_check(pilot)
    assert check.report is not None
    assert check.report.verdict is Verdict.UNCONFIRMED
    await pilot.press("enter")
    await wait_until(pilot, lambda: passed(check), "the credentials to become active")
    await pilot.press("enter")
    await wait_for_screen(pilot, DoneScreen)


def passed(check: CheckScreen) -> bool:
    return check.report is not None and check.report.verdict is Verdict.PASSED


async def test_a_denied_loopback_answer_is_shown_and_a_fresh_link_made(world: World) -> None:
    draft = replace(WHOLE, redirect_url=LOOPBACK)
    async with resumed(world, Step.AUTHORIZE, draft) as (_, pilot):
        await walks.linked_authorize(pilot)
        await pilot.press("enter")
        redirect = await walks.linked_redirect(pilot)
        assert redirect.link is not None
        state = redirect.link.attempt.state.reveal()
        assert await world.listener.catch(f"{LOOPBACK}?error=access_denied&state={state}")
        await until_text(pilot, ACCESS_DENIED.title)
        await pilot.press("ctrl+t")
        authorize = await walks.linked_authorize(pilot)
        assert authorize.link is not None
        assert authorize.link.attempt.state.reveal() != state
        assert await world.listener.catch(answer_to(authorize))
        await walks.reported_check(pilot)


# -- Back ---------------------------------------------------------------------------------


async def test_back_from_each_step_loses_nothing(world: World) -> None:
    async with running(make_app(world)) as (_, pilot):
        redirect = await walks.redirect(pilot, world)
        link = redirect.link
        await pilot.press("escape")
        assert (await walks.linked_authorize(pilot)).link == link
        await pilot.press("escape")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        await until_text(pilot, "✓ saved")
        assert text_of(pilot.app).count("✓ saved") == 3
        values = [entry.value for entry in credentials.query(Entry)]
        assert values == [CLIENT_ID, "", REDIRECT_URL]
        await pilot.press("escape")
        await wait_for_screen(pilot, PrerequisitesScreen)
        await until_text(pilot, "7 of 7")
        for kind in (PrerequisitesScreen, CredentialsScreen):
            await wait_for_screen(pilot, kind)
            await pilot.press("enter")
        await walks.linked_authorize(pilot)
        await pilot.press("enter")
        again = await walks.linked_redirect(pilot)
        assert again.link == link
        await paste(pilot, answer_to(again))
        await walks.reported_check(pilot)


async def test_back_from_check_never_leads_to_a_used_code(world: World) -> None:
    world.users.answers.insert(0, SetupError(SCIM_FAILING))
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        await pilot.press("escape")
        authorize = await walks.linked_authorize(pilot)
        assert authorize.link is not None
        assert authorize.link.attempt != LINKED.attempts[0]
        assert authorize.link.attempt.code_sent_at is None


# -- failures -----------------------------------------------------------------------------


async def test_a_wrong_secret_leads_to_credentials_and_then_to_done(world: World) -> None:
    world.tokens.exchanges.insert(0, SetupError(WRONG_CLIENT))
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        await until_text(pilot, WRONG_CLIENT.title)
        await pilot.press("enter")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        await pilot.click(credentials.query_one("#client-secret"))
        await paste(pilot, "the-right-secret-of-the-app")
        await until_text(pilot, "✓ saved")
        await pilot.press("enter")
        await walks.linked_authorize(pilot)
        await pilot.press("enter")
        await paste(pilot, answer_to(await walks.linked_redirect(pilot)))
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
    active, _ = stored(world)
    assert active is not None
    assert active.client_secret == Secret("the-right-secret-of-the-app")


async def test_a_code_that_expired_leads_to_a_fresh_link(world: World) -> None:
    world.tokens.exchanges.insert(0, SetupError(CODE_EXPIRED))
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        await until_text(pilot, CODE_EXPIRED.title)
        await pilot.press("enter")
        authorize = await walks.linked_authorize(pilot)
        assert authorize.link is not None
        assert authorize.link.attempt != LINKED.attempts[0]


async def test_a_code_that_was_never_sent_is_tried_again(world: World) -> None:
    failure = SetupError(NO_DNS.filled(host="oauth.twilio.com"), is_unsent=True)
    world.tokens.exchanges.insert(0, failure)
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        check = await walks.reported_check(pilot)
        await until_text(pilot, "oauth.twilio.com", "Try again")
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(world.tokens.calls) >= 2, "the code sent again")
        await walks.reported_check(pilot)
        assert check is pilot.app.screen
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)


async def test_a_missing_permission_is_tried_again_with_renewed_tokens(world: World) -> None:
    problem = MISSING_PERMISSION.filled(permission="managed-users/list")
    world.users.answers.insert(0, SetupError(problem))
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        check = await walks.reported_check(pilot)
        await until_text(pilot, "managed-users/list")
        assert stored(world)[0] is None
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(world.users.calls) == 2, "another request")
        await wait_until(
            pilot, lambda: check.report is not None and check.report.problem is None, "the report"
        )
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
    assert [token for _, token in world.users.calls] == [Secret("access-1"), Secret("access-2")]


async def test_a_network_that_cannot_be_had_is_tried_again(world: World) -> None:
    world.unconnected = SetupError(TIMED_OUT)
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        check = await walks.reported_check(pilot)
        assert world.tokens.calls == []
        world.unconnected = None
        await pilot.press("enter")
        await wait_until(
            pilot, lambda: check.report is not None and check.report.problem is None, "the report"
        )


async def test_a_refused_rehearsal_is_used_for_its_hour_only_by_choice(world: World) -> None:
    world.tokens.refreshes = [SetupError(REFRESH_REFUSED)]
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await walks.reported_check(pilot)
        assert stored(world)[0] is None
        await pilot.click("#accept")
        await wait_until(pilot, lambda: stored(world)[0] is not None, "the swap")
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)


class SlowEndpoint(FakeTokenEndpoint):
    """Responds to an exchange only when it is released."""

    gate: asyncio.Event

    async def exchange(
        self,
        credentials: CredentialSet,
        attempt: AuthorizationAttempt,
        code: Secret,
        on_wait: Callable[[str, float], None],
    ) -> TokenSet:
        found = await super().exchange(credentials, attempt, code, on_wait)
        await self.gate.wait()
        return found


async def test_a_check_that_is_cancelled_still_keeps_the_tokens(world: World) -> None:
    world.tokens = SlowEndpoint([tokens("1")])
    world.tokens.gate = asyncio.Event()
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        await paste(pilot, ANSWER)
        await wait_for_screen(pilot, CheckScreen)
        await wait_until(pilot, lambda: bool(world.tokens.calls), "the code to be sent")
        await pilot.press("escape")
        await walks.linked_authorize(pilot)
        await pilot.press("ctrl+q")
        world.tokens.gate.set()
        assert await left(app) is ExitCode.NOT_SET_UP
    _, draft = stored(world)
    assert draft is not None
    assert draft.tokens == tokens("1")


# -- existing setups ----------------------------------------------------------------------


async def test_a_change_is_staged_proven_and_swapped(world: World) -> None:
    seed(world, active=ACTIVE)
    async with running(make_app(world)) as (_, pilot):
        await choose(pilot, "change")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("escape")
        await choose(pilot, "change")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        await pilot.click(credentials.query_one("#redirect-url"))
        await paste(pilot, "https://new.example.edu/cb")
        await pilot.press("enter")
        await wait_for_dialog(pilot, ChangesScreen)
        await until_text(pilot, REDIRECT_URL, "https://new.example.edu/cb")
        await pilot.press("enter")
        await walks.linked_authorize(pilot)
        assert stored(world)[0] == ACTIVE
        await pilot.press("enter")
        await paste(pilot, answer_to(await walks.linked_redirect(pilot)))
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
        await pilot.press("escape")
        # A link was given out earlier, but only viewing the form is still no change.
        await choose(pilot, "change")
        await wait_for_screen(pilot, CredentialsScreen)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
        assert "Unfinished" not in text_of(pilot.app)
    active, draft = stored(world)
    assert active is not None
    assert active.redirect_url == "https://new.example.edu/cb"
    assert active.tokens == tokens("2", refresh="refresh-2")
    assert draft is None


async def test_authorizing_again_keeps_what_works_until_it_is_proven(world: World) -> None:
    seed(world, active=ACTIVE)
    world.tokens.exchanges = [SetupError(CODE_EXPIRED)]
    async with running(make_app(world)) as (app, pilot):
        await choose(pilot, "authorize")
        await wait_for_dialog(pilot, ConfirmScreen)
        await pilot.click("#yes")
        await walks.linked_authorize(pilot)
        await pilot.press("enter")
        await paste(pilot, answer_to(await walks.linked_redirect(pilot)))
        await walks.reported_check(pilot)
        await pilot.press("ctrl+q")
        assert await left(app) is ExitCode.FINE
    active, draft = stored(world)
    assert active == ACTIVE
    assert draft is not None


async def test_a_link_of_a_new_consent_is_waited_for_in_the_next_run(world: World) -> None:
    seed(world, active=ACTIVE, draft=LINKED, step=Step.REDIRECT)
    async with running(make_app(world)) as (_, pilot):
        await until_text(pilot, "Unfinished change")
        await pilot.press("u")
        await paste(pilot, answer_to(await walks.linked_redirect(pilot)))
        await walks.reported_check(pilot)


async def test_checking_now_leads_back_to_overview(world: World) -> None:
    seed(world, active=ACTIVE)
    world.users.answers = [UserList(3), SetupError(SCIM_FAILING)]
    async with running(make_app(world)) as (_, pilot):
        await choose(pilot, "check")
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, OverviewScreen)
        await until_text(pilot, "3 users")
        await choose(pilot, "check")
        await walks.reported_check(pilot)
        await until_text(pilot, SCIM_FAILING.title)
        await pilot.press("escape")
        await wait_for_screen(pilot, OverviewScreen)
        await until_text(pilot, "failed")
    assert world.tokens.calls == []
    profile = world.store.load("default")
    assert profile is not None
    assert profile.last_check is not None
    assert profile.last_check.status is CheckStatus.FAILED
    assert stored(world)[0] == ACTIVE


async def test_an_unfinished_setup_is_discarded_after_a_question(world: World) -> None:
    seed(world, draft=WHOLE)
    async with running(make_app(world)) as (_, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("d")
        await until_text(pilot, "rotate")
        await pilot.press("tab", "enter")
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("enter")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        assert [entry.value for entry in credentials.query(Entry)] == ["", "", ""]
    assert stored(world) == (None, None)


@pytest.mark.parametrize(
    ("secret", "is_warned"), [(SECRET, False), (None, False), ("rotated-secret", True)]
)
async def test_discarding_a_change_says_that_what_is_set_up_stays(
    world: World, secret: str | None, is_warned: bool
) -> None:
    changed = Secret(secret) if secret else None
    seed(world, active=ACTIVE, draft=replace(WHOLE, client_secret=changed, redirect_url=LOOPBACK))
    async with running(make_app(world)) as (_, pilot):
        await until_text(pilot, "removes the change; keeps your credentials")
        await pilot.press("d")
        await wait_for_dialog(pilot, ConfirmScreen)
        question = " ".join(text_of(pilot.app).replace("│", " ").split())
        assert "Your current credentials stay in use" in question
        assert ("rotate it" in question) is is_warned
        await pilot.press("tab", "enter")
        await wait_until(pilot, lambda: stored(world) == (ACTIVE, None), "the change gone")


async def test_starting_over_keeps_what_was_entered(world: World) -> None:
    seed(world, draft=LINKED, step=Step.REDIRECT)
    async with running(make_app(world)) as (_, pilot):
        await choose(pilot, "start-over")
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("enter")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        assert [entry.value for entry in credentials.query(Entry)] == [CLIENT_ID, "", REDIRECT_URL]
    assert stored(world)[1] == LINKED


# -- leaving ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Step.CREDENTIALS, CredentialsScreen),
        (Step.AUTHORIZE, AuthorizeScreen),
        (Step.REDIRECT, RedirectScreen),
    ],
)
async def test_quitting_an_unfinished_setup_says_where_it_stopped(
    world: World, step: Step, kind: type[CredentialsScreen]
) -> None:
    async with resumed(world, step) as (app, pilot):
        await wait_for_screen(pilot, kind)
        await pilot.press("ctrl+q")
        assert await left(app) is ExitCode.NOT_SET_UP
        assert step.title in " ".join(app.wizard_context.farewell())
    kept = stored(world)[1]
    assert kept is not None
    assert kept.client_secret == Secret(SECRET)
    assert all(matches(attempt, kept) for attempt in kept.attempts)


async def test_quitting_before_anything_was_entered(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("ctrl+q")
        assert await left(app) is ExitCode.NOT_SET_UP
    assert stored(world) == (None, None)


async def test_quitting_an_unfinished_setup_from_overview(world: World) -> None:
    seed(world, draft=WHOLE)
    async with running(make_app(world)) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("ctrl+q")
        assert await left(app) is ExitCode.NOT_SET_UP


async def test_quitting_what_is_set_up_is_fine(world: World) -> None:
    seed(world, active=ACTIVE)

    async def by_key(pilot: ThePilot) -> None:
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("ctrl+q")

    async def in_help(pilot: ThePilot) -> None:
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("f1", "ctrl+q")

    leavings: list[Callable[[ThePilot], Awaitable[None]]] = [by_key, in_help]
    for leave in leavings:
        async with running(make_app(world)) as (app, pilot):
            await leave(pilot)
            assert await left(app) is ExitCode.FINE


async def test_the_palette_holds_the_wizards_own_commands_only(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        screen = await wait_for_screen(pilot, PrerequisitesScreen)
        titles = {command.title for command in app.get_system_commands(screen)}  # type: ignore[arg-type]
        assert not titles & {"Screenshot", "Maximize", "Minimize", "Keys", "Theme"}
        await pilot.press("ctrl+p")
        await until_text(pilot, "Quit")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen, "the step again")


# -- the demo -----------------------------------------------------------------------------


async def test_the_demo_takes_its_own_values_only_and_approves(world: World) -> None:
    local = Endpoints(*(f"http://127.0.0.1:9/{name}" for name in ("authorize", "token", "scim")))
    values = replace(WHOLE, endpoints=local)

    async def approve(url: str) -> str:
        assert url == landing.link.url if landing.link else False
        return answer_to(landing)

    async with running(make_app(world, blank=values, demo=Demo(values, approve))) as (app, pilot):
        await walks.prerequisites(pilot, world)
        await until_text(pilot, "demo: nothing is saved")
        assert not any("remembered" in each.help for each in app.get_system_commands(app.screen))
        assert "not Twilio" not in text_of(app)
        await pilot.press("space", "space", "enter")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        assert credentials.query_one("#client-id", Entry).value == CLIENT_ID
        await pilot.click(credentials.query_one("#redirect-url"))
        await paste(pilot, "https://mine.example.edu/cb")
        await until_text(pilot, "The demo saves nothing")
        await pilot.press("ctrl+z", "enter")
        landing = await walks.linked_authorize(pilot)
        await pilot.press("f8")
        await wait_for_screen(pilot, RedirectScreen)
        await until_text(pilot, "pasted by the demo", "you paste it yourself")
        await pilot.press("enter")
        await walks.reported_check(pilot)
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
        assert "curl" not in text_of(app)
        assert "saved in" not in text_of(app)
        await pilot.press("enter")
        assert await left(app) is ExitCode.FINE
        assert "demo" in " ".join(app.wizard_context.farewell())


async def test_a_host_that_is_not_twilios_shows_on_every_screen(world: World) -> None:
    foreign = replace(WHOLE, endpoints=replace(Endpoints(), scim_url="https://scim.acme.test/v2"))
    async with resumed(world, Step.CREDENTIALS, foreign) as (_, pilot):
        await wait_for_screen(pilot, CredentialsScreen)
        await until_text(pilot, "not Twilio: scim.acme.test")
        await pilot.press("enter")
        await walks.linked_authorize(pilot)
        await until_text(pilot, "not Twilio: scim.acme.test")


@pytest.mark.usefixtures("drawn")
async def test_nothing_untrue_is_painted_between_two_steps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[str] = []
    said: list[str] = []
    paint, draw = Screen._compositor_refresh, ButtonRow.render

    def noting(screen: Screen[object]) -> None:
        painted.append(type(screen).__name__)
        paint(screen)

    def drawing(row: ButtonRow) -> Content:
        said.append(draw(row).plain)
        return draw(row)

    monkeypatch.setattr(Screen, "_compositor_refresh", noting)
    monkeypatch.setattr(ButtonRow, "render", drawing)
    async with running(make_app(world)) as (_, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await continue_anyway(pilot, "ctrl+n")
        await wait_for_screen(pilot, CredentialsScreen)
    assert set(painted) == {"PrerequisitesScreen", "CredentialsScreen"}
    # It doesn't claim that there is more text if there isn't.
    assert set(said) == {""}
