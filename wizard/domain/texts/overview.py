"""The actions on Overview, in order; and the texts for removing a profile."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from wizard.domain.models import Profile
from wizard.domain.text import moment, one_line
from wizard.domain.texts.prerequisites import CONSOLE
from wizard.domain.texts.questions import ROTATE_TITLE, Question
from wizard.domain.value import Value


class Item(Value):
    """A line of a menu."""

    id: str
    title: str
    brief: str = ""


RESUME: Final = Item("resume", "Resume", "continues where you stopped")
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
    Item("forget", "Remove profile…", "from this machine only"),
)
DRAFT: Final = (
    Item("start-over", "Start over", "from the first step; keeps Client ID and secret"),
    Item("discard", "Discard", "removes your entries"),
)
DISCARD_CHANGE: Final = Item("discard", "Discard", "drops the change; keeps your credentials")
RETRY: Final = Item("retry", "Try again", "reads the saved secrets again (r)")
SET_UP_AGAIN: Final = Item("start-over", "Set up again", "replaces this profile once it works")
LEAVE: Final = Item("quit", "Quit")


def offers(
    *, has_active: bool, has_draft: bool, is_kept: bool, first: str, has_profiles: bool = False
) -> list[Item]:
    """Return the actions if everything saved can be read.

    Args:
        has_draft: there is an unfinished draft.
        is_kept: the active set is saved permanently; False in the demo.
        first: the ID of the action to list first, if it is offered.
        has_profiles: there may be other profiles; False in the demo.
    """
    drafts = [RESUME] if has_draft else []
    discard = ([DISCARD_CHANGE] if has_active else list(DRAFT)) if has_draft else []
    active = list(ACTIVE) if has_active else []
    if is_kept:
        active.insert(1, ROTATE)
    active.sort(key=lambda item: item.id != first)
    if is_kept:
        active += MORE
    others = [PROFILES] if has_profiles and not is_kept else []
    return [*drafts, *active, *discard, *others, LEAVE]


def offers_out_of_reach(
    *,
    is_active: bool,
    can_start_over: bool,
    has_active: bool,
    has_draft: bool,
    is_kept: bool,
    has_profiles: bool = False,
) -> list[Item]:
    """Return the actions if something saved can't be read.

    Args:
        is_active: the active set can't be read; else only the draft.
        can_start_over: the secrets are lost for good, and nothing would be overwritten.
        has_active: the record names an active set.
        has_draft: there is a draft, and it can be read.
        is_kept, has_profiles: as for `offers`.
    """
    discard = DISCARD_CHANGE if has_active else DRAFT[1]
    drafts = [RESUME, discard] if has_draft else []
    if not is_active:
        # A change would replace the draft that can't be read.
        drafts = [*(ACTIVE[:1] if has_active else ()), discard]
    again = [SET_UP_AGAIN] if can_start_over and not has_draft else []
    others = MORE if is_kept else (PROFILES,) if has_profiles else ()
    return [RETRY, *again, *drafts, *others, LEAVE]


def unfinished(what: str, saved: str, step: str, failed: str = "") -> str:
    """Return the line about a draft that can be resumed; `what` is a change or a setup.

    Args: `failed`: how its check failed.
    """
    line = f"Unfinished {what} from {saved}: resumes at {step}"
    return f"{line}\n  {failed}" if failed else line


def unreadable(what: str) -> str:
    """Return the line about a draft that cannot be read."""
    return f"An unfinished {what} can't be read. Nothing was removed."


def question(name: str) -> Question:
    """Return the question before a profile is removed."""
    text = (
        f"This removes the Client ID, Client Secret, and tokens of profile {name} from this"
        " machine. Nothing changes in Twilio."
    )
    return Question(f"Remove profile {name}?", text, "Remove")


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
        lines.append("Its refresh token works for as long as Twilio keeps it.")
    return tuple(lines)
