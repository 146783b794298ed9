"""Endpoints, scope and PKCE in plain mode, for those who know why."""

from __future__ import annotations

from collections.abc import Callable
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
        urls = settings.endpoints.named.values()
        endpoints = [
            await _asked(talk, f"{label}, Enter keeps {value}", rules.endpoint) or value
            for label, value in zip(ENDPOINTS.values(), urls, strict=True)
        ]
        words = f"Scope (Twilio: offline_access), Enter keeps {settings.scope or EMPTY}"
        scope = await _asked(talk, words, rules.scope) or settings.scope
        pkce = {each.value: "" for each in Pkce}
        keeps = f"PKCE, {', '.join(pkce)}, Enter keeps {settings.pkce.value}"
        chosen = await talk.choose(Prompt(keeps, answers={"": "keeps it", **pkce}))
    except Left as left:
        if isinstance(left.outcome, Back):
            return settings
        raise
    return Advanced(
        Endpoints(*endpoints),
        "" if scope == EMPTY else rules.clean_scope(scope),
        Pkce(chosen) if chosen else settings.pkce,
    )


async def _asked(talk: Dialogue, words: str, rule: Callable[[str], str | None]) -> str:
    """Ask until the answer is empty or right; return it. Raises Left."""
    while True:
        text = await talk.ask(Prompt(words))
        problem = rule(text) if text else None
        if problem is None:
            return text
        talk.say(f"Error: {problem}")
