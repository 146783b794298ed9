"""Step 4 by itself: a valid URL continues, any other gets a message, and no code is shown."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
from textual import events

from tests.driving import paste, wait_until
from tests.fakes import NOW
from tests.ui.desk import ANSWER, ATTEMPT, CODE, Desk
from tests.ui.hosting import Stage, showing
from tests.walks import REDIRECT_URL, SECRET, STATE
from wizard.domain.errors import consent
from wizard.domain.errors import paste as book
from wizard.domain.errors.local import PORT_TAKEN
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.models import LINK_LIFE
from wizard.domain.oauth.authorization_request import authorize_url
from wizard.domain.oauth.authorization_response import BareCode, Received, Refused
from wizard.domain.oauth.pasted_response import PASTE_LIMIT
from wizard.domain.problems import SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.state import Back, CodeReceived, Delivery, GoTo
from wizard.ui.screens.redirect import AddressEntry, RedirectScreen
from wizard.ui.widgets.problem_panel import ProblemPanel

RECEIVED = CodeReceived(Received(Secret(CODE), ATTEMPT))
EXPIRED = replace(ATTEMPT, state=Secret("an-older-state-4711"), created_at=NOW - LINK_LIFE)
USED = replace(ATTEMPT, state=Secret("a-used-state-0815"), code_sent_at=NOW)
CUT = ANSWER[:-9]
FOREIGN = ANSWER.replace(STATE, "somebody-elses-state")
ELSEWHERE = FOREIGN.replace("callback", "callbacks")
MASKED = f"{REDIRECT_URL}?code=•••&state=•••"
BARE = "abcdefgh-1234567890-ijkl"

REFUSALS = [
    ("", book.EMPTY),
    (" \u200b\r\n", book.EMPTY),
    ("x" * (PASTE_LIMIT + 1), book.TOO_LONG),
    (authorize_url(ATTEMPT), book.AUTHORIZE_URL),
    ("https://1console.twilio.com/organization", book.TWILIO_PAGE),
    ("https://login.twilio.com/u/login?state=abc", book.TWILIO_PAGE),
    (REDIRECT_URL, book.NO_CODE),
    ("https://scim.example.edu/", book.FORWARDED),
    (f"{REDIRECT_URL}?code={CODE}", book.NO_STATE),
    (FOREIGN, book.FOREIGN_STATE),
    (ANSWER.replace(STATE, EXPIRED.state.reveal()), book.LINK_EXPIRED),
    (ANSWER.replace(STATE, USED.state.reveal()), book.LINK_USED),
    (ELSEWHERE, book.OTHER_ADDRESS),
    (CUT, book.CUT_OFF),
    (f"{ANSWER}&code=a-second-one", book.DOUBLED),
    (SECRET, book.SECRET),
    ('{"access_token": "x"}', book.TOKEN),
    ("hello", book.NOTHING_USABLE),
    (f"{REDIRECT_URL}?error=access_denied", book.UNPROVEN_ERROR),
    (f"{REDIRECT_URL}?error=access_denied&state={STATE}", consent.ACCESS_DENIED),
    (f"{REDIRECT_URL}?error=invalid_scope&state={STATE}", consent.INVALID_SCOPE),
    (f"{REDIRECT_URL}?error=odd&state={STATE}", consent.OTHER_ERROR),
]

PRIMARY: dict[Step | None, str] = {
    Step.AUTHORIZE: "Create a new link ›",
    Step.CREDENTIALS: "Go to Credentials",
}
"""The label of Enter after a rejection, by the step where it is fixed."""


def at_redirect(
    desk: Desk, size: tuple[int, int] = (80, 24), delivery: Delivery = Delivery.OPENED
) -> AbstractAsyncContextManager[Stage[RedirectScreen]]:
    return showing(desk.redirect(delivery), size)


def type_in(stage: Stage[RedirectScreen], text: str) -> None:
    """Send characters like a terminal that brackets no paste: without a pause between them."""
    for character in text:
        stage.app.post_message(events.Key(character, character))


async def test_a_good_paste_goes_on_by_itself() -> None:
    for pasted in (ANSWER, f"\x1b[200~ <{ANSWER}>\r\n", f"{ANSWER[:50]}\n  {ANSWER[50:]}"):
        async with at_redirect(Desk()) as stage:
            await paste(stage.pilot, pasted)
            assert await stage.outcome() == RECEIVED
            assert CODE not in stage.text


async def test_each_refusal_is_shown_and_nothing_pasted_is() -> None:
    desk = Desk(attempts=[USED, EXPIRED, ATTEMPT])
    async with at_redirect(desk, (100, 40)) as stage:
        for pasted, problem in REFUSALS:
            await paste(stage.pilot, pasted)
            await stage.until_words("#problem", problem.title)
            assert problem.remedy[:20] in stage.words_in("#problem")
            await stage.until_text(PRIMARY.get(problem.step, "Next ›"))
            for secret in (CODE, STATE, SECRET, "somebody-elses-state", "a-second-one"):
                assert secret not in stage.text, problem.id
        assert stage.outcomes == []


async def test_another_address_is_held_against_the_one_that_was_set() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, ELSEWHERE)
        await stage.until_text(f"{REDIRECT_URL}s", "differs from here")
        lines = stage.text.splitlines()
        mark = next(i for i, line in enumerate(lines) if "differs from here" in line)
        pasted, expected = lines[mark - 2], lines[mark - 1]
        assert "pasted  " in pasted
        assert "expected  " in expected
        column = lines[mark].index("^")
        assert pasted.rstrip().endswith(f"{REDIRECT_URL}s")
        assert expected.rstrip().endswith(REDIRECT_URL)
        assert pasted[column] == "s"
        assert pasted[:column].removesuffix(REDIRECT_URL) != pasted[:column]


async def test_what_was_typed_before_is_not_read_after_a_paste() -> None:
    async with at_redirect(Desk()) as stage:
        await stage.pilot.press("x", "enter")
        await paste(stage.pilot, FOREIGN)
        await stage.until_text(book.FOREIGN_STATE.title)
        assert stage.screen._silence is None


async def test_demos_url_replaces_what_was_refused() -> None:
    async def approve(_url: str) -> str:
        return ANSWER

    async with at_redirect(Desk(approve=approve)) as stage:
        await stage.pilot.press("f8")
        await stage.until_text("pasted by the demo", "you paste it yourself")
        await paste(stage.pilot, FOREIGN)
        await stage.until_text(book.FOREIGN_STATE.title, "F8 Approve")
        assert "you paste it yourself" not in stage.text
        await stage.pilot.press("f8")
        await stage.until_text("pasted by the demo", "you paste it yourself", "⏎ Next")
        assert book.FOREIGN_STATE.title not in stage.text
        await stage.pilot.press("enter")
        assert await stage.outcome() == RECEIVED


async def test_the_length_of_a_paste_is_told_and_its_code_masked() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, FOREIGN)
        await stage.until_words("#address-field", f"{len(FOREIGN)} characters")
        assert "code=•••&state=•••" in stage.words_in("#address-field")


async def test_enter_leads_where_it_is_mended_until_another_address_comes() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, ELSEWHERE)
        await stage.until_text(book.OTHER_ADDRESS.title, "Go to Credentials")
        await paste(stage.pilot, CUT)
        await stage.until_text(book.CUT_OFF.title, "Next ›")
        await stage.pilot.press("enter")
        await paste(stage.pilot, ELSEWHERE)
        await stage.until_text("Go to Credentials")
        await stage.pilot.press("x")
        await stage.until_text("Next ›")
        await paste(stage.pilot, ELSEWHERE)
        await stage.until_text("Go to Credentials")
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_enter_reads_a_refused_paste_again() -> None:
    desk = Desk()
    async with at_redirect(desk) as stage:
        await paste(stage.pilot, CUT)
        await stage.until_text(book.CUT_OFF.title)
        desk.attempts.append(replace(ATTEMPT, state=Secret(STATE[:-9])))
        await stage.pilot.press("enter")
        assert isinstance(await stage.outcome(), CodeReceived)


async def test_enter_with_nothing_there_says_what_belongs_there() -> None:
    async with at_redirect(Desk()) as stage:
        await stage.pilot.press("enter")
        await stage.until_text(book.EMPTY.title)
        assert stage.outcomes == []


async def test_a_bare_code_is_asked_about_and_enter_uses_it() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, BARE)
        await stage.until_text("without its state")
        assert stage.outcomes == []
        assert BARE not in stage.text
        await stage.pilot.press("enter")
        assert await stage.outcome() == CodeReceived(BareCode(Secret(BARE), ATTEMPT))


async def test_a_bare_code_is_forgotten_when_something_else_is_entered() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, BARE)
        await stage.until_text("without its state")
        await stage.pilot.press("x")
        await wait_until(stage.pilot, lambda: "without its state" not in stage.text, "no question")
        await stage.pilot.press("enter")
        await stage.until_text(book.NOTHING_USABLE.title)
        assert stage.outcomes == []


async def test_typed_text_goes_on_only_when_it_is_all_there() -> None:
    # With the code in last place, every prefix of it would complete a response.
    text = f"{REDIRECT_URL}?state={STATE}&code={CODE}"
    async with at_redirect(Desk()) as stage:
        type_in(stage, text)
        assert await stage.outcome() == RECEIVED


async def test_typed_text_that_is_wrong_is_named_at_enter_only() -> None:
    async with at_redirect(Desk()) as stage:
        type_in(stage, REDIRECT_URL)
        address = stage.screen.query_one(AddressEntry)
        await wait_until(stage.pilot, lambda: address.value == REDIRECT_URL, "all of it")
        await wait_until(stage.pilot, lambda: stage.screen._silence is None, "silence")
        panel = stage.screen.query_one(ProblemPanel)
        assert not panel.display
        await stage.pilot.press("enter")
        await stage.until_text(book.NO_CODE.title)


async def test_typing_over_a_masked_paste_starts_anew() -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, FOREIGN)
        await stage.until_text(book.FOREIGN_STATE.title)
        type_in(stage, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_the_facts_tell_what_became_of_the_link() -> None:
    problem = PORT_TAKEN.filled(port="8765")
    async with at_redirect(Desk(listener_problem=problem)) as stage:
        await stage.until_text(Delivery.OPENED.value, "14:02", "Port 8765 is in use", "5 minutes")
        await stage.pilot.press("ctrl+y")
        await stage.until_text(Delivery.COPIED.value)
        await stage.pilot.press("ctrl+o")
        await stage.until_text(
            Delivery.OPENED.value, "No page in your browser? ^y copies the link."
        )
        assert stage.outcomes == []
    async with at_redirect(Desk(is_listening=True)) as stage:
        await stage.until_text("or for the browser")


async def test_what_the_listener_catches_goes_on_by_itself() -> None:
    desk = Desk(is_listening=True)
    async with at_redirect(desk) as stage:
        desk.caught.put_nowait(Refused(consent.ACCESS_DENIED))
        await stage.until_text(consent.ACCESS_DENIED.title)
        assert stage.outcomes == []
        desk.caught.put_nowait(RECEIVED.answer)
        assert await stage.outcome() == RECEIVED


async def test_a_catch_and_a_paste_at_once_leave_once() -> None:
    desk = Desk(is_listening=True)
    async with at_redirect(desk) as stage:
        desk.caught.put_nowait(RECEIVED.answer)
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_a_catch_while_help_is_open_goes_on() -> None:
    desk = Desk(is_listening=True)
    async with at_redirect(desk) as stage:
        await stage.pilot.press("f1")
        await wait_until(stage.pilot, lambda: stage.app.screen is not stage.screen, "the help")
        desk.caught.put_nowait(RECEIVED.answer)
        assert await stage.outcome() == RECEIVED
        assert stage.screen not in stage.app.screen_stack
        assert len(stage.app.screen_stack) == 1


async def test_a_fresh_link_leads_back_to_where_it_is_handed_out() -> None:
    for pasted, key, because in ((CUT, "ctrl+t", None), (FOREIGN, "enter", book.FOREIGN_STATE)):
        desk = Desk()
        async with at_redirect(desk) as stage:
            await paste(stage.pilot, pasted)
            await stage.until_text("✗")
            await stage.pilot.press(key)
            assert await stage.outcome() == GoTo(Step.AUTHORIZE, because)
        assert len(desk.attempts) == 2
    failing = Desk(failure=SetupError(DISK_FULL.filled(path="/somewhere")))
    async with at_redirect(failing) as stage:
        await stage.pilot.press("ctrl+t")
        await stage.until_text(DISK_FULL.title)
        assert stage.outcomes == []


async def test_an_address_from_the_bare_terminal_goes_on() -> None:
    desk = Desk(entered=f"{ANSWER}\r")
    async with at_redirect(desk) as stage:
        await wait_until(stage.pilot, lambda: stage.screen.link is not None, "the link")
        await stage.pilot.press("ctrl+l")
        assert await stage.outcome() == RECEIVED


async def test_escape_is_back() -> None:
    async with at_redirect(Desk()) as stage:
        await stage.pilot.press("escape")
        assert await stage.outcome() == Back()


async def test_a_very_long_address_arrives_whole_and_goes_on() -> None:
    code = "".join(f"c0de{number:04}." for number in range(660))
    address = f"{REDIRECT_URL}?code={code}&state={STATE}"
    wrapped = "\r\n  ".join(address[at : at + 76] for at in range(0, len(address), 76))
    for pasted in (address, wrapped):
        assert len(pasted) > 5_900
        async with at_redirect(Desk()) as stage:
            entry = stage.screen.query_one(AddressEntry)
            await paste(stage.pilot, pasted)
            assert await stage.outcome() == CodeReceived(Received(Secret(code), ATTEMPT))
            assert entry.value == MASKED


async def test_two_megabytes_are_refused_and_the_screen_goes_on() -> None:
    async with at_redirect(Desk()) as stage:
        for junk in (f"{ANSWER}&x=" + "x" * 2_000_000, "https://\n" * 230_000):
            await paste(stage.pilot, junk)
            await stage.until_words("#address-field", f"{len(junk):,} characters")
            await stage.until_words("#problem", book.TOO_LONG.title)
            assert "too long for a URL" in stage.text
            assert CODE not in stage.text
        assert stage.outcomes == []
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_wrapped_text_without_paste_brackets_arrives_whole() -> None:
    async with at_redirect(Desk()) as stage:
        type_in(stage, ANSWER[:40])
        stage.app.post_message(events.Key("enter", "\r"))
        type_in(stage, ANSWER[40:])
        assert await stage.outcome() == RECEIVED
        assert len(stage.outcomes) == 1


async def test_after_a_good_paste_the_field_shows_where_it_leads_only() -> None:
    async with at_redirect(Desk()) as stage:
        entry = stage.screen.query_one(AddressEntry)
        await paste(stage.pilot, f"<{ANSWER}>")
        assert await stage.outcome() == RECEIVED
        assert entry.value == MASKED


async def test_a_mismatch_is_shown_as_harmless_text() -> None:
    odd = "\x1b[31m\x00\x9b2J\u202e\u2066\ud800[red]x[/red]"
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, FOREIGN.replace("/callback", f"/callback{odd}"))
        await stage.until_words("#problem", book.OTHER_ADDRESS.title)
        assert "[red]x[/red]" in stage.words_in("#problem")
        assert all(line.isprintable() for line in stage.text.splitlines())


@pytest.mark.parametrize("pasted", ["hello", REDIRECT_URL])
async def test_what_is_no_secret_can_be_seen_after_a_paste(pasted: str) -> None:
    async with at_redirect(Desk()) as stage:
        await paste(stage.pilot, pasted)
        await stage.until_words("#address-field", "characters")
        assert stage.screen.query_one(AddressEntry).value == pasted
        await stage.pilot.press("x")
        assert stage.screen.query_one(AddressEntry).value == "x"


async def test_paste_is_taken_while_a_button_has_the_focus() -> None:
    async with at_redirect(Desk()) as stage:
        stage.screen.query_one("#back").focus()
        await paste(stage.pilot, ANSWER)
        assert await stage.outcome() == RECEIVED


async def test_rail_does_not_call_authorize_done_before_an_approval() -> None:
    for delivery in Delivery:
        async with showing(Desk().redirect(delivery)) as stage:
            await stage.until_text("● Redirect", "… Authorize", "✓ Credentials")
            assert "✓ Authorize" not in stage.text
