"""What is asked before something is done, the same by every face."""

from __future__ import annotations

from typing import Final

from wizard.domain.value import Value


class Question(Value):
    """A question to be answered by yes or no."""

    title: str
    text: str
    yes: str
    """What yes does, in a word or two."""
    is_harmless: bool = False
    """Whether yes takes nothing away, so that Enter may mean it."""


AUTHORIZE_AGAIN: Final = Question(
    "Authorize again?",
    "Twilio does not say whether a new consent ends the tokens of the one before, an identity"
    " provider's among them. What is stored here stays until the new one works.",
    "Authorize",
    is_harmless=True,
)
CONSENT_NEEDED: Final = Question(
    "A consent is needed",
    "It can only be proven by a new consent. Until that has worked, the old set stays.",
    "Authorize",
    is_harmless=True,
)
DISCARD: Final = Question(
    "Discard it?",
    "The unfinished setup with its Client ID, Client Secret and links is removed here. Twilio"
    " shows the secret only once: if you have no other copy, you will have to rotate it.",
    "Discard",
)
DISCARD_CHANGE: Final = Question(
    "Discard it?",
    "Only the unfinished change is dropped; what is set up stays and goes on as before.",
    "Discard",
)
DISCARD_NEW_SECRET: Final = Question(
    DISCARD_CHANGE.title,
    f"{DISCARD_CHANGE.text} A new Client Secret in it is removed here, which Twilio shows only"
    " once: if you have no other copy, you will have to rotate it.",
    DISCARD_CHANGE.yes,
)
CHANGES: Final = Question(
    "This is going to change",
    "What is set up stays in use until this has been proven with a live request.",
    "Go on",
)
BARE_CODE: Final = Question(
    "Is this the code alone?",
    "Its state cannot be checked, so make sure it is from your own browser, a moment ago. {yes}"
    " uses it; pasting the whole address is safer.",
    "Use it",
)
"""Its text names, as {yes}, what answers yes."""

ROTATE_TITLE: Final = "I rotated the secret"
ROTATE: Final = (
    "Enter the new Client Secret. It is tried with one refresh; what is stored stays as it is"
    " until it has worked. With a grace period of 0 the old secret ended at once."
)
ROTATED: Final = "The new secret works and is stored."
SHEET_TITLE: Final = "Hand-off sheet"
AUDIENCE_TITLE: Final = "Who will use the credential?"


def another_host(theirs: str, ours: str) -> Question:
    """Return what is asked about an Authorization URL of another host."""
    text = (
        f"The address you pasted leads to {theirs}, not to {ours}. Take the Client ID and the"
        f" Redirect URL from it? Links will still be made for {ours}."
    )
    return Question("Another host", text, "Take them")


def landed_on(url: str) -> Question:
    """Return what is asked about a response URL that was pasted into a field of Credentials."""
    text = (
        "What you pasted has a response in it, so it isn't saved. Without the response, the"
        f" Redirect URL is {url}. Use it?"
    )
    return Question("This is the URL you land on", text, "Use it")
