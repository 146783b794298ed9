"""Step 2 by itself: input, messages, what is saved, and what is never shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pytest
from textual.color import Color

from tests.driving import paste, wait_until
from tests.fakes import NOW, FakeClipboard, FakeClock, tokens
from tests.ui.hosting import BANNER, Stage, showing
from tests.ui.journeys import let, make_journey, unread_world
from tests.walks import CLIENT_ID, REDIRECT_URL, SECRET
from wizard.domain.credential_fields import FILLED, OTHER_APP, CredentialField
from wizard.domain.errors.exchange import REDIRECT_MISMATCH, WRONG_CLIENT
from wizard.domain.errors.store import DISK_FULL
from wizard.domain.models import TWILIO, CredentialSet, GrantType, Pkce
from wizard.domain.oauth.authorization_request import begin
from wizard.domain.problems import Problem, SetupError
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.value import replace
from wizard.flow.session import Session
from wizard.flow.state import Back, GoTo, Next, WizardState
from wizard.ui.dialog import ConfirmScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen
from wizard.ui.widgets.field import Entry, SecretEntry

WHOLE = CredentialSet(CLIENT_ID, Secret(SECRET), REDIRECT_URL)
UNFINISHED = replace(WHOLE, redirect_url="")
GRANTED = replace(WHOLE, tokens=tokens(), attempts=(begin(WHOLE, None, NOW),))
ID, SECRET_ENTRY, URL = "#client-id", "#client-secret", "#redirect-url"
SLIP = CLIENT_ID[:-2] + "zz"
OTHER_ID = "OQfedcba9876543210fedcba9876543210"
AUTHORIZATION_URL = (
    f"https://oauth.twilio.com/v2/authorize?client_id={OTHER_ID}&response_type=code"
    "&scope=offline_access&redirect_uri=https%3A%2F%2Fidp.example.edu%2Fcb&state=STATE"
)


@dataclass
class Form:
    """Keeps the draft as the session does: in memory at once, and on disk unless that fails."""

    draft: CredentialSet = field(default_factory=CredentialSet)
    kept: CredentialSet = field(default_factory=CredentialSet)
    failure: SetupError | None = None
    because: Problem | None = None
    is_unsaved_chosen: bool = False
    clipboard: FakeClipboard = field(default_factory=FakeClipboard)
    others: tuple[CredentialSet, ...] = ()

    async def save_draft(self, draft: CredentialSet) -> None:
        self.draft = draft
        if self.failure is not None:
            raise self.failure
        self.kept = draft

    def refuse(self, which: CredentialField, value: Secret) -> str | None:
        return "not this one" if value.reveal() == "refused" else None

    @property
    def copied(self) -> list[str]:
        """The texts that were copied here."""
        return self.clipboard.copied

    def screen(self) -> CredentialsScreen:
        world = unread_world()
        world.clipboard = self.clipboard
        wizard_context = make_journey(world)
        wizard_context.session = FormSession(self)
        state = WizardState(Step.CREDENTIALS, because=self.because)
        screen = CredentialsScreen(BANNER, wizard_context, state)
        let(screen._fields, refuse=self.refuse)
        return screen


class FormSession(Session):
    """The form, as the screen uses it."""

    def __init__(self, form: Form) -> None:
        super().__init__("default", unread_world().store, FakeClock())
        self._form = form

    def working_draft(self) -> CredentialSet:
        return self._form.draft

    @property
    def kept(self) -> CredentialSet:
        return self._form.kept

    @property
    def others(self) -> tuple[CredentialSet, ...]:
        return self._form.others

    async def save_draft(self, draft: CredentialSet) -> None:
        await self._form.save_draft(draft)

    async def use_file(self) -> None:
        """Save secrets in files."""

    def go_unsaved(self) -> None:
        self._form.is_unsaved_chosen = True


def full_disk() -> SetupError:
    return SetupError(DISK_FULL.filled(path="/somewhere"))


def entry(stage: Stage[CredentialsScreen], selector: str) -> Entry:
    return stage.screen.query_one(selector, Entry)


async def paste_into(stage: Stage[CredentialsScreen], selector: str, text: str) -> None:
    """Click into a field, and paste."""
    await stage.pilot.click(selector)
    await paste(stage.pilot, text)


async def until_saved(stage: Stage[CredentialsScreen], selector: str) -> None:
    await stage.until_words(f"{selector}-field", "✓ saved")


async def until_nothing_is_wrong(stage: Stage[CredentialsScreen], selector: str) -> None:
    field = f"{selector}-field"
    await wait_until(stage.pilot, lambda: "✗" not in stage.words_in(field), f"no ✗ in {field}")


# -- moving through the form ----------------------------------------------------------------


async def test_enter_goes_to_the_next_empty_field_and_then_on() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        assert entry(stage, ID).has_focus
        await paste(stage.pilot, CLIENT_ID)
        await stage.pilot.press("enter")
        assert entry(stage, SECRET_ENTRY).has_focus
        await paste_into(stage, URL, REDIRECT_URL)
        await stage.pilot.press("enter")
        assert entry(stage, SECRET_ENTRY).has_focus
        await paste(stage.pilot, SECRET)
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    assert form.kept == WHOLE


async def test_what_is_typed_is_saved_when_the_field_is_left() -> None:
    form = Form(UNFINISHED, UNFINISHED)
    async with showing(form.screen()) as stage:
        assert entry(stage, URL).has_focus
        await stage.pilot.press(*"https://a.edu/b")
        assert form.kept.redirect_url == ""
        assert "✓ saved" not in stage.words_in(f"{URL}-field")
        await stage.pilot.press("shift+tab")
        await until_saved(stage, URL)
        assert form.kept.redirect_url == "https://a.edu/b"
        assert stage.outcomes == []


async def test_enter_saves_what_was_only_typed() -> None:
    form = Form(UNFINISHED, UNFINISHED)
    async with showing(form.screen()) as stage:
        await stage.pilot.press(*"https://a.edu/b", "enter")
        assert await stage.outcome() == Next()
    assert form.kept.redirect_url == "https://a.edu/b"


async def test_enter_in_an_empty_field_says_what_belongs_there() -> None:
    async with showing(Form().screen()) as stage:
        await stage.pilot.press("enter")
        await stage.until_words(f"{ID}-field", "Enter the Client ID")
        assert stage.outcomes == []
        assert entry(stage, ID).has_focus


async def test_each_right_field_is_saved_also_while_another_is_wrong() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, "AC" + "0" * 32)
        await stage.until_words(f"{ID}-field", "Account SID")
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await until_saved(stage, SECRET_ENTRY)
        await paste_into(stage, URL, REDIRECT_URL)
        await until_saved(stage, URL)
        assert form.kept == replace(WHOLE, client_id="")
        await stage.pilot.press("enter")
        assert entry(stage, ID).has_focus
        assert stage.outcomes == []


WRONG = [
    (ID, "AC" + "0" * 32, "Account SID"),
    (ID, "SK" + "0" * 32, "API key SID"),
    (ID, CLIENT_ID[:12], "this one has 12"),
    (SECRET_ENTRY, CLIENT_ID, "This is the Client ID"),
    (SECRET_ENTRY, "refused", "not this one"),
    (SECRET_ENTRY, f"{SECRET[:20]}\n{SECRET[20:]}", "no spaces"),
    (URL, "http://scim.example.edu/cb", "Use https"),
    (URL, "https://scim.example.edu/cb#x", "can't have a fragment"),
    (URL, "javascript://x", "Start the Redirect URL with https://"),
]


async def test_a_wrong_value_is_named_under_its_field_and_not_kept() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        for selector, text, words in WRONG:
            await paste_into(stage, selector, text)
            await stage.until_words(f"{selector}-field", words)
            assert "✓" not in stage.words_in(f"{selector}-field")
            assert "of 34" not in stage.words_in(f"{selector}-field")
    assert form.kept == CredentialSet()


async def test_each_wrong_field_is_red_also_with_the_focus() -> None:
    async with showing(Form().screen()) as stage:
        for selector, text in ((ID, "AC" + "0" * 32), (URL, "javascript://x")):
            await paste_into(stage, selector, text)
            await stage.until_words(f"{selector}-field", "✗")
        for here, other in ((ID, URL), (URL, ID)):
            entry(stage, here).focus()
            await stage.pilot.pause()
            red = Color.parse(stage.app.theme_variables["error"])
            assert entry(stage, here).styles.border_top[1] == red
            assert entry(stage, other).styles.border_top[1] == red
            labels = {entry(stage, each).styles.border_title_style for each in (here, other)}
            assert len(labels) == 2, "the label tells which one has the focus"
            for message in stage.screen.query(".field-message.-shown"):
                assert message.styles.color == red
            assert "✗" in stage.words_in(f"{here}-field")
            assert "✗" in stage.words_in(f"{other}-field")


DOUBTFUL = [
    ("https://scim.example.edu/", "ends with a slash"),
    ("https://example.com/token", "isn't your domain"),
    ("https://acme.okta.com/cb", "may redeem the code"),
]


async def test_a_doubtful_redirect_url_is_warned_of_and_kept() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        for url, words in DOUBTFUL:
            await paste_into(stage, URL, url)
            await stage.until_words(f"{URL}-field", words)
            assert "! " in stage.words_in(f"{URL}-field")
            is_saved = partial(lambda saved: form.kept.redirect_url == saved, url)
            await wait_until(stage.pilot, is_saved, "its being saved")
            # Nothing is said to be fine beside a warning.
            assert "✓" not in stage.words_in(f"{URL}-field")


async def test_the_length_of_a_client_id_is_counted_while_it_is_typed() -> None:
    async with showing(Form().screen()) as stage:
        await stage.pilot.press(*"OQ01")
        await stage.until_words(f"{ID}-field", "4 of 34")


async def test_what_was_wrong_is_said_no_longer_once_something_else_is_typed() -> None:
    async with showing(Form().screen()) as stage:
        for selector in (ID, SECRET_ENTRY, URL):
            await stage.pilot.press(*"a b", "enter")
            await stage.until_words(f"{selector}-field", "✗")
            await stage.pilot.press("c")
            await until_nothing_is_wrong(stage, selector)
            await stage.pilot.press("tab")


async def test_what_only_came_along_with_a_paste_is_left_out() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        for selector, text in ((ID, CLIENT_ID), (SECRET_ENTRY, SECRET), (URL, REDIRECT_URL)):
            await stage.pilot.click(selector)
            for around in ('"{}"', " {}\n", "\u200b{}\ufeff", "“{}”\r\n", "\x1b{}\x00"):
                await paste(stage.pilot, "x")
                await paste(stage.pilot, around.format(text))
                await until_saved(stage, selector)
                assert entry(stage, selector).value == text
    assert form.kept == WHOLE


# -- an Authorization URL -----------------------------------------------------------------


@pytest.mark.parametrize("selector", [ID, SECRET_ENTRY, URL])
async def test_an_authorization_url_fills_in_what_it_holds(selector: str) -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        await paste_into(stage, selector, f"\n {AUTHORIZATION_URL}\n")
        await until_saved(stage, ID)
        await until_saved(stage, URL)
        assert entry(stage, ID).value == OTHER_ID
        assert entry(stage, URL).value == "https://idp.example.edu/cb"
        assert entry(stage, SECRET_ENTRY).value == ""
        assert entry(stage, SECRET_ENTRY).has_focus
    assert form.kept == CredentialSet(OTHER_ID, None, "https://idp.example.edu/cb")


@pytest.mark.parametrize("selector", [ID, SECRET_ENTRY, URL])
async def test_a_foreign_authorization_url_is_asked_about(selector: str) -> None:
    foreign = AUTHORIZATION_URL.replace("oauth.twilio.com", "evil.example.net")
    form = Form(WHOLE, WHOLE)
    async with showing(form.screen()) as stage:
        await paste_into(stage, selector, foreign)
        await stage.until_shown(ConfirmScreen)
        await stage.until_text("evil.example.net", "oauth.twilio.com")
        await stage.pilot.press("enter")
        await stage.until_shown(CredentialsScreen)
        await wait_until(stage.pilot, lambda: entry(stage, ID).value == CLIENT_ID, "the old ID")
        assert entry(stage, URL).value == REDIRECT_URL
        assert entry(stage, SECRET_ENTRY).value == ""
        assert form.draft == form.kept == WHOLE

        await paste_into(stage, selector, foreign)
        await stage.until_shown(ConfirmScreen)
        await stage.pilot.press("tab", "enter")
        await stage.until_shown(CredentialsScreen)
        await until_saved(stage, ID)
        await wait_until(stage.pilot, lambda: form.kept.client_id == OTHER_ID, "the new ID")
    assert form.kept.endpoints == TWILIO


# -- the secret ---------------------------------------------------------------------------


async def test_a_secret_is_masked_until_asked_for_and_again_when_left() -> None:
    async with showing(Form().screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await until_saved(stage, SECRET_ENTRY)
        assert SECRET[:12] not in stage.text
        for key in ("ctrl+r", "f2"):
            await stage.pilot.press(key)
            await stage.until_text(SECRET[:12])
            await stage.pilot.press("tab")
            await wait_until(stage.pilot, lambda: SECRET[:12] not in stage.text, "the mask")
            await stage.pilot.press(key)
            await stage.until_text(SECRET[:12])
            await stage.pilot.press(key)
            await wait_until(stage.pilot, lambda: SECRET[:12] not in stage.text, "the mask")


async def test_no_key_copies_or_cuts_a_secret() -> None:
    async with showing(Form().screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await stage.pilot.press("ctrl+r")
        for select in (("home", "shift+end"), ("ctrl+a",)):
            for key in ("ctrl+c", "super+c", "ctrl+x"):
                await stage.pilot.press(*select, key)
                assert stage.app.clipboard == ""
                assert entry(stage, SECRET_ENTRY).value == SECRET


async def test_no_mouse_copies_a_secret() -> None:
    async with showing(Form().screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await stage.pilot.press("ctrl+r")
        await stage.pilot.mouse_down(SECRET_ENTRY, offset=(2, 0))
        await stage.pilot.hover(SECRET_ENTRY, offset=(30, 0))
        await stage.pilot.mouse_up(SECRET_ENTRY, offset=(30, 0))
        await stage.pilot.double_click(SECRET_ENTRY, offset=(8, 0))
        await stage.pilot.press("ctrl+c", "ctrl+x")
        assert stage.app.clipboard == ""
        assert not stage.screen.get_selected_text()
        assert entry(stage, SECRET_ENTRY).value == SECRET


async def test_focus_does_not_select_a_secret() -> None:
    async with showing(Form().screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await stage.pilot.press("tab", "shift+tab")
        assert entry(stage, SECRET_ENTRY).has_focus
        assert entry(stage, SECRET_ENTRY).selection.is_empty


async def test_a_paste_replaces_and_can_be_taken_back() -> None:
    async with showing(Form().screen()) as stage:
        for selector in (ID, SECRET_ENTRY, URL):
            await paste(stage.pilot, "the-first")
            await paste(stage.pilot, "the-second")
            assert entry(stage, selector).value == "the-second"
            await stage.pilot.press("ctrl+z")
            assert entry(stage, selector).value == "the-first"
            await stage.pilot.press("ctrl+z")
            assert entry(stage, selector).value == "the-second"
            await stage.pilot.press("tab")


async def test_a_stored_secret_is_never_put_back_and_an_empty_field_keeps_it() -> None:
    form = Form(WHOLE, WHOLE)
    async with showing(form.screen()) as stage:
        secret = stage.screen.query_one(SECRET_ENTRY, SecretEntry)
        assert secret.value == ""
        await stage.until_words(f"{SECRET_ENTRY}-field", "✓ saved")
        assert "leave empty to keep it" in stage.words_in(f"{SECRET_ENTRY}-field")
        await stage.pilot.press("ctrl+r")
        assert SECRET[:6] not in stage.text
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    assert form.kept == WHOLE


async def test_where_the_secret_is_stored_showing_it_says_that_it_is_not_shown() -> None:
    async with showing(Form(WHOLE, WHOLE).screen(), notifications=True) as stage:
        await stage.pilot.press("ctrl+r")
        await stage.until_text("The secret is saved but can't be shown")
        assert entry(stage, SECRET_ENTRY).has_focus


async def test_redirect_url_is_focused_if_twilio_rejected_it() -> None:
    async with showing(Form(WHOLE, WHOLE, because=REDIRECT_MISMATCH).screen()) as stage:
        assert entry(stage, "#redirect-url").has_focus


async def test_a_secret_that_was_refused_is_asked_for_again() -> None:
    form = Form(WHOLE, WHOLE, because=WRONG_CLIENT)
    async with showing(form.screen()) as stage:
        field = f"{SECRET_ENTRY}-field"
        assert entry(stage, SECRET_ENTRY).has_focus
        await stage.until_words(
            field, "Twilio rejected this secret for that Client ID. Enter it again."
        )
        await stage.pilot.press("enter", "ctrl+n")
        assert "✓ saved" not in stage.words_in(field)
        assert "keep it" not in stage.words_in(field)
        assert stage.outcomes == []
        await paste(stage.pilot, "the-new-rotated-secret")
        await until_saved(stage, SECRET_ENTRY)
        assert "rejected" not in stage.words_in(field)
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    assert form.kept == replace(WHOLE, client_secret=Secret("the-new-rotated-secret"))


async def test_another_app_needs_its_own_secret_and_the_old_client_id_has_its_back() -> None:
    form = Form(WHOLE, WHOLE, others=(WHOLE,))
    async with showing(form.screen()) as stage:
        field = f"{SECRET_ENTRY}-field"
        await paste_into(stage, ID, OTHER_ID)
        await until_saved(stage, ID)
        await stage.until_words(field, OTHER_APP)
        assert "✓ saved" not in stage.words_in(field)
        assert "keep it" not in stage.words_in(field)
        await stage.pilot.press("enter", "ctrl+n")
        assert entry(stage, SECRET_ENTRY).has_focus
        assert (stage.outcomes, form.kept.client_secret) == ([], None)
        await paste_into(stage, ID, CLIENT_ID)
        await until_saved(stage, SECRET_ENTRY)
        assert form.kept == WHOLE
        await paste_into(stage, ID, OTHER_ID)
        await paste_into(stage, SECRET_ENTRY, "secret-of-the-other-app")
        await until_saved(stage, SECRET_ENTRY)
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    secret = Secret("secret-of-the-other-app")
    assert form.kept == replace(WHOLE, client_id=OTHER_ID, client_secret=secret)


async def test_a_refused_secret_stays_with_a_client_id_that_was_mistyped() -> None:
    form = Form(WHOLE, WHOLE, because=WRONG_CLIENT)
    async with showing(form.screen()) as stage:
        await paste_into(stage, ID, SLIP)
        await until_saved(stage, SECRET_ENTRY)
        await stage.until_words(f"{SECRET_ENTRY}-field", "leave empty to keep it")
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    assert form.kept == replace(WHOLE, client_id=SLIP)


async def test_a_new_secret_replaces_the_stored_one_and_keeps_the_tokens() -> None:
    form = Form(GRANTED, GRANTED)
    async with showing(form.screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, "rotated-secret")
        rotated = replace(GRANTED, client_secret=Secret("rotated-secret"))
        await wait_until(stage.pilot, lambda: form.kept == rotated, "its being saved")


async def test_a_secret_is_copied_on_purpose_only() -> None:
    form = Form(WHOLE, WHOLE)
    async with showing(form.screen(), notifications=True) as stage:
        await stage.app.run_action("copy_secret", stage.screen)
        await wait_until(stage.pilot, lambda: form.copied == [SECRET], "the stored secret")
        await paste_into(stage, SECRET_ENTRY, "rotated-secret")
        form.clipboard.is_here = False
        await stage.app.run_action("copy_secret", stage.screen)
        await wait_until(stage.pilot, lambda: stage.app.sent == ["rotated-secret"], "the new")
        # A copied secret could be pasted into another field as plain text with Ctrl+V.
        assert stage.app.clipboard == ""
        await stage.until_text("clipboard")
        assert SECRET[:9] not in stage.text


async def test_enter_stays_once_with_a_secret_that_is_too_short_to_be_one() -> None:
    form = Form(replace(WHOLE, client_secret=None))
    async with showing(form.screen()) as stage:
        assert entry(stage, SECRET_ENTRY).has_focus
        for short, aside in (("12345", "Only 5 characters"), ("123456", "Only 6 characters")):
            await paste(stage.pilot, short)
            await stage.pilot.press("enter")
            await stage.until_text(aside, "Press Enter again to continue anyway")
            assert (entry(stage, SECRET_ENTRY).has_focus, stage.outcomes) == (True, [])
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    async with showing(form.screen()) as stage:
        await stage.until_text("Only 6 characters", "leave empty to keep it")


# -- saving fails -------------------------------------------------------------------------


async def test_a_save_that_fails_stays_and_is_tried_again() -> None:
    form = Form(UNFINISHED, UNFINISHED, full_disk())
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, REDIRECT_URL)
        await stage.until_text(DISK_FULL.title)
        await stage.pilot.press("enter")
        await stage.pilot.press("shift+tab")
        assert "✓ saved" not in stage.words_in(f"{URL}-field")
        assert stage.outcomes == []
        form.failure = None
        await stage.pilot.press("enter")
        assert await stage.outcome() == Next()
    assert form.kept == WHOLE


async def test_going_on_unsaved_is_chosen() -> None:
    form = Form(UNFINISHED, UNFINISHED, full_disk())
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, REDIRECT_URL)
        await wait_until(stage.pilot, lambda: bool(stage.screen.query("#unsaved")), "the choice")
        await stage.pilot.click("#unsaved")
        assert await stage.outcome() == Next()
    assert form.is_unsaved_chosen
    assert form.draft == WHOLE
    assert form.kept == UNFINISHED


async def test_the_choice_goes_away_once_saving_works() -> None:
    form = Form(UNFINISHED, UNFINISHED, full_disk())
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, REDIRECT_URL)
        await stage.until_text(DISK_FULL.title)
        form.failure = None
        await paste(stage.pilot, f"{REDIRECT_URL}/2")
        await until_saved(stage, URL)
        assert DISK_FULL.title not in stage.text
        assert not stage.screen.query("#unsaved")


# -- advanced -----------------------------------------------------------------------------


async def open_advanced(stage: Stage[CredentialsScreen]) -> None:
    await stage.pilot.click("#advanced")
    await stage.until_shown(AdvancedScreen)


async def test_other_endpoints_drop_tokens_and_links() -> None:
    form = Form(GRANTED, GRANTED)
    async with showing(form.screen(), (80, 30)) as stage:
        await open_advanced(stage)
        await stage.pilot.click("#token-url")
        await paste(stage.pilot, "http://127.0.0.1:8765/v2/token")
        await stage.pilot.press("enter")
        # The step is opened again, because its title names the hosts that are not Twilio's.
        assert await stage.outcome() == GoTo(Step.CREDENTIALS)
    endpoints = replace(TWILIO, token_url="http://127.0.0.1:8765/v2/token")
    assert form.kept == replace(WHOLE, endpoints=endpoints)


async def test_another_scope_and_pkce_are_taken() -> None:
    form = Form(replace(WHOLE, pkce=Pkce.ON))
    async with showing(form.screen(), (80, 30)) as stage:
        await open_advanced(stage)
        assert "Twilio: offline_access" not in stage.text
        await stage.pilot.click("#scope")
        await paste(stage.pilot, "offline_access openid")
        await stage.pilot.press("tab", "right", "enter")
        assert await stage.outcome() == GoTo(Step.CREDENTIALS)
    assert form.kept == replace(WHOLE, scope="offline_access openid", pkce=Pkce.OFF)


OF_APP = replace(WHOLE, redirect_url="", grant_type=GrantType.CLIENT_CREDENTIALS)


async def test_client_credentials_have_two_fields_and_no_scope_or_pkce() -> None:
    form = Form(OF_APP)
    async with showing(form.screen(), (80, 30)) as stage:
        await stage.until_text("Client ID", "Client Secret")
        assert not stage.screen.query("#redirect-url")
        await open_advanced(stage)
        await stage.until_text("SCIM base URL")
        assert not stage.app.screen.query("#scope, #pkce")
        await stage.pilot.click("#scim-url")
        await paste(stage.pilot, "http://127.0.0.1:8765/scim")
        await stage.pilot.press("enter")
        assert await stage.outcome() == GoTo(Step.CREDENTIALS)
    endpoints = replace(TWILIO, scim_url="http://127.0.0.1:8765/scim")
    assert form.kept == replace(OF_APP, endpoints=endpoints)


async def test_client_id_of_the_other_grant_type_is_warned_about() -> None:
    screen = Form(OF_APP).screen()
    screen._session.active = WHOLE
    async with showing(screen, (80, 30)) as stage:
        await stage.until_text("a different grant type. Enter")
        entry(stage, ID).focus()
        await paste(stage.pilot, SLIP)
        await wait_until(
            stage.pilot, lambda: "the other grant type" not in stage.text, "no warning"
        )


async def test_authorization_url_fills_in_the_client_id_alone_with_client_credentials() -> None:
    form = Form(replace(OF_APP, client_id="", client_secret=None))
    url = f"{TWILIO.authorize_url}?client_id={CLIENT_ID}&redirect_uri=https%3A%2F%2Fa.example.edu"
    async with showing(form.screen(), (80, 30)) as stage:
        await paste(stage.pilot, url)
        await stage.until_text(CLIENT_ID, FILLED)
        await wait_until(stage.pilot, lambda: form.kept.client_id == CLIENT_ID, "the Client ID")
    assert form.kept.redirect_url == ""


async def test_a_bad_endpoint_is_refused() -> None:
    form = Form(GRANTED, GRANTED)
    async with showing(form.screen(), (80, 30)) as stage:
        await open_advanced(stage)
        for bad in ("", "http://oauth.twilio.com/v2/token", "token", "https://"):
            # Not by a click: the dialog shrinks when nothing is wrong any more.
            stage.app.screen.query_one("#token-url").focus()
            await paste(stage.pilot, bad)
            await stage.pilot.press("enter")
            await stage.until_words("#token-url-field", "✗")
            await stage.pilot.press("x")
            await until_nothing_is_wrong(stage, "#token-url")
            assert isinstance(stage.app.screen, AdvancedScreen)
        await stage.pilot.press("escape")
        await stage.until_shown(CredentialsScreen)
        assert stage.outcomes == []
    assert form.kept == GRANTED


async def test_endpoints_that_cannot_be_saved_are_said() -> None:
    form = Form(GRANTED, GRANTED, full_disk())
    async with showing(form.screen(), (80, 30)) as stage:
        await open_advanced(stage)
        await stage.pilot.click("#token-url")
        await paste(stage.pilot, "http://127.0.0.1:8765/v2/token")
        await stage.pilot.press("enter")
        await stage.until_text(DISK_FULL.title)
        assert stage.outcomes == []


async def test_escape_is_back_and_keeps_what_was_typed_and_is_right() -> None:
    form = Form(UNFINISHED, UNFINISHED)
    async with showing(form.screen()) as stage:
        await stage.pilot.press(*"https://a.edu/b", "escape")
        assert await stage.outcome() == Back()
        await wait_until(stage.pilot, lambda: bool(form.kept.redirect_url), "the last field")


async def test_no_drag_or_click_and_no_key_copies_a_secret_that_is_shown() -> None:
    form = Form()
    async with showing(form.screen()) as stage:
        await paste_into(stage, SECRET_ENTRY, SECRET)
        await stage.pilot.press("ctrl+r")
        await stage.until_text(SECRET[:30])
        below = stage.screen.query_one(SECRET_ENTRY).region.bottom + 2
        for begin_at, end_at in (
            ((2, 3), (70, 20)),
            ((20, 8), (70, below)),
            ((70, below), (20, 8)),
        ):
            await stage.pilot.mouse_down(offset=begin_at)
            await stage.pilot.hover(offset=end_at)
            await stage.pilot.mouse_up(offset=end_at)
            await stage.pilot.press("ctrl+c")
        # This shows that text was selected and copied.
        assert any("Authorization" in text for text in stage.app.sent)
        for times in (1, 2, 3):
            await stage.pilot.click(SECRET_ENTRY, times=times)
            await stage.pilot.press("ctrl+a", "ctrl+c", "ctrl+x", "super+c", "ctrl+insert")
        assert entry(stage, SECRET_ENTRY).value == SECRET
        assert not any(SECRET[at : at + 8] in text for text in stage.app.sent for at in range(56))
        assert form.copied == []


async def test_a_bad_scope_is_refused_and_white_space_in_one_is_one_space() -> None:
    form = Form(WHOLE, WHOLE)
    async with showing(form.screen(), (80, 30)) as stage:
        await open_advanced(stage)
        await stage.pilot.click("#scope")
        await paste(stage.pilot, 'offline_access "openid"')
        await stage.pilot.press("enter")
        await stage.until_words("#scope-field", "✗")
        await stage.pilot.press("home", "ctrl+k")
        await paste(stage.pilot, "offline_access\topenid")
        await stage.pilot.press("enter")
        assert await stage.outcome() == GoTo(Step.CREDENTIALS)
    assert form.kept == replace(WHOLE, scope="offline_access openid")


async def test_white_space_in_the_scope_of_a_pasted_authorization_url_is_one_space() -> None:
    form = Form()
    url = AUTHORIZATION_URL.replace("offline_access", "offline_access%0Aopenid%09email")
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, url)
        await until_saved(stage, ID)
    assert form.kept.scope == "offline_access openid email"


async def test_scope_that_cannot_be_one_is_told_and_the_rest_of_the_url_is_used() -> None:
    form = Form()
    url = AUTHORIZATION_URL.replace("offline_access", "caf%C3%A9")
    async with showing(form.screen()) as stage:
        await paste(stage.pilot, url)
        await stage.until_text("The URL's scope isn't valid, so it was ignored.")
        await until_saved(stage, ID)
    assert form.kept.scope == "offline_access"
