"""`scim-wizard status`: what is set up, without a network and without opening a secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wizard.commands.report import as_error, report, say, tell, tell_json, what_to_do
from wizard.domain import summary
from wizard.domain.book.here import LEFT_UNFINISHED, NO_PROFILES
from wizard.domain.models import Profile
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.value import replace
from wizard.domain.words import iso, moment
from wizard.flow.ports import Clock, ProfileStore
from wizard.flow.standing import why_inactive


def run(name: str, store: ProfileStore, clock: Clock, *, as_json: bool) -> int:
    """Print how a profile stands; return the exit code. Raises SetupError."""
    profile = _load(name, store)
    if as_json:
        tell_json(**_as_json(name, profile, clock()))
        return int(_code(profile))
    if profile.active is None:
        return report(summary.unfinished(profile), profile=name)
    place = summary.place(profile.store)
    now = clock()
    rows = (("Profile", name), *summary.facts(profile, place, now))
    for problem in summary.problems(profile, now):
        lines = (problem.cause, *problem.detail, *what_to_do(problem, name))
        rows = (*rows, ("", f"{problem.sign} {problem.title}"), *(("", line) for line in lines))
    tell("\n".join(f"{title:<15}{words}" for title, words in rows))
    return ExitCode.FINE


def run_all(store: ProfileStore, clock: Clock, *, as_json: bool) -> int:
    """Print how every profile stands; return the highest exit code. Raises SetupError."""
    found = [(name, _try(name, store)) for name in store.names()]
    now = clock()
    if as_json:
        tell_json(profiles=[_entry(name, what, now) for name, what in found])
    elif found:
        tell("\n".join(_lines(found, now)))
    for name, what in found:
        if isinstance(what, SetupError):
            say(what.problem, name)
    if not found:
        say(NO_PROFILES)
    return max((_code(what) for _, what in found), default=ExitCode.NOT_SET_UP)


def _load(name: str, store: ProfileStore) -> Profile:
    profile = store.load(name)
    if profile is None or (profile.active is None and profile.draft is None):
        raise SetupError(why_inactive(name, store, profile))
    return profile


def _try(name: str, store: ProfileStore) -> Profile | SetupError:
    try:
        return _load(name, store)
    except SetupError as error:
        return error


def _code(what: Profile | SetupError) -> ExitCode:
    if isinstance(what, SetupError):
        return what.problem.exit_code
    return ExitCode.NOT_SET_UP if what.active is None else ExitCode.FINE


def _entry(name: str, what: Profile | SetupError, now: datetime) -> dict[str, object]:
    if isinstance(what, SetupError):
        return {"profile": name, "error": as_error(what.problem, name)}
    return _as_json(name, what, now)


def _lines(found: Sequence[tuple[str, Profile | SetupError]], now: datetime) -> list[str]:
    width = max(len(name) for name, _ in found)
    return [f"{name:<{width}}  {_line(what, now)}" for name, what in found]


def _line(what: Profile | SetupError, now: datetime) -> str:
    if isinstance(what, SetupError):
        return f"✗ {what.problem.title}"
    if what.active is None:
        last = what.draft_check
        how = f"; its check failed on {moment(last.at)}" if last else ""
        return f"○ {LEFT_UNFINISHED.title}{how}"
    token = summary.access_token(what, now)
    sign, refused = "✓", ""
    if summary.refusal(what, now):
        sign, refused = "!", ", renewing refused" if what.refreshable else ", not to be renewed"
    return f"{sign} Set up; token {token}{refused}; checked {summary.checked(what)}"


def _as_json(name: str, profile: Profile, now: datetime) -> dict[str, object]:
    last = summary.last_check(profile)
    problem = summary.problem_of(last)
    if problem and profile.active is None:
        # What Overview offers is to resume, not a way to its step.
        remedy = f"{problem.remedy} {LEFT_UNFINISHED.remedy}"
        problem = replace(problem, remedy=remedy, run=LEFT_UNFINISHED.run)
    expires_at, refused = profile.expires_at, summary.refusal(profile, now)
    state = "missing" if expires_at is None else "expired" if expires_at <= now else "valid"
    return {
        "profile": name,
        "client_id": profile.client_id,
        "redirect_url": profile.redirect_url,
        "endpoints": {
            "authorize_url": profile.endpoints.authorize_url,
            "token_url": profile.endpoints.token_url,
            "scim_url": profile.endpoints.scim_url,
        },
        "secrets": {"store": profile.store.value},
        "token": {
            "state": state,
            "expires_at": expires_at and iso(expires_at),
            "refreshable": profile.refreshable,
            "refresh_failure": refused and as_error(refused, name),
        },
        "organization": profile.token_organization or profile.organization,
        "draft": profile.draft is not None,
        "last_check": last
        and {
            "status": last.status.value,
            "at": iso(last.at),
            "users": last.users,
            "problem": problem and as_error(problem, name),
        },
        "warnings": [as_error(warning, name) for warning in summary.warnings(profile)],
    }
