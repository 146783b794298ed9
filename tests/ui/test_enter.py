"""An Enter acts on what was visible when it was pressed: doubled, early, or in a paste."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual import events

from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import World
from tests.ui.running import (
    ACTIVE,
    LINKED,
    WHOLE,
    feed,
    left,
    point_at,
    post_enters,
    resumed,
    running,
    seed,
    stored,
    top,
)
from tests.walks import ANSWER, CLIENT_ID, SECRET, ThePilot
from wizard.domain.errors.paste import FOREIGN_STATE
from wizard.domain.problems import ExitCode
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.ui.app import WizardApp
from wizard.ui.dialog import ConfirmScreen, HelpScreen
from wizard.ui.input_timing import now
from wizard.ui.key_gate import EARLY
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import SILENCE, RedirectScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.field import Entry

Send = Callable[[WizardApp], None]


def twice_posted(app: WizardApp) -> None:
    post_enters(app, 2)


def twice_read(app: WizardApp) -> None:
    feed(app, "\r\r")


async def settle(pilot: ThePilot) -> None:
    """Give a second Enter every chance to act."""
    for _ in range(4):
        await pilot.pause()


async def arrive(pilot: ThePilot, kind: type[StepScreen], early: events.Key) -> None:
    """Wait for a step, and check that neither the second Enter nor an early one acted on it."""
    await wait_for_screen(pilot, kind)
    await settle(pilot)
    assert isinstance(pilot.app, WizardApp)
    assert isinstance(top(pilot.app), kind)
    pilot.app.post_message(early)
    await settle(pilot)
    assert isinstance(top(pilot.app), kind)
    assert not pilot.app.screen.query_one("#problem").display if kind is not DoneScreen else True


@pytest.mark.parametrize("send", [twice_posted, twice_read])
async def test_two_enters_in_one_read_leave_one_step(world: World, send: Send) -> None:
    seed(world, draft=WHOLE, step=Step.PREREQUISITES)

    def enter() -> events.Key:
        return events.Key("enter", "\r")

    async with running(make_app(world)) as (app, pilot):
        early = enter()
        await wait_for_screen(pilot, OverviewScreen)
        send(app)
        await arrive(pilot, PrerequisitesScreen, early)
        early = enter()
        send(app)
        await arrive(pilot, CredentialsScreen, early)
        early = enter()
        send(app)
        await arrive(pilot, AuthorizeScreen, early)
        await walks.linked_authorize(pilot)
        assert world.browser.opened == []
        early = enter()
        send(app)
        await arrive(pilot, RedirectScreen, early)
        assert len(world.browser.opened) == 1
        await paste(pilot, "a-bare-code-0123456789")
        await wait_until(pilot, lambda: "without its state" in text_of(app), "the question")
        send(app)
        await settle(pilot)
        redirect = top(app)
        assert isinstance(redirect, RedirectScreen)
        await wait_until(pilot, lambda: now() > redirect.asked_at, "the question to be read")
        send(app)
        await walks.reported_check(pilot)
        await settle(pilot)
        assert [name for name, *_ in world.tokens.calls] == ["exchange", "refresh"]
        early = enter()
        send(app)
        await arrive(pilot, DoneScreen, early)
        send(app)
        assert await left(app) is ExitCode.FINE


async def test_two_enters_in_a_dialog_do_not_reach_the_step_below(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (app, pilot):
        credentials = await wait_for_screen(pilot, CredentialsScreen)

        async def closed_by_two() -> None:
            twice_read(app)
            await wait_until(pilot, lambda: app.screen is credentials, "the step again")
            await settle(pilot)
            assert top(app) is credentials

        await pilot.press("f1")
        await wait_for_dialog(pilot, HelpScreen)
        await closed_by_two()
        await pilot.click("#advanced")
        await wait_for_dialog(pilot, AdvancedScreen)
        twice_read(app)
        await wait_until(pilot, lambda: app.screen is not credentials, "the dialog to be closed")
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        await settle(pilot)
        assert top(app) is credentials
        await pilot.click(credentials.query_one("#client-id"))
        await paste(pilot, "https://evil.test/authorize?client_id=x&response_type=code")
        await wait_for_dialog(pilot, ConfirmScreen)
        await closed_by_two()
        assert credentials.query_one("#client-id", Entry).value == CLIENT_ID


async def test_two_enters_on_overview_choose_once(world: World) -> None:
    seed(world, active=ACTIVE, draft=replace(LINKED, redirect_url="https://new.example.edu/cb"))
    async with running(make_app(world)) as (app, pilot):
        await point_at(pilot, "change")
        post_enters(app, 2)
        await wait_for_screen(pilot, CredentialsScreen)
        await settle(pilot)
        assert isinstance(top(app), CredentialsScreen)


async def test_two_escapes_lead_back_one_step_or_two_but_never_into_the_void(
    world: World,
) -> None:
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        for _ in range(2):
            app.post_message(events.Key("escape", "\x1b"))
        await settle(pilot)
        await wait_for_dialog(pilot, StepScreen)
        assert isinstance(top(app), AuthorizeScreen | CredentialsScreen)


# -- pastes that submit themselves ------------------------------------------------------------


def bracketed(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def key_at(time: float, key: str = "enter") -> events.Key:
    """Return a key that arrived at a time; a key that was held back keeps its own time."""
    event = events.Key(key, None)
    event.time = time
    return event


@pytest.mark.parametrize("key", ["\r", "\x0e", "\x0e\r\x0e"], ids=["enter", "ctrl+n", "both"])
@pytest.mark.parametrize("is_bracketed", [True, False], ids=["paste", "typed"])
async def test_an_enter_in_the_read_of_a_bare_code_waives_no_state_check(
    world: World, key: str, is_bracketed: bool
) -> None:
    code = "a-bare-code-0123456789"
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        redirect = await walks.linked_redirect(pilot)
        feed(app, (bracketed(code) if is_bracketed else f"{code}\r") + key)
        await wait_until(pilot, lambda: "without its state" in text_of(app), "the question")
        await wait_until(pilot, lambda: app._gate._hold is None, "the Enter after the silence")
        await settle(pilot)
        # If it is released late, after a hold or a slow step, it still counts as pressed before.
        app.post_message(key_at(redirect.asked_at - 0.001))
        await settle(pilot)
        assert top(app) is redirect
        assert world.tokens.calls == []
        app.post_message(key_at(redirect.asked_at + 0.001))
        await walks.reported_check(pilot)


async def test_an_enter_that_belongs_to_a_refused_paste_does_nothing(world: World) -> None:
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        redirect = await walks.linked_redirect(pilot)
        pasted = now()
        feed(app, bracketed(f"{WHOLE.redirect_url}?code=c-0123456789&state=another") + "\r")
        await wait_until(pilot, lambda: FOREIGN_STATE.title in text_of(app), "the problem")
        await settle(pilot)
        assert redirect.asked_at > pasted + 1
        app.post_message(key_at(redirect.asked_at - 0.001))
        await settle(pilot)
        assert top(app) is redirect
        assert FOREIGN_STATE.title in text_of(app)
        # The step that the user is sent back to says why.
        app.post_message(key_at(redirect.asked_at + 0.001))
        await walks.linked_authorize(pilot)
        await wait_until(pilot, lambda: FOREIGN_STATE.title in text_of(app), "why")
        assert "Open the new link on this step" in text_of(app)


# -- order of input ---------------------------------------------------------------------------


async def test_what_comes_between_two_enters_makes_them_two(world: World) -> None:
    """All keys arrive in one read, as from a script that doesn't wait."""
    values = (CLIENT_ID, SECRET, WHOLE.redirect_url)
    async with running(make_app(world)) as (app, pilot):
        await walks.prerequisites(pilot, world)
        await pilot.press("space", "space")
        feed(app, "\r" + "".join(bracketed(value) + "\r" for value in values))
        await walks.linked_authorize(pilot)
        draft = stored(world)[1]
        assert draft is not None
        assert draft.client_secret == Secret(SECRET)
        assert (draft.client_id, draft.redirect_url) == (CLIENT_ID, WHOLE.redirect_url)


async def test_text_that_comes_before_a_step_is_composed_is_for_its_field(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_come, is_free = asyncio.Event(), asyncio.Event()

    async def on_compose(_screen: CredentialsScreen) -> None:
        has_come.set()
        await is_free.wait()

    monkeypatch.setattr(CredentialsScreen, "on_compose", on_compose, raising=False)
    async with running(make_app(world)) as (app, pilot):
        await walks.prerequisites(pilot, world)
        await pilot.press("space", "space")
        feed(app, "\r")
        await has_come.wait()
        feed(app, bracketed(CLIENT_ID))
        has_taken = asyncio.Event()
        app.call_later(has_taken.set)
        await has_taken.wait()
        is_free.set()
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        entry = credentials.query_one("#client-id", Entry)
        await wait_until(pilot, lambda: entry.value == CLIENT_ID, "the text")


async def test_an_enter_that_comes_too_early_says_so(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (app, pilot):
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        app.post_message(key_at(credentials.shown_at - 0.5))
        await wait_until(pilot, lambda: bool(app._notifications), "the words")
        assert [note.message for note in app._notifications] == [EARLY]
        assert top(app) is credentials


# -- pastes that a terminal does not bracket ----------------------------------------------


def wrapped(text: str, width: int) -> str:
    """Break a text into lines as a terminal sends them when they are pasted."""
    return "\r".join(text[i : i + width] for i in range(0, len(text), width)) + "\r"


async def test_a_line_end_waits_for_what_the_terminal_has_sent_already(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[bool] = []
    is_unread = False

    def is_readable(_stdin: object) -> bool:
        answers.append(is_unread)
        return is_unread

    monkeypatch.setattr("wizard.ui.input_timing.is_readable", is_readable)
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        code = "0123456789abcdef" * 20
        address = f"{WHOLE.redirect_url}?state={LINKED.attempts[0].state.reveal()}&code={code}"
        is_unread = True
        feed(app, address[:-90] + "\r")
        await wait_until(pilot, lambda: sum(answers) >= 4, "the wait for more")
        feed(app, address[-90:] + "\r")
        is_unread = False
        await walks.reported_check(pilot)
        assert world.tokens.calls[0][2] == Secret(code)


@pytest.mark.parametrize("late", [None, 0, 2, 4])
async def test_a_wrapped_unbracketed_address_arrives_whole(world: World, late: int | None) -> None:
    """Args: `late`: the line whose end, and all that follows it, arrives after a pause."""
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        code = "0123456789abcdef" * 20
        # With the code in last place, every line's end would complete a response.
        address = f"{WHOLE.redirect_url}?state={LINKED.attempts[0].state.reveal()}&code={code}"
        text = wrapped(address, 72)
        ends = [at for at, character in enumerate(text) if character == "\r"]
        feed(app, text, stop_before=ends[late] if late is not None else 0)
        await walks.reported_check(pilot)
        assert isinstance(top(app), CheckScreen)
    assert world.tokens.calls[0][2] == Secret(code)


async def test_address_is_read_only_once_the_field_has_taken_all_of_it(world: World) -> None:
    async with resumed(world, Step.REDIRECT) as (_, pilot):
        redirect = await walks.linked_redirect(pilot)
        entry, is_free = redirect.query_one("#address", Entry), asyncio.Event()
        for letter in ANSWER[:-4]:
            entry.post_message(events.Key(letter, letter))
        entry.call_later(is_free.wait)
        for letter in ANSWER[-4:]:
            entry.post_message(events.Key(letter, letter))
        asyncio.get_running_loop().call_later(2 * SILENCE, is_free.set)
        await walks.reported_check(pilot)
    assert world.tokens.calls[0][2] == Secret(walks.CODE)


async def test_a_bracketed_address_goes_on_whatever_its_lines(world: World) -> None:
    async with resumed(world, Step.REDIRECT) as (app, pilot):
        await walks.linked_redirect(pilot)
        feed(app, f"\x1b[200~{wrapped(ANSWER, 80)}\x1b[201~\r")
        await walks.reported_check(pilot)
    assert world.tokens.calls[0][2] == Secret(walks.CODE)


async def test_a_secret_pasted_without_brackets_goes_on_after_a_silence(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, LINKED) as (app, pilot):
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        entry = credentials.query_one("#client-secret", Entry)
        await pilot.click(entry)
        await wait_until(pilot, lambda: entry.has_focus, "the focus in it")
        feed(app, "the-new-rotated-secret\r")
        await wait_until(pilot, lambda: entry.value == "the-new-rotated-secret", "all of it")
        assert app.screen is credentials
        await walks.linked_authorize(pilot)


async def test_lines_pasted_without_brackets_submit_nothing_by_halves(world: World) -> None:
    async with running(make_app(world)) as (app, pilot):
        credentials = await walks.empty_credentials(pilot, world)
        feed(app, f"{CLIENT_ID}\r{SECRET}\r")
        entry = credentials.query_one("#client-id", Entry)
        await wait_until(pilot, lambda: len(entry.value) > len(CLIENT_ID), "all of it")
        await wait_until(pilot, lambda: app._gate._hold is None, "the Enter after the silence")
        await settle(pilot)
        assert app.screen is credentials
        assert entry.value == CLIENT_ID + SECRET
        assert credentials.query_one("#client-secret", Entry).value == ""


async def test_what_follows_a_key_in_one_read_is_for_where_the_key_leads(world: World) -> None:
    """Textual sends a text to the field that had the focus when the read arrived."""
    other = "https://other.example.org/cb"
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (app, pilot):
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        client_id = credentials.query_one("#client-id", Entry)
        redirect = credentials.query_one("#redirect-url", Entry)
        await wait_until(pilot, lambda: client_id.has_focus, "the focus")
        feed(app, f"\t\t\x15{other}\x1b[Z\x1b[Z\x15\x1b[200~{CLIENT_ID[::-1]}\x1b[201~")
        await wait_until(pilot, lambda: client_id.value == CLIENT_ID[::-1], "the paste")
        assert redirect.value == other
        assert credentials.query_one("#client-secret", Entry).value == ""


async def test_ctrl_n_goes_on_whatever_has_the_focus_and_once_in_one_read(world: World) -> None:
    async with resumed(world, Step.CREDENTIALS, WHOLE) as (app, pilot):
        credentials = await wait_for_screen(pilot, CredentialsScreen)
        credentials.query_one("#advanced").focus()
        feed(app, "\x0e\x0e")
        authorize = await walks.linked_authorize(pilot)
        await settle(pilot)
        assert top(app) is authorize
        authorize.query_one("#back").focus()
        feed(app, "\x0e\x0e")
        await walks.linked_redirect(pilot)
    assert len(world.browser.opened) == 1
    assert not world.clipboard.copied
