"""What each step says: heading, introduction, and the help behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wizard.domain.prerequisites import CONSOLE, LEGACY_CONSOLE
from wizard.domain.rules import split
from wizard.domain.steps import Step


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a step."""

    heading: str
    intro: str
    help: tuple[str, ...]
    """Paragraphs."""


_WHERE: Final = (
    "Current Console: Settings > Organization settings > Organization API access\n" + CONSOLE,
    "Legacy Console (Twilio Admin): Applications > OAuth apps\n" + LEGACY_CONSOLE,
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
        (
            "What is stored here stays as it is until a change has been proven with a live"
            " SCIM request. Nothing on this page asks the network by itself.",
        ),
    ),
    Step.PREREQUISITES: Page(
        "Before you start",
        "Okta and Entra take another road: press i first.",
        (
            "Make the app with Create OAuth application, Grant type Authorization code.",
            *_WHERE,
            "Give it a name, a company name and the Redirect URL; under Scopes & permissions"
            " tick everything of managed-users and nothing else. At the end copy Client ID,"
            " Client Secret and Authorization URL.",
            "Not there? Account settings have a page of the same name. Its apps do client"
            " credentials only: you need the organization's.",
        ),
    ),
    Step.CREDENTIALS: Page(
        "Credentials",
        "From the OAuth app you made. Pasting its Authorization URL into any field fills"
        " in what it holds.",
        (
            "Client ID: begins with OQ, 34 characters, on the app's Credentials tab. AC… is an"
            " account, SK… an API key: neither works here.",
            "Client Secret: shown once, when the app is made. If it is lost: Credentials >"
            " Rotate secret; the old one then stops.",
            "Redirect URL: to the letter as on the app, with or without the slash at the end.",
            *_WHERE,
        ),
    ),
    Step.AUTHORIZE: Page(
        "Authorize",
        "Open this as an organization admin who signs in without SSO, best in a private window.",
        (
            "The page belongs to Twilio. It asks for an e-mail address and a password; SSO does"
            " not work there. A private window keeps another Twilio session out of it.",
            "Approve access grants the app the permissions ticked on it. The browser then goes"
            " to your Redirect URL, which may well show an error: only its address counts.",
            "Nothing happens, or an error at Twilio? The Client ID or the Redirect URL differs"
            " from the app's: compare them letter by letter.",
        ),
    ),
    Step.REDIRECT: Page(
        "Redirect",
        "After Approve access, copy the address of the page you land on and paste it here."
        " An error page there is fine.",
        (
            "Click into the browser's address bar, select all, copy, and paste here: the whole"
            " of it, however long.",
            "The code in it works once and for five minutes from Approve access. Too late?"
            " ^t makes a fresh link; approve again.",
            "The page dropped the code from its address? Look in the browser's history for"
            " the first address with code= in it.",
        ),
    ),
    Step.CHECK: Page(
        "Check",
        "A live request to Twilio's SCIM API. It only reads: no user is created, changed"
        " or deleted.",
        (
            "The code is exchanged for an access token (one hour) and a refresh token, both are"
            " saved, and GET /Users is asked once. Of its answer only the number is looked at.",
            "Refresh rehearsed: the refresh token is used once, so that you know today that it"
            " works tomorrow.",
        ),
    ),
    Step.DONE: Page(
        "Done",
        "Your SCIM credential works.",
        (
            "Keep the user who approved active, and keep SCIM from managing that user.",
            "Run scim-wizard again to look at it, check it or change any part of it.",
        ),
    ),
}
