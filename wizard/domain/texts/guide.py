"""The texts of each step: heading, introduction, and help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wizard.domain.models import GrantType
from wizard.domain.rules import split
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.domain.value import Value, replace

DOCUMENTATION: Final = "https://www.twilio.com/docs/iam/scim/oauth-setup"
"""Twilio's own page about the whole setup."""
APPS_PAGE: Final = "https://www.twilio.com/docs/iam/oauth-apps/org-oauth-apps"
"""Twilio's own page about organization OAuth apps, with both grant types."""


ON_SCREEN: Final = {"new_link": "Press Ctrl+T"}
"""What to press, for sentences that the screens and plain mode share."""
TYPED: Final = {"new_link": 'Type "new link"'}
"""The same in plain mode."""


class Page(Value):
    """The texts of a step; the introduction and `wrong` may hold {names} of keys."""

    heading: str
    intro: str
    steps: tuple[str, ...]
    """What to do here, in order."""
    wrong: tuple[str, ...]
    """What can go wrong, and what to do then."""
    where: tuple[str, ...]
    """Where to find it in Twilio; a line that is only a URL can be opened."""
    documentation: str = DOCUMENTATION
    """Twilio's own page."""

    @property
    def help(self) -> tuple[str, ...]:
        """The whole page, one paragraph per item."""
        steps = "\n".join(f"{number}. {text}" for number, text in enumerate(self.steps, 1))
        return (
            f"What to do here\n{steps}",
            *self.troubles,
            *self.where,
            f"Twilio's documentation\n{self.documentation}",
        )

    @property
    def troubles(self) -> tuple[str, ...]:
        """The paragraphs of the help about what can go wrong."""
        return (f"If something goes wrong\n{self.wrong[0]}", *self.wrong[1:])

    def naming(self, keys: Mapping[str, str]) -> Page:
        """Return the page with the names of keys filled in."""
        wrong = tuple(text.format_map(keys) for text in self.wrong)
        return replace(self, intro=self.intro.format_map(keys), wrong=wrong)


def _where(current: str = "", legacy: str = "") -> tuple[str, str]:
    """Return the path to an organization's OAuth apps in both Consoles, and what to open there."""
    return (
        "Twilio Console\nSettings > Organization settings > Organization API access"
        f"{current}\n{CONSOLE}",
        f"Legacy Console (Twilio Admin)\nApplications > OAuth apps{legacy}\n{LEGACY_CONSOLE}",
    )


CODE_LIVES: Final = "expires 5 minutes after you click Approve access"

THEN: Final = (
    ("Sign in and click Approve access.",),
    ("You land on {landing}", "An error page there is OK."),
    ("Copy the full URL from the address bar.", "Its code expires in 5 minutes."),
)
"""What to do once the link is open, in lines; `landing` is what `landing_on` returns."""


def landing_on(redirect_url: str) -> str:
    """Return the beginning of the URL that the browser lands on."""
    parts = split(redirect_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}…" if parts else ""


ABOUT_ACTIONS: Final = {
    "retry": "Try again reads the saved secrets again.",
    "resume": "Resume continues the unfinished setup or change.",
    "check": "Check now tests the connection. It's read-only.",
    "authorize": "Authorize again creates new tokens with the same Client ID and Client Secret.",
    "change": "Change credentials lets you change any value, including the grant type. Your current"
    " credentials stay in use until the new ones work.",
}
"""What the actions on Overview do, by their IDs."""
_ROTATED: Final = (
    "Was the secret rotated? Choose Enter a rotated secret. To see who rotated it, look in the"
    " Console under Monitor > Insights > Audit (event oauth-apps.secret-rotated).",
    "If you delete the OAuth app, or rotate its secret with no grace period, the saved credentials"
    " stop working.",
)
_APPS: Final = (
    "Can't open the page? Only an Organization Owner or Admin can open it. Account-level roles"
    " can't.",
    "Wrong grant type? You can't change it. Create another app.",
    "Will SCIM create users? Their email domain must be verified in Twilio first.",
)
_LOST_SECRET: Final = (
    "Does your Client ID start with AC or SK? That's an Account or API key SID, not a Client ID.",
    "Lost the secret? Twilio shows it only once. Rotate it on the app's Credentials tab. Twilio"
    " may ask how long the old secret should keep working.",
)

GUIDE: Final = {
    Step.OVERVIEW: Page(
        "Overview",
        "",
        tuple(ABOUT_ACTIONS.values()),
        _ROTATED,
        _where(". Open the app and select Credentials to rotate the secret."),
    ),
    Step.PREREQUISITES: Page(
        "Before you start",
        "",
        (
            "Click Create OAuth application, and select Authorization code.",
            "Under Application details, enter an application name, a company name, and your"
            " Redirect URL.",
            "Under Scopes & permissions, select every managed-users permission and nothing else.",
            "Copy the Client ID and Client Secret. Twilio shows the secret only once. In the"
            " Legacy Console, click Save to see them.",
            "In the Twilio Console, select Got it! and click Finish.",
        ),
        (
            "Don't see Authorization code? You're probably on an account's OAuth applications page,"
            " which looks similar. Go to the organization's page instead.",
            *_APPS,
            "Is two-factor authentication required? Before you start, decide who holds the second"
            " factor for a shared account.",
        ),
        _where(),
    ),
    Step.CREDENTIALS: Page(
        "Credentials",
        "Copy these from your OAuth app. If you have its Authorization URL, paste it into any"
        " field.",
        (
            "Paste the Client ID: OQ followed by 32 letters or digits.",
            "Paste the Client Secret: one long string of letters, digits, and symbols.",
            "Paste the Redirect URL exactly as shown in the app, including any trailing slash.",
        ),
        (*_LOST_SECRET,),
        _where(
            ". Open the app. The Client ID is under Credentials, and the Redirect URL is under"
            " Application details.",
            ". When you create an app, the last page shows its Client ID, Client Secret, and"
            " Authorization URL.",
        ),
    ),
    Step.AUTHORIZE: Page(
        "Authorize",
        "Open this link in a private window. Sign in as an Organization Owner or Admin who doesn't"
        " use SSO.",
        (
            "Open the link. Twilio's approval page opens, not the Console.",
            "Sign in and click Approve access.",
            "Your browser goes to your Redirect URL. The page may show an error. Only its URL"
            " matters.",
        ),
        (
            "Are you signed in as someone else? Another Twilio session is open in this browser."
            " Use a private window.",
            "Can't sign in? The page doesn't support SSO. Sign in as an admin who has a password"
            " and whose email domain doesn't enforce SSO.",
            "Does it ask for a second factor? Ask the person who holds it for that account.",
            "See an error instead of Approve access? The Client ID or Redirect URL probably"
            " differs from the app's, or the app has the Client credentials grant type. You can't"
            " approve access for an app with that grant type.",
        ),
        (
            "You approve on a separate Twilio page, not in the Console. To look up the app itself,"
            " go to:",
            *_where(". Open the app and select Application details."),
        ),
    ),
    Step.REDIRECT: Page(
        "Redirect",
        "After you click Approve access, copy the full URL from the address bar and paste it here."
        " An error page is OK.",
        (
            "In the browser, click in the address bar, select all, and copy.",
            "Paste all of it here. It starts with your Redirect URL, followed by ?code=, a long"
            " code, &state=, and a shorter value.",
        ),
        (
            "Too late? The code works once and expires 5 minutes after you click Approve access."
            " {new_link} to create a new link, then approve again.",
            "Did the page drop the code? Look in the browser's history for the first URL with"
            " code= in it.",
            "Twilio doesn't send you to your Redirect URL? The app may have the Client"
            " credentials grant type. Create one with the Authorization code grant type.",
            "Landed on another page? Your Redirect URL might redirect there or not match the app's."
            " Use a URL that doesn't redirect, and the same one in Credentials and in the app.",
        ),
        _where(". Open the app. The Redirect URL is under Application details."),
    ),
    Step.CHECK: Page(
        "Check",
        "The wizard sends a live request to Twilio's SCIM API. It only reads: no user is created,"
        " changed, or deleted.",
        (
            "Wait until every check is finished.",
            "Token refresh tested: the wizard used the refresh token once and it worked.",
            "The wizard keeps only the number of users, not their names.",
        ),
        (
            "Missing a permission? Select it in the app, then try again. If that fails, authorize"
            " again. If that doesn't help, authorize again: an earlier approval might not"
            " include new permissions.",
            "Client ID or Client Secret rejected? The secret was probably rotated. To see who"
            " rotated it, look in the Console under Monitor > Insights > Audit.",
        ),
        _where(". Open the app. The app's permissions are on its Access settings tab."),
    ),
    Step.DONE: Page(
        "Done",
        "Your SCIM credentials work.",
        (
            "The wizard doesn't change your OAuth app in Twilio. If you delete the app, this setup"
            " stops working. If you rotate its secret, start the wizard and enter the new one.",
            "To check or change anything later, start the wizard again.",
        ),
        (
            "Did it stop working? The user who approved is probably no longer active, or the"
            " secret was rotated. Run Check now on Overview to find out which.",
        ),
        _where(". Open the app and select Credentials to rotate the secret."),
    ),
}

_WITHOUT_APPROVAL: Final = {
    Step.PREREQUISITES: replace(
        GUIDE[Step.PREREQUISITES],
        steps=(
            "Click Create OAuth application, and select Client credentials.",
            "Enter a name and a description. The app needs no Redirect URL.",
            "Under Scopes & permissions, select the managed-users permissions. Entra ID needs all.",
            "Copy the Client ID and Client Secret. Twilio shows the secret only once.",
            "Select Got it! and click Finish.",
        ),
        wrong=(
            "Don't see managed-users permissions? You're probably on an account's OAuth"
            " applications page, which looks similar. Go to the organization's page instead.",
            *_APPS,
        ),
    ),
    Step.CREDENTIALS: Page(
        "Credentials",
        "Copy these from your OAuth app. It must have the Client credentials grant type.",
        GUIDE[Step.CREDENTIALS].steps[:2],
        (
            *_LOST_SECRET,
            "Does the app have the Authorization code grant type? Go back to Prerequisites and"
            " select it, or create another app.",
        ),
        _where(
            ". Open the app. The Client ID is under Credentials.",
            ". When you create an app, the last page shows its Client ID and Client Secret.",
        ),
    ),
    Step.CHECK: replace(
        GUIDE[Step.CHECK],
        steps=(
            "Wait until every check is finished.",
            "The wizard requests a token, reads the list of users with it, and requests another"
            " token, as it will when the first one expires.",
            "The wizard keeps only the number of users, not their names.",
        ),
        wrong=(
            "Missing a permission? Select it in the app, then try again.",
            "Client ID or Client Secret rejected? The secret was probably rotated, or the app has"
            " the Authorization code grant type. To see who rotated it, look in the Console under"
            " Monitor > Insights > Audit.",
        ),
    ),
    Step.DONE: replace(
        GUIDE[Step.DONE],
        wrong=(
            "Did it stop working? The secret was probably rotated, or the app was deleted. Run"
            " Check now on Overview.",
        ),
    ),
}


def page(step: Step, grant_type: GrantType) -> Page:
    """Return the texts of a step."""
    if grant_type.needs_approval:
        return GUIDE[step]
    return replace(_WITHOUT_APPROVAL.get(step, GUIDE[step]), documentation=APPS_PAGE)
