"""A double click on each control of each step and dialog, on a terminal, acts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.commands.consents import at_sandbox
from tests.commands.stage import now, put
from tests.terminal.clicks import (
    PALETTE,
    Clicker,
    Control,
    Effect,
    Kind,
    closes,
    does_once,
    keeps,
    leads,
    left_out,
    notifies,
    opens,
    says,
    shows,
    stays_open,
)
from tests.terminal.harness import ENTER, ESC, Terminal, ctrl
from tests.terminal.walk import endpoints, variables, wizard
from tests.ui.running import TICKED
from wizard.domain.credential_fields import NOT_TO_SEE
from wizard.domain.models import CredentialSet, Profile
from wizard.domain.oauth.authorization_request import authorize_url, begin
from wizard.domain.steps import Step
from wizard.domain.texts.guide import GUIDE, ON_SCREEN
from wizard.domain.texts.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.domain.texts.prerequisites import PREREQUISITES as PREREQUISITE_ITEMS
from wizard.domain.texts.questions import CHANGES, ROTATE_TITLE
from wizard.domain.value import Value, replace
from wizard.flow.state import Delivery
from wizard.sandbox import serve
from wizard.sandbox.twilio import SCIM_PATH, Sandbox
from wizard.store.profiles import LocalProfileStore

OTHER: Final = "https://other.example.invalid/landing"


def _intro(step: Step) -> str:
    """Return the first words of a step, which no other step shows."""
    return GUIDE[step].naming(ON_SCREEN).intro[:40]


PREREQUISITES: Final = GUIDE[Step.PREREQUISITES].heading
CREDENTIALS: Final = _intro(Step.CREDENTIALS)
AUTHORIZE: Final = _intro(Step.AUTHORIZE)
REDIRECT: Final = _intro(Step.REDIRECT)
CHECK: Final = _intro(Step.CHECK)
DONE: Final = _intro(Step.DONE)
OVERVIEW: Final = "Change credentials"


class World:
    """A home, a simulated Twilio, and a browser that records what it is asked to open."""

    def __init__(self, folder: Path, sandbox: Sandbox, base: str) -> None:
        self.folder, self.home, self.sandbox = folder, folder / "home", sandbox
        self.opened = folder / "opened"
        self.opened.touch()
        browser = folder / "browser"
        browser.write_text(f'#!/bin/sh\necho "$1" >>{self.opened}\n', encoding="utf-8")
        browser.chmod(0o755)
        self.env = {**variables(self.home, endpoints(base)), "BROWSER": str(browser)}
        self.active = at_sandbox(sandbox, base)
        self.draft = replace(self.active, tokens=None)

    def keep(self, step: Step, draft: CredentialSet) -> None:
        put(self.home, Profile(ticks=TICKED, draft_step=step, draft_saved_at=now()), draft=draft)

    def links(self) -> int:
        """How many links were created."""
        with LocalProfileStore(self.home).locked("default") as held:
            draft = held.draft()
        return len(draft.attempts) if draft else 0

    def pages(self) -> int:
        """How many times the browser was opened."""
        return len(self.opened.read_text(encoding="utf-8").splitlines())

    def checks(self) -> int:
        """How many times users were requested; a repeated check also refreshes the token."""
        return sum(seen.path.startswith(SCIM_PATH) for seen in self.sandbox.seen)

    def files(self) -> int:
        """How many sheets were saved."""
        return len(list(self.folder.glob("*.md")))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    sandbox = Sandbox(redirect_url="https://scim.example.invalid/landing")
    with serve.serving(sandbox) as base:
        yield World(tmp_path, sandbox, base)


class Scene(Value):
    """A step in its initial state, how to reach it, and the effect of each control."""

    words: Sequence[str]
    """A text that only this step shows."""
    start: Callable[[World], None]
    """Stores what an earlier run would have left."""
    arrive: Callable[[World, Terminal], None]
    effects: Callable[[World, Terminal], Mapping[str, Effect]]
    enter: str = "⏎ Next"
    last: str = "Quit"
    """The control that leaves the step, used last."""
    code: int = 3


# -- how to reach a step ---------------------------------------------------------------------------


def nothing(*_: object) -> None:
    """Do nothing: the step is shown at once."""


def at(step: Step) -> Callable[[World], None]:
    def keep(world: World) -> None:
        attempts = (begin(world.draft, None, now()),) if step is Step.REDIRECT else ()
        world.keep(step, replace(world.draft, attempts=attempts))

    return keep


def set_up(world: World) -> None:
    put(world.home, Profile(ticks=TICKED, set_up_at=now()), active=world.active)


def set_up_behind_a_portal(world: World) -> None:
    set_up(world)
    world.sandbox.scenario = "not-scim"


def changed(world: World) -> None:
    draft = replace(world.draft, redirect_url=OTHER)
    profile = Profile(
        ticks=TICKED, set_up_at=now(), draft_step=Step.CREDENTIALS, draft_saved_at=now()
    )
    put(world.home, profile, active=world.active, draft=draft)


def to_findings(world: World, terminal: Terminal) -> None:
    terminal.wait_for("✓ Browser")


def resume(world: World, terminal: Terminal) -> None:
    terminal.wait_for(lambda s: "Resume" in s and "^p More" in s)
    terminal.send("u")


def run_check(world: World, terminal: Terminal) -> None:
    terminal.wait_for(lambda s: "› Check now" in s and "^p More" in s)
    terminal.send(ENTER)


def to_done(world: World, terminal: Terminal) -> None:
    resume(world, terminal)
    terminal.wait_for(lambda s: REDIRECT in s and "created " in s)
    with LocalProfileStore(world.home).locked("default") as held:
        draft = held.draft()
    assert draft is not None
    terminal.paste(world.sandbox.approve(authorize_url(draft.attempts[-1])))
    terminal.wait_for(lambda s: "Token refresh tested" in s and "Next ›" in s)
    terminal.send(ENTER)


# -- the effects of controls -----------------------------------------------------------------------


def toggles(clicker: Clicker, control: Control) -> None:
    """Selects one item, or clears it."""
    before = clicker.ready()
    is_ticked = control.kind is Kind.LINE and "[x]" in before.splitlines()[control.row]
    count = before.count("[x]") + (-1 if is_ticked else 1)
    clicker.double_click(control)
    clicker.terminal.wait_for(f"{count} of 7 selected")
    clicker.settle()
    assert clicker.ready().count("[x]") == count


def full_link(clicker: Clicker, control: Control) -> None:
    """Shows the link by itself until one Enter."""
    clicker.double_click(control)
    clicker.terminal.wait_for("Paste the URL")
    clicker.terminal.send(ENTER)
    clicker.ready()
    clicker.settle()


def continues_anyway(clicker: Clicker, control: Control) -> None:
    """Continues once it was said that items aren't selected, whatever was clicked before."""
    if "again to continue anyway" not in clicker.ready():
        clicker.terminal.send(ENTER)
        clicker.terminal.wait_for("again to continue anyway")
    leads(CREDENTIALS, back=ESC)(clicker, control)


def prerequisites(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    help_ = {CONSOLE: stays_open, LEGACY_CONSOLE: stays_open, "Copy": stays_open}
    return {
        "Select": toggles,
        "Help": opens("Help ·", help_),
        "key Next": says("again to continue anyway"),
        "button Next": continues_anyway,
        "Console": does_once(world.pages, says(PREREQUISITES)),
        **{item.text: toggles for item in PREREQUISITE_ITEMS},
    }


def credentials(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    return {
        "Next": leads(AUTHORIZE, back=ESC),
        "Back": leads(PREREQUISITES, back=ENTER),
        "Advanced": opens(
            "Authorization endpoint", {"auto (on if supported)": stays_open, "Apply": closes}
        ),
        "Show secret": notifies(NOT_TO_SEE[:20]),
    }


def changes(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    urls = ("before", "after", world.draft.redirect_url, OTHER)
    inside = dict.fromkeys(urls, stays_open) | {CHANGES.yes: left_out, "Not yet": closes}
    return {
        # Credentials shows these controls without changes, too.
        **dict.fromkeys(("Advanced", "Help", "More", "Show secret", "text"), left_out),
        "Next": opens(CHANGES.title, inside),
        "Back": leads(OVERVIEW, back="u"),
    }


def authorize(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    opened = does_once(world.pages, leads(REDIRECT, back=ESC))
    copied = does_once(lambda: len(terminal.clipboard), leads(REDIRECT, back=ESC))
    return {
        "Back": leads(CREDENTIALS, back=ENTER),
        "Copy": copied,
        "Copy link": copied,
        "Full link": full_link,
        "New link": does_once(world.links, says(AUTHORIZE)),
        "Open": opened,
        "Open browser": opened,
    }


def redirect(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    copied = lambda: len(terminal.clipboard)  # noqa: E731
    return {
        "Next": says("Nothing was pasted"),
        "Back": leads(AUTHORIZE, back=ctrl("y")),
        "Open": does_once(world.pages, says(Delivery.OPENED.value)),
        "Copy": does_once(copied, says(Delivery.SENT.value)),
        "Full link": full_link,
        "New link": does_once(world.links, leads(AUTHORIZE, back=ctrl("y"))),
    }


def check(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    return {"Go to Overview": leads(OVERVIEW, back=ENTER)}


def check_failed(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    again = does_once(world.checks, says("from a SCIM API"))
    copied = does_once(lambda: len(terminal.clipboard), says("from a SCIM API"))
    back = leads(OVERVIEW, back=ENTER)
    # Overview has another way to Credentials, which one key leads back from.
    ways = {"Back": back, "Go to Credentials": left_out}
    return {"Try again": again, "Copy for support": copied, **ways}


def done(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    copied = does_once(lambda: len(terminal.clipboard), says("To get a valid token"))
    left = dict.fromkeys(("Finish", "Back", "Overview", "Quit"), left_out)
    return {"Copy": copied, **left}


def overview(world: World, terminal: Terminal) -> Mapping[str, Effect]:
    checked = does_once(world.checks, leads(CHECK, "25 users", back=ENTER))
    sheet = {
        "button Copy": does_once(lambda: len(terminal.clipboard), stays_open),
        "button Save": does_once(world.files, shows("✓ Saved as")),
        # Their keys do the same, and would count again.
        "key Copy": left_out,
        "key Save": left_out,
        "Your own script or app": stays_open,
    }
    return {
        "Choose": checked,
        "Check now": checked,
        ROTATE_TITLE: opens("Client Secret", {"Try it": stays_open}),
        "Authorize again": opens("Authorize again?", {"Authorize": left_out}),
        "Change credentials": leads(CREDENTIALS, back=ESC),
        "Handoff sheet": opens("Twilio SCIM in", sheet),
        "Profiles": opens("New profile…", {"New profile": stays_open, "Open profile": stays_open}),
        "Remove profile": opens("Remove profile default?", {"Remove": left_out}),
    }


SCENES: Final = {
    "Prerequisites": Scene([PREREQUISITES], nothing, to_findings, prerequisites),
    "Credentials": Scene([CREDENTIALS], at(Step.CREDENTIALS), resume, credentials),
    "Changes": Scene([CREDENTIALS], changed, resume, changes, code=0),
    "Authorize": Scene([AUTHORIZE, "state="], at(Step.AUTHORIZE), resume, authorize, "⏎ Open"),
    "Redirect": Scene([REDIRECT, "created "], at(Step.REDIRECT), resume, redirect),
    "Check": Scene(
        [CHECK, "25 users", "Go to Overview ›"],
        set_up,
        run_check,
        check,
        "⏎ Go to Overview",
        code=0,
    ),
    "Check failed": Scene(
        [CHECK, "from a SCIM API", "Try again ›"],
        set_up_behind_a_portal,
        run_check,
        check_failed,
        "⏎ Try again",
        code=0,
    ),
    "Done": Scene([DONE], at(Step.REDIRECT), to_done, done, "⏎ Finish", "Finish", code=0),
    "Overview": Scene([OVERVIEW], set_up, nothing, overview, "⏎ Choose", code=0),
}


PARTS: Final = {"Prerequisites": 2, "Credentials": 2, "Authorize": 2, "Redirect": 2, "Overview": 5}
"""The number of parts for steps with many controls, so that workers can share them."""


@pytest.mark.parametrize(
    ("name", "part"), [(name, part) for name in SCENES for part in range(PARTS.get(name, 1))]
)
def test_each_does_one_thing(world: World, name: str, part: int) -> None:
    scene = SCENES[name]
    scene.start(world)
    # Wide enough to show all keys.
    with wizard(world.env, cwd=world.folder, rows=30, cols=110) as terminal:
        scene.arrive(world, terminal)
        effects = {"Help": opens("Help ·"), "More": opens(PALETTE), "text": keeps}
        effects |= scene.effects(world, terminal)
        clicker = Clicker(
            terminal, lambda s: all(w in s for w in scene.words), effects, scene.enter
        )
        clicker.click_all(scene.last, slice(part, None, PARTS.get(name, 1)))
        assert terminal.wait_exit() == scene.code
        assert terminal.leftovers == []
