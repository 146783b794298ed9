"""The error catalog: what was pasted, or sent to the listener, instead of the response."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from wizard.domain.models import LINK_LIFE
from wizard.domain.problems import Problem, in_credentials
from wizard.domain.steps import Step
from wizard.domain.value import replace

_paste_again = partial(Problem, step=Step.REDIRECT)
_new_link = partial(Problem, step=Step.AUTHORIZE)

EMPTY: Final = _paste_again(
    id="paste-empty",
    title="Nothing was pasted",
    cause="The text is empty or contains only spaces.",
    remedy="Copy the full URL of the page you landed on, and paste it here.",
)
TOO_LONG: Final = _paste_again(
    id="paste-too-long",
    title="The pasted text is too long for a URL",
    cause="It has more than 262,144 characters. The wizard didn't read any of it.",
    remedy="Copy only the URL from the browser's address bar.",
)
NO_LINK: Final = _new_link(
    id="paste-no-link",
    title="No link has been created yet",
    cause="There's no authorization link to match this URL with.",
    remedy="Create a link, open it, and approve access. Then paste the URL here.",
)
AUTHORIZE_URL: Final = _paste_again(
    id="paste-authorize-url",
    title="This is the link itself, not the URL you land on",
    cause="It's the URL of Twilio's approval page, which contains no code.",
    remedy="Open it, sign in, and click Approve access. Then paste the URL you land on.",
)
TWILIO_PAGE: Final = _paste_again(
    id="paste-twilio-page",
    title="This is a Twilio page, not your Redirect URL",
    cause="Twilio hasn't redirected you yet. You're still on a Console, sign-in, or error page.",
    remedy="Sign in without SSO and click Approve access. If Twilio shows an error, check that "
    "the Client ID and Redirect URL match the app's.",
)
NO_CODE: Final = _paste_again(
    id="paste-no-code",
    title="The URL has no code",
    cause="Everything from code= onward is missing. It wasn't copied, or the page dropped it.",
    remedy='Copy the full URL, including the part after "?". If it\'s gone, look in the '
    "browser's history or create a new link.",
)
STATE_WITHOUT_CODE: Final = replace(
    NO_CODE, cause="It has state= but no code=. The code wasn't copied, or the page dropped it."
)
FORWARDED: Final = _new_link(
    id="paste-forwarded",
    title="The page redirected you and dropped the code",
    cause="This page is on the same host as your Redirect URL, but its URL has no code.",
    remedy="Look in the browser's history. Or create a new link, approve access, and press Esc in "
    "the browser as soon as your Redirect URL appears.",
)
NO_STATE: Final = _paste_again(
    id="paste-no-state",
    title="The URL has a code but no state",
    cause="The state proves that the response belongs to your link. Without it, the response "
    "could be someone else's.",
    remedy="Copy the full URL again. If it still has no state=, create a new link.",
)
FOREIGN_STATE: Final = _new_link(
    id="paste-foreign-state",
    title="This URL doesn't belong to your link",
    cause="Its state doesn't match any link created in this setup. It may come from an old tab, "
    "another run, or an attacker.",
    remedy="Don't use it. Create a new link, open it, and paste the URL you land on.",
)
LINK_EXPIRED: Final = _new_link(
    id="paste-link-expired",
    title="The link has expired",
    cause=f"Links expire after {LINK_LIFE // timedelta(minutes=1)} minutes, and codes after "
    "5 minutes.",
    remedy="Create a new link and approve access again.",
)
LINK_ON_SCREEN_EXPIRED: Final = replace(
    LINK_EXPIRED,
    title="This link has expired",
    cause="Links expire after 30 minutes.",
    remedy="Create a new link.",
)
"""Used on the step that shows the link."""
LINK_USED: Final = _new_link(
    id="paste-link-used",
    title="You already used this link's code",
    cause="Each code works once, and the wizard has already sent this one.",
    remedy="Create a new link and approve access again.",
)
OTHER_ADDRESS: Final = in_credentials(
    id="paste-other-address",
    title="This doesn't match your Redirect URL",
    cause="The host or path is different.",
    remedy="Make sure the Redirect URL in Credentials matches the app's, then create a new link. "
    "If you copied only part of the URL, paste all of it.",
)
FORWARDED_ELSEWHERE: Final = replace(
    OTHER_ADDRESS,
    cause="The code is for your link, but {host} isn't your Redirect URL's host. Your Redirect "
    "URL probably redirected you there.",
    remedy="Use a Redirect URL that doesn't redirect to another page, both in Credentials and in "
    "the app. Then create a new link.",
)
"""Used if the state matches."""
FORWARDED_HERE: Final = replace(
    OTHER_ADDRESS,
    cause="The code is for your link. {host} probably redirects to your localhost URL.",
    remedy='Replace everything before the "?" with your Redirect URL, then paste the URL again. Or '
    "use another Redirect URL, both in Credentials and in the app.",
)
"""Used if the state matches and the Redirect URL is on this machine."""
OTHER_QUERY: Final = in_credentials(
    id="paste-other-query",
    title="Part of your Redirect URL is missing",
    cause='Your Redirect URL has "{name}" after its "?", but the pasted URL doesn\'t.',
    remedy="Compare the Redirect URL in Credentials with the app's. Then create a new link.",
)
CUT_OFF: Final = _paste_again(
    id="paste-cut-off",
    title="The URL is cut off",
    cause="The end is missing, or part of it was replaced with dots.",
    remedy="Click in the address bar, select all, copy, and paste it here again.",
)
CODE_UNCLEAR: Final = _paste_again(
    id="paste-code-unclear",
    title="The code can't be read",
    cause="It contains a space or another character that isn't allowed in a code. Nothing was "
    "sent.",
    remedy="Copy only the URL from the address bar, on one line, and paste it here again.",
)
END_UNCLEAR: Final = replace(
    CODE_UNCLEAR,
    cause="It isn't clear where the code ends: other text or punctuation follows it. Nothing was "
    "sent.",
)
"""Used if it isn't clear whether a line, a word, or a character belongs to the code."""
ENCODING_BROKEN: Final = replace(
    CODE_UNCLEAR,
    cause='A "%" in the code isn\'t followed by two hex digits. Nothing was sent.',
)
"""Used if a percent-encoded character of the code is incomplete."""
STILL_ENCODED: Final = replace(
    CODE_UNCLEAR, cause="The code was probably percent-encoded twice. Nothing was sent."
)
"""Used if the decoded code has percent-encoded characters (RFC 3986 §2.1)."""
DOUBLED: Final = _paste_again(
    id="paste-doubled",
    title="The URL has a duplicate parameter",
    cause='"{name}" appears more than once, so it isn\'t clear which one is right.',
    remedy="Copy the URL again, and paste it only once. If that doesn't help, create a new link.",
)
ISSUER_DIFFERS: Final = _new_link(
    id="paste-issuer-differs",
    title="The response is from another server",
    cause="Its issuer (iss) is {issuer}, not the server that your link goes to.",
    remedy="Don't use it. Check the endpoints under Credentials > Advanced, then create a new "
    "link.",
    is_in_advanced=True,
    other_step=Step.CREDENTIALS,
)
ISSUER_MISSING: Final = _new_link(
    id="paste-issuer-missing",
    title="The response doesn't identify its issuer",
    cause="The server's metadata says that every response includes iss=, but this URL has none.",
    remedy="Copy the full URL again. If it still has no iss=, create a new link.",
)
TOKEN: Final = _paste_again(
    id="paste-token",
    title="This is a token, not the URL",
    cause="The wizard gets the tokens itself, using the code in the URL.",
    remedy="Paste the URL you landed on after you clicked Approve access.",
)
SECRET: Final = _paste_again(
    id="paste-secret",
    title="This is a secret, not the URL",
    cause="It is, or looks like, the Client Secret or a saved token.",
    remedy="Paste the URL you landed on after you clicked Approve access.",
)
NOTHING_USABLE: Final = _paste_again(
    id="paste-nothing-usable",
    title="The pasted text has no URL or code",
    cause="It's neither https://…?code=…&state=… nor a code.",
    remedy="Copy the full URL from the browser's address bar. It's OK if the page shows an error.",
)
UNPROVEN_ERROR: Final = _new_link(
    id="paste-unproven-error",
    title="The error might not belong to your link",
    cause='The error is "{error}", but the URL has no state to show that it belongs to your link.',
    remedy="Copy the full URL again, or create a new link.",
)
