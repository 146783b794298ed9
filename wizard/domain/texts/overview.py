"""The actions on Overview, in order; and the texts for removing a profile."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from wizard.domain.models import CheckStatus, GrantType, LastCheck, Profile
from wizard.domain.problems import Check, Problem, Status
from wizard.domain.steps import Step
from wizard.domain.text import ago, counted_users, moment, one_line
from wizard.domain.texts.guide import ABOUT_ACTIONS, Page, page
from wizard.domain.texts.prerequisites import CONSOLE
from wizard.domain.texts.questions import NOTHING_REMOVED, ROTATE_TITLE, Question
from wizard.domain.value import Value, replace


class Item(Value):
    """A line of a menu."""

    id: str
    title: str
    brief: str = ""
    group: int = 1
    """Where there is room, an empty row stands between two groups."""


RESUME: Final = Item("resume", "Resume", "continues where you stopped", group=0)
ACTIVE: Final = (
    Item("check", "Check now", "tests the connection (read-only)"),
    Item("authorize", "Authorize again", "same Client ID and Client Secret"),
    Item("change", "Change credentials", "any value; tested before it is used"),
)
ROTATE: Final = Item("rotate", ROTATE_TITLE, "usually no new approval needed")
PROFILES: Final = Item("profiles", "Profiles…", "open another one, or create one")
MORE: Final = (
    Item("sheet", "Handoff sheet", "for an IdP admin or a script"),
    PROFILES,
)
FORGET: Final = Item("forget", "Remove profile…", "from this machine only", group=2)
DRAFT: Final = (
    Item("start-over", "Start over", "keeps the Client ID and Client Secret", group=0),
    Item("discard", "Discard", "removes your entries", group=0),
)
DISCARD_CHANGE: Final = Item(
    "discard", "Discard", "removes the change; keeps your credentials", group=0
)
RETRY: Final = Item("retry", "Try again", "reads the saved secrets again (r)", group=0)
SET_UP_AGAIN: Final = Item(
    "start-over", "Set up again", "replaces this profile once it works", group=0
)
LEAVE: Final = Item("quit", "Quit", group=2)


class OutOfReach(Value):
    """Saved secrets that can't be read, although the record can."""

    problem: Problem
    is_active: bool
    """Whether they belong to the active set, without which nothing works; else to the draft."""
    can_start_over: bool
    """Whether a new setup overwrites nothing, since they seem to be lost for good."""


def offers(
    *,
    has_active: bool,
    has_draft: bool,
    is_demo: bool,
    first: str,
    lost: OutOfReach | None = None,
    is_of_app: bool = False,
) -> list[Item]:
    """Return the actions.

    Args:
        has_active: the record names an active set.
        has_draft: there is an unfinished draft, and it can be read.
        is_demo: there are no other profiles, and no one to hand a sheet to.
        first: the ID of the action to list first, if it is offered.
        lost: what is saved but can't be read.
        is_of_app: the active set needs no one's approval.
    """
    resume = [RESUME] if has_draft else []
    discard = [DISCARD_CHANGE] if has_active else list(DRAFT)
    if is_demo:
        others = [FORGET] if has_active else []
    else:
        others = [*MORE, FORGET] if has_active else [PROFILES]
    if lost is not None:
        again = [SET_UP_AGAIN] if lost.can_start_over and not has_draft else []
        # A change would replace the draft that can't be read.
        active = list(ACTIVE[:1]) if has_active and not lost.is_active else []
        drop = discard[-1:] if has_draft or not lost.is_active else []
        return [RETRY, *again, *resume, *drop, *active, *others, LEAVE]
    discard = discard if has_draft else []
    if not has_active:
        return [*resume, *discard, *others, LEAVE]
    check, authorize, change = ACTIVE
    rotate = replace(ROTATE, brief="tested before it is saved") if is_of_app else ROTATE
    approved = [] if is_of_app else [authorize]
    actions = [check, rotate, *approved, change]
    actions.sort(key=lambda item: item.id != first)
    return [*resume, *discard, *actions, *others, LEAVE]


RECENT: Final = timedelta(days=1)
"""How long after a check that passed it is said that the credentials work."""


def verdict(last: LastCheck, now: datetime) -> Check:
    """Return in a line how the last check of an active set ended; the title stands out.

    Args: `now`: timezone-aware, UTC.
    """
    when = ago(last.at, now)
    if last.status is CheckStatus.FAILED:
        return Check("last", f"Last check failed {when}.", Status.FAILED)
    users = "" if last.users is None else f", {counted_users(last.users)}"
    passed = f"Last check passed {when}{users}."
    if now - last.at >= RECENT:
        return Check("last", passed, Status.PASSED)
    return Check("last", "SCIM works.", Status.PASSED, passed)


def help_page(grant_type: GrantType, offered: Collection[str]) -> Page:
    """Return the texts of Overview, which name only the actions that are offered.

    Args: `offered`: the IDs of the actions.
    """
    about = page(Step.OVERVIEW, grant_type)
    steps = tuple(text for id_, text in ABOUT_ACTIONS.items() if id_ in offered)
    wrong = about.wrong if "rotate" in offered else about.wrong[1:]
    return replace(about, steps=steps, wrong=wrong)


def unfinished(what: str, saved: str, step: str, failed: str = "") -> str:
    """Return the line about a draft that can be resumed; `what` is a change or a setup.

    Args: `failed`: how its check failed.
    """
    return f"Unfinished {what} from {saved}: resumes at {step}" + (failed and f"\n{failed}")


def unreadable(what: str) -> str:
    """Return the line about a draft that cannot be read."""
    return f"An unfinished {what} can't be read. Nothing was removed."


def question(name: str, *, is_demo: bool = False) -> Question:
    """Return the question before a profile is removed."""
    text = (
        f"This removes the Client ID, Client Secret, and tokens of profile {name} from this"
        " machine. Nothing changes in Twilio. To end access there too, delete the OAuth app. Or"
        " rotate its secret, and choose no grace period so that the old one stops working."
    )
    if is_demo:
        text = (
            "This removes the demo's values and ends the demo. In your own setup, it removes the"
            " profile's Client ID, Client Secret, and tokens from this machine. Nothing changes in"
            " Twilio."
        )
    return Question(f"Remove profile {name}?", text, "Remove", "Keep", NOTHING_REMOVED)


def remains(profile: Profile, now: datetime) -> tuple[str, ...]:
    """Return what the user still has to do in Twilio, in lines; `now` is timezone-aware, UTC."""
    app = f" {one_line(profile.client_id)}" if profile.client_id else ""
    lines = [
        f"Your OAuth app{app} still exists in Twilio.",
        "If nothing else uses it, delete it. Or rotate its secret, no grace period:",
        CONSOLE,
    ]
    if profile.expires_at is not None and profile.expires_at > now:
        lines.append(f"Its access token works until {moment(profile.expires_at)}.")
    if profile.refreshable:
        lines.append("Its refresh token works until it expires or is revoked.")
    return tuple(lines)
