"""The texts of each step: heading, introduction, and help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wizard.domain.rules import split
from wizard.domain.steps import Step
from wizard.domain.texts.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.domain.value import Value, replace

DOCUMENTATION: Final = "https://www.twilio.com/docs/iam/scim/oauth-setup"
"""Twilio's own page about the whole setup."""


ON_SCREEN: Final = {"audience": "Press i", "new_link": "Ctrl+T"}
"""What to press, for sentences that the screens and plain mode share."""
TYPED: Final = {"audience": "Type i", "new_link": '"new link"'}
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

    @property
    def help(self) -> tuple[str, ...]:
        """The whole page, one paragraph per item."""
        steps = "\n".join(f"{number}. {text}" for number, text in enumerate(self.steps, 1))
        return (
            f"What to do here\n{steps}",
            f"What goes wrong\n{self.wrong[0]}",
            *self.wrong[1:],
            *self.where,
            f"Twilio's documentation\n{DOCUMENTATION}",
        )

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


KEEP_THE_APPROVER: Final = (
    "Don't deactivate the user who approved, and don't let",
    "SCIM manage them. Otherwise, tokens may stop working.",
)
"""The warnings on Done, in two lines."""

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


GUIDE: Final = {
    Step.OVERVIEW: Page(
        "Overview",
        "",
        (
            "Check now tests the connection. It only reads.",
            "Authorize again creates new tokens with the same Client ID and Client Secret.",
            "Change credentials edits any value. Your current credentials stay in use until the"
            " new ones work.",
        ),
        (
            "Was the secret rotated? Choose Enter a rotated secret. To see who rotated it, look in"
            " the Console under Monitor > Insights > Audit.",
            "Deleting the OAuth app, or rotating its secret with no grace period, ends what is"
            " saved here.",
        ),
        _where("; the app > Credentials, where you rotate the secret"),
    ),
    Step.PREREQUISITES: Page(
        "Before you start",
        "Using Okta or Microsoft Entra ID? {audience} first.",
        (
            "Click Create OAuth application, then select the Authorization code grant type.",
            "Enter an application name, a company name, and your Redirect URL.",
            "Under Scopes & permissions, select every managed-users permission and nothing else.",
            "Copy the Client ID and Client Secret before you click Finish (Save in the Legacy"
            " Console). Twilio shows the secret only once.",
        ),
        (
            "No Authorization code there? An account has a similar page (OAuth applications). Use"
            " the organization's.",
            "The page doesn't open? Only an Organization Owner or Admin can open it. Account-level"
            " roles can't.",
            "Wrong grant type? You can't change it. Create another app.",
            "Will SCIM create users? Their email domain must be verified in Twilio first.",
            "Is two-factor authentication required? Decide who holds the second factor of a shared"
            " account before you start.",
        ),
        _where(),
    ),
    Step.CREDENTIALS: Page(
        "Credentials",
        "Copy these from your OAuth app. Or paste its Authorization URL into any field to fill in"
        " what it contains.",
        (
            "Client ID: OQ and 32 characters.",
            "Client Secret: one long string of letters, digits, and symbols.",
            "Redirect URL: exactly as in the app, including any trailing slash.",
        ),
        (
            "AC… is an account and SK… an API key. Neither works here.",
            "Lost the secret? Twilio shows it only once. Rotate it on the app's Credentials tab."
            " Twilio may ask how long the old secret should keep working.",
        ),
        _where(
            "; the app > Credentials for the Client ID, Application details for the Redirect URL",
            "; the app. Right after you create it, its last page shows all three values",
        ),
    ),
    Step.AUTHORIZE: Page(
        "Authorize",
        "Open this link in a private window. Sign in as an Organization Owner or Admin who doesn't"
        " use SSO.",
        (
            "Open the link. Twilio's approval page opens, not the Console.",
            "Sign in and click Approve access.",
            "Your browser goes to your Redirect URL. The page may show an error; only its URL"
            " matters.",
        ),
        (
            "Are you signed in as someone else? Another Twilio session is open in this browser."
            " Use a private window.",
            "Can't sign in? The page doesn't support SSO. Use an admin with a password, whose"
            " email domain doesn't enforce SSO.",
            "An error, and no Approve access? The Client ID or Redirect URL differs from the"
            " app's. Compare them character by character.",
        ),
        (
            "You approve on a separate Twilio page, not in the Console. To look up the app itself,"
            " go to:",
            *_where("; the app > Application details"),
        ),
    ),
    Step.REDIRECT: Page(
        "Redirect",
        "After you click Approve access, copy the full URL from the address bar and paste it here."
        " An error page is OK.",
        (
            "In the browser, click in the address bar, select all, and copy.",
            "Paste it here, all of it. It starts with your Redirect URL, then ?code= and many"
            " characters, then &state= and some more.",
        ),
        (
            "Too late? The code works once and expires 5 minutes after you click Approve access."
            " {new_link} creates a new link. Approve again.",
            "Did the page drop the code? Look in the browser's history for the first URL with"
            " code= in it.",
            "Does it start with another URL than your Redirect URL? Then the app and Credentials"
            " differ. Fix one of them.",
        ),
        _where("; the app > Application details, where the Redirect URL is"),
    ),
    Step.CHECK: Page(
        "Check",
        "A live request to Twilio's SCIM API. It only reads: no user is created, changed, or"
        " deleted.",
        (
            "Wait until every line has ended.",
            "Token refresh tested: the wizard used the refresh token once and it worked.",
            "The wizard keeps only the number of users, no names.",
        ),
        (
            "Missing a permission? Select it in the app, then try again. If that fails, authorize"
            " again: Twilio doesn't document whether an earlier approval includes it.",
            "Client ID or Client Secret rejected? The secret was probably rotated.",
        ),
        _where("; the app > Access settings, where its permissions are"),
    ),
    Step.DONE: Page(
        "Done",
        "Your SCIM credentials work.",
        (
            "Nothing changes in Twilio. If you delete the app, this setup stops working. If you"
            " rotate its secret, enter the new one here.",
            "To check or change anything later, start the wizard again.",
        ),
        (
            "Did it stop working? The user who approved is probably no longer active, or the"
            " secret was rotated. Don't let SCIM manage that user.",
        ),
        _where("; the app > Credentials, where you rotate the secret"),
    ),
}
