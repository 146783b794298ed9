"""Endpoints, scope and PKCE in plain mode, for those who know why."""

from __future__ import annotations

from typing import Final

from wizard.domain import rules
from wizard.domain.form import ENDPOINTS, Advanced
from wizard.domain.models import Endpoints, Pkce
from wizard.flow.state import Back
from wizard.plain.dialogue import Dialogue, Left, Prompt

EMPTY: Final = "none"
"""Typed for an empty scope, since Enter alone keeps what is there."""


async def ask_advanced(talk: Dialogue, settings: Advanced) -> Advanced:
    """Ask for each setting; Enter keeps it, back keeps all of them. Raises Left on quit."""
    talk.say("Advanced. Changing one of these ends the links made before.")
    try:
        endpoints = [
            await _endpoint(talk, label, value)
            for label, value in zip(ENDPOINTS.values(), _values(settings), strict=True)
        ]
        words = f"Scope (Twilio: offline_access), Enter keeps {settings.scope or EMPTY}"
        scope = await talk.ask(Prompt(words)) or settings.scope
        pkce = {each.value: "" for each in Pkce}
        keeps = f"PKCE, {', '.join(pkce)}, Enter keeps {settings.pkce.value}"
        chosen = await talk.choose(Prompt(keeps, answers={"": "keeps it", **pkce}))
    except Left as left:
        if isinstance(left.outcome, Back):
            return settings
        raise
    return Advanced(
        Endpoints(*endpoints),
        "" if scope == EMPTY else scope,
        Pkce(chosen) if chosen else settings.pkce,
    )


def _values(settings: Advanced) -> tuple[str, ...]:
    endpoints = settings.endpoints
    return endpoints.authorize_url, endpoints.token_url, endpoints.scim_url


async def _endpoint(talk: Dialogue, label: str, value: str) -> str:
    while True:
        text = await talk.ask(Prompt(f"{label}, Enter keeps {value}"))
        problem = rules.endpoint(text) if text else None
        if problem is None:
            return text or value
        talk.say(f"Error: {problem}")
