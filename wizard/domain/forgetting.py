"""What is said when a profile is forgotten: before it, and what then remains to be done."""

from __future__ import annotations

from datetime import datetime

from wizard.domain.models import Profile
from wizard.domain.prerequisites import CONSOLE
from wizard.domain.questions import Question
from wizard.domain.words import moment, plain


def question(name: str) -> Question:
    """Return what is asked before."""
    text = f"Remove profile {name} with its Client ID, Client Secret and tokens from this machine?"
    return Question("Forget it?", text, "Forget")


def remains(profile: Profile, now: datetime) -> tuple[str, ...]:
    """Return what only a person can do at Twilio, in lines; `now` is aware, UTC."""
    app = f"the OAuth app {plain(profile.client_id)}" if profile.client_id else "its OAuth app"
    lines = [
        "At Twilio nothing has changed. If nothing else uses it, delete",
        f"{app}, or rotate its secret:",
        CONSOLE,
    ]
    if profile.expires_at is not None and profile.expires_at > now:
        lines.append(f"Until then its access token is good until {moment(profile.expires_at)}.")
    if profile.refreshable:
        lines.append("Its refresh token is good for as long as Twilio keeps it.")
    return tuple(lines)
