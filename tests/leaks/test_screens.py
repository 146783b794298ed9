"""Every screen with secrets in its data: no drawing, export, or copy shows one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from textual.screen import Screen

from screenshots import film
from tests import walks
from tests.driving import make_app, paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.fakes import NOW, World, tokens
from tests.leaks.every import screens
from tests.ui.running import WHOLE, point_at, resumed, running, seed
from tests.walks import REDIRECT_URL, ThePilot
from wizard.domain.errors.exchange import WRONG_CLIENT
from wizard.domain.models import Pkce, UserList
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore
from wizard.ui.dialog import ConfirmScreen, HelpScreen
from wizard.ui.input_timing import TimedScreen
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen

CLIENT_SECRET: Final = "planted-client-secret-0123456789abcdef"
STATE: Final = "planted-state-0123456789abcdef012345"
VERIFIER: Final = "planted-verifier-0123456789abcdef0123456789abcdef"
CODE: Final = "planted-code-0123456789abcdef"
TOKEN: Final = "planted-token"
"""The first characters of all secrets."""
PLANTED: Final = (CLIENT_SECRET, VERIFIER, CODE, TOKEN)

DRAFT: Final = replace(WHOLE, client_secret=Secret(CLIENT_SECRET), pkce=Pkce.ON)
KEPT: Final = replace(
    DRAFT,
    tokens=replace(
        tokens(), access_token=Secret(f"{TOKEN}-access"), refresh_token=Secret(f"{TOKEN}-refresh")
    ),
)


@contextmanager
def known() -> Iterator[None]:
    """Create links with the planted state and verifier."""
    values = cycle([STATE, VERIFIER])
    with patch("wizard.domain.oauth.authorization_request._random", lambda: Secret(next(values))):
        yield


def exported(pilot: ThePilot) -> str:
    """Return the text of a screen's SVG, with the pieces of each line joined."""
    svg = pilot.app.export_screenshot()
    return svg + html.unescape(re.sub(r"<[^>]*>", "", svg))


class Gallery:
    """Checks screens, as text and as an export."""

    def __init__(self) -> None:
        self.seen: set[type[Screen[Any]]] = set()

    async def look(
        self, pilot: ThePilot, kind: type[TimedScreen[Any]], *, may_show: str = ""
    ) -> None:
        """Wait for a screen, and assert that it shows no secret."""
        app = pilot.app
        await wait_for_dialog(pilot, kind)
        await pilot.pause()
        self.seen.add(type(app.screen))
        is_link = "Authorize" in kind.__name__
        for shown in (text_of(app).replace("\n", ""), exported(pilot)):
            for planted in (*PLANTED, "" if is_link else STATE):
                if planted and planted != may_show:
                    assert planted not in shown, f"{planted} on {kind.__name__}"
        repr(app.screen)
        for widget in app.screen.walk_children():
            assert not any(planted in repr(widget) for planted in PLANTED)


async def enter(pilot: ThePilot, id_: str) -> None:
    await point_at(pilot, id_)
    await pilot.press("enter")


async def close(pilot: ThePilot, kind: type[Screen[Any]]) -> None:
    """Close a dialog, and return to a screen."""
    await pilot.press("escape")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, kind), "the screen below")


async def first_steps(world: World, gallery: Gallery) -> None:
    async with running(make_app(world)) as (_, pilot):
        await gallery.look(pilot, type(await walks.prerequisites(pilot, world)))
        await pilot.press("right", "right")
        await gallery.look(pilot, PrerequisitesScreen)


async def road(world: World, gallery: Gallery) -> None:
    """Resume a draft, and complete it, with wrong pastes along the way."""
    async with resumed(world, Step.CREDENTIALS, DRAFT) as (app, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        await gallery.look(pilot, CredentialsScreen)
        screen.query_one("#client-secret").focus()
        await paste(pilot, CLIENT_SECRET)
        await gallery.look(pilot, CredentialsScreen)
        await pilot.press("ctrl+a", "ctrl+c", "ctrl+x")
        # This is the one place where the secret is shown, because the user asked for it.
        await pilot.press("ctrl+r")
        await wait_until(pilot, lambda: CLIENT_SECRET in text_of(app), "the secret that was asked")
        assert CLIENT_SECRET in exported(pilot)
        await gallery.look(pilot, CredentialsScreen, may_show=CLIENT_SECRET)
        screen.query_one("#client-id").focus()
        await wait_until(pilot, lambda: CLIENT_SECRET not in text_of(app), "the mask")
        await gallery.look(pilot, CredentialsScreen)
        await pilot.click("#advanced")
        await gallery.look(pilot, AdvancedScreen)
        await close(pilot, CredentialsScreen)
        await pilot.click("#next")
        await gallery.look(pilot, type(await walks.linked_authorize(pilot)))
        await pilot.press("f1")
        await gallery.look(pilot, HelpScreen)
        await close(pilot, AuthorizeScreen)
        await pilot.press("enter")
        redirect = type(await walks.linked_redirect(pilot))
        for wrong in (
            f"https://elsewhere.example.org/cb?code={CODE}&state={STATE}",
            f"{REDIRECT_URL}?code={CODE}&state=another",
            f"{REDIRECT_URL}?code={CODE}",
            f"{REDIRECT_URL}#code={CODE}&state=another",
            f"{REDIRECT_URL}?error=access_denied&error_description=no&code={CODE}&state={STATE}",
            f'{{"access_token": "{TOKEN}-access"}}',
            CLIENT_SECRET,
            CODE,
        ):
            await paste(pilot, wrong)
            await gallery.look(pilot, redirect)
        await paste(pilot, f"{REDIRECT_URL}?code={CODE}&state={STATE}")
        await gallery.look(pilot, type(await walks.reported_check(pilot)))
        await pilot.press("enter")
        await wait_for_screen(pilot, DoneScreen)
        await gallery.look(pilot, DoneScreen)
        assert not app.clipboard


async def living(world: World, gallery: Gallery) -> None:
    """Open everything that Overview offers."""
    seed(world, active=KEPT, draft=replace(DRAFT, attempts=(begin(DRAFT, None, NOW),)))
    async with running(make_app(world)) as (app, pilot):
        await gallery.look(pilot, type(await wait_for_screen(pilot, OverviewScreen)))
        for id_, kind in (
            ("sheet", SheetScreen),
            ("profiles", ProfilesScreen),
            ("forget", ConfirmScreen),
            ("rotate", RotateScreen),
        ):
            await enter(pilot, id_)
            await gallery.look(pilot, kind)
            if kind is not RotateScreen:
                await close(pilot, OverviewScreen)
        await paste(pilot, CLIENT_SECRET)
        await gallery.look(pilot, RotateScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: WRONG_CLIENT.title in text_of(app), "the refusal")
        await gallery.look(pilot, RotateScreen)
        await close(pilot, OverviewScreen)
        await enter(pilot, "change")
        screen = await wait_for_screen(pilot, CredentialsScreen)
        screen.query_one("#redirect-url").focus()
        await paste(pilot, "https://other.example.org/cb")
        await pilot.press("ctrl+n")
        await gallery.look(pilot, ChangesScreen)
        assert not app.clipboard


async def test_every_screen_shows_none(world: World, tmp_path: Path) -> None:
    gallery = Gallery()
    world.tokens.exchanges = [KEPT.tokens or tokens()]
    world.tokens.refreshes = [KEPT.tokens or tokens(), SetupError(WRONG_CLIENT)]
    world.users.answers = [UserList(25)]
    with known():
        await first_steps(World(LocalProfileStore(tmp_path / "new")), gallery)
        await road(world, gallery)
        store = LocalProfileStore(tmp_path / "set-up")
        old = World(store)
        old.tokens.refreshes = [SetupError(WRONG_CLIENT)]
        await living(old, gallery)
    assert gallery.seen == screens()
    # The link was opened, as requested. Nothing was copied.
    assert len(world.browser.opened) == 1
    assert STATE in world.browser.opened[0]
    assert not any(planted in world.browser.opened[0] for planted in PLANTED)
    assert not world.clipboard.copied


def test_no_picture_that_is_kept_shows_one() -> None:
    """The secrets are those of the scenes from which the pictures are made."""
    pictures = [*(Path(__file__).parents[2] / "screenshots").glob("*.svg")]
    assert len(pictures) > 20
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        for secret in (walks.SECRET, walks.CODE[:40], "access-1", "refresh-1", "access-active"):
            assert secret not in text, picture
        # Authorize shows the link, which contains the state; so does the film of the setup.
        if "authorize" not in picture.name and picture.name != film.FILE:
            assert walks.STATE not in text, picture
