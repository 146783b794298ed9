"""The error book: what is pasted back (or caught) after the consent and is not the answer."""

from __future__ import annotations

from typing import Final

from wizard.domain.problems import Problem
from wizard.domain.steps import Step

EMPTY: Final = Problem(
    id="paste-empty",
    title="Nothing was pasted",
    cause="There is no text in it, or only blanks.",
    remedy="Copy the whole address of the page you landed on, and paste it here.",
    step=Step.REDIRECT,
)
TOO_LONG: Final = Problem(
    id="paste-too-long",
    title="This is far too long for an address",
    cause="More than 262,144 characters were pasted; nothing of it was read.",
    remedy="Copy only the address from the browser's address bar.",
    step=Step.REDIRECT,
)
NO_LINK: Final = Problem(
    id="paste-no-link",
    title="No link was made yet",
    cause="There is no authorize link this could be the answer to.",
    remedy="Make a link, open it and approve; then paste the address here.",
    step=Step.AUTHORIZE,
)
AUTHORIZE_URL: Final = Problem(
    id="paste-authorize-url",
    title="This is the link to open, not the answer to it",
    cause="It is the address of Twilio's approval page; it holds no code.",
    remedy="Open it, sign in, choose Approve access. Paste the address you land on then.",
    step=Step.REDIRECT,
)
TWILIO_PAGE: Final = Problem(
    id="paste-twilio-page",
    title="This is a page of Twilio's, not yours",
    cause="You are still at the Console, a login or an error page: it sent you no further.",
    remedy="Sign in without SSO and choose Approve access. If Twilio shows an error there, "
    "compare Client ID and Redirect URL with the app.",
    step=Step.REDIRECT,
)
NO_CODE: Final = Problem(
    id="paste-no-code",
    title="The right address, but without the code",
    cause="Everything from code= on is missing: not copied, or dropped by the page.",
    remedy="Copy the whole address, also the part after “?”. If it is gone, look in the "
    "browser's history or make a fresh link.",
    step=Step.REDIRECT,
)
STATE_ALONE: Final = "It has a state, but no code=: that was not copied, or dropped by the page."
"""Cause of NO_CODE where the rest of the answer is there."""
FORWARDED: Final = Problem(
    id="paste-forwarded",
    title="The page forwarded you and dropped the code",
    cause="This is another page of the host in your Redirect URL, without a code.",
    remedy="Look for the address with code= in the browser's history, or make a fresh link "
    "and stop the page while it loads.",
    step=Step.AUTHORIZE,
)
NO_STATE: Final = Problem(
    id="paste-no-state",
    title="The address holds a code, but no state",
    cause="The state tells whose answer it is. Without it this could be a stranger's.",
    remedy="Copy the whole address again. If it still has no state=, make a fresh link.",
    step=Step.REDIRECT,
)
FOREIGN_STATE: Final = Problem(
    id="paste-foreign-state",
    title="This is not the answer to your link",
    cause="Its state is of no link for these settings: an old tab, another run of this wizard, "
    "or a forgery.",
    remedy="Do not use it. Make a fresh link, open it and paste what comes of that.",
    step=Step.AUTHORIZE,
)
LINK_EXPIRED: Final = Problem(
    id="paste-link-expired",
    title="This answers a link that is too old",
    cause="A link is answered for 30 minutes, and a code lives only five.",
    remedy="Make a fresh link and approve again.",
    step=Step.AUTHORIZE,
)
LINK_USED: Final = Problem(
    id="paste-link-used",
    title="The code of this link was already sent",
    cause="A code works once, and this link has had its answer.",
    remedy="Make a fresh link and approve again.",
    step=Step.AUTHORIZE,
)
OTHER_ADDRESS: Final = Problem(
    id="paste-other-address",
    title="This is not the Redirect URL you set",
    cause="Host or path differ from what was entered.",
    remedy="If the app has the pasted one, correct Credentials; if not, correct the app. "
    "Then make a fresh link.",
    step=Step.CREDENTIALS,
)
FORWARDED_ELSEWHERE: Final = (
    "The code is for your link, but {host} isn't the host of your Redirect URL. That host "
    "probably forwarded you.",
    "Choose a Redirect URL that doesn't forward, in Credentials and in the app. Then create a "
    "new link.",
)
"""Cause and remedy of OTHER_ADDRESS where the state matches."""
FORWARDED_HERE: Final = (
    "The code is for your link. {host} probably forwards to your localhost URL.",
    "Replace its start with your Redirect URL and paste it again. Or enter another Redirect URL "
    "in Credentials.",
)
"""The same where the Redirect URL is on this machine."""
OTHER_QUERY: Final = Problem(
    id="paste-other-query",
    title="A part of your Redirect URL is missing",
    cause="The Redirect URL you set has “{name}” after its “?”; this address has not.",
    remedy="Compare the Redirect URL in Credentials with the app's. Then make a fresh link.",
    step=Step.CREDENTIALS,
)
CUT_OFF: Final = Problem(
    id="paste-cut-off",
    title="The address is cut off",
    cause="Its end is missing, or a part of it is only dots.",
    remedy="Click into the address bar, select all, copy, and paste it here again.",
    step=Step.REDIRECT,
)
CODE_UNCLEAR: Final = Problem(
    id="paste-code-unclear",
    title="The code can't be read exactly",
    cause="It contains a space or another character that a code doesn't have. Nothing was sent.",
    remedy="Copy only the URL from the address bar, on one line, and paste it here again.",
    step=Step.REDIRECT,
)
END_UNCLEAR: Final = "It isn't clear where the code ends: other text follows it. Nothing was sent."
"""Cause of CODE_UNCLEAR where a line or a word may belong to the code, or not."""
DOUBLED: Final = Problem(
    id="paste-doubled",
    title="The address says something twice",
    cause="“{name}” may stand only once; which of the two to believe is not clear.",
    remedy="Copy the address again, once. If it stays so, make a fresh link.",
    step=Step.REDIRECT,
)
ISSUER_DIFFERS: Final = Problem(
    id="paste-issuer-differs",
    title="The answer comes from another server",
    cause="It names {issuer} as its sender, not the server your link leads to.",
    remedy="Do not use it. Make a fresh link, and check the endpoints in Credentials.",
    step=Step.AUTHORIZE,
)
ISSUER_MISSING: Final = Problem(
    id="paste-issuer-missing",
    title="The answer does not say who sent it",
    cause="The server promises to name itself (iss=) in each answer; this has none.",
    remedy="Copy the whole address again. If it still has no iss=, make a fresh link.",
    step=Step.AUTHORIZE,
)
TOKEN: Final = Problem(
    id="paste-token",
    title="This is a token, not the address",
    cause="The wizard fetches the tokens itself, with the code in the address.",
    remedy="Paste the address you landed on after Approve access.",
    step=Step.REDIRECT,
)
SECRET: Final = Problem(
    id="paste-secret",
    title="That is the secret, not the address",
    cause="It is, or looks like, the client secret or a token kept here.",
    remedy="Paste the address you landed on after Approve access.",
    step=Step.REDIRECT,
)
NOTHING_USABLE: Final = Problem(
    id="paste-nothing-usable",
    title="No address and no code in this",
    cause="It looks like neither https://…?code=…&state=… nor a code.",
    remedy="Copy the whole address from the browser's address bar; an error page is fine.",
    step=Step.REDIRECT,
)
UNPROVEN_ERROR: Final = Problem(
    id="paste-unproven-error",
    title="An error that may not be for your link",
    cause="It says “{error}”, but without the state that would prove it.",
    remedy="Copy the whole address again, or make a fresh link.",
    step=Step.AUTHORIZE,
)

ENTRIES: Final = (
    EMPTY,
    TOO_LONG,
    NO_LINK,
    AUTHORIZE_URL,
    TWILIO_PAGE,
    NO_CODE,
    FORWARDED,
    NO_STATE,
    FOREIGN_STATE,
    LINK_EXPIRED,
    LINK_USED,
    OTHER_ADDRESS,
    OTHER_QUERY,
    CUT_OFF,
    CODE_UNCLEAR,
    DOUBLED,
    ISSUER_DIFFERS,
    ISSUER_MISSING,
    TOKEN,
    SECRET,
    NOTHING_USABLE,
    UNPROVEN_ERROR,
)
"""Every entry of this page of the book."""
