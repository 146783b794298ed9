"""The row of keys and the palette are correct: each key works, and no key is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pytest
from textual.binding import Binding
from textual.screen import Screen

from tests.driving import wait_until
from tests.fakes import FakeBrowser
from tests.ui.desk import Desk
from tests.ui.hosting import BANNER, Stage, showing
from tests.ui.journeys import done_screen, make_journey, make_overview, two_profiles
from tests.ui.test_check import PASSED, Steered
from tests.ui.test_credentials import WHOLE, Form
from tests.ui.test_overview_done import FACTS, UNFINISHED
from tests.ui.test_prerequisites import Machine
from wizard.domain.errors.exchange import NO_REFRESH_TOKEN
from wizard.domain.errors.scim import MISSING_PERMISSION
from wizard.domain.errors.store import KEYRING_LOCKED, SECRETS_DAMAGED
from wizard.domain.models import CredentialSet
from wizard.domain.problems import Problem, SetupError
from wizard.domain.text import Command
from wizard.domain.texts.overview import OutOfReach
from wizard.domain.texts.questions import Question
from wizard.domain.value import replace
from wizard.flow.check.report import Report, Verdict
from wizard.flow.overview import Unfinished
from wizard.flow.state import Delivery
from wizard.ui.dialog import ConfirmScreen, Dialog, HelpScreen
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen
from wizard.ui.step_bases import LinkScreen
from wizard.ui.step_screen import StepScreen
from wizard.ui.widgets.buttons import Keys
from wizard.ui.widgets.field import SecretEntry
from wizard.ui.widgets.results import SPINNER

EVERYWHERE: Final = {"primary", "next", "back", "help", "scroll_body"}
"""Actions of every step: shown in the row of keys at any width, or used to move around."""


@dataclass
class State:
    """A screen in a state, and a function that shows effects outside its own text."""

    screen: Screen[Any]
    trace: Callable[[], object] = str
    is_ready: Callable[[], bool] = lambda: True
    keys: tuple[str, ...] = ()
    """The keys that lead to it."""


async def nothing(*_args: object) -> Any:
    """Do nothing."""


def prerequisites(**given: Any) -> State:
    machine = Machine(**given)
    return State(machine.screen(), lambda: (machine.browser.opened, machine.probes))


@dataclass
class Counting(Form):
    """Counts attempts to save, whether they succeed or not."""

    saves: int = 0

    async def save_draft(self, draft: CredentialSet) -> None:
        self.saves += 1
        await super().save_draft(draft)

    def state(self, *keys: str) -> State:
        screen = self.screen()

        def trace() -> object:
            return self.saves, self.copied, [e.password for e in screen.query(SecretEntry)]

        return State(screen, trace, keys=keys)


def linked(
    kind: type[AuthorizeScreen] | type[RedirectScreen], *, is_demo: bool = False, **given: Any
) -> State:
    approved: list[str] = []

    async def approve(url: str) -> str:
        approved.append(url)
        return "https://idp.example.edu/cb?code=c-0123456789&state=another"

    desk = Desk(approve=approve if is_demo else None, **given)
    if kind is AuthorizeScreen:
        screen: LinkScreen = desk.authorize()
    else:
        screen = desk.redirect(Delivery.OPENED)
    return State(
        screen,
        lambda: (desk.opened, desk.copied, desk.bare, approved, len(desk.attempts)),
        lambda: screen.link is not None,
    )


def checked(*ends: Report) -> State:
    check = Steered()
    for report in ends:
        check.ends.put_nowait(report)
    screen = CheckScreen(BANNER, check, nothing)
    return State(
        screen,
        lambda: (check.runs, check.is_cancelled),
        lambda: not ends or screen.report is not None,
    )


def overview(
    *, is_set_up: bool = True, draft: Unfinished | None = None, lost: OutOfReach | None = None
) -> State:
    tried: list[None] = []

    async def retry() -> None:
        tried.append(None)

    overview = make_overview(
        facts=FACTS if is_set_up else (), unfinished=draft, lost=lost, retry=retry
    )
    return State(OverviewScreen(BANNER, overview), lambda: len(tried))


def lost(problem: Problem, *, is_active: bool) -> OutOfReach:
    return OutOfReach(problem, is_active=is_active, can_start_over=False)


REFUSED: Final = Report(Verdict.FAILED, problem=MISSING_PERMISSION, can_retry=True)
STATES: Final[dict[str, Callable[[], State]]] = {
    "prerequisites": prerequisites,
    "prerequisites, set up": lambda: prerequisites(can_go_back=True),
    "prerequisites, no browser": lambda: prerequisites(browser=FakeBrowser(takes=False)),
    "credentials, empty": lambda: Counting().state(),
    "credentials": lambda: Counting(WHOLE, WHOLE).state(),
    "credentials, keyring": lambda: Counting(WHOLE, failure=SetupError(KEYRING_LOCKED)).state(
        "enter"
    ),
    "authorize": lambda: linked(AuthorizeScreen),
    "authorize, SSH": lambda: linked(AuthorizeScreen, why_not="SSH"),
    "authorize, demo": lambda: linked(AuthorizeScreen, is_demo=True),
    "redirect": lambda: linked(RedirectScreen),
    "redirect, SSH": lambda: linked(RedirectScreen, why_not="SSH"),
    "redirect, demo": lambda: linked(RedirectScreen, is_demo=True),
    "check, running": checked,
    "check, passed": lambda: checked(PASSED),
    "check, refused": lambda: checked(REFUSED),
    "check, not to be renewed": lambda: checked(
        Report(Verdict.UNRENEWABLE, problem=NO_REFRESH_TOKEN)
    ),
    "check, keyring": lambda: checked(replace(REFUSED, problem=KEYRING_LOCKED)),
    "done": lambda: State(done_screen(FACTS, ("use it",))),
    "done, command": lambda: State(done_screen(FACTS, ("use it", Command("scim-wizard")))),
    "overview": overview,
    "overview, unfinished": lambda: overview(is_set_up=False, draft=UNFINISHED),
    "overview, change": lambda: overview(draft=UNFINISHED),
    "overview, locked": lambda: overview(lost=lost(KEYRING_LOCKED, is_active=True)),
    "overview, draft lost": lambda: overview(lost=lost(SECRETS_DAMAGED, is_active=False)),
    "help": lambda: State(HelpScreen("Help", ("Where\nhttps://example.org/",) * 30)),
    "confirm": lambda: State(ConfirmScreen(Question("Sure?", "", "Yes"))),
    "changes": lambda: State(ChangesScreen(())),
    "advanced": lambda: State(AdvancedScreen(WHOLE)),
    "profiles": lambda: State(ProfilesScreen(two_profiles())),
    "rotate": lambda: State(RotateScreen(make_overview())),
    "sheet": lambda: State(SheetScreen(make_journey())),
}


@pytest.fixture(autouse=True)
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Record a screen's results without closing it, because each of its keys is pressed in turn."""
    outcomes: list[object] = []
    monkeypatch.setattr(StepScreen, "leave", lambda _screen, outcome: outcomes.append(outcome))
    monkeypatch.setattr(Dialog, "answer", lambda _screen, answer: outcomes.append(answer))
    return outcomes


def hinted(screen: Screen[Any]) -> list[str]:
    """Return the keys in the row of keys."""
    return [key.key for row in screen.query(Keys) for key in row.shown() if key.is_enabled]


def offered(screen: Screen[Any]) -> list[str]:
    """Return the actions of a step in the palette."""
    commands = screen.commands() if isinstance(screen, StepScreen) else ()
    return [command.action for command in commands]


def own(screen: Screen[Any]) -> set[str]:
    """Return the actions of this step only that have a key which works now."""
    active = screen.active_bindings.values()
    actions = {a.binding.action for a in active if a.node is screen and a.enabled}
    actions -= {binding.action for binding in Screen.BINDINGS if isinstance(binding, Binding)}
    return {action for action in actions if action.partition("(")[0] not in EVERYWHERE}


def seen(stage: Stage[Any], state: State, outcomes: list[object]) -> object:
    """Return everything that a key can change."""
    app = stage.app
    text = "".join(letter for letter in stage.text if letter not in SPINNER)
    places = (app.screen, app.screen.focused, len(outcomes), len(app._notifications))
    return (text, *places, app.suspended, len(app.sent), repr(state.trace()))


@pytest.mark.parametrize("name", STATES)
async def test_no_key_is_shown_in_vain_and_none_is_left_out(
    name: str, outcomes: list[object]
) -> None:
    """Each key in the row of keys, and each line of the palette, has an effect.

    Each key of a step is in the palette, or in the row at any width: all others can be left out.
    """
    state = STATES[name]()
    screen, done = state.screen, set[str]()

    async with showing(screen) as stage:

        async def does_something(what: str, act: Callable[[], Awaitable[object]]) -> None:
            before = seen(stage, state, outcomes)
            done.add(what)
            await act()
            await wait_until(
                stage.pilot, lambda: seen(stage, state, outcomes) != before, f"{what}: nothing"
            )
            if stage.app.screen is not screen:
                stage.app.screen.dismiss()
                await wait_until(stage.pilot, lambda: stage.app.screen is screen, "the screen")

        await wait_until(stage.pilot, state.is_ready, "the state")
        await stage.pilot.press(*state.keys)
        await wait_until(stage.pilot, lambda: bool(hinted(screen)), "the row of keys")
        await stage.pilot.pause()
        if isinstance(screen, StepScreen):
            assert own(screen) <= set(offered(screen))
        while keys := [key for key in hinted(screen) if key not in done]:
            await does_something(keys[0], partial(stage.pilot.press, keys[0]))
        while actions := [action for action in offered(screen) if action not in done]:
            run = partial(screen.run_action, f"screen.{actions[0]}")
            await does_something(actions[0], run)


@pytest.mark.parametrize(
    ("name", "focus", "words"),
    [
        ("authorize", "#back", "⏎ Back"),
        ("check, refused", "#elsewhere", "⏎ Authorize again"),
        # Escape does the same there, and both are named.
        ("help", "#close", "esc Close"),
        ("confirm", "#close", "⏎ esc No"),
        ("confirm", "#yes", "⏎ Yes"),
        ("profiles", "Menu", "⏎ Open profile"),
        ("profiles", "#close", "⏎ esc Close"),
        ("advanced", "#pkce", "⏎ Apply"),
    ],
)
async def test_the_row_of_keys_says_what_enter_does_where_the_focus_is(
    name: str, focus: str, words: str, outcomes: list[object]
) -> None:
    state = STATES[name]()
    async with showing(state.screen) as stage:
        await wait_until(stage.pilot, state.is_ready, "the state")
        await wait_until(stage.pilot, lambda: bool(hinted(state.screen)), "the row of keys")
        state.screen.query_one(focus).focus()
        await stage.until_text(words)
        if isinstance(state.screen, Dialog):
            assert (
                stage.text.splitlines()[-1].count(words.removeprefix("⏎ ").removeprefix("esc "))
                == 1
            )


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("authorize", ["back", "copy", "next"]),
        ("check, refused", ["elsewhere", "back", "next"]),
        ("confirm", ["close", "yes"]),
    ],
)
async def test_arrows_walk_along_the_buttons_there_are_and_stop_at_the_last(
    name: str, ids: list[str], outcomes: list[object]
) -> None:
    state = STATES[name]()
    async with showing(state.screen) as stage:
        await wait_until(stage.pilot, state.is_ready, "the state")
        await wait_until(stage.pilot, lambda: bool(hinted(state.screen)), "the row of keys")
        state.screen.query_one(f"#{ids[-1]}").focus()
        for key, order in (("left", [*ids[-2::-1], ids[0]]), ("right", [*ids[1:], ids[-1]])):
            for id_ in order:
                await stage.pilot.press(key)
                focused = state.screen.focused
                assert focused is not None
                assert focused.id == id_
        assert outcomes == []
