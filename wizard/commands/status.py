"""`scim-wizard status`: what is set up, without a network and without opening a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from wizard import console
from wizard.domain.errors.local import LEFT_UNFINISHED
from wizard.domain.models import Profile
from wizard.domain.problems import ExitCode, SetupError
from wizard.domain.text import Command, iso, moment
from wizard.domain.texts import summary
from wizard.flow.check.report import Report, Verdict, warned, with_known
from wizard.flow.inactive import is_open, no_profiles, standing, why_inactive
from wizard.flow.ports import Clock, ProfileStore


def run(
    name: str, store: ProfileStore, clock: Clock, *, as_json: bool, is_quiet: bool = False
) -> int:
    """Print the state of a profile; return the exit code. Raises SetupError."""
    profile, now = _load(name, store), clock()
    if is_quiet and _is_fine(profile, now):
        return ExitCode.FINE
    if as_json:
        console.print_json(**_as_json(name, profile, now, store))
        return int(_code(profile))
    if profile.active is None:
        return console.report(summary.unfinished(profile), profile=name)
    place = summary.storage_name(profile.store, is_open=is_open(store))
    rows = (("Profile", name), *summary.facts(profile, place, now))
    for problem in summary.problems(profile, now):
        lines = (problem.cause, *problem.detail, *console.what_to_do(problem, name))
        rows = (*rows, ("", f"{problem.sign} {problem.title}"), *(("", line) for line in lines))
    console.print_answer("\n".join(_row(title, words) for title, words in rows))
    return ExitCode.FINE


def _row(title: str, words: str) -> str:
    line = f"{title:<15}{words}"
    # A command stays on one line, to be copied.
    return line if isinstance(words, Command) else console.fitted(line)


def run_all(store: ProfileStore, clock: Clock, *, as_json: bool, is_quiet: bool = False) -> int:
    """Print the state of every profile; return the highest exit code. Raises SetupError."""
    found, now = [(name, _try(name, store)) for name in store.names()], clock()
    shown = [(name, what) for name, what in found if not (is_quiet and _is_fine(what, now))]
    missing = None if found else no_profiles(store)
    if as_json and (shown or missing or not is_quiet):
        console.print_json(
            **console.of_all([_as_json(name, what, now, store) for name, what in shown], missing)
        )
    elif shown and (rows := _lines(shown, now, is_quiet=is_quiet)):
        console.print_answer(console.fitted("\n".join(rows)))
    for name, what in found:
        if isinstance(what, SetupError):
            console.print_error(what.problem, name)
    if missing:
        console.print_error(missing)
    return max((_code(what) for _, what in found), default=ExitCode.NOT_SET_UP)


def _is_fine(what: Profile | SetupError, now: datetime) -> bool:
    """Whether nothing has failed; warnings are no failures."""
    if isinstance(what, SetupError) or what.active is None:
        return False
    return all(problem.is_warning for problem in summary.problems(what, now))


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


def _lines(
    found: Sequence[tuple[str, Profile | SetupError]], now: datetime, *, is_quiet: bool
) -> list[str]:
    width = max(len(name) for name, _ in found)
    # Quiet says each failure once, and these are said on stderr.
    shown = [each for each in found if not (is_quiet and isinstance(each[1], SetupError))]
    return [f"{name:<{width}}  {_line(what, now)}" for name, what in shown]


def _line(what: Profile | SetupError, now: datetime) -> str:
    if isinstance(what, SetupError):
        return f"✗ {what.problem.title}"
    if what.active is None:
        last = what.draft_check
        has_failed = summary.problem_of(last) is not None
        how = f"; its check failed on {moment(last.at)}" if last and has_failed else ""
        return f"○ {LEFT_UNFINISHED.title}{how}"
    token = summary.access_token(what, now)
    sign, refused = "✓", ""
    if summary.refusal(what, now):
        sign, refused = "!", ", refresh rejected" if what.is_renewable else ", can't be refreshed"
    return f"{sign} Set up; token {token}{refused}; checked {summary.checked(what)}"


def _as_json(
    name: str, what: Profile | SetupError, now: datetime, store: ProfileStore
) -> dict[str, object]:
    if isinstance(what, SetupError):
        problem = what.problem
        return {
            **console.outcome(name, problem, console.status_of(problem), warnings=standing(store)),
            **EMPTY,
        }
    return {**_outcome(name, what, now, store), **_known(name, what, now)}


def _outcome(name: str, profile: Profile, now: datetime, store: ProfileStore) -> dict[str, object]:
    """Return the last check's JSON values, in the same form as those of `check`."""
    last = summary.last_check(profile)
    status, at = (last.status.value, last.at) if last else (None, None)
    if profile.active is None:
        return console.outcome(name, summary.unfinished(profile), status, at, standing(store))
    problem = summary.problem_of(profile.last_check, profile.grant_type)
    known = Report(Verdict.FAILED if problem else Verdict.PASSED, problem)
    for said in summary.last_warnings(profile):
        known = warned(known, said)
    warnings = (*with_known(known, profile, now).warnings, *standing(store))
    return console.outcome(name, problem, status, at, warnings)


def _known(name: str, profile: Profile, now: datetime) -> dict[str, object]:
    last, expires_at = summary.last_check(profile), profile.expires_at
    refused, failed = summary.refusal(profile, now), summary.problem_of(last, profile.grant_type)
    state = "missing" if expires_at is None else "expired" if expires_at <= now else "valid"
    return {
        "grant_type": profile.grant_type.value,
        "client_id": profile.client_id,
        "redirect_url": profile.redirect_url if profile.grant_type.needs_approval else None,
        "endpoints": profile.endpoints.named,
        "secrets": {"store": profile.store.value},
        "token": {
            "state": state,
            "expires_at": expires_at and iso(expires_at),
            "refreshable": profile.refreshable,
            "refresh_failure": refused and console.as_json(refused, name),
        },
        "organization": profile.token_organization or profile.organization,
        "draft": profile.draft is not None,
        "last_check": last
        and {
            "status": last.status.value,
            "at": iso(last.at),
            "users": last.users,
            "problem": failed and console.as_json(failed, name),
        },
    }


EMPTY: Final[Mapping[str, object]] = dict.fromkeys(_known("", Profile(), datetime.now(UTC)))
"""The JSON values of a profile that can't be read, beside its problem."""
