"""What is said when a profile is removed: the question, and what remains to be done."""

from __future__ import annotations

from datetime import datetime

from wizard.domain.models import Profile
from wizard.domain.prerequisites import CONSOLE
from wizard.domain.questions import Question
from wizard.domain.words import moment, one_line


def question(name: str) -> Question:
    """Return the question before a profile is removed."""
    text = (
        f"This removes the Client ID, Client Secret, and tokens of profile {name} from this"
        " machine. Nothing changes in Twilio."
    )
    return Question(f"Remove profile {name}?", text, "Remove")


def remains(profile: Profile, now: datetime) -> tuple[str, ...]:
    """Return what only a person can do in Twilio, in lines; `now` is aware, UTC."""
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
