"""Adapts the words of a problem to where it is shown. Only this module changes its text.

The catalog has whole sentences, in variants where a cause differs. Here are the remedies that
depend on where a problem occurs, and facts that are added to its cause.
"""

from __future__ import annotations

from typing import Final

from wizard.domain.errors import exchange, network, scim, store
from wizard.domain.models import GrantType
from wizard.domain.problems import Problem, Who, ids
from wizard.domain.steps import Step
from wizard.domain.text import one_line
from wizard.domain.value import replace

CHOICES: Final = {
    Step.PREREQUISITES: "Change credentials",
    Step.CREDENTIALS: "Change credentials",
    Step.AUTHORIZE: "Authorize again",
}
"""The action on Overview that leads to a step."""

IN_FILES: Final = "From now on, this profile's secrets are saved in files only you can read."
"""Confirms that files are used instead of the keyring."""

USED_UP: Final = "After that, approve access again. Each code works only once."
"""Why a rejected secret leads to a new approval."""

_NEW_LINK: Final = "Create a new link. If that fails too, send the details to Twilio Support."
_AFTER_CODE: Final = {
    exchange.TOKEN_THROTTLED.id: "Create a new link in {wait}.",
    exchange.TOKEN_SERVER_FAILING.id: "Create a new link in a few minutes. Check "
    "status.twilio.com for outages.",
    network.GATEWAY_FAILING.id: (
        "Create a new link in a few minutes. If that fails too, send the details to your network"
        " team. Check status.twilio.com for outages."
    ),
    network.TIMED_OUT.id: "Create a new link. If that fails too, ask your network team whether a "
    "firewall is dropping the traffic.",
    network.UNRECOGNIZED.id: _NEW_LINK,
    exchange.ODD_TOKENS.id: _NEW_LINK,
    exchange.WRONG_CLIENT.id: f"{exchange.WRONG_CLIENT.remedy} {USED_UP}",
}

_APPROVE: Final = (
    "Open the new link on this step, sign in as an Organization Owner or Admin, and click Approve "
    "access."
)
_IN_TIME: Final = (
    "Open the new link on this step, click Approve access, and paste the URL right away."
)
_OF_SAVED: Final = {
    exchange.WRONG_CLIENT.id: exchange.SECRET_REJECTED_LATER.remedy,
    exchange.WRONG_GRANT.id: exchange.WRONG_GRANT_LATER.remedy,
}
_ON_PREREQUISITES: Final = (
    "Change the grant type here to Authorization code. Or create an app with the Client "
    "credentials grant type and enter its values on the next step."
)
_WITH_NEW_LINK: Final = {
    exchange.CODE_EXPIRED.id: _IN_TIME,
    exchange.CODE_REFUSED.id: _IN_TIME,
}

_SHUT: Final = ids(store.KEYRING_LOCKED, store.KEYRING_HANGS)
_KEYRING: Final = _SHUT | ids(store.KEYRING_ABSENT, store.KEYRING_FAILED, store.VALUE_TOO_LARGE)

_NAMING_THE_PROXY: Final = ids(network.PROXY_UNREACHABLE, network.PROXY_OF_OTHER_KIND)
"""Problems whose cause names the proxy already."""


# -- by the request that failed --------------------------------------------------------------------


def after_code(problem: Problem) -> Problem:
    """Return an entry for a request that sent a code: trying again needs a new link.

    Its {names} are filled afterwards.
    """
    remedy = _AFTER_CODE.get(problem.id, problem.remedy)
    return replace(problem, remedy=remedy, step=problem.step or Step.AUTHORIZE)


def behind_login(problem: Problem) -> Problem:
    """Return an entry for a network that requires a login first; {host} is filled afterwards."""
    then = "create a new link" if problem.step is Step.AUTHORIZE else "try again"
    remedy = (
        "Open any page in a browser, sign in to this network if prompted, then "
        f"{then}. If no sign-in page appears, ask your network team to allow {{host}}."
    )
    return replace(problem, remedy=remedy, who=Who.YOU)


def through_proxy(problem: Problem, kind: str, proxy: str, variable: str) -> Problem:
    """Return a problem of a request that went through a proxy, which the cause then names."""
    variable = one_line(variable)
    if problem.id == network.TIMED_OUT.id:
        remedy = f"Try again. If that doesn't help, check {variable} and run scim-wizard again."
        problem = replace(problem, remedy=remedy)
    if problem.id in _NAMING_THE_PROXY:
        return problem
    # With its kind: some HTTP proxies wait in silence where they are greeted in SOCKS.
    way = f"The request went through the {kind} proxy {one_line(proxy)} (set in {variable})."
    return replace(problem, cause=f"{problem.cause} {way}")


def with_bad_no_proxy(problem: Problem, entry: str) -> Problem:
    """Return a problem whose cause names an entry of NO_PROXY that was left out."""
    left_out = f"NO_PROXY has an invalid entry, which was ignored: {one_line(entry)}."
    return replace(problem, cause=f"{problem.cause} {left_out}")


# -- in the demo -----------------------------------------------------------------------------------

_EVERY_TIME: Final = "In this demo, every attempt fails. Quit to end it."
_IN_DEMO: Final = {
    exchange.CODE_EXPIRED.id: "In this demo, the next code works.",
    exchange.WRONG_CLIENT.id: "In this demo, any other 20 characters work.",
    exchange.WRONG_GRANT.id: "In this demo, change the grant type on Prerequisites.",
    scim.MISSING_PERMISSION.id: "In this demo, the permission is now selected.",
    scim.SCIM_FAILING.id: _EVERY_TIME,
    scim.NOT_SCIM.id: _EVERY_TIME,
}
"""The way out of each failure that the demo shows."""


def in_demo(problem: Problem) -> Problem:
    """Return a problem with what helps in the demo, which fails on purpose."""
    # Imported here: the first frame waits for this module.
    from wizard.domain.errors.consent import ACCESS_DENIED

    words = {ACCESS_DENIED.id: "In this demo, approve again."} | _IN_DEMO
    return replace(problem, in_demo=words.get(problem.id, ""))


# -- by what is saved ------------------------------------------------------------------------------


def not_refreshed(problem: Problem, token: str, rejected: str = "") -> Problem:
    """Return a problem of refreshing whose cause begins with the state of the access token.

    Args:
        token: the state, such as "valid until 14:02 UTC+1".
        rejected: the time at which Twilio rejected the refresh; "" where it doesn't matter.
    """
    first = f"The access token is {token}"
    if rejected:
        first = f"{first}; refreshing it failed on {rejected}"
    return replace(problem, cause=f"{first}. {problem.cause}")


def without_refresh_token(problem: Problem) -> Problem:
    """Return a rejected access token for which there is no refresh token."""
    return replace(problem, remedy="Authorize again. This token can't be refreshed.")


_SELECT: Final = "Select the managed-users permissions on the app's Access settings tab."
_OTHER_APP: Final = "If you didn't intend this, use an app in the right organization."
_OF_APP: Final = {
    scim.BAD_TOKEN.id: (
        "It expired or was revoked.",
        "Try again: the wizard will get a new token first. If that doesn't help, check in Twilio"
        " whether the app still exists.",
    ),
    scim.NEW_TOKEN_REFUSED.id: (
        "The app was probably disabled, or it can't use the SCIM API.",
        "In Twilio, check that it's an organization OAuth app, not an account OAuth app. Then try"
        " again.",
    ),
    scim.MISSING_PERMISSION.id: ("", f"{_SELECT} Then try again."),
    scim.LIST_REFUSED.id: (
        "",
        f"{_SELECT} Then try again. If that doesn't help, ask your network team whether a filter"
        " is blocking the request.",
    ),
    scim.TOKEN_TOO_LONG.id: (
        "",
        "Select only the managed-users permissions on the app, then try again. If that doesn't"
        " help, ask your network team whether a proxy limits header length.",
    ),
    scim.OTHER_ORGANIZATION.id: (
        "The app belongs to a different organization.",
        "Use an app in the right organization.",
    ),
    scim.ORGANIZATION_CHANGED.id: ("", _OTHER_APP),
}
"""The cause, "" for the entry's own, and the remedy where no one approves access."""


def for_grant(problem: Problem, grant_type: GrantType) -> Problem:
    """Return a problem in the words of a grant type: not everyone can authorize again."""
    words = _OF_APP.get(problem.id)
    if words is None or grant_type.needs_approval:
        return problem
    cause, remedy = words
    step = None if problem.step is Step.AUTHORIZE else problem.step
    return replace(problem, cause=cause or problem.cause, remedy=remedy, step=step)


def recalled(problem: Problem, title: str, cause: str, remedy: str) -> Problem:
    """Return an entry with the words that were kept of it, as far as there are any."""
    return replace(
        problem,
        title=title or problem.title,
        cause=cause or problem.cause,
        remedy=remedy or problem.remedy,
    )


# -- by where it is shown ---------------------------------------------------------------------


def led_back(problem: Problem, step: Step) -> Problem:
    """Return the problem that led to a step, in the words of that step: it is over."""
    shown = on_arrival(problem, step)
    return replace(shown, title=f"Last attempt: {problem.title}", is_warning=True)


def on_arrival(problem: Problem, step: Step) -> Problem:
    """Return a problem in the words of the step that it led to.

    Authorize has created the new link already, so it doesn't ask for one. On Prerequisites there
    is little room above the list.
    """
    if step is Step.CREDENTIALS and problem.id == exchange.WRONG_CLIENT.id:
        # The field of the secret says it, and all fields are to stay in view.
        return replace(problem, cause="", in_demo="")
    if step is Step.PREREQUISITES and problem.id == exchange.WRONG_GRANT.id:
        return replace(problem, cause="", remedy=_ON_PREREQUISITES, detail=(), in_demo="")
    if step is not Step.AUTHORIZE or problem.step is not Step.AUTHORIZE:
        return problem
    return replace(problem, remedy=_WITH_NEW_LINK.get(problem.id, _APPROVE), step=None)


def of_saved(problem: Problem) -> Problem:
    """Return a problem of credentials that worked before, with the remedy on Overview."""
    return replace(problem, remedy=_OF_SAVED.get(problem.id, problem.remedy))


def in_command(problem: Problem) -> Problem:
    """Return a problem in the words of a command: with what to choose in the wizard."""
    if problem.run is not None:
        return problem
    if problem.id in _OF_SAVED:
        return replace(of_saved(problem), run=())
    if problem.step in CHOICES:
        how = f'To do this, open the wizard and choose "{CHOICES[problem.step]}".'
    elif problem.other_step in CHOICES:
        choice = CHOICES[problem.other_step]
        how = f'To go to {problem.other_step.title}, open the wizard and choose "{choice}".'
    else:
        return problem
    return replace(problem, remedy=f"{problem.remedy} {how}", run=())


def while_removing(problem: Problem) -> Problem:
    """Return the problem of a damaged record whose profile is about to be removed."""
    remedy = "Ignore this. Removing the profile also removes this file and its secrets."
    return replace(problem, remedy=remedy, run=None)


def can_use_files(problem: Problem | None) -> bool:
    """Whether the keyring is the problem, and files would solve it."""
    return problem is not None and problem.id in _KEYRING


def or_files(problem: Problem, key: str, *, is_chosen: bool = False) -> Problem:
    """Return a problem with files as a remedy, if they would help.

    Args:
        key: what chooses them, such as "press F7".
        is_chosen: they were chosen already, but the secrets in the keyring couldn't be moved.
    """
    if not can_use_files(problem):
        return problem
    is_shut = problem.id in _SHUT
    if is_chosen:
        first = f"Unlock it, then {key} again." if is_shut else "Fix the keyring first."
        remedy = f"{first} The secrets in it must be read before they can be saved in files."
    else:
        first = "Unlock it, then press Enter." if is_shut else problem.remedy
        remedy = f"{first} Or {key} to use a file instead."
    return replace(problem, remedy=remedy)


def or_retry(problem: Problem, key: str) -> Problem:
    """Return a problem of reading saved secrets as Overview shows it.

    Args: `key`: what reads them again, such as "press r".
    """
    if problem.id not in _SHUT:
        return problem
    return replace(problem, remedy=f"Unlock it, then {key}.")
