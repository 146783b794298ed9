"""What each step says: heading, introduction, and the help behind it."""

from __future__ import annotations

from typing import Final

from wizard.domain.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.domain.rules import split
from wizard.domain.steps import Step
from wizard.domain.value import Value, replace

DOCUMENTATION: Final = "https://www.twilio.com/docs/iam/scim/oauth-setup"
"""Twilio's own page about all of it."""


class Keys(Value):
    """What a face has pressed or typed, as it stands in sentences that both faces say."""

    audience: str
    new_link: str


ON_SCREEN: Final = Keys(audience="press i", new_link="Ctrl+T")
TYPED: Final = Keys(audience="type i", new_link="“new link”")
"""The same in plain mode."""


class Page(Value):
    """The words of a step; the introduction and what goes wrong may hold {names} of keys."""

    heading: str
    intro: str
    where: tuple[str, ...]
    """Where it is at Twilio; a line that is an address alone can be opened."""
    looks: str
    """What is seen there."""
    wrong: tuple[str, ...]
    """What goes wrong, and what to do then."""

    @property
    def help(self) -> tuple[str, ...]:
        """All of it, a paragraph each."""
        return (
            *self.where,
            f"What it looks like there\n{self.looks}",
            f"What goes wrong\n{self.wrong[0]}",
            *self.wrong[1:],
            f"Twilio's own page about this\n{DOCUMENTATION}",
        )

    def naming(self, keys: Keys) -> Page:
        """Return the page as a face says it."""
        names = {name: getattr(keys, name) for name in keys.__struct_fields__}
        wrong = tuple(text.format_map(names) for text in self.wrong)
        return replace(self, intro=self.intro.format_map(names), wrong=wrong)


def _where(current: str = "", legacy: str = "") -> tuple[str, str]:
    """Return the way to an organization's OAuth apps in both Consoles, and what to open there."""
    return (
        "Current Console\nSettings > Organization settings > Organization API access"
        f"{current}\n{CONSOLE}",
        f"Legacy Console (Twilio Admin)\nApplications > OAuth apps{legacy}\n{LEGACY_CONSOLE}",
    )


KEEP_THE_APPROVER: Final = (
    "Keep the user who approved active, and SCIM away from",
    "that user: when they go, this credential may go too.",
)
"""What Done warns of, in two lines."""

CODE_LIVES: Final = "lives 5 minutes from Approve access"

THEN: Final = (
    ("Sign in, read the permissions, Approve access.",),
    ("You land on {landing}", "An error page there is fine."),
    ("Copy that page's whole address and come back.", "The code in it lives five minutes."),
)
"""What follows the opening of the link, in lines; `landing` is as `landing_on` tells it."""


def landing_on(redirect_url: str) -> str:
    """Return where the browser will land, as its address begins."""
    parts = split(redirect_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}…" if parts else ""


GUIDE: Final = {
    Step.OVERVIEW: Page(
        "Overview",
        "",
        _where("; the app > Credentials, where Rotate secret is"),
        "The app is a line of the list; Delete is in its Action column. Deleting it, or rotating"
        " its secret without a grace period, ends what is stored here.",
        (
            "The secret was rotated: enter the new one under I rotated the secret. What is stored"
            " stays until the new one has worked.",
            "Nothing on this page asks the network by itself. Check now makes one request that"
            " only reads.",
        ),
    ),
    Step.PREREQUISITES: Page(
        "Before you start",
        "Okta and Entra take another road: {audience} first.",
        _where(),
        "Create OAuth application, then Grant type: Authorization code. A name, a company name"
        " and the Redirect URL belong to the details; under Scopes & permissions tick everything"
        " of managed-users and nothing else. At the end the secret is shown, this once: copy it"
        " before Finish or Save. Twilio describes these pages for Client credentials; for"
        " Authorization code a page may differ.",
        (
            "The page has no Authorization code? An account's settings have a page of nearly the"
            " same name (OAuth applications). You need the organization's.",
            "The page does not open? Only an Organization Owner or Organization Admin may; an"
            " account's Owner or Administrator is another role.",
            "Made with the wrong grant type? It cannot be changed: make another app.",
        ),
    ),
    Step.CREDENTIALS: Page(
        "Credentials",
        "From the OAuth app you made. Pasting its Authorization URL into any field fills"
        " in what it holds.",
        _where(
            "; the app > Credentials for the Client ID, Application details for the Redirect URL",
            "; the app. Its last page shows Client ID, Client Secret and Authorization URL",
        ),
        "Client ID: OQ and 32 more. Client Secret: one long word without a form of its own."
        " Redirect URL: to the letter as on the app, with or without the slash at its end.",
        (
            "AC… is an account and SK… an API key: neither works here.",
            "The secret is lost? It is shown once, when the app is made. Credentials > Rotate"
            " secret makes another; Twilio may ask how long the old one still works.",
        ),
    ),
    Step.AUTHORIZE: Page(
        "Authorize",
        "Open this as an organization admin who signs in without SSO, best in a private window.",
        (
            "In neither Console: the link leads to a page of its own. The app it names is found"
            " here:",
            *_where("; the app > Application details"),
        ),
        "It asks for an e-mail address and a password, and at the end for Approve access. The"
        " browser then goes to your Redirect URL, which may well show an error: only its address"
        " counts.",
        (
            "It signs you in as somebody else, or at once? Another Twilio session is open in this"
            " browser: use a private window.",
            "It cannot sign you in? SSO does not work there. Take an Organization Admin who has a"
            " password.",
            "An error at Twilio, and no Approve access? The Client ID or the Redirect URL differs"
            " from the app's: compare them letter by letter.",
        ),
    ),
    Step.REDIRECT: Page(
        "Redirect",
        "After Approve access, copy the address of the page you land on and paste it here."
        " An error page there is fine.",
        (
            "In the browser: click into its address bar, select all, copy, and paste here; the"
            " whole of it, however long. The Redirect URL it begins with is the app's:",
            *_where("; the app > Application details"),
        ),
        "Your Redirect URL, then ?code= and very many letters, then &state= and some more. The"
        " page itself may be an error, or empty.",
        (
            "Too late? The code works once, and for five minutes from Approve access. {new_link}"
            " makes a new link; approve again.",
            "The page dropped the code from its address? Look in the browser's history for the"
            " first address with code= in it.",
            "It begins with another address than the one set? Then one of the two is wrong: the"
            " app's or the one under Credentials.",
        ),
    ),
    Step.CHECK: Page(
        "Check",
        "A live request to Twilio's SCIM API. It only reads: no user is created, changed"
        " or deleted.",
        _where("; the app > Access settings, where its permissions are"),
        "Permissions are ticked there: managed-users/list is the one this needs, all of"
        " managed-users is what an identity provider needs.",
        (
            "A permission is missing? Tick it, then authorize again: Twilio does not say whether"
            " an earlier consent has it too.",
            "Refused as a wrong Client ID or Secret? Most likely the secret was rotated.",
            "Refresh rehearsed means: the refresh token was used once, so that you know today"
            " that it works tomorrow. Of the users only the number is looked at.",
        ),
    ),
    Step.DONE: Page(
        "Done",
        "Your SCIM credential works.",
        _where("; the app > Credentials, where Rotate secret is"),
        "Everything stays there as it is. Rotating the secret or deleting the app ends what was"
        " set up here.",
        (
            "It stops working one day? Most likely the user who approved is no longer active, or"
            " the secret was rotated. Keep that user out of SCIM's reach.",
            "Run scim-wizard again to look at it, check it or change any part of it.",
        ),
    ),
}
