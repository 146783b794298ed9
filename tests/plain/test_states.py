"""Plain mode in unusual states: keyring, files, profiles, endpoints, and the demo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.commands.consents import at_sandbox
from tests.commands.stage import now, put, stored
from tests.plain.person import Person, run, terminal
from tests.store.keyrings import LockedKeyring
from tests.ui.running import ACTIVE, LINKED, TICKED, WHOLE
from tests.walks import STATE
from wizard.domain.credential_fields import OTHER_APP, CredentialField
from wizard.domain.errors.consent import INVALID_SCOPE
from wizard.domain.errors.exchange import NO_REFRESH_TOKEN, WRONG_CLIENT, WRONG_GRANT
from wizard.domain.errors.paste import NO_CODE, OTHER_ADDRESS
from wizard.domain.errors.scim import ORGANIZATION_CHANGED
from wizard.domain.errors.store import ANOTHER_WIZARD, KEYRING_LOCKED, PERMISSIONS_TIGHTENED
from wizard.domain.models import CredentialSet, Endpoints, GrantType, Pkce, Profile, StoreKind
from wizard.domain.oauth.authorization_request import authorize_url
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.text import Program, short_id
from wizard.domain.texts.questions import (
    ADVANCED,
    NOTHING_REMOVED,
    REMOVED_IN_DEMO,
    RISK,
    ROTATE_IN_DEMO,
    ROTATED_IN_DEMO,
)
from wizard.domain.texts.wording import IN_FILES, USED_UP
from wizard.domain.value import replace
from wizard.flow.credentials import ANY_OTHER
from wizard.plain.dialogue import UNCHANGED
from wizard.plain.prerequisites import ALL_CONFIRMED, DENIED, OTHER_ITEMS
from wizard.sandbox import serve
from wizard.sandbox.twilio import Sandbox
from wizard.store.keyring import SystemKeyring
from wizard.store.profiles import LocalProfileStore

DUMB = {"TERM": "dumb", "LC_ALL": "C"}
SET_UP = Profile(ticks=TICKED, set_up_at=now())
UNFINISHED = Profile(ticks=TICKED, draft_step=Step.CREDENTIALS, draft_saved_at=now())
OTHER_ID = "OQfedcba9876543210fedcba9876543210"
SERVER = "https://scim-server.example.edu"

Steps = Callable[[Person], Awaitable[None]]
Walk = Callable[..., tuple[int, str]]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> LockedKeyring:
    """This user's keyring, which isn't unlocked yet."""
    backend = LockedKeyring()
    backend.is_locked = False
    keyring = SystemKeyring(find=lambda: backend)
    monkeypatch.setattr("wizard.store.profiles.SystemKeyring", lambda: keyring)
    monkeypatch.setenv("SCIM_WIZARD_STORE", "keyring")
    return backend


def keep(home: Path, profile: Profile, **sets: object) -> None:
    """Store what an earlier run would have left, in the keyring."""
    with LocalProfileStore(home, StoreKind.KEYRING).locked("default") as held:
        held.save(profile, **sets)  # type: ignore[arg-type]


def two_profiles(home: Path) -> None:
    """Set up two profiles, default and acme."""
    for name in ("default", "acme"):
        put(home, SET_UP, name, active=ACTIVE)


def draft_at(home: Path) -> CredentialSet:
    """Return the stored draft."""
    with LocalProfileStore(home).locked("default") as held:
        draft = held.draft()
    assert draft is not None
    return draft


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Walk through the wizard, and return its exit code and its output on one line."""

    def walked(steps: Steps, *arguments: str) -> tuple[int, str]:
        with terminal(monkeypatch, DUMB) as person:
            code = run(list(arguments), lambda: steps(person), person)
        assert person.raw.isascii()
        return code, " ".join(person.text.split())

    return walked


async def at_credentials(person: Person) -> None:
    """Resume the unfinished setup, which is at Credentials."""
    await person.type("1")
    await person.says("Paste the Client ID")


def test_locked_keyring_is_told_and_r_reads_it_once_it_is_unlocked(
    walk: Walk, home: Path, backend: LockedKeyring
) -> None:
    keep(home, SET_UP, active=ACTIVE)
    backend.is_locked = True

    async def steps(person: Person) -> None:
        await person.says(f"Error: {KEYRING_LOCKED.title}", "Unlock it, then type r.")
        await person.says("1. Try again", "or press Enter for Try again")
        await person.type("r")
        await person.says(f"Error: {KEYRING_LOCKED.title}")
        await person.says("or press Enter for Try again")
        backend.is_locked = False
        await person.type("r")
        await person.says("1. Check now")
        await person.leave()

    assert walk(steps)[0] == 0


def test_field_that_a_locked_keyring_does_not_take_goes_into_a_file(
    walk: Walk, home: Path, backend: LockedKeyring
) -> None:
    keep(home, UNFINISHED, draft=replace(WHOLE, redirect_url=""))

    async def steps(person: Person) -> None:
        await at_credentials(person)
        backend.is_locked = True
        await person.type(f"{WHOLE.client_id[:-2]}zz")
        await person.says(f"Error: {KEYRING_LOCKED.title}", "Press Enter to try again")
        await person.type("")
        await person.says(f"Error: {KEYRING_LOCKED.title}")
        await person.type("files")
        await person.says(IN_FILES)
        await person.says("Saved.", "Paste the Client Secret")
        await person.leave()

    assert walk(steps)[0] == 3
    profile = LocalProfileStore(home).load("default")
    assert profile is not None
    assert profile.store is StoreKind.FILE
    draft = draft_at(home)
    assert (draft.client_id[-2:], draft.client_secret) == ("zz", WHOLE.client_secret)


def test_enter_leads_to_credentials_where_a_refused_address_is_mended(
    walk: Walk, home: Path
) -> None:
    link = replace(LINKED.attempts[0], created_at=now())
    draft = replace(LINKED, attempts=(link,))
    put(home, replace(UNFINISHED, draft_step=Step.REDIRECT), draft=draft)

    async def steps(person: Person) -> None:
        await person.type("1")
        await person.paste(f"{LINKED.redirect_url}s?code=c0de12345&state=x{STATE}")
        await person.says(f"Error: {OTHER_ADDRESS.title}", "ress Enter to go to Credentials")
        await person.paste(LINKED.redirect_url)
        await person.says(
            f"Error: {NO_CODE.title}", "Step 4 of 6. Paste the URL you land on (input hidden), "
        )
        await person.paste(f"{LINKED.redirect_url}s?code=c0de12345&state=x{STATE}")
        await person.says("ress Enter to go to Credentials")
        await person.type("")
        await person.says(
            f"Last attempt: {OTHER_ADDRESS.title}.",
            f"You pasted {LINKED.redirect_url}s",
            f"In Credentials, you set {LINKED.redirect_url}",
            'They differ after "callback": you pasted "s", and you set nothing more.',
            f"Client ID {short_id(LINKED.client_id)} and Client Secret: kept. To change them,",
            "Field 3 of 3. Paste the Redirect URL, or press Enter to keep",
        )
        await person.type("back")
        await person.says("Field 2 of 3. Paste the Client Secret")
        await person.leave()

    assert walk(steps)[0] == 3


def test_advanced_setting_of_a_remedy_is_reached_by_a_word(walk: Walk, home: Path) -> None:
    link = replace(LINKED.attempts[0], created_at=now())
    put(
        home,
        replace(UNFINISHED, draft_step=Step.REDIRECT),
        draft=replace(LINKED, attempts=(link,)),
    )

    async def steps(person: Person) -> None:
        await person.type("1")
        await person.paste(f"{LINKED.redirect_url}?error=invalid_scope&state={STATE}")
        await person.says(
            INVALID_SCOPE.remedy, 'To open the advanced settings, type "advanced" in Credentials.'
        )
        await person.leave()

    assert walk(steps)[0] == 3


def test_link_is_copied_or_saved_before_it_is_read_out(
    walk: Walk, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    link = replace(LINKED.attempts[0], created_at=now())
    draft = replace(LINKED, attempts=(link,))
    put(home, replace(UNFINISHED, draft_step=Step.REDIRECT), draft=draft)

    async def steps(person: Person) -> None:
        await person.type("1")
        await person.says("The link was created at", 'type "copy", "save", or "link".')
        await person.type("copy")
        await person.says("No clipboard is available here.", 'To show it, type "link".')
        await person.type("back")
        await person.says('Type "copy" or "save" for the link, or press Enter to show it:')
        await person.type("save")
        await person.says("Link saved as", "Link: saved as a file.")
        assert "/authorize?" not in person.text
        await person.type("save")
        await person.says("Error: ")
        await person.type("link")
        await person.says("Copy this whole line", authorize_url(link))
        await person.leave()

    assert walk(steps)[0] == 3
    (saved,) = tmp_path.glob("twilio-link-*.txt")
    assert saved.read_text(encoding="utf-8") == f"{authorize_url(link)}\n"


def test_another_client_id_needs_its_own_secret_and_the_old_one_has_its_back(
    walk: Walk, home: Path
) -> None:
    put(home, SET_UP, active=ACTIVE)

    async def steps(person: Person) -> None:
        await person.pick("change")
        await person.enter(CredentialField.CLIENT_ID, OTHER_ID)
        await person.says(f"Warning: {OTHER_APP}", "Paste the Client Secret (input hidden), then")
        await person.type("")
        await person.says("Error: Enter the Client Secret.")
        await person.type("back")
        await person.says("Paste the Client ID")
        await person.type(ACTIVE.client_id)
        await person.says(
            "Paste the Client Secret (input hidden), or press Enter to keep the saved one:"
        )
        await person.type("")
        # With the last field, an Authorization URL sets another Client ID.
        await person.says("Paste the Redirect URL")
        await person.type(
            f"https://oauth.twilio.com/v2/authorize?client_id={OTHER_ID}"
            "&redirect_uri=https%3A%2F%2Fidp.example.edu%2Fcb"
        )
        await person.says(f"Warning: {OTHER_APP}", "Paste the Client Secret (input hidden), then")
        await person.leave()

    async def discards(person: Person) -> None:
        await person.says("Discard: removes the change; keeps your credentials")
        await person.pick("discard")
        await person.says("This removes only the change", "press Enter for no")
        assert "rotate it" not in person.news
        await person.yes()
        await person.says("1. Check now")
        await person.leave()

    assert walk(steps)[0] == 0
    draft = draft_at(home)
    assert stored(home) == ACTIVE
    assert (draft.client_id, draft.client_secret) == (OTHER_ID, None)
    assert walk(discards)[0] == 0
    assert stored(home) == ACTIVE


def test_secret_that_is_too_short_to_be_one_is_asked_for_again_until_enter_keeps_it(
    walk: Walk, home: Path
) -> None:
    put(home, UNFINISHED, draft=WHOLE)

    async def steps(person: Person) -> None:
        await at_credentials(person)
        await person.type("")
        for short, words in (
            ("12345", "Warning: Only 5 characters"),
            ("123456", "Warning: Only 6 characters"),
        ):
            await person.says("Paste the Client Secret (input hidden)")
            await person.type(short)
            await person.says("Client Secret: saved, not tested yet.", words)
        await person.says(
            "Paste the Client Secret (input hidden), or press Enter to keep the saved one:"
        )
        await person.type("")
        await person.says("Paste the Redirect URL")
        await person.leave()

    assert walk(steps)[0] == 3
    assert draft_at(home).client_secret == Secret("123456")


def test_another_organization_is_asked_about_and_then_that_it_cannot_be_renewed(
    walk: Walk, home: Path
) -> None:
    sandbox = Sandbox()
    with serve.serving(sandbox) as base:
        draft = at_sandbox(sandbox, base)
        assert draft.tokens is not None
        draft = replace(draft, tokens=replace(draft.tokens, refresh_token=None))
        before = Profile(organization="OR" + "0" * 32, draft_step=Step.CHECK, draft_saved_at=now())
        put(home, before, active=ACTIVE, draft=draft)

        async def steps(person: Person) -> None:
            await person.pick("resume")
            await person.says(
                f"Error: {ORGANIZATION_CHANGED.title}",
                'Press Enter to go to Authorize for a new link, or type "use" to use the new',
            )
            await person.type("use")
            await person.says(
                f"Error: {NO_REFRESH_TOKEN.title}",
                'Press Enter to go to Authorize for a new link, or type "use" to use the token',
            )
            assert stored(home) == ACTIVE
            await person.type("use")
            await person.says(
                f"Organization: {sandbox.organization}", "To get a new one, authorize again"
            )
            await person.type("")

        code, text = walk(steps)
    assert (code, "at any time" in text) == (0, False)
    assert stored(home) == replace(draft, attempts=())


def test_profile_that_cannot_be_opened_is_named_and_not_the_one_before(
    walk: Walk, home: Path
) -> None:
    two_profiles(home)

    async def steps(person: Person) -> None:
        await person.pick("profiles")
        await person.type("acme")

    with LocalProfileStore(home).wizard_lock("acme"):
        code, text = walk(steps)
    assert (code, f"Profile acme: {ANOTHER_WIZARD.title}." in text) == (6, True)


def test_back_from_a_new_profile_leads_to_the_one_before_and_leaves_nothing_behind(
    walk: Walk, home: Path
) -> None:
    put(home, SET_UP, active=ACTIVE)

    async def steps(person: Person) -> None:
        await person.pick("profiles")
        await person.type("brand-new")
        await person.says("Profile brand-new.")
        await person.type("yes")
        await person.type("back")
        await person.says("Overview. Profile default.")
        await person.leave()

    assert walk(steps)[0] == 0
    assert LocalProfileStore(home).names() == ["default"]


def test_folder_that_others_could_open_is_said_at_the_start(walk: Walk, home: Path) -> None:
    put(home, SET_UP, active=ACTIVE)
    (home / "profiles").chmod(0o755)

    async def steps(person: Person) -> None:
        await person.says(PERMISSIONS_TIGHTENED.title.format(path=home / "profiles"))
        await person.leave()

    assert walk(steps)[0] == 0


def test_use_is_changed_on_the_first_step_and_asked_for_once(walk: Walk, home: Path) -> None:
    async def steps(person: Person) -> None:
        await person.says("Type a number from 1 to 6, or press Enter for 1:")
        await person.type("4")
        await person.says("Used by: Microsoft Entra ID. Grant type: Client credentials.")
        await person.says(f"Warning: {' '.join(RISK)}", "Item 1 of 4")
        await person.type("use")
        await person.says("or press Enter for 4, Microsoft Entra ID, with client credentials:")
        await person.type("back")
        await person.says("Item 1 of 4")
        await person.type("use")
        await person.type("3")
        await person.says("Used by: Okta. Grant type: Authorization code.", "Item 1 of 7")
        await person.type("")
        await person.type("")
        await person.says("Step 2 of 6", "Field 1 of 3")
        await person.type("back")
        await person.says("Used by: Okta.", "Item 1 of 7")
        await person.leave()

    assert walk(steps)[0] == 3


def confirm_all_but(home: Path, *open_items: str) -> None:
    """Save a setup that continues at Credentials, with all items confirmed but some."""
    ticks = tuple(id_ for id_ in TICKED if id_ not in open_items)
    unfinished = replace(UNFINISHED, ticks=ticks, audience="script")
    put(home, unfinished, draft=replace(WHOLE, redirect_url=""))


def test_back_leads_to_what_is_confirmed_and_says_which_items_are_not(
    walk: Walk, home: Path
) -> None:
    confirm_all_but(home, "service-account")

    async def steps(person: Person) -> None:
        await at_credentials(person)
        await person.type("back")
        await person.says(
            "6 of 7 confirmed. Not confirmed: item 2, which is only recommended. Item 2 of 7:",
            "(recommended). Type yes or no, or press Enter to skip it:",
        )
        await person.type("back")
        await person.says(
            "Item 1 of 7:", "Your answer: yes. Type yes or no, or press Enter to keep"
        )
        await person.type("?")
        await person.says("yes: it's true; no: not yet; Enter: keep it.")
        await person.type("")
        await person.says("Item 2 of 7:")
        await person.type("no")
        await person.says(DENIED, "Step 2 of 6, Credentials.")
        await person.leave()

    assert walk(steps)[0] == 3


def test_open_items_are_answered_again_or_confirmed_together(walk: Walk, home: Path) -> None:
    confirm_all_but(home, "service-account", "app", "secret")

    async def steps(person: Person) -> None:
        await at_credentials(person)
        await person.type("back")
        await person.says("4 of 7 confirmed. Not confirmed: items 2, 4, 7.", "Item 2 of 7")
        await person.type("")
        await person.says('type "again" to answer them, or type "all" to confirm these 2:')
        await person.type("again")
        await person.says("Item 4 of 7:", "press Enter to skip this and the rest")
        await person.type("no")
        await person.says(DENIED, "Item 7 of 7:", "press Enter to skip it")
        await person.type("back")
        await person.says("Item 4 of 7:", "Your answer: no. Type yes or no, or press Enter to skip")
        await person.type("yes")
        await person.says("Item 7 of 7:")
        await person.type("")
        await person.says('type "again" to answer it, or type "all" to confirm it:')
        await person.type("again")
        await person.says("Item 7 of 7:", "press Enter to skip it")
        await person.type("yes")
        await person.says(ALL_CONFIRMED, "Step 2 of 6, Credentials.")
        await person.leave()

    assert walk(steps)[0] == 3


def test_another_profile_is_opened_by_its_number_and_a_new_one_by_its_name(
    walk: Walk, home: Path
) -> None:
    two_profiles(home)

    async def steps(person: Person) -> None:
        await person.pick("profiles")
        await person.says("1. acme", "2. default, the current one", "Type a profile's number")
        await person.type("NOT ONE")
        await person.says("Error: ")
        await person.type("2")
        await person.says("Error: Profile default is already open.")
        await person.type("1")
        await person.says("Overview. Profile acme.")
        await person.pick("profiles")
        await person.says("1. acme, the current one", "2. default")
        await person.type("brand-new")
        await person.says("Profile brand-new.")
        await person.leave()

    assert walk(steps)[0] == 3


def test_endpoints_scope_and_pkce_are_asked_for_when_one_says_advanced(
    walk: Walk, home: Path
) -> None:
    put(home, UNFINISHED, draft=LINKED)

    async def steps(person: Person) -> None:
        await at_credentials(person)
        await person.type("advanced")
        await person.says("Setting 1 of 5, Authorization endpoint. Paste another, or press Enter")
        await person.type("?")
        await person.says("where an admin approves access.", ADVANCED)
        await person.type("http://scim-server.example.edu/authorize")
        await person.says("Error: ")
        await person.type(f"{SERVER}/authorize")
        await person.type(f"{SERVER}/token")
        await person.type(f"{SERVER}/scim")
        await person.says("Setting 4 of 5, Scope (Twilio: offline_access). Type another, or press")
        await person.type("?")
        await person.says('For an empty scope, type "none".', ADVANCED)
        await person.type("offline_access \\")
        await person.says("Error: Use only ASCII letters")
        await person.type("none")
        await person.says("Setting 5 of 5, PKCE. Type auto, on, or off, or press Enter to keep")
        await person.type("on")
        await person.says(
            "These servers aren't Twilio's: scim-server.example.edu", "Paste the Client ID"
        )
        await person.type("advanced")
        for _ in range(4):
            await person.type("")
        await person.type("maybe")
        await person.says("Error: Type auto, on, or off.")
        await person.type("")
        await person.says("Paste the Client ID")
        await person.type("advanced")
        await person.type("back")
        await person.says("Paste the Client ID")
        await person.leave()

    assert walk(steps)[0] == 3
    draft = draft_at(home)
    assert draft.endpoints == Endpoints(f"{SERVER}/authorize", f"{SERVER}/token", f"{SERVER}/scim")
    assert (draft.scope, draft.pkce, draft.attempts) == ("", Pkce.ON, ())


def test_client_credentials_have_no_scope_and_no_pkce(walk: Walk, home: Path) -> None:
    of_app = replace(LINKED, redirect_url="", attempts=(), grant_type=GrantType.CLIENT_CREDENTIALS)
    put(home, replace(UNFINISHED, draft_step=Step.CREDENTIALS), draft=of_app)

    async def steps(person: Person) -> None:
        await person.pick("resume")
        await person.says("Step 2 of 4", "Field 1 of 2.")
        await person.type("advanced")
        await person.says("Setting 1 of 3, Authorization endpoint.")
        await person.type(f"{SERVER}/authorize")
        await person.type(f"{SERVER}/token")
        await person.type(f"{SERVER}/scim")
        await person.says("Step 2 of 4", "Field 1 of 2.")
        await person.leave()

    assert walk(steps)[0] == 3
    endpoints = Endpoints(f"{SERVER}/authorize", f"{SERVER}/token", f"{SERVER}/scim")
    assert draft_at(home) == replace(of_app, endpoints=endpoints)


async def keep_fields(person: Person, count: int = 3) -> None:
    """Keep the value of each field."""
    for _ in range(count):
        await person.says("press Enter to keep")
        await person.type("")


async def approve_in_demo(person: Person) -> None:
    """Walk to the check with what the demo has filled in."""
    await person.tick_all()
    await keep_fields(person)
    await approve(person)


async def approve(person: Person) -> None:
    """Let the demo approve, and paste the URL that its browser landed on."""
    await person.says("or press Enter to approve")
    await person.type("")
    await person.says("Its browser landed on:", "https://idp.example.invalid/callback?code=")
    await person.says("Step 4 of 6, Redirect.", "Press Enter to paste the demo's URL")
    await person.type("")


def test_demo_says_what_fails_and_that_another_secret_works_then(walk: Walk) -> None:
    async def steps(person: Person) -> None:
        await person.says("This demo: Twilio rejects the Client Secret, and accepts the one you")
        await approve_in_demo(person)
        await person.says(f"Error: {WRONG_CLIENT.title}", "ress Enter to go to Credentials")
        await person.type("")
        await person.says(USED_UP, f"Twilio rejected this secret. {ANY_OTHER}")
        for wrong, error in (("", "Enter the Client Secret."), ("a-short-secret", ANY_OTHER)):
            await person.type(wrong)
            await person.says(f"Error: {error}")
        await person.type("a-secret-of-my-own-12")
        await person.says(
            "Client Secret: entered, not tested yet.",
            "Paste the Redirect URL",
            "press Enter to keep",
        )
        await person.type("")
        await approve(person)
        await person.passed()
        await person.says("That's the end of the demo.")
        await person.type("")

    code, text = walk(steps, "--scenario", "wrong-secret", "--plain")
    assert code == 0
    # A mistake is followed by its own error alone.
    assert text.count("Twilio rejected this secret.") == 1


@pytest.mark.parametrize("use", ["", "2", "4"], ids=["its own", "script", "Entra"])
def test_demo_of_client_credentials_ends_with_done(walk: Walk, use: str) -> None:
    async def steps(person: Person) -> None:
        await person.says("Who will use the credential?")
        await person.type(use)
        await person.says("or press Enter to skip this and the rest")
        await person.type("")
        await person.says("Press Enter to continue anyway")
        await person.type("")
        await keep_fields(person, 2)
        await person.passed()
        await person.type("")

    assert walk(steps, "--scenario", "client-credentials", "--plain")[0] == 0


def test_demo_changes_a_wrong_grant_type_where_it_is_chosen(walk: Walk) -> None:
    async def steps(person: Person) -> None:
        await person.says("or press Enter for 2")
        await person.type("")
        await person.says("or press Enter to skip this and the rest")
        await person.type("yes")
        await person.type("")
        await person.says("Press Enter to continue anyway")
        await person.type("")
        for field in ("Paste the Client ID", "Paste the Client Secret"):
            await person.says(field, "press Enter to keep")
            await person.type("")
        await person.says("Failed: get a token.", "Press Enter to go to Prerequisites")
        await person.type("use")
        await person.says("To choose who uses the credential, type")
        await person.type("")
        await person.says(f"Last attempt: {WRONG_GRANT.title}", "Who will use the credential?")
        await person.says(
            '"?" for the list, or press Enter for 1, Your own script or app, with authorization'
        )
        await person.type("2")
        await person.says("1 of 4 confirmed. Not confirmed: items 2, 3, 4.", "Item 2 of 4")
        await person.type("?")
        await person.says('Type "use" to change who will use the credential, or the grant type.')
        await person.type("use")
        await person.says("or press Enter for 2, Your own script or app, with client")
        await person.type("1")
        await person.says(OTHER_ITEMS, "Used by: Your own script or app. Grant type: Auth")
        await person.says("1 of 7 confirmed. Not confirmed: items 2, 3, 4, 5, 6, 7.", "Item 2 of 7")
        await person.type("quit")

    assert walk(steps, "--scenario", "wrong-grant", "--plain")[0] == 0


def test_demo_shows_a_rotation_and_a_removal(walk: Walk, home: Path) -> None:
    async def steps(person: Person) -> None:
        await approve_in_demo(person)
        await person.passed()
        await person.says('To try rotating the secret or removing the profile, type "overview".')
        await person.type("overview")
        await person.says("Enter a rotated secret", "Remove profile")
        for action, asked, kept in (
            ("rotate", ROTATE_IN_DEMO, UNCHANGED),
            ("remove", "Remove profile default?", NOTHING_REMOVED),
        ):
            await person.type(action)
            await person.says(asked)
            await person.type("")
            await person.says(kept)
        await person.type("rotate")
        await person.type("a-short-secret")
        await person.says(f"Error: {ANY_OTHER}")
        await person.type("a-secret-of-my-own-12")
        await person.says(ROTATED_IN_DEMO)
        await person.passed()
        await person.type("change")
        await keep_fields(person)
        await person.passed()
        await person.type("forget")
        await person.says("Remove profile default?")
        await person.type("yes")

    code, text = walk(steps, "--demo", "--plain")
    assert code == 0
    assert f"{REMOVED_IN_DEMO} The demo is over. Nothing is saved." in " ".join(text.split())
    assert not home.exists()


def test_demo_is_walked_without_a_browser_and_keeps_nothing(
    walk: Walk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(("/opt/a b/scim-wizard",))
    monkeypatch.setattr("wizard.host.process.started", lambda **_given: program)

    async def steps(person: Person) -> None:
        await person.says("Step 1 of 6, Prerequisites.", "Demo: nothing is saved.")
        await person.tick_all()
        for field in ("Paste the Client ID", "Paste the Client Secret (input hidden)"):
            await person.says(field, "press Enter to keep")
            await person.type("")
        await person.type("https://somewhere.example.edu/else")
        await person.says(
            "The demo saves nothing. To use your own values, run: '/opt/a b/scim-wizard'"
        )
        await person.type("")
        for line in ("https://idp.example.invalid/callback", ""):
            await person.says(
                'Step 3 of 6. Type "link" to show the link, or press Enter to approve (demo only):'
            )
            await person.type(line)
        await person.says("Press Enter to paste the demo's URL")
        await person.type("")
        await person.passed()
        await person.says("That's the end of the demo. Nothing is saved.")
        await person.type("")

    code, text = walk(steps, "--demo", "--plain")
    assert code == 0
    told = text.lower()
    for honest in ("nothing is saved", "not saved (demo)"):
        told = told.replace(honest, "")
    assert "saved" not in told
    assert not home.exists()
