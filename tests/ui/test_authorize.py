"""Step 3 by itself: the link is complete, and each way to give it out has the right result."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest
from textual import events
from textual.screen import Screen

from tests.domain.residues import SINGLE
from tests.driving import PATIENCE, paste, wait_until
from tests.ui.desk import ANSWER, ATTEMPT, CODE, Desk
from tests.ui.hosting import Stage, showing
from wizard.domain.errors.consent import ACCESS_DENIED, INVALID_CLIENT
from wizard.domain.errors.local import PORT_TAKEN
from wizard.domain.errors.paste import CUT_OFF, NO_CODE
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.oauth.authorization_response import BareCode, Received, Refused
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.state import Back, CodeReceived, Delivery, GoTo, LinkTaken
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.widgets.links import LinkView

RECEIVED = CodeReceived(Received(Secret(CODE), ATTEMPT))


def at_authorize(
    desk: Desk, size: tuple[int, int] = (80, 24)
) -> AbstractAsyncContextManager[Stage[AuthorizeScreen]]:
    return showing(desk.authorize(), size)


def link_rows(stage: Stage[AuthorizeScreen]) -> list[tuple[str, set[str | None]]]:
    """Return each row of the link: its text, and the targets of its characters' hyperlinks."""
    region = stage.screen.query_one(LinkView).content_region
    strips = stage.screen._compositor.render_strips()[region.y : region.bottom]
    rows = []
    for strip in strips:
        row = [s for s in strip.crop(region.x, region.right) if s.text.strip()]
        links = {s.style.link if s.style else None for s in row}
        rows.append(("".join(s.text for s in row).rstrip(), links))
    return rows


async def until_linked(stage: Stage[AuthorizeScreen]) -> None:
    await wait_until(stage.pilot, lambda: stage.screen.link is not None, "the link")
    await stage.pilot.pause()


async def test_the_link_is_whole_and_every_row_leads_to_all_of_it() -> None:
    desk = Desk()
    for size in ((80, 24), (120, 36), (60, 18)):
        async with at_authorize(desk, size) as stage:
            await until_linked(stage)
            rows = link_rows(stage)
            assert "".join(text for text, _ in rows) == desk.link.url
            assert len(rows) > 1
            assert all(links == {desk.link.url} for _, links in rows)


async def test_a_link_too_long_for_its_room_says_which_key_shows_all_of_it() -> None:
    desk = Desk()
    desk.attempts = [replace(ATTEMPT, redirect_url="https://scim.example.edu/" + "x" * 700)]
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        rows = link_rows(stage)
        assert len(rows) == 7
        assert "^l" in rows[-1][0]
        assert all(links == {desk.link.url} for _, links in rows)


async def test_enter_opens_the_browser_and_goes_on() -> None:
    desk = Desk()
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("enter")
        assert await stage.outcome() == LinkTaken(Delivery.OPENED)
    assert desk.opened == [desk.link.url]


async def test_a_browser_that_takes_nothing_is_told() -> None:
    desk = Desk(takes=False)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+o")
        assert await stage.outcome() == LinkTaken(Delivery.NOT_OPENED)


async def test_a_click_copies_where_a_browser_could_open() -> None:
    desk = Desk()
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.click("#copy")
        assert await stage.outcome() == LinkTaken(Delivery.COPIED)
    assert desk.copied == [desk.link.url]
    assert desk.opened == []


async def test_over_ssh_enter_copies_and_no_browser_is_offered() -> None:
    desk = Desk(why_not="SSH")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+o")
        assert stage.outcomes == []
        await stage.pilot.press("enter")
        assert await stage.outcome() == LinkTaken(Delivery.COPIED)
    assert (desk.opened, desk.copied) == ([], [desk.link.url])


async def test_without_a_clipboard_here_the_terminal_is_asked() -> None:
    desk = Desk(why_not="SSH", has_clipboard=False)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+y")
        assert await stage.outcome() == LinkTaken(Delivery.SENT)
        assert stage.app.sent == [desk.link.url]


async def test_no_key_hands_out_a_link_that_is_not_there() -> None:
    desk = Desk(failure=SetupError(DISK_FULL.filled(path="/somewhere")))
    async with at_authorize(desk) as stage:
        await stage.until_text(DISK_FULL.title)
        await stage.pilot.press("enter", "ctrl+o", "ctrl+y", "ctrl+l")
        assert stage.outcomes == []
        assert (desk.opened, desk.copied, desk.bare) == ([], [], [])
        await stage.until_text("Try again ›")
        assert "Copy link" not in stage.text
        desk.failure = None
        assert stage.app.focused is stage.screen.query_one("#next")
        await stage.pilot.press("enter")
        await until_linked(stage)
        await stage.until_text("Open browser ›", "Copy link")
        assert DISK_FULL.title not in stage.text


async def test_a_link_that_could_not_be_made_is_said_and_enter_tries_again() -> None:
    desk = Desk(failure=SetupError(DISK_FULL.filled(path="/somewhere")))
    async with at_authorize(desk) as stage:
        await stage.until_text(DISK_FULL.title, "Try again ›")
        assert "Creating the link" not in stage.text
        await wait_until(
            stage.pilot, lambda: stage.screen.query_one("#next").has_focus, "the focus"
        )
        desk.failure = None
        await stage.pilot.press("enter")
        await until_linked(stage)
        await stage.until_text("Open browser ›", "You land on")
        assert DISK_FULL.title not in stage.text
        assert stage.screen.query_one("#next").has_focus
        assert stage.outcomes == []


async def test_where_it_waits_fills_its_lines() -> None:
    async with at_authorize(Desk(is_listening=True)) as stage:
        await until_linked(stage)
        await stage.until_text("If your browser is on this")
        rows = [line[18:].strip() for line in stage.text.splitlines()]
        at = next(i for i, row in enumerate(rows) if row.startswith("If your browser"))
        assert len(rows[at]) > 45
        assert rows[at + 1].endswith("automatically.")


async def test_what_is_selected_of_the_link_is_in_one_piece() -> None:
    desk = Desk()
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        region = stage.screen.query_one(LinkView).content_region
        await stage.pilot.mouse_down(offset=region.offset)
        await stage.pilot.hover(offset=region.bottom_right - (1, 1))
        await stage.pilot.mouse_up(offset=region.bottom_right - (1, 1))
        await stage.pilot.press("ctrl+c")
        assert stage.app.sent == [desk.link.url]


async def test_a_fresh_link_takes_the_place_of_the_old_one() -> None:
    desk = Desk()
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        old = desk.link.url
        await stage.pilot.press("ctrl+t")
        await wait_until(stage.pilot, lambda: desk.link.url != old, "a fresh link")
        await until_linked(stage)
        assert "".join(text for text, _ in link_rows(stage)) == desk.link.url


async def test_the_bare_link_may_be_answered_at_once() -> None:
    desk = Desk(entered=f"{ANSWER[:40]}\r\n{ANSWER[40:]}\r\n")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        assert await stage.outcome() == RECEIVED
        assert stage.app.suspended == 1
    assert desk.bare == [desk.link.url]


async def test_nothing_is_painted_while_the_bare_link_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Output to a suspended terminal is queued, and a full queue blocks the wizard."""
    seen, written = asyncio.Event(), list[str]()
    desk = Desk()

    async def stand(url: str) -> str:
        seen.set()
        await desk.has_answered.wait()
        return ""

    monkeypatch.setattr(desk, "show_bare", stand)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        stage.app.post_message(events.Key("ctrl+l", None))
        await asyncio.wait_for(seen.wait(), PATIENCE)
        monkeypatch.setattr(Screen, "_compositor_refresh", lambda _: written.append("painted"))
        for _ in range(40):
            # As a blinking cursor does.
            stage.screen.query_one(LinkView).refresh()
            await stage.pilot.pause()
        assert written == []
        desk.has_answered.set()
        await wait_until(stage.pilot, lambda: written != [], "the screen is painted again")


async def test_enter_on_the_bare_terminal_only_comes_back() -> None:
    desk = Desk(entered="\r")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        assert stage.app.suspended == 1
        assert stage.outcomes == []


async def test_a_bad_address_from_the_bare_terminal_is_named() -> None:
    desk = Desk(entered="https://scim.example.edu/callback\r")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        await stage.until_text(NO_CODE.title)
        assert stage.outcomes == []


async def test_a_bare_code_is_asked_about_and_enter_uses_it() -> None:
    desk = Desk(entered="abcdefgh-1234567890-ijkl\r")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        await stage.until_text("?", "without its state")
        await stage.pilot.press("enter")
        code = Secret("abcdefgh-1234567890-ijkl")
        assert await stage.outcome() == CodeReceived(BareCode(code, desk.attempts[0]))
    assert desk.opened == []


async def test_a_fresh_link_drops_the_question_about_a_code_for_the_old_one() -> None:
    desk = Desk(entered="abcdefgh-1234567890-ijkl\r")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        await stage.until_text("without its state")
        await stage.pilot.press("ctrl+t")
        await until_linked(stage)
        await stage.pilot.press("enter")
        assert await stage.outcome() == LinkTaken(Delivery.OPENED)


async def test_what_the_listener_catches_goes_on_by_itself() -> None:
    desk = Desk(is_listening=True)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.until_text("If your browser is on this")
        desk.caught.put_nowait(RECEIVED.answer)
        assert await stage.outcome() == RECEIVED


async def test_a_denial_the_listener_catches_is_shown_and_it_waits_on() -> None:
    desk = Desk(is_listening=True)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        desk.caught.put_nowait(Refused(ACCESS_DENIED))
        await stage.until_text(ACCESS_DENIED.title)
        assert stage.outcomes == []
        desk.caught.put_nowait(RECEIVED.answer)
        assert await stage.outcome() == RECEIVED


async def test_enter_leads_to_credentials_where_what_was_caught_is_mended() -> None:
    desk = Desk(is_listening=True)
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        desk.caught.put_nowait(Refused(INVALID_CLIENT))
        await stage.until_text(INVALID_CLIENT.title, "Go to Credentials")
        await stage.pilot.press("ctrl+t")
        await stage.until_text("Open browser ›")
        desk.caught.put_nowait(Refused(INVALID_CLIENT))
        await stage.until_text("Go to Credentials")
        await until_linked(stage)
        await stage.pilot.press("enter")
        assert await stage.outcome() == GoTo(Step.CREDENTIALS, INVALID_CLIENT)
    assert desk.opened == []


async def test_a_listener_that_cannot_listen_is_said() -> None:
    problem = PORT_TAKEN.filled(port="8765")
    async with at_authorize(Desk(listener_problem=problem)) as stage:
        await stage.until_text("Port 8765 is in use", "paste")


async def test_it_is_said_where_the_browser_is_elsewhere() -> None:
    async with at_authorize(Desk(is_listening=True, why_not="SSH")) as stage:
        await stage.until_text("isn't on this machine", "SSH", "paste")
        assert stage.text.index("! Your browser") < stage.text.index("Sign in and click")


async def test_the_demo_approves_in_the_browsers_stead() -> None:
    approved = []

    async def approve(url: str) -> str:
        approved.append(url)
        return ANSWER

    for keys in (("f8",), ("enter",)):
        desk = Desk(why_not="SSH", approve=approve)
        async with at_authorize(desk) as stage:
            await until_linked(stage)
            await stage.until_text("⏎ Approve")
            assert "F8" not in stage.text
            await stage.pilot.press(*keys)
            assert await stage.outcome() == LinkTaken(Delivery.APPROVED, Secret(ANSWER))
    assert approved == [desk.link.url] * 2


async def test_without_the_demo_no_key_approves() -> None:
    async with at_authorize(Desk()) as stage:
        await until_linked(stage)
        await stage.pilot.press("f8")
        assert stage.outcomes == []
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()


async def test_url_pasted_on_authorize_is_taken() -> None:
    async with at_authorize(Desk()) as stage:
        await until_linked(stage)
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_url_pasted_while_the_link_is_made_is_taken() -> None:
    desk = Desk(failure=SetupError(DISK_FULL))
    async with at_authorize(desk) as stage:
        await stage.until_words("#problem", DISK_FULL.title)
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_refused_paste_on_authorize_is_told() -> None:
    desk = Desk()
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await paste(stage.pilot, ANSWER[:-9])
        await stage.until_words("#problem", CUT_OFF.title)
        assert desk.opened == []


@pytest.mark.parametrize("name", ["terminal: marks, all but the last", "nesting: Safe Links"])
async def test_what_is_pasted_on_the_full_link_view_is_read_as_everywhere(name: str) -> None:
    desk = Desk(entered=f"{SINGLE[name](ANSWER)}\r")
    async with at_authorize(desk) as stage:
        await until_linked(stage)
        await stage.pilot.press("ctrl+l")
        assert await stage.outcome() == RECEIVED
