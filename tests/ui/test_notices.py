"""Findings and repairs of the store are shown when they occur, before a secret is entered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.driving import make_app, paste, text_of, wait_for_screen, wait_until
from tests.fakes import World
from tests.store.keyrings import HangingKeyring, LockedKeyring, keyring_on, let_answer
from tests.ui.running import TICKED_ALL, WHOLE, running, seed
from tests.walks import CLIENT_ID, REDIRECT_URL, continue_anyway
from wizard.domain.errors.store import CANNOT_KEEP_OUT, KEYRING_PASSED_OVER, PERMISSIONS_TIGHTENED
from wizard.domain.models import StoreKind
from wizard.domain.value import replace
from wizard.store.profiles import LocalProfileStore
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen

IN_FILES = KEYRING_PASSED_OVER.title


async def test_keyring_that_hangs_is_waited_for_and_said_before_a_secret_is_entered(
    tmp_path: Path,
) -> None:
    """It hangs for longer than two Enters take."""
    backend = HangingKeyring()
    # The test decides when the wizard gives up on it, by setting `may_answer`.
    store = LocalProfileStore(tmp_path, None, keyring_on(backend, 0.5))
    world = World(store)
    with store.locked("default") as held:
        held.save(TICKED_ALL)
    async with running(make_app(world), notifications=True) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.press("enter")
        screen = await wait_for_screen(pilot, CredentialsScreen)
        assert backend.hung
        await wait_until(pilot, lambda: f"! {IN_FILES}" in text_of(app), "the storage line")
        assert [notice.title for notice in app._notifications] == [IN_FILES]
        assert not screen.query_one("#client-secret").value  # type: ignore[attr-defined]
        let_answer(backend)


async def test_downgrade_at_the_first_save_is_said(tmp_path: Path) -> None:
    """As with a keyring that responds to the check, but is locked at the first save."""
    backend = LockedKeyring()
    backend.is_locked = False
    store = LocalProfileStore(tmp_path, None, keyring_on(backend))
    async with running(make_app(World(store)), notifications=True) as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await continue_anyway(pilot)
        await wait_for_screen(pilot, CredentialsScreen)
        assert not app._notifications
        backend.is_locked = True
        await pilot.press(*CLIENT_ID, "enter")
        await wait_until(pilot, lambda: bool(app._notifications), "the notice")
        assert [notice.title for notice in app._notifications] == [IN_FILES]
        assert (profile := store.load("default")) is not None
        assert profile.store is StoreKind.FILE


async def test_folder_that_opens_to_others_while_the_wizard_runs_is_said(tmp_path: Path) -> None:
    store = LocalProfileStore(tmp_path)
    world = World(store)
    seed(world, draft=replace(WHOLE, redirect_url=""))
    async with running(make_app(world), notifications=True) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        (tmp_path / "profiles").chmod(0o755)
        await pilot.press("u")
        await wait_for_screen(pilot, CredentialsScreen)
        assert not app._notifications
        await paste(pilot, REDIRECT_URL)
        title = PERMISSIONS_TIGHTENED.title.format(path=tmp_path / "profiles")
        await wait_until(
            pilot, lambda: [n.title for n in app._notifications] == [title], "the notice"
        )


async def test_folder_that_cannot_keep_others_out_is_said_before_a_secret_is_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a mount of another system, where changing the mode has no effect."""
    store = LocalProfileStore(tmp_path)
    seed(World(store), draft=replace(WHOLE, redirect_url=""))
    (tmp_path / "secrets").chmod(0o777)
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    async with running(make_app(World(store))) as (app, pilot):
        await wait_for_screen(pilot, OverviewScreen)
        await pilot.press("u")
        await wait_for_screen(pilot, CredentialsScreen)
        title = CANNOT_KEEP_OUT.title
        assert title in " ".join(text_of(app).split())
