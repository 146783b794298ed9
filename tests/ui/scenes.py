"""Every screen in every state worth testing, each opened directly from stored data.

The tests that apply to all screens run over this list, and the pictures are made from it. A state
that is missing here is tested nowhere.
"""

from __future__ import annotations

from typing import Final

from textual.command import CommandPalette

from tests.ui import running, seeds
from tests.ui.acts import after, clicking, filling, keys, opening, pasting, resizing
from tests.ui.playing import Scene
from tests.ui.running import TICKED, WHOLE
from tests.ui.seeds import both
from tests.walks import ANSWER, CLIENT_ID, CODE, REDIRECT_URL, SECRET, STATE
from wizard.domain.errors.consent import ACCESS_DENIED
from wizard.domain.errors.exchange import CLOCK_OFF, WRONG_CLIENT
from wizard.domain.errors.network import PROXY_UNREACHABLE
from wizard.domain.errors.scim import MISSING_PERMISSION
from wizard.domain.errors.store import KEYRING_LOCKED, SECRETS_MISSING
from wizard.domain.models import Endpoints, GrantType, Profile
from wizard.domain.secret import Secret
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import FOR_CLIENT_CREDENTIALS
from wizard.domain.value import replace
from wizard.flow.context import Demo
from wizard.flow.state import Delivery, WizardState
from wizard.ui.dialog import ConfirmScreen, HelpScreen
from wizard.ui.screens.authorize import AuthorizeScreen
from wizard.ui.screens.check import CheckScreen
from wizard.ui.screens.credentials import CredentialsScreen
from wizard.ui.screens.done import DoneScreen
from wizard.ui.screens.overview import OverviewScreen
from wizard.ui.screens.overview_dialogs import ProfilesScreen, RotateScreen, SheetScreen
from wizard.ui.screens.prerequisites import PrerequisitesScreen
from wizard.ui.screens.redirect import RedirectScreen
from wizard.ui.screens.setup_dialogs import AdvancedScreen, ChangesScreen
from wizard.ui.theme import LIGHT


async def approve(_url: str) -> str:
    """Approve nothing."""
    return ""


FIRST: Final = WizardState(Step.PREREQUISITES)
FORM: Final = WizardState(Step.CREDENTIALS)
REFUSED: Final = replace(FORM, because=WRONG_CLIENT)
LINK: Final = WizardState(Step.AUTHORIZE)
NOT_APPROVED: Final = replace(LINK, because=ACCESS_DENIED)
PASTE: Final = WizardState(Step.REDIRECT, delivery=Delivery.OPENED)
ARRIVED: Final = seeds.arrived()
DONE: Final = WizardState(Step.DONE)
HOME: Final = WizardState(Step.OVERVIEW)

READY: Final = seeds.profile(Profile(ticks=TICKED))
PARTLY: Final = seeds.profile(Profile(ticks=TICKED[:5]))
WORST: Final = both(
    PARTLY,
    seeds.looked_at(
        PROXY_UNREACHABLE.filled(
            host="oauth.twilio.com",
            proxy="proxy.example.edu:3128",
            variable="HTTPS_PROXY",
            reason="its name can't be found",
        ),
        CLOCK_OFF.filled(offset="3 hours fast"),
    ),
    seeds.over_ssh,
)
STORED: Final = seeds.draft(Step.CREDENTIALS, WHOLE)
SHUT: Final = seeds.store_fails(KEYRING_LOCKED, "save")
LINKED: Final = seeds.draft(Step.REDIRECT, running.LINKED)
REMOTE: Final = both(LINKED, seeds.over_ssh)
LOOPBACK: Final = replace(WHOLE, redirect_url="http://127.0.0.1:8765/callback")
LISTENING: Final = both(seeds.draft(Step.AUTHORIZE, LOOPBACK), seeds.over_ssh)
TAKEN: Final = both(seeds.draft(Step.AUTHORIZE, LOOPBACK), seeds.port_taken)
UNSAVED: Final = both(STORED, seeds.FULL)
FOREIGN: Final = seeds.draft(
    Step.AUTHORIZE,
    replace(WHOLE, endpoints=Endpoints(scim_url="https://a-long-name.scim.example.org/scim/v2")),
)
NO_PERMISSION: Final = seeds.answers(
    MISSING_PERMISSION.filled(permission="managed-users/list").with_detail(
        "403 from iam.twilio.com: token lacks managed-users/list"
    )
)
ACTIVE: Final = seeds.active()
NAMED: Final = seeds.active(replace(seeds.CHECKED, organization=seeds.ORGANIZATION))
FAILED: Final = seeds.active(seeds.failed_with(WRONG_CLIENT))
MOVED: Final = replace(running.LINKED, redirect_url="https://scim.example.edu/another/callback")
CHANGED: Final = replace(
    MOVED,
    client_secret=Secret(SECRET.swapcase()),
    endpoints=Endpoints(scim_url="https://iam.example.org/scim/v2"),
)
LOCKED: Final = seeds.cannot_read(KEYRING_LOCKED)
GONE: Final = seeds.cannot_read(SECRETS_MISSING)
DRAFT_GONE: Final = both(seeds.active(change=MOVED), seeds.cannot_read(SECRETS_MISSING, "draft"))
FOR_ENTRA: Final = seeds.profile(
    Profile(
        ticks=(FOR_CLIENT_CREDENTIALS[0].id, FOR_CLIENT_CREDENTIALS[1].id),
        audience="entra",
        grant_type=GrantType.CLIENT_CREDENTIALS,
    )
)
OTHERS: Final = both(ACTIVE, seeds.other_profiles("acme", "test"))
MANY: Final = both(ACTIVE, seeds.other_profiles(*(f"acme-{number}" for number in range(16))))
DEMO: Final = Demo(WHOLE, approve)

ELSEWHERE: Final = ANSWER.replace("callback", "callbacks").replace(STATE, "foreign")
DENIED: Final = f"{REDIRECT_URL}?error=access_denied&state={STATE}"
FOREIGN_URL: Final = f"https://login.example.org/authorize?client_id={CLIENT_ID}"
TYPED: Final = filling(client_id=CLIENT_ID, client_secret=SECRET, redirect_url=REDIRECT_URL)
DOUBTFUL: Final = filling(client_id=CLIENT_ID, redirect_url=f"{REDIRECT_URL}/")
MISTYPED: Final = filling(
    client_id="AC0123456789abcdef0123456789abcdef",
    client_secret="short",
    redirect_url="http://scim.example.edu/callback#here",
)
SHOWN: Final = pasting(SECRET, into="#client-secret", then="ctrl+r")
WRONG_ENDPOINT: Final = clicking("#advanced", then=pasting("ftp://a.example.org/b", then="enter"))
PROFILES: Final = opening("profiles", ProfilesScreen)
WRONG_NAME: Final = opening("profiles", ProfilesScreen, keys(*"A b", "enter"))
ROTATE: Final = opening("rotate", RotateScreen)
TRY: Final = opening("rotate", RotateScreen, pasting(SECRET, then="enter"))
SHEET: Final = opening("sheet", SheetScreen)
MADE: Final = "created 14"
PALETTE: Final = after(MADE, keys("ctrl+p"))
FOUND: Final = after(MADE, keys("ctrl+p", *"lin"))
THEMES: Final = after(MADE, keys("ctrl+p", *"theme", then=after("remembered", keys("enter"))))
BROWSER: Final = "✓ Browser"
SAVE: Final = opening("sheet", SheetScreen, clicking("#save"))

STEPS: Final = (
    Scene("prerequisites", PrerequisitesScreen, "✓ Browser", FIRST, PARTLY),
    Scene("prerequisites-first", PrerequisitesScreen, "0 of 7|No browser", FIRST, seeds.over_ssh),
    Scene(
        "prerequisites-looking", PrerequisitesScreen, "Checking this machine", FIRST, seeds.silent
    ),
    Scene(
        "prerequisites-warned",
        PrerequisitesScreen,
        "aren't selected|✓ Browser",
        FIRST,
        PARTLY,
        keys("enter"),
    ),
    Scene("prerequisites-entra", PrerequisitesScreen, "‹ Microsoft|✓ Clock", FIRST, FOR_ENTRA),
    Scene("prerequisites-grant-type", PrerequisitesScreen, "An admin", FIRST, act=keys("up")),
    Scene("prerequisites-found", PrerequisitesScreen, "and 1 more", FIRST, WORST),
    Scene("prerequisites-full", PrerequisitesScreen, "is full", FIRST, seeds.FULL, keys("space")),
    Scene("notice", PrerequisitesScreen, "to quit", FIRST, PARTLY, after(BROWSER, keys("ctrl+c"))),
    Scene("too-small", PrerequisitesScreen, "is 52×14", FIRST, PARTLY, resizing(52, 14)),
    Scene("credentials-empty", CredentialsScreen, "Client Secret", FORM),
    Scene("credentials-stored", CredentialsScreen, "✓ saved", FORM, STORED),
    Scene("credentials", CredentialsScreen, "callback ✓ saved", FORM, READY, TYPED),
    Scene("credentials-wrong", CredentialsScreen, "whole secret|fragment", FORM, READY, MISTYPED),
    Scene("credentials-refused", CredentialsScreen, "rejected", REFUSED, STORED),
    Scene("credentials-shown", CredentialsScreen, SECRET[:20], FORM, READY, SHOWN),
    Scene("credentials-unsaved", CredentialsScreen, "Skip saving", FORM, SHUT, DOUBTFUL),
    Scene("authorize", AuthorizeScreen, "state=|Open browser", LINK, LINKED),
    Scene("authorize-ssh", AuthorizeScreen, "state=|Copy link", LINK, REMOTE),
    Scene("authorize-demo", AuthorizeScreen, "state=|Approve for", LINK, REMOTE, demo=DEMO),
    Scene("authorize-listening", AuthorizeScreen, "state=|isn't on this machine", LINK, LISTENING),
    Scene("authorize-taken", AuthorizeScreen, "state=|8765 is", LINK, TAKEN),
    Scene("authorize-failed", AuthorizeScreen, "is full", LINK, UNSAVED),
    Scene("authorize-denied", AuthorizeScreen, "state=|wasn't approved", NOT_APPROVED, LINKED),
    Scene("authorize-foreign", AuthorizeScreen, "! not Twilio|state=|Open", LINK, FOREIGN),
    Scene("redirect", RedirectScreen, "paste it here|created 14", PASTE, LINKED),
    Scene(
        "redirect-typing",
        RedirectScreen,
        "https://sc|created 14",
        PASTE,
        LINKED,
        keys(*"https://sc"),
    ),
    Scene(
        "redirect-mismatch", RedirectScreen, "differs|created 14", PASTE, LINKED, pasting(ELSEWHERE)
    ),
    Scene(
        "redirect-bare",
        RedirectScreen,
        "without its state|created 14",
        PASTE,
        LINKED,
        pasting(CODE),
    ),
    Scene("redirect-denied", RedirectScreen, "✗|created 14", PASTE, LINKED, pasting(DENIED)),
    Scene("check", CheckScreen, "25 users|Next", ARRIVED, LINKED),
    Scene("check-running", CheckScreen, "saved 0.12", ARRIVED, both(LINKED, seeds.no_answer)),
    Scene("check-failed", CheckScreen, "Authorize again", ARRIVED, both(LINKED, NO_PERMISSION)),
    Scene("check-elsewhere", CheckScreen, "has changed", ARRIVED, seeds.of_another_organization),
    Scene("check-shut", CheckScreen, "use a file", ARRIVED, both(LINKED, SHUT)),
    Scene(
        "check-unrenewable",
        CheckScreen,
        "until it expires",
        ARRIVED,
        both(LINKED, seeds.unrenewable),
    ),
    Scene("done", DoneScreen, "Finish", DONE, ACTIVE),
    Scene("done-organization", DoneScreen, seeds.ORGANIZATION, DONE, NAMED),
)

OVERVIEWS: Final = (
    Scene("overview", OverviewScreen, "✓ SCIM works.|25 users", HOME, ACTIVE),
    Scene("overview-change", OverviewScreen, "Unfinished change", HOME, seeds.active(change=MOVED)),
    Scene("overview-failed", OverviewScreen, WRONG_CLIENT.title, HOME, FAILED),
    Scene("overview-draft", OverviewScreen, "Unfinished setup", HOME, LINKED),
    Scene("overview-shut", OverviewScreen, "press r", HOME, both(ACTIVE, LOCKED)),
    Scene("overview-gone", OverviewScreen, "Set up again", HOME, both(ACTIVE, GONE)),
    Scene("overview-draft-gone", OverviewScreen, "can't be read", HOME, DRAFT_GONE),
)

DIALOGS: Final = (
    Scene("help", HelpScreen, "What to do here", FORM, act=keys("f1")),
    Scene("help-overview", HelpScreen, "Help", HOME, ACTIVE, keys("f1")),
    Scene("help-found", HelpScreen, "3 hours fast", FIRST, WORST, after("1 more", keys("d"))),
    Scene("help-pages", HelpScreen, "Legacy Console", FIRST, seeds.no_browser, keys("o")),
    Scene("advanced", AdvancedScreen, "PKCE", FORM, STORED, clicking("#advanced")),
    Scene("advanced-wrong", AdvancedScreen, "✗", FORM, STORED, WRONG_ENDPOINT),
    Scene("changes", ChangesScreen, "before", FORM, seeds.active(change=CHANGED), keys("ctrl+n")),
    Scene("another-host", ConfirmScreen, "Use values from another", FORM, act=pasting(FOREIGN_URL)),
    Scene("consent", ConfirmScreen, "again?", HOME, ACTIVE, opening("authorize", ConfirmScreen)),
    Scene("profiles", ProfilesScreen, "› default", HOME, OTHERS, PROFILES),
    Scene("profiles-many", ProfilesScreen, "› default", HOME, MANY, PROFILES),
    Scene("profiles-wrong", ProfilesScreen, "✗", HOME, ACTIVE, WRONG_NAME),
    Scene("rotate", RotateScreen, "Try it", HOME, ACTIVE, ROTATE),
    Scene("rotate-refused", RotateScreen, "✗", HOME, both(ACTIVE, seeds.refuses_secret), TRY),
    Scene("rotate-trying", RotateScreen, "Trying", HOME, both(ACTIVE, seeds.no_token), TRY),
    Scene("sheet", SheetScreen, "Save", HOME, ACTIVE, SHEET),
    Scene("sheet-saved", SheetScreen, "Saved as", HOME, both(ACTIVE, seeds.saves_sheet), SAVE),
    Scene("sheet-unsaved", SheetScreen, "✗", HOME, both(ACTIVE, seeds.saves_no_sheet), SAVE),
    Scene("palette", CommandPalette, "Quit", PASTE, LINKED, PALETTE),
    Scene("themes", CommandPalette, "a theme|current", PASTE, LINKED, THEMES),
    # This is Textual's own screen, which doesn't change its theme while it is open.
    Scene(
        "palette-light",
        CommandPalette,
        "Quit",
        PASTE,
        LINKED,
        PALETTE,
        theme=LIGHT.name,
    ),
    Scene("palette-found", CommandPalette, "Create a new authorization link", PASTE, LINKED, FOUND),
)

SCENES: Final = (*STEPS, *OVERVIEWS, *DIALOGS)
