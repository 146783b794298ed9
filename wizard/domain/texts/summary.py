"""Summaries of a setup, as pairs of name and text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.models import (
    CheckStatus,
    Endpoints,
    GrantType,
    LastCheck,
    Profile,
    StoreKind,
)
from wizard.domain.problems import Problem, Words
from wizard.domain.text import (
    Command,
    Program,
    ago,
    clock_time,
    counted_users,
    day,
    list_users,
    moment,
    one_line,
    short_id,
)
from wizard.domain.texts.questions import GRANT_NAMES
from wizard.domain.value import replace

URL_LIMIT: Final = 2000
"""The most characters of a URL that are shown; few browsers accept more."""


def harmless(profile: Profile) -> Profile:
    """Return a record that is safe to show: its file may have been edited."""
    urls = profile.endpoints.named.values()
    return replace(
        profile,
        client_id=one_line(profile.client_id),
        redirect_url=one_line(profile.redirect_url, URL_LIMIT),
        organization=one_line(profile.organization or "") or None,
        token_organization=one_line(profile.token_organization or "") or None,
        endpoints=Endpoints(*(one_line(url, URL_LIMIT) for url in urls)),
    )


def storage_name(kind: StoreKind, *, is_open: bool = False) -> str:
    """Return where the secrets of a profile are saved.

    Args: `is_open`: the file system can't keep other users out.
    """
    if kind is StoreKind.KEYRING:
        return "the system keyring"
    return "files that other users may be able to read" if is_open else "files only you can read"


LAST_CHECK: Final = "Last check"
IN_DEMO: Final = "not saved (demo)"


def facts(profile: Profile, place: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the facts about an active set.

    Args:
        place: where its secrets are saved; "" in the demo, which saves nothing.
        now: aware, UTC.
    """
    profile = harmless(profile)
    organization = profile.token_organization or profile.organization
    rows = (
        ("Client ID", short_id(profile.client_id)),
        ("Secret", f"saved in {place}" if place else IN_DEMO),
        ("Redirect URL", profile.redirect_url),
        ("Grant type", GRANT_NAMES[profile.grant_type]),
        ("Access token", access_token(profile, now)),
        ("Refresh token", _refresh_token(profile) if place else IN_DEMO),
        (LAST_CHECK, _last_check(profile, now)),
        ("Organization", organization or ""),
    )
    hidden = () if profile.grant_type.needs_approval else OF_APPROVAL
    return tuple(row for row in rows if row[0] not in hidden and (row is not rows[-1] or row[1]))


OF_APPROVAL: Final = ("Redirect URL", "Refresh token")
"""The facts of credentials that need an approval."""


LEAST_NEEDED: Final = (
    ("Grant type",),
    ("Refresh token",),
    ("Secret", "Redirect URL"),
    ("Access token", "Organization"),
    ("Client ID",),
    (LAST_CHECK,),
)
"""The facts in the order in which a small window leaves them out."""


def _refresh_token(profile: Profile) -> str:
    if not profile.refreshable:
        return "none; the access token can't be refreshed"
    failure = profile.refresh_failure
    if failure is None:
        return "saved"
    from wizard.domain.errors.exchange import WRONG_CLIENT

    is_secret = failure.problem == WRONG_CLIENT.id
    return "saved; Client Secret rejected" if is_secret else "saved, but rejected"


def access_token(profile: Profile, now: datetime) -> str:
    """Return the state of the access token."""
    if profile.expires_at is None:
        return "none"
    if profile.expires_at <= now:
        return "rejected by Twilio" if profile.token_refused else "expired"
    told = clock_time if day(profile.expires_at) == day(now) else moment
    return f"valid until {told(profile.expires_at)}"


def _last_check(profile: Profile, now: datetime) -> str:
    """Return the result first, and of a failed check how long ago it was."""
    if (last := profile.last_check) and last.status is CheckStatus.FAILED:
        return f"failed {ago(last.at, now)}"
    return checked(profile)


def checked(profile: Profile) -> str:
    """Return the result and the time of the last check."""
    if (last := profile.last_check) is None:
        return "never"
    if last.status is CheckStatus.FAILED:
        return f"{moment(last.at)}: failed"
    return f"{day(last.at)}: passed, {counted_users(last.users)}"


def last_check(profile: Profile) -> LastCheck | None:
    """Return the last check of the active set, or of the draft if there is none."""
    return profile.draft_check if profile.active is None else profile.last_check


def unfinished(profile: Profile) -> Problem:
    """Return the problem that a setup is unfinished, with how its check failed."""
    last = profile.draft_check
    problem = problem_of(last, profile.grant_type)
    if last is None or problem is None:
        return LEFT_UNFINISHED
    how = f"Its check failed on {moment(last.at)}: {problem.title}."
    told = LEFT_UNFINISHED.with_detail(how, problem.cause, *problem.detail, problem.remedy)
    return replace(told, response=problem.response)


def last_warnings(profile: Profile) -> tuple[Problem, ...]:
    """Return the warnings of the last check, the worst first."""
    last = profile.last_check
    if last is None:
        return ()
    # In older records, a passed check has its only warning there.
    first = _told(last.problem, last.words) if last.status is CheckStatus.PASSED else None
    others = (_told(warning.problem, warning.words) for warning in last.warnings)
    return tuple(problem for problem in (first, *others) if problem)


def problem_of(
    last: LastCheck | None, grant_type: GrantType = GrantType.AUTHORIZATION_CODE
) -> Problem | None:
    """Return the problem of a failed check; None if it passed, or if there was none."""
    if last is None or last.status is not CheckStatus.FAILED:
        return None
    told = _told(last.problem, last.words)
    if told is None:
        return None
    from wizard.domain.texts.wording import for_grant

    return for_grant(told, grant_type)


def _told(problem: str | None, words: Words | None) -> Problem | None:
    if not problem:
        return None
    # Imported here: it loads the whole error catalog, which only a failed check needs.
    from wizard.domain.errors.catalog import recalled

    return recalled(problem, words)


def refusal(profile: Profile, now: datetime) -> Problem | None:
    """Return why the token can't be refreshed, even if it is still valid; None if it can."""
    failure = profile.refresh_failure
    is_live = profile.expires_at is not None and profile.expires_at > now
    if failure is None and (profile.is_renewable or not is_live):
        return None
    # As in _told.
    from wizard.domain.errors.exchange import NO_REFRESH_TOKEN_SAVED, REFRESH_REFUSED
    from wizard.domain.texts.wording import not_refreshed

    token = access_token(profile, now)
    if failure is None:
        # An older record, without the reason.
        return not_refreshed(NO_REFRESH_TOKEN_SAVED, token)
    problem = _told(failure.problem, failure.words) or REFRESH_REFUSED
    rejected = moment(failure.at) if profile.is_renewable else ""
    return not_refreshed(problem, token, rejected)


def moved(profile: Profile, now: str | None, *, is_kept: bool = False) -> Problem | None:
    """Return the problem that a token is for another organization than at the setup, or None.

    The problem remains until an authorization for that organization is accepted.

    Args:
        now: the organization that the token names.
        is_kept: the credentials that were saved before stay in use.
    """
    before = profile.organization
    if not now or not before or now == before:
        return None
    # As in _told.
    from wizard.domain.errors.scim import ORGANIZATION_CHANGED, ORGANIZATION_TO_CHANGE

    entry = ORGANIZATION_TO_CHANGE if is_kept else ORGANIZATION_CHANGED
    from wizard.domain.texts.wording import for_grant

    return for_grant(entry.filled(organization=now, before=before), profile.grant_type)


def _is_older(profile: Profile) -> bool:
    """Whether a rejected refresh is older than the last check."""
    failure, last = profile.refresh_failure, profile.last_check
    return failure is None or (last is not None and failure.at < last.at)


def problems(profile: Profile, now: datetime) -> tuple[Problem, ...]:
    """Return the known problems, then the warnings.

    Of a rejected refresh and a failed check, only the newer counts, as their remedies differ.
    """
    refused, last = refusal(profile, now), problem_of(profile.last_check, profile.grant_type)
    if refused and last:
        is_last = refused.id == last.id or (_is_older(profile) and last.step is not None)
        refused, last = (None, last) if is_last else (refused, None)
    return tuple(problem for problem in (refused, last, *warnings(profile)) if problem)


def warnings(profile: Profile) -> tuple[Problem, ...]:
    """Return the warnings."""
    other = moved(profile, profile.token_organization)
    found = (other, *last_warnings(profile)) if other else last_warnings(profile)
    return tuple(replace(problem, is_warning=True) for problem in found)


def usage(profile: Profile, name: str, program: Program | None = None) -> Command:
    """Return the command a script uses; `program` is the one that was started."""
    return list_users(program or Program(), name, harmless(profile).endpoints.scim_url)


def works(profile: Profile, now: datetime) -> str:
    """Return the sentence that a credential works, and until when if it can't be refreshed."""
    if refusal(profile, now) is None:
        return "Your SCIM credentials work."
    state = access_token(profile, now)
    return f"The token can't be refreshed. It's {state}. To get a new one, authorize again."


def what_next(
    profile: Profile, name: str, now: datetime, program: Program | None = None
) -> tuple[str, ...]:
    """Return what to do with a credential that works, in lines; `now` is timezone-aware, UTC."""
    if profile.audience == "okta":
        return (
            "In Okta, enter the same Client ID and Client Secret, and click Authenticate.",
            "Okta needs its own authorization.",
        )
    if profile.audience == "entra":
        return (
            "Enter the values on the handoff sheet in Entra ID.",
            "Then click Test Connection in Entra ID.",
        )
    if profile.audience == "other":
        words = "Enter the values on the handoff sheet in your identity provider. To print it, run:"
        return (words, (program or Program()).command("handoff", profile=name))
    command = usage(profile, name, program)
    if refusal(profile, now) is not None:
        return works(profile, now), "Until then, a script can get the token with:", command
    return "To get a valid token in a script, run:", command
