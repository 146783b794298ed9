"""Local errors as the screens meet them."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from pathlib import Path
from typing import Final

import pytest

from tests.book.row import Face, Row
from tests.book.stage import Stage, linked, opened, panel, resumed, until_said
from tests.book.test_here_commands import set_aside
from tests.driving import paste, text_of, wait_for_dialog, wait_for_screen, wait_until
from tests.system import full_disk
from tests.ui.running import point_at
from tests.walks import SECRET
from wizard.domain.errors.store import FILE_SET_ASIDE_IN_WIZARD
from wizard.domain.models import CredentialSet
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.overview_dialogs import SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen

TOO_SMALL: Final = Row(entry="terminal-too-small", faces=Face.SCREEN)
TWIN: Final = Row(entry="client-id-elsewhere", step=Step.CREDENTIALS, faces=Face.SCREEN)
TAKEN: Final = Row(entry="port-taken", faces=Face.SCREEN)
PRIVILEGED: Final = Row(entry="port-privileged", faces=Face.SCREEN)
UNUSABLE: Final = Row(entry="port-unusable", faces=Face.SCREEN)
UNSAVED: Final = Row(entry="store-failed", faces=Face.SCREEN)

UNMADE: Final = Row(entry="file-not-made", faces=Face.SCREEN)

ENTRIES: Final = (TOO_SMALL, TWIN, TAKEN, PRIVILEGED, UNUSABLE, UNSAVED, UNMADE)


async def test_window_too_small(stage: Stage) -> None:
    async with opened() as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        await pilot.resize_terminal(52, 14)
        await until_said(app, pilot, TOO_SMALL.entry, "TooSmall")


async def test_record_that_was_set_aside_is_said_where_it_is_set_up_again(stage: Stage) -> None:
    set_aside(stage)
    async with opened() as (app, pilot):
        await wait_for_screen(pilot, PrerequisitesScreen)
        remedy = FILE_SET_ASIDE_IN_WIZARD.remedy
        told = f"default.json.damaged-1, and its secrets are still saved. Fix: {remedy}"
        words = "".join(told.split())
        await wait_until(pilot, lambda: "How to fix" in panel(app, "#machine"), "the finding")
        await pilot.press("d")
        await wait_until(
            pilot, lambda: words in "".join(panel(app, "#dialog-body").split()), "where it is"
        )


@pytest.mark.parametrize(
    ("name", "value", "entry"),
    [
        ("SSL_CERT_FILE", "/nowhere/company.pem", "ca-file-unusable"),
        ("ALL_PROXY", "http://hugo:hunter2@127.0.0.1:9", "proxy-unreachable"),
    ],
)
async def test_what_is_read_at_the_start_is_told_whole_and_not_looked_at_again(
    stage: Stage, name: str, value: str, entry: str
) -> None:
    stage.monkeypatch.setenv(name, value)
    async with opened() as (app, pilot):
        await wait_until(pilot, lambda: "How to fix" in panel(app, "#machine"), "the finding")
        await pilot.press("d")
        await until_said(app, pilot, entry, "#dialog-body")
        found = " ".join(panel(app, "#dialog-body").split())
        assert value.rpartition("@")[2].removeprefix("http://") in found
        assert "then run scim-wizard again." in found
        assert "hunter2" not in found
        assert "check again" not in found


async def test_client_id_of_another_profile(stage: Stage) -> None:
    """The field shows the note, and it blocks nothing."""
    stage.put(name="acme", active=stage.credentials())
    stage.put_draft(stage.credentials(), Step.CREDENTIALS)
    async with resumed() as (app, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        await until_said(app, pilot, TWIN.entry, "#client-id-field")
        assert app.screen is screen
        await pilot.press("enter")
        await wait_for_screen(pilot, AuthorizeScreen)


async def test_disk_that_takes_no_file(stage: Stage) -> None:
    stage.put_draft(replace(stage.credentials(), client_secret=None), Step.CREDENTIALS)
    async with resumed() as (app, pilot):
        screen = await wait_for_screen(pilot, CredentialsScreen)
        with full_disk():
            await paste(pilot, SECRET)
            await until_said(app, pilot, UNSAVED.entry)
        assert app.screen is screen


async def test_check_that_cannot_be_noted_names_nothing_that_is_not_there(stage: Stage) -> None:
    stage.put_active(hours=1)
    async with opened() as (app, pilot):
        await point_at(pilot, "check")
        with full_disk():
            await pilot.press("enter")
            await until_said(app, pilot, UNSAVED.entry)
        assert "The result of this check couldn't be saved." in panel(app)
        assert "ry again" not in text_of(app)


async def test_sheet_whose_name_is_taken(stage: Stage, tmp_path: Path) -> None:
    stage.put_active(hours=1)
    stage.monkeypatch.chdir(tmp_path)
    (tmp_path / "twilio-scim-default.md").mkdir()
    async with opened() as (app, pilot):
        await point_at(pilot, "sheet")
        await pilot.press("enter")
        await wait_for_dialog(pilot, SheetScreen)
        await pilot.click("#save")
        await until_said(app, pilot, UNMADE.entry)
        assert isinstance(app.screen, SheetScreen)


async def test_port_that_another_program_has(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        await is_said_beside_the_link(stage, TAKEN, port)


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (errno.EACCES, PRIVILEGED),
        (errno.EPERM, PRIVILEGED),
        (errno.EMFILE, UNUSABLE),
        (errno.ENOBUFS, UNUSABLE),
    ],
)
async def test_port_that_the_system_refuses(stage: Stage, number: int, row: Row) -> None:
    """The kernel's refusal is simulated: whether it happens, also to root, depends on settings."""

    async def refuse(*_args: object, **_more: object) -> None:
        raise OSError(number, os.strerror(number))

    stage.monkeypatch.setattr(asyncio, "start_server", refuse)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    await is_said_beside_the_link(stage, row, port)


async def is_said_beside_the_link(stage: Stage, row: Row, port: int) -> None:
    """Open Authorize with a Redirect URL on this machine."""
    loopback = replace(stage.credentials(), redirect_url=f"http://127.0.0.1:{port}/callback")
    draft: CredentialSet = linked(loopback)
    stage.put_draft(draft, Step.AUTHORIZE)
    async with resumed() as (app, pilot):
        screen = await wait_for_screen(pilot, AuthorizeScreen)
        await until_said(app, pilot, row.entry, "#where")
        assert app.screen is screen
